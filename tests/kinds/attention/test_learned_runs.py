"""A network with a soft head through run and verify; and what a checker must not pass of it."""

import json

import pytest
from builders.changed_folder import changed
from builders.compiled_texts import as_file, shifted

from distill.checker.check import check_run
from distill.kinds.attention import extract
from distill.pipeline import run_model

pytestmark = pytest.mark.usefixtures("page_undrawn")

SOFTER = 0.35


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Read by its answers alone: an exact reading is not tried."""
    folder = tmp_path_factory.mktemp("soft")
    network = shifted(tokens=3, longest=4)
    parameters = network.model.parameters
    parameters["blocks.0.W_Q"] = parameters["blocks.0.W_Q"] * SOFTER
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(extract, "_exact", lambda view: None)
        return run_model(as_file(network, folder / "soft.npz"), out=folder / "runs")


def test_a_soft_head_is_located_and_the_checker_derives_it(run):
    assert (run.report.verdict, run.report.located) == ("exhaustive", True)
    assert run.program([2, 0, 1, 1]) == [-1, 2, 0, 1]
    (selection,) = [step for step in run.mechanism.steps if step.op == "select"]
    assert (selection.head, len(selection.spread)) == ((0, 0), 1)
    checkup = check_run(run.folder)
    assert checkup.ok, [each for each in checkup.findings if not each.ok]


@pytest.mark.parametrize("spread", [[[1.0, 1.0]], [[0.5, 0.0]], [[0.0, 5.0]], [], [[-1.0, 0.0]]])
def test_how_soft_a_head_is_said_to_be_matters(run, tmp_path, spread):
    def change(mechanism):
        (selection,) = [step for step in mechanism["steps"] if step["op"] == "select"]
        assert selection["spread"] != spread
        selection["spread"] = spread

    assert not changed(run.folder, tmp_path, "mechanism.json", change).ok


def test_another_selection_in_program_and_mechanism_is_caught(run, tmp_path):
    """Both say the same then, and neither is what the network does."""
    source = (run.folder / "program.py").read_text()
    (by,) = [step.by for step in run.mechanism.steps if step.op == "select"]
    other = by.replace("i - 1", "i - 2")
    assert by in source
    assert other != by
    whole = json.loads((run.folder / "mechanism.json").read_text())
    text = json.dumps(whole).replace(by, other)

    def program(_):
        return source.replace(by, other)

    def mechanism(tree):
        tree.clear()
        tree.update(json.loads(text))

    first = changed(run.folder, tmp_path / "a", "program.py", program)
    second = changed(run.folder, tmp_path / "b", "mechanism.json", mechanism)
    assert not first.ok
    assert not second.ok
