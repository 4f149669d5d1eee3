"""What is said of the inside of a network is what the tests of its kind did."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from distill.checker.kinds import KINDS
from distill.pages.evidence import evidence_rows
from distill.pages.inside_said import REPLACED, WAYS, inside, located, ways_of
from distill.records.figure import Figure
from distill.records.report import NOT_LOOKED_FOR

SAID = {
    "fourier": ("isolating", "removing", "exchanging", "decoding"),
    "group": ("isolating", "removing", "moving"),
    "comparison": ("isolating", "removing"),
    "automaton": ("moving", "exchanging", "decoding"),
    "recurrence": ("moving", "decoding"),
    "attention": (),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_located_by_its_own_tests(kind):
    """A kind that has none is never located."""
    assert ways_of(kind) == SAID.get(kind, ())
    assert bool(KINDS[kind].TESTS) == (kind in SAID)


def test_every_way_is_one_of_a_test_that_there_is():
    tests = {test.name for kind in KINDS.values() for test in kind.TESTS}
    assert {REPLACED, *(name for names in WAYS.values() for name in names)} <= tests


def row(name, value=1.0, decoy=None, needs=0.8):
    return Figure(name, value, decoy, needs, True, False, None)


def of(kind, *rows, variables=("state",)):
    """What of a report the sentence on what located it is made from."""
    mechanism = SimpleNamespace(kind=kind, variables=variables)
    about = {"verdict": "proved", "located": True, "remarks": ()}
    return SimpleNamespace(**about, mechanism=mechanism, figures=rows)


def test_what_was_not_looked_for_is_said_beside_what_was_located():
    some = of("automaton", row("moved_accuracy", decoy=0.3), variables=("phase",))
    left = f"count has several values in some states, and {NOT_LOOKED_FOR}"
    some.remarks = ("another", left)
    assert located(some).endswith(f" That is said of phase: {left}.")


def test_decoys_are_said_of_what_they_stand_beside_and_of_nothing_else():
    moved, exchanged = row("moved_accuracy", decoy=0.3), row("interchange_accuracy", decoy=0.2)
    alone = of("automaton", moved, exchanged, row("variable: state"))
    assert located(alone).endswith(
        "by moving and exchanging it, with decoys beside, and decoding it, without a decoy."
    )
    beside = of("automaton", moved, exchanged, row("variable: state", decoy=0.4))
    assert located(beside).endswith("by moving, exchanging and decoding it, with decoys beside.")
    one = of("automaton", moved, exchanged, *(row(f"variable: {n}", decoy=0.4) for n in "ab"))
    one.figures += (row("variable: c"),)
    assert located(one).endswith("and decoding it, without a decoy.")
    heads = of("attention", row(REPLACED, decoy=0.1))
    assert located(heads).endswith("in place of its attention, with decoys beside.")


def test_a_test_without_a_decoy_says_so_in_its_row(planted):
    figures = (row("variable: state"), row("moved_accuracy", decoy=0.3), row("character_r2"))
    figures = (*figures[:2], replace(figures[2], needs=None))
    notes = {r.name: r.note for r in evidence_rows(replace(planted.report, figures=figures))}
    assert notes["state in the hidden state"].endswith("at least 0.8; no decoy stands beside it")
    assert "no decoy" not in notes["hidden state moved"]
    assert "no decoy" not in notes["R² by characters"]


def test_what_was_done_to_a_network_that_compares_is_among_what_was_checked(planted):
    figures = (
        row("margin_r2", 0.47, 0.1),
        row("line_kept_accuracy", 0.96, 0.5),
        row("line_removed_accuracy", 0.6),
    )
    said = " ".join(inside(replace(planted.report, figures=figures)))
    assert "R² 0.470, on inputs not used for fitting; of another sum that is 0.100" in said
    assert "96.0% of its answers (in another order 50.0%); without that line 60.0%" in said
