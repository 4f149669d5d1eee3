"""One of a thing is told in the singular: sentences of reports, with all their counts at one."""

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from builders.paths import ROOT

from distill.pages.card import card
from distill.pages.evidence import evidence_rows
from distill.pages.inside_said import located
from distill.pages.statements import checked
from distill.records.rightness import rightness
from distill.records.sentences import sentence
from distill.runs.store import Run, load_run
from distill.serialise import from_json

GALLERY = ROOT / "outputs" / "gallery"

ONE_IN_THE_PLURAL = re.compile(
    r"(?<![\d.,/×^_])(?<!of )(?<![Aa]ll )(?<!length )1 (?:[a-z]+ )?"
    r"(?!(?:is|as|has|was|does|less|this|its)\b)[a-z]{2,}(?<!s)s\b(?! of)"
)
"""A lone 1 before a word that ends in s; "1 of 3 inputs" and "at length 1 programs" are right.
A domain has two inputs at least, so that "all 1 inputs" is never said."""


def ones(value: Any) -> Any:
    """A tree with every count at one."""
    if isinstance(value, dict):
        return {key: value[key] if key == "format_version" else ones(value[key]) for key in value}
    if isinstance(value, list):
        return [ones(each) for each in value]
    return 1 if type(value) is int and value > 1 else value


@cache
def stored(name: str) -> Run:
    """A run of the gallery."""
    return load_run(GALLERY / name, network=False)


@pytest.mark.parametrize("name", sorted(path.parent.name for path in GALLERY.glob("*/run.json")))
def test_a_report_of_ones_has_no_plural(name):
    run = stored(name)
    tree = ones(json.loads((GALLERY / name / "verification.json").read_bytes()))
    report = from_json(type(run.report), json.dumps(tree))
    report = replace(report, remarks=())  # as they were written when the run was made
    if report.program is not None:
        report = replace(report, program=replace(report.program, exceptions=1))
    of_ones = replace(run, report=report)
    texts = [sentence(tree), rightness(report).said, located(report) or "", *checked(report)]
    texts += [f"{row.name}: {row.figure}; {row.note}" for row in evidence_rows(report)]
    texts += [said for entry in card(of_ones) for said in entry.said]
    assert [text for text in texts if ONE_IN_THE_PLURAL.search(text)] == []


@pytest.mark.parametrize("path", sorted(GALLERY.glob("*/program.py")), ids=lambda p: p.parent.name)
def test_no_program_of_the_gallery_has_one_in_the_plural(path):
    (text,) = re.findall(r'^"""(.*?)"""', path.read_text(), re.DOTALL)
    assert not ONE_IN_THE_PLURAL.search(text)


@pytest.mark.parametrize(
    "said", ["1 inputs", "over 1 boxes in hidden space", "1 exceptions listed"]
)
def test_what_the_law_finds(said):
    assert ONE_IN_THE_PLURAL.search(said)
    assert not ONE_IN_THE_PLURAL.search("at length 1 programs agree on 1 of 300 sequences")
