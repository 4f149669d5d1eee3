"""No file whatever ends in a traceback, a hang, or memory that it does not hold."""

import itertools
import struct
import tracemalloc
import zipfile

import pytest
import torch
from builders.amount import examples, some
from fuzz_checkpoints import SLOW, attempts, damaged, outcome, valid_files
from odd_checkpoints import oddities

from distill import DistillError
from distill.importing import read_tensors

SLICE = 6
COUNT = examples(150)
"""Every so many of the files, and how many of them."""


def test_damaged_files_end_in_a_network_or_a_line():
    tried = list(attempts(7, COUNT * SLICE, every=SLICE))
    wrong = [each for each in tried if ":" in each[2] or each[3] > SLOW]
    assert not wrong
    assert len(tried) == COUNT


def test_the_files_are_the_same_for_a_seed():
    first, again = (list(itertools.islice(damaged(3, 620), 600, 620)) for _ in range(2))
    assert first == again
    assert first != list(itertools.islice(damaged(4, 620), 600, 620))


def test_undamaged_files_are_read(tmp_path):
    for name, content in valid_files().items():
        (tmp_path / name).mkdir()
        assert outcome(content, name, tmp_path / name) == "network", name


SAID = {
    "sparse as embed.W_E": "'embed.W_E' is a sparse tensor",
    "quantised as embed.W_E": "'embed.W_E' is a quantised tensor",
    "complex as embed.W_E": "'embed.W_E' is complex numbers",
    "negated as embed.W_E": "'embed.W_E' is a tensor whose sign or conjugation is only noted",
    "meta as embed.W_E": "'embed.W_E' is a tensor without numbers",
    "expanded as embed.W_E": "holds 2.0 GB.*repeats 1 stored numbers",
    "module as embed.W_E": "would import 'torch.nn.modules.linear.Linear'",
    "TorchScript": "is TorchScript, a program",
    "history": "holds a list of 2 state dicts",
    "array: claims 22 GiB": "'W.npy' claims 23,716,000,000 bytes and holds 0",
    "array: objects": "'W.npy' holds 'O' values",
    "bytes for an array": "'notes' is no array",
    "bomb": "claims 1,600,000,000 bytes and holds 40,000,000",
    "wrong checksum": "Bad CRC-32",
    "holds itself": "nested too deep",
    "doubled forty times": "holds far more than a small network needs",
    "system": "would import 'os.system'",
}


def test_what_was_found_is_said(tmp_path):
    """And nothing larger than the file is allocated on the way."""
    found = {name: (content, filename) for name, content, filename in oddities() if name in SAID}
    assert set(found) == set(SAID)
    for name, (content, filename) in some(list(found.items()), 9):
        path = tmp_path / filename
        path.write_bytes(content)
        tracemalloc.start()
        with pytest.raises(DistillError, match=SAID[name]) as caught:
            read_tensors(path)
        assert tracemalloc.get_traced_memory()[1] < 100 * 1024**2, name
        tracemalloc.stop()
        assert "\n" not in str(caught.value)


def test_tensors_are_those_that_torch_reads(tmp_path):
    """Both formats, all precisions, views, shared storages, parameters."""
    base = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
    state = {
        "view": base[::2, 1:].t(),
        "shared": base,
        "parameter": torch.nn.Parameter(base[0]),
        "expanded": torch.ones(1).expand(3, 4),
        "empty": torch.empty(0, 3),
        "scalar": torch.tensor(2.5),
        **{str(kind): base.to(kind) for kind in (torch.float64, torch.float16, torch.bfloat16)},
        **{str(kind): (8 * base).to(kind) for kind in (torch.int64, torch.int8, torch.bool)},
    }
    for modern in (True, False):
        path = tmp_path / "x.pt"
        torch.save(state, path, _use_new_zipfile_serialization=modern)
        read, expected = read_tensors(path), torch.load(path, weights_only=True)
        assert read.keys() == expected.keys()
        for name, tensor in expected.items():
            assert torch.equal(read[name], tensor), name
            assert read[name].dtype == tensor.dtype


def test_an_archive_that_says_less_than_it_unpacks_to_is_no_way_around(tmp_path):
    """A member whose stated size is a lie: what is read is what was stated."""
    path = tmp_path / "x.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("w.npy", b"\0" * 50_000_000)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<I", 1000)
    path.write_bytes(bytes(content))
    with pytest.raises(DistillError, match="cannot be read"):
        read_tensors(path)
