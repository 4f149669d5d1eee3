"""A run that is watched keeps its network as it was along its training, or says that it has not."""

import pytest
import torch

import distill
from distill.errors import DistillError, RunFolderError
from distill.runs.checkpoints import CHECKPOINTS, read_checkpoints
from distill.tasks.finite import Task
from distill.train import Recipe

pytestmark = pytest.mark.usefixtures("page_undrawn")


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    inputs = {"a": range(5), "b": range(5)}
    task = Task(inputs, range(5), lambda a, b: (a + b) % 5, 0.8, "mlp", "sums")
    recipe = Recipe(max_steps=30, batch_size=8, structured=0.0)
    out = tmp_path_factory.mktemp("watched")
    return distill.run(task, recipe=recipe, attempts=1, watch=True, out=out)


def test_checkpoints_end_with_the_network_of_the_run(watched):
    kept = read_checkpoints(watched.folder)
    assert list(kept)[:4] == [0, 1, 2, 5]
    last = kept[max(kept)]
    assert last.keys() == watched.model.parameters.keys()
    assert all(torch.equal(last[name], each) for name, each in watched.model.parameters.items())
    assert not torch.equal(kept[0]["W_E"], last["W_E"])


def test_what_is_no_file_of_checkpoints_is_told(watched, tmp_path):
    with pytest.raises(RunFolderError, match="--watch` keeps them"):
        read_checkpoints(tmp_path)
    (tmp_path / CHECKPOINTS).write_bytes(b"cut")
    with pytest.raises(RunFolderError, match="holds no checkpoints"):
        read_checkpoints(tmp_path)


def test_only_finite_domains_are_watched():
    with pytest.raises(DistillError, match="--watch is of finite domains"):
        distill.run("parity_all", watch=True, out=None)
