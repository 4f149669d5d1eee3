"""Every row of a report is told in words, whatever the kind."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from builders.paths import ROOT

from distill.checker.kind import DECOY, VARIABLE
from distill.checker.kinds import KINDS
from distill.pages.heads_said import FOLLOWED, REPLACED, of_heads, way_of_heads
from distill.records.figure import Figure
from distill.records.figures import ELSEWHERE, EVERY, ONE_OF, SEQUENCES, words_of
from distill.runs.store import load_run

GALLERY = sorted((Path(ROOT) / "outputs" / "gallery").glob("*/verification.json"))


def has_words(name):
    return name in EVERY or name in SEQUENCES or name.startswith(tuple(ONE_OF))


@pytest.mark.parametrize("kind", KINDS)
def test_no_test_of_a_kind_is_shown_by_its_key(kind):
    for test in KINDS[kind].TESTS:
        assert test.name in (VARIABLE, DECOY) or has_words(test.name), test.name


def test_a_row_that_has_the_words_of_its_test_is_not_told_by_the_row_before():
    """ "The same" is no word of a reason: there the row before does not stand."""
    tests = {test.name: test for test in KINDS["attention"].TESTS}
    assert EVERY["attention_apart"].note.startswith(tests["attention_apart"].words)
    assert not [test for kind in KINDS.values() for test in kind.TESTS if "the same" in test.words]


def test_no_row_of_the_gallery_is_shown_by_its_key():
    assert len(GALLERY) > 50
    rows = {row["name"] for path in GALLERY for row in json.loads(path.read_text())["figures"]}
    assert not [name for name in rows if not has_words(name) and not name.startswith("decoy")]


def test_a_decoy_says_what_it_is():
    """Two rows that are both called "a decoy" are not told apart."""
    for words in (*EVERY.values(), *SEQUENCES.values()):
        assert words.decoy not in ("a decoy", "decoy")


def test_what_is_given_to_heads_that_say_nothing_is_said_in_the_same_words(planted_run):
    report = load_run(planted_run).report
    for selects in (True, False):
        figures = tuple(
            Figure(name, 0.95, 0.2, 0.9, True, True, None) for name in (REPLACED, FOLLOWED)
        )
        mechanism = replace(
            report.mechanism, kind="attention", variables=("chosen",) if selects else ()
        )
        told = replace(report, space="texts", mechanism=mechanism, figures=figures)
        row = words_of(told, figures[0])
        assert ELSEWHERE in row.note
        assert ("selections" in row.note) == selects
        assert ("selections" in words_of(told, figures[1]).note) == selects
        assert ELSEWHERE in of_heads(told)[0]
        assert ELSEWHERE in way_of_heads(False)
        guide = (Path(ROOT) / "docs" / "reading_a_report.md").read_text()
        assert ELSEWHERE in guide


def test_no_note_begins_with_a_number():
    """It stands beside a figure: "0.018  1: the inputs enter alike" is read as two."""
    for words in (*EVERY.values(), *ONE_OF.values(), *SEQUENCES.values()):
        assert not words.note[:1].isdigit(), words.note


def test_a_label_says_by_which_two_figures_it_is():
    words = ONE_OF["isolated: "].of("5")
    assert words.noted("clock") == "by this figure and the next it is called clock"
