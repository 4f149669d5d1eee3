"""Oddities: what torch, NumPy, zip, JSON and TOML can express and no network needs.

Each is made here from nothing, and none of them is run or unpacked by whoever reads it.
"""

from __future__ import annotations

import io
import json
import pickle
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from distill.networks.architecture import MLP, Transformer

Case = tuple[str, bytes, str]
"""What was done, the content, and a name for the file."""

ODD_VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 3, 10**30, 1e308, float("nan"), float("inf"), "", "abc", "nan", "\n"),
    *([], [1, 2], [["relu"]], {}, {"a": {"b": []}}, "relu", "silu", "causal", "bidirectional"),
    *("LN", "RMS", "x" * 5000, "\u0000", "１２"),
)


def torch_bytes(value: Any) -> bytes:
    """What `torch.save` writes."""
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def old_torch_bytes(value: Any) -> bytes:
    """What torch wrote before 1.6, but for the names of storages, which were addresses."""
    with zipfile.ZipFile(io.BytesIO(torch_bytes(value))) as archive:
        content = archive.read("archive/data.pkl")
        names = (entry.filename for entry in archive.infolist())
        keys = [name.rpartition("/")[2] for name in names if "/data/" in name]
        stored = [archive.read(f"archive/data/{key}") for key in keys]
    system = {"protocol_version": 1001, "little_endian": True}
    parts = [pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, system)]
    parts += [content, pickle.dumps(keys, 2)]
    for numbers in stored:
        parts += [struct.pack("<Q", len(numbers) // 4), numbers]
    return b"".join(parts)


def transformer_state() -> dict[str, torch.Tensor]:
    """A tiny network under TransformerLens's names."""
    shape = Transformer(
        *(2, 6, 5, (0, 0), (5,)), d_model=4, n_heads=2, d_head=2, d_mlp=6, biases=True
    )
    ours = shape.initialise(torch.Generator().manual_seed(0))
    state = {"embed.W_E": ours["W_E"], "pos_embed.W_pos": ours["W_pos"]}
    for name in ("W_Q", "W_K", "W_V", "W_O", "b_Q", "b_K", "b_V", "b_O"):
        state[f"blocks.0.attn.{name}"] = ours[f"blocks.0.{name}"]
    for name in ("W_in", "b_in", "W_out", "b_out"):
        state[f"blocks.0.mlp.{name}"] = ours[f"blocks.0.{name}"]
    state |= {"unembed.W_U": ours["W_U"], "unembed.b_U": ours["b_U"]}
    return {**state, "blocks.0.attn.mask": torch.ones(3, 3, dtype=torch.bool).tril()}


def perceptron_state() -> dict[str, torch.Tensor]:
    """A tiny perceptron under the names of a published family."""
    shape = MLP(2, 5, 5, 4, (6,), "concat", shared=False)
    ours = shape.initialise(torch.Generator().manual_seed(0))
    return {"W_x": ours["W_E0"], "W_y": ours["W_E1"], "W": ours["W_1"], "W_U": ours["W_U"]}


CONFIG = {"act_fn": "relu", "attention_dir": "causal", "normalization_type": None, "d_head": 2}


def npy_members(tensors: dict[str, torch.Tensor]) -> dict[str, bytes]:
    """The members of an archive of arrays."""
    members = {}
    for name, weights in tensors.items():
        buffer = io.BytesIO()
        np.save(buffer, weights.numpy())
        members[f"{name}.npy"] = buffer.getvalue()
    return members


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """An archive of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=compression)
    return buffer.getvalue()


class _Opcodes:
    """A pickle from its opcodes."""

    def __init__(self, opcodes: bytes) -> None:
        self.bytes = b"\x80\x02" + opcodes + b"."

    def in_archive(self) -> bytes:
        """As the pickle of a torch file."""
        return zipped({"a/data.pkl": self.bytes, "a/byteorder": b"little"})


def _array(shape: str, dtype: str = "<f4", data: bytes = b"") -> bytes:
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (63 - (len(header) + 10) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def oddities() -> Iterator[Case]:
    """What can be written down, and is no network."""
    yield from _odd_tensors()
    yield from _odd_states()
    yield from _odd_pickles()
    yield from _odd_archives()
    yield from _odd_texts()


def _odd_tensors() -> Iterator[Case]:
    dense = torch.eye(6)
    tensors: dict[str, Callable[[], Any]] = {
        "sparse": lambda: dense.to_sparse(),
        "compressed": lambda: dense.to_sparse_csr(),
        "quantised": lambda: torch.quantize_per_tensor(dense, 0.1, 0, torch.qint8),
        "complex": lambda: dense.to(torch.complex64),
        "conjugate": lambda: dense.to(torch.complex64).conj(),
        "negated": lambda: torch.randn(6, 6, dtype=torch.complex64).conj().imag,
        "meta": lambda: torch.empty(6, 6, device="meta"),
        "expanded": lambda: torch.ones(1).expand(20_000, 25_000),
        "expanded a little": lambda: torch.ones(1).expand(6, 4),
        "transposed": lambda: torch.randn(4, 6).t(),
        "every second": lambda: torch.randn(12, 8)[::2, ::2],
        "scalar": lambda: torch.tensor(1.0),
        "empty": lambda: torch.empty(0, 4),
        "six axes": lambda: torch.ones(1, 1, 1, 1, 6, 4),
        "of one": lambda: torch.ones(1, 1),
        "bool": lambda: dense.bool(),
        "whole": lambda: torch.ones(6, 4, dtype=torch.int64) * 2**60,
        "small floats": lambda: torch.ones(6, 4).to(torch.float8_e4m3fn),
        "not a number": lambda: torch.full((6, 4), torch.nan),
        "infinite": lambda: torch.full((6, 4), torch.inf),
        "huge": lambda: torch.full((6, 4), 1e38),
        "nested": lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
        "module": lambda: torch.nn.Linear(2, 2),
        "array": lambda: np.ones((6, 4)),
        "number": lambda: 3,
        "list": lambda: [[1.0] * 4] * 6,
        "tuple of tensors": lambda: (dense, dense),
    }
    state = transformer_state()
    for name, make in tensors.items():
        for key in ("embed.W_E", "blocks.0.attn.mask", "another"):
            with warnings.catch_warnings():  # some of these are on trial in torch
                warnings.simplefilter("ignore")
                content = torch_bytes({**state, key: make(), "config": CONFIG})
            yield f"{name} as {key}", content, "in.pt"


def _odd_states() -> Iterator[Case]:
    state = transformer_state()
    for key in state:
        yield f"without {key}", torch_bytes({k: v for k, v in state.items() if k != key}), "in.pt"
        short = {**state, key: state[key][..., :1], "config": CONFIG}
        yield f"one column of {key}", torch_bytes(short), "in.pt"
        tall = {**state, key: torch.cat([state[key], state[key]]), "config": CONFIG}
        yield f"{key} twice over", torch_bytes(tall), "in.pt"
    names: tuple[Any, ...] = ("a\nb", "a.b", "", 3, None, True, b"x", (1, 2), "x" * 5000, "\u202e")
    for name in names:
        yield f"named {name!r:.20}", torch_bytes({**state, name: torch.ones(2)}), "in.pt"
    loop: dict[str, Any] = {"w": torch.ones(2)}
    loop["itself"] = loop
    yield "holds itself", torch_bytes(loop), "in.pt"
    deep: Any = torch.ones(2)
    for _ in range(300):
        deep = {"a": deep}
    yield "deep", torch_bytes(deep), "in.pt"
    wide: Any = torch.ones(2)
    for _ in range(40):
        wide = {"a": wide, "b": wide}
    yield "doubled forty times", torch_bytes(wide), "in.pt"
    yield "many", torch_bytes({f"w{i}": torch.ones(1) for i in range(2000)}), "in.pt"
    yield "history", torch_bytes([state, state]), "in.pt"
    yield "histories", torch_bytes({"states": [state, state], "epochs": [0, 1]}), "in.pt"
    for value in ODD_VALUES:
        said = {**CONFIG, "act_fn": value}
        yield "config inside", torch_bytes({**state, "config": said}), "in.pt"
        yield "as config", torch_bytes({**state, "config": value}), "in.pt"
    script = {"in/data.pkl": b"", "in/code/__torch__.py": b"", "in/constants.pkl": b""}
    yield "TorchScript", zipped(script), "in.pt"


def _odd_pickles() -> Iterator[Case]:
    opcodes = {
        "far memo": b"}r\xff\xff\xff\x7f",
        "text memo": b"}p4294967295\n",
        "bytearray of a terabyte": b"\x96" + struct.pack("<Q", 2**40),
        "bytes of a terabyte": b"\x8e" + struct.pack("<Q", 2**40),
        "number of a million digits": b"I" + b"1" * 1_000_000 + b"\n",
        "long of two gigabytes": b"\x8b\xff\xff\xff\x7f",
        "tuples in tuples": b")" + b"\x85" * 200_000,
        "tuple as a key": b"}(" + b")" + b"\x85" * 100_000 + b"K\x01u",
        "lists in lists": b"(" * 100_000 + b"l" * 100_000,
        "system": b"cos\nsystem\n(X\x04\x00\x00\x00truetR",
        "instance": b"(icollections\nOrderedDict\n",
        "new object": b"ccollections\nOrderedDict\n)\x81",
        "built": b"ccollections\nOrderedDict\n)R}X\x05\x00\x00\x00itemsK\x01sb",
        "built maker": b"ctorch._utils\n_rebuild_tensor_v2\n}X\x04\x00\x00\x00makeK\x01sb",
        "called badly": b"ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\x02tR",
        "dtype": b"ctorch\nfloat32\n",
        "storage": b"ctorch\nFloatStorage\n",
        "extension": b"\x82\x01",
        "persistent": b"K\x01Q",
        "nothing": b"",
        "no stop": b"}}}}",
    }
    for name, code in opcodes.items():
        yield name, _Opcodes(code).in_archive(), "in.pt"
        yield f"{name}, bare", _Opcodes(code).bytes, "old.pt"
    yield "plain pickle", pickle.dumps({"w": [1, 2]}), "old.pt"


def _odd_archives() -> Iterator[Case]:
    members = npy_members(perceptron_state())
    odd = {
        "claims 22 GiB": _array("(77000, 77000)"),
        "claims nothing": _array("(-3, 4)"),
        "claims more than can be": _array(f"({2**62}, {2**62})"),
        "a hundred axes": _array(str((1,) * 100)),
        "objects": _array("(2,)", "|O", b"\0" * 16),
        "text": _array("(2,)", "<U2", b"\0" * 16),
        "times": _array("(2,)", "<M8[s]", b"\0" * 16),
        "records": _array("(2,)", "|V8", b"\0" * 16),
        "quadruple": _array("(2,)", "<f16", b"\0" * 32),
        "complex": _array("(2,)", "<c16", b"\0" * 32),
        "big-endian": _array("(2,)", ">f8", b"\0" * 16),
        "nested header": _array("(" * 2000 + ")" * 2000),
        "shape of a number": _array("3"),
        "no dtype": _array("(2,)", "wrong"),
        "cut": _array("(2,)")[:30],
        "not an array": b"hello",
        "nothing": b"",
    }
    for name, content in odd.items():
        yield f"array: {name}", zipped({**members, "W.npy": content}), "mlp.npz"
    yield "bytes for an array", zipped({**members, "notes": b"hello"}), "mlp.npz"
    bomb = _array("(20000, 20000)", data=b"\0" * 4 * 10**7)
    yield "bomb", zipped({"W.npy": bomb}, zipfile.ZIP_DEFLATED), "mlp.npz"
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        yield f"method {method}", zipped(members, method), "mlp.npz"
    whole = zipped(members)
    central, end = whole.rindex(b"PK\x01\x02"), whole.rindex(b"PK\x05\x06")
    patches = {
        "spans disks": (end + 4, b"\x01\x00"),
        "encrypted": (central + 8, b"\x01\x00"),
        "unknown method": (central + 10, b"\x63\x00"),
        "wrong checksum": (central + 16, b"\0\0\0\0"),
        "larger than it is": (central + 24, b"\xff\xff\xff\x7f"),
        "elsewhere": (central + 42, b"\xff\xff\xff\x7f"),
        "a comment that is not there": (end + 20, b"\xff\xff"),
        "of no entries": (end + 8, b"\0\0\0\0"),
    }
    for name, (at, patch) in patches.items():
        yield name, whole[:at] + patch + whole[at + len(patch) :], "mlp.npz"
    header = {"W": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
    for key, value in (("dtype", "C64"), ("shape", [2**62]), ("data_offsets", [8, 0]), ("x", 1)):
        text = json.dumps({"W": {**header["W"], key: value}}).encode()
        content = struct.pack("<Q", len(text)) + text + b"\0" * 8
        yield f"{key} of a header", content, "mlp.safetensors"
    yield "header of 2^63 bytes", struct.pack("<Q", 2**63) + b"{}", "mlp.safetensors"


def _odd_texts() -> Iterator[Case]:
    texts = {
        "nothing": b"",
        "one byte": b"\0",
        "hello": b"hello",
        "nested": b"[" * 100_000,
        "nested objects": b'{"a":' * 100_000,
        "half a surrogate": b'{"act_fn": "\\ud800"}',
        "no text": b"\xff\xfe\xfa",
        "twice": b'{"act_fn": "relu", "act_fn": "gelu"}',
        "a list": b"[1, 2]",
        "many digits": b'{"act_fn": ' + b"9" * 10_000 + b"}",
        "a megabyte": b'{"x": "' + b"a" * 9_000_000 + b'"}',
        "dotted": b"a" + b".a" * 2_000 + b" = 1",
        "nested arrays": b"a = " + b"[" * 5_000,
        "many values": b"values = [" + b"1, " * 10_000 + b"]",
    }
    for name, content in texts.items():
        for filename in ("network.json", "config.json", "layout.toml", "in.pt", "mlp.npz"):
            yield f"{name} as {filename}", content, filename
    for value in ODD_VALUES:
        for key in ("act_fn", "attention_dir", "normalization_type", "d_head", "attn_scale"):
            content = json.dumps({**CONFIG, key: value}).encode()
            yield f"{key} = {value!r:.20}", content, "network.json"
