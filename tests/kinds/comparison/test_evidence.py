"""A network that weighs is located; one that looks its answers up is not, right as it is."""

from dataclasses import replace

import numpy as np
import pytest
from builders.changed_folder import changed
from builders.comparing import looking_up, over, weighing
from builders.groups import with_mechanism

import distill
from distill.checker.check import check_run, evidence_of
from distill.checker.comparison import _vocabularies, derive
from distill.checker.kind import FOLLOWS
from distill.kinds.comparison.graded import graded_score

pytestmark = pytest.mark.usefixtures("page_undrawn")

P = 9
LESS = np.arange(P)[:, None] < np.arange(P)[None, :]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return distill.distill(
        weighing((-1, 1), 1, (P, P)), over((P, P)), name="less", out=tmp_path_factory.mktemp("runs")
    )


def test_a_network_that_weighs_is_proved_and_located(run):
    report = run.report
    assert (report.verdict, report.located, run.mechanism.condition) == ("proved", True, "a < b")
    for name in ("margin_r2", "line_kept_accuracy"):
        row = report.figure(name)
        assert row.value > 0.98, name
        assert row.decoy < 0.6, name
    assert report.value("line_removed_accuracy") == 0.5
    checkup = check_run(run.folder)
    assert checkup.ok
    assert not [name for name in checkup.not_derived if "line_" in name and "value" in name]


def test_a_network_that_looks_up_is_not_located():
    report = distill.distill(looking_up(LESS), over((P, P))).report
    assert (report.verdict, report.located) == ("proved", False)
    assert report.value("margin_r2") < 0.3
    assert report.value("line_kept_accuracy") < 0.9


def test_what_knows_its_inputs_by_heart_has_no_structure_to_stop_at():
    domain = over((P, P))
    tokens = domain.tokens()
    assert graded_score(weighing((-1, 1), 1, (P, P)).logits(tokens), tokens) > 0.9
    assert graded_score(looking_up(LESS).logits(tokens), tokens) < 0.3
    begun = np.concatenate(
        [weighing((-1, 1), 1, (P, P)).logits(tokens), np.full((P * P, 1), -9)], 1
    )
    assert graded_score(begun, tokens) == 0.0  # of three outputs


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": 2},
        {"threshold": 0},
        {"weights": [-2, 2]},
        {"weights": [-1, 2]},
        {"then": 0, "otherwise": 1},
        # the same answers, told otherwise
        {"weights": [-2, 2], "threshold": 2},
        {"weights": [1, -1], "threshold": 0, "then": 0, "otherwise": 1},
        {"inputs": [[0, 8], [0, 9]]},
    ],
    ids=str,
)
def test_a_changed_mechanism_is_found_out(run, tmp_path, change):
    said = changed(run.folder, tmp_path, "mechanism.json", lambda told: told.update(change))
    assert not said.ok
    assert [finding.name for finding in said.findings if not finding.ok] == ["mechanism"]


def test_a_threshold_is_one_that_some_input_just_reaches(tmp_path):
    """No sum 3a + 5b is 7."""
    run = distill.distill(weighing((3, 5), 8, (7, 7)), over((7, 7)), name="sum", out=tmp_path)
    evidence = evidence_of(run.folder)
    for threshold, follows in ((8, True), (7, False)):
        told = {"weights": [3, 5], "threshold": threshold, "then": 1, "otherwise": 0}
        told["inputs"] = [[0, 6], [0, 6]]
        assert derive(with_mechanism(evidence, told))[FOLLOWS] is follows


def test_rows_that_two_inputs_share_in_part_are_put_on_no_line(run):
    evidence = evidence_of(run.folder)
    for offsets, blocks in (([0, 9], 2), ([0, 0], 1), ([0, 4], 0)):
        shape = {**evidence.architecture, "shared": True, "offsets": offsets}
        assert len(_vocabularies(replace(evidence, architecture=shape))) == blocks


@pytest.mark.parametrize("name", ["line_kept_accuracy", "line_removed_accuracy"])
def test_what_is_derived_of_the_embedding_is_held_against_the_report(run, tmp_path, name):
    def forge(report):
        row = next(row for row in report["figures"] if row["name"] == name)
        row["value"] = 0.95 if row["value"] > 0.96 else 0.6

    assert not changed(run.folder, tmp_path, "verification.json", forge).ok


def test_a_changed_program_is_found_out(run, tmp_path):
    said = changed(run.folder, tmp_path, "program.py", lambda text: text.replace("a < b", "a <= b"))
    assert not said.ok
