"""Runs of finite kinds come back from what was planted, and no stored file can be another."""

import json
import shutil

import pytest
import safetensors
import safetensors.torch
from builders.changed_folder import rehash
from builders.comparing import over, weighing
from builders.groups import planted, square_domain

import distill
from distill.checker.check import check_run
from distill.errors import RunFolderError
from distill.groups.families import Symmetric

PLANTED = {
    "group": (planted(Symmetric(3), {0: 3.0, 1: 8.0}), square_domain(6)),
    "comparison": (weighing((-1, 1), 1, (9, 9)), over((9, 9))),
}


@pytest.fixture(scope="module", params=PLANTED)
def run(request, tmp_path_factory):
    network, domain = PLANTED[request.param]
    made = distill.distill(network, domain, name=request.param, out=tmp_path_factory.mktemp("runs"))
    assert (made.mechanism.kind, made.report.verdict) == (request.param, "proved")
    assert check_run(made.folder).ok
    return made


def refused(folder):
    """Whether the checker does, by a finding or because the folder cannot be read."""
    try:
        return not check_run(folder).ok
    except RunFolderError:
        return True


def test_a_byte_that_is_changed_in_a_file_is_found_out_or_the_file_was_not_looked_at(run, tmp_path):
    listed = json.loads((run.folder / "certificate.json").read_text())["sha256"]
    assert {"mechanism.json", "model.safetensors", "program.py", "verification.json"} <= {*listed}
    stored = {path.name for path in run.folder.iterdir()}
    passed = check_run(run.folder).not_derived[-1]
    for name in stored - {*listed, "certificate.json"}:
        assert name in passed, name
    for name in listed:
        folder = shutil.copytree(run.folder, tmp_path / name)
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2] ^= 1
        (folder / name).write_bytes(data)
        assert refused(folder), name


def test_other_weights_are_found_out_whose_hash_fits(run, tmp_path):
    folder = shutil.copytree(run.folder, tmp_path / "other")
    path = folder / "model.safetensors"
    with safetensors.safe_open(path, "pt") as opened:
        about = opened.metadata()
    weights = safetensors.torch.load_file(path)
    name = max(weights, key=lambda each: weights[each].numel())
    weights[name] = weights[name].flip(0).contiguous()
    safetensors.torch.save_file(weights, path, about)
    rehash(folder)
    assert not check_run(folder).ok


@pytest.mark.parametrize(
    "change",
    [
        {"domain": {"inputs": [[0, 4], [0, 4]], "outputs": [0, 4]}},
        {"architecture": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_certificate_that_says_something_else_is_found_out(run, tmp_path, change):
    folder = shutil.copytree(run.folder, tmp_path / "said")
    path = folder / "certificate.json"
    told = json.loads(path.read_text())
    assert told != told | change
    path.write_text(json.dumps(told | change))
    assert refused(folder)
