"""What `verify` took as it is, is told in words, and never by the name of a field."""

from dataclasses import replace

import pytest
from builders.commands import distill_here
from builders.paths import PACKAGE

from distill.records.figure import figure_of
from distill.records.report import Report
from distill.records.taken import in_words
from distill.runs.record import read_part

RUN = PACKAGE.parent / "outputs" / "gallery" / "mod_add"

SAID = {
    "float32_drift": "how float32 differs from float64",
    "float32_agree": "how float32 differs from float64",
    "interchange_accuracy": "what exchanging hidden values does",
    "the decoy of interchange_accuracy": "the decoy of interchange",
    "that no decoy stands beside smallest_margin": "that no decoy stands beside smallest margin",
    "task": "the task's name",
    "proof.history": "how many of the last inputs a box of the proof is for",
    "proof.some_new_field": "some new field of proof",
    "parts of mechanism.json: found, name": "parts of mechanism.json: found, name",
}


@pytest.mark.parametrize("name", SAID)
def test_names_of_fields_and_rows_are_said_in_words(name):
    report = read_part(RUN, "verification.json", Report)
    rows = [figure_of("fourier", row, 0.5, 0.1) for row in SAID if row.isidentifier()]
    report = replace(report, figures=(*report.figures, *rows))
    assert in_words(report, [name]) == [SAID[name]]


def test_what_has_the_same_words_is_said_once():
    report = read_part(RUN, "verification.json", Report)
    assert len(in_words(report, ["float32_drift", "float32_agree", "task", "task"])) == 2


def test_verify_names_no_field(small_run, tmp_path):
    said = distill_here("verify", str(small_run), cwd=tmp_path).stdout
    (line,) = [line for line in said.splitlines() if line.startswith("not derived again: ")]
    listed = line.removeprefix("not derived again: ").split("; ")
    assert "the task's name" in listed
    assert not [each for each in listed if "_" in each.split(":")[0]]
