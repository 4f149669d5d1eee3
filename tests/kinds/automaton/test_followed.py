"""Boxes that are followed from the start where none are closed: proved up to a length."""

import re
import shutil

import pytest
import torch
from builders.changed_folder import rehash
from safetensors.torch import load_file, save_file

import distill
from distill.checker.check import check_run
from distill.kinds.automaton.boxes import DEEPEST, MAX_HISTORY

pytestmark = pytest.mark.usefixtures("page_undrawn")


def counting():
    """Whether the last bit is 1, beside counts of ones, zeros and steps that cancel.

    The counts grow for ever, so that no boxes are closed; and one of them alone says nothing, so
    that boxes of nodes that several words lead to grow too wide at once.
    """
    shape = distill.RecurrentLayers(2, 2, 2, "rnn", 4, activation="relu", biases=1)
    weights = {name: torch.zeros(size) for name, size in shape.shapes().items()}
    weights["W_E"] = torch.eye(2)
    zeros, ones, steps = [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]
    weights["layers.0.W_xn"] = torch.tensor([ones, zeros, steps, ones])
    weights["layers.0.W_hn"] = torch.diag(torch.tensor([1.0, 1.0, 1.0, 0.0]))
    weights["W_out"] = torch.tensor([[0.0, 0.0, 0.0, 0.0], [9.0, 9.0, -9.0, 4.0]])
    weights["b_out"] = torch.tensor([0.0, -2.0])
    return distill.Model(shape, weights, (0, 1))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return distill.distill(counting(), [range(2)], length=10, out=tmp_path_factory.mktemp("run"))


def test_words_that_are_followed_one_by_one_are_proved_up_to_their_length(run):
    report = run.report
    assert report.proof.up_to_length == DEEPEST + 1 > 10 > MAX_HISTORY + 1
    assert report.proof.history == DEEPEST
    assert report.verdict == "proved"
    assert report.holds_for.lengths == f"up to {DEEPEST + 1} steps"
    (sought,) = (said for said in report.remarks if "no boxes in hidden space" in said)
    told = r"in (the only box|[1-9]\d* of \d+ boxes) so far another output than the answer's may"
    assert re.search(told, sought) or "still grow" in sought  # what was seen of fewer nodes
    assert check_run(run.folder).ok


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [("W_out", (1, 3), 1.0), ("layers.0.W_hn", (1, 1), 0.5), ("layers.0.W_xn", (3, 0), 0.5)],
)
def test_a_changed_weight_within_the_claim_is_caught(run, tmp_path, name, place, value):
    """The second parts from the program only after a few steps."""
    folder = tmp_path / "changed"
    shutil.copytree(run.folder, folder)
    tensors = load_file(folder / "model.safetensors")
    tensors[name][place] = value
    save_file(tensors, folder / "model.safetensors")
    rehash(folder)
    assert not check_run(folder).ok
