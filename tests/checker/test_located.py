"""One rule for every kind: a test of the inside that was not made is not passed."""

import dataclasses
import math
import re

import pytest
from builders.paths import DOCS
from planted import planted_model

import distill
from distill.checker.compare import not_derived
from distill.checker.kind import CLEAR, DECOY, VARIABLE
from distill.checker.kinds import KINDS
from distill.checker.located import NO_TEST, UNLOOKED, UNTESTED, doubts, rule
from distill.networks.stored import Model

NAMES = ("total", "phase")

TESTS = {name: kind.TESTS for name, kind in KINDS.items()}


def passed(kind):
    """Rows of a network that passes every test by far."""
    return {
        VARIABLE + name if test.name == VARIABLE else test.name: (1.0, 0.2)
        if test.at_least
        else (0.0, 1.0 if test.beside else None)
        for test in TESTS[kind]
        for name in (NAMES if test.name == VARIABLE else ("",))
    }


ROWS = [(kind, name) for kind in TESTS for name in passed(kind)]


@pytest.mark.parametrize("kind", TESTS)
def test_a_network_that_passes_every_test_is_located(kind):
    """But for a kind that looks at nothing inside: no test is no evidence."""
    assert doubts(kind, passed(kind), True, NAMES) == ([] if TESTS[kind] else [UNLOOKED])


def test_nothing_was_looked_at_is_not_said_where_something_stands_beside_a_decoy():
    assert doubts("formula", {"gradient_r2": (1.0, -59.0)}, True, ()) == [NO_TEST]
    assert doubts("formula", {"smallest_margin": (1.0, None)}, True, ()) == [UNLOOKED]


GUIDE = {
    **{"fourier": "waves", "automaton": "machine", "recurrence": "integers"},
    **{"group": "groups", "comparison": "comparisons", "attention": "selections"},
}


def test_the_guides_table_has_every_kinds_bounds():
    text = (DOCS / "verdicts.md").read_text()
    assert {*GUIDE} == {kind for kind, tests in TESTS.items() if tests}
    for kind, row in GUIDE.items():
        (line,) = (each for each in text.splitlines() if each.startswith(f"| {row} |"))
        for cell, at_least in zip(line.split("|")[2:4], (True, False), strict=True):
            needs = [test.needs for test in TESTS[kind] if test.at_least == at_least]
            said = re.findall(r"(?<= )\d[\d.]*(?=,| |$)", cell)
            assert sorted(map(float, said)) == sorted(needs), (kind, cell)


def test_a_kind_that_looks_inside_is_not_said_to_have_looked_at_nothing():
    """What it saw there was nothing to test."""
    for kind in ("group", "comparison"):
        assert doubts(kind, {}, True, ()) == [UNTESTED]
    few = {"table_cells": (0.0, None), "replaced_accuracy": (None, None)}  # of the program alone
    assert doubts("attention", few, True, ()) == [UNTESTED]


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in TESTS for name in passed(kind)]
)
def test_one_test_that_was_not_made_is_enough_for_doubt(kind, name):
    for missing in ((None, None), (math.nan, 0.2), (math.inf, 0.2)):
        (doubt,) = doubts(kind, passed(kind) | {name: missing}, True, NAMES)
        assert doubt.endswith(": not tested")
    without = {row: value for row, value in passed(kind).items() if row != name}
    assert [doubt.endswith(": not tested") for doubt in doubts(kind, without, True, NAMES)] == [
        True
    ]


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in TESTS for name in passed(kind)]
)
def test_every_test_has_its_bound_and_must_stand_clear_of_its_decoy(kind, name):
    needs, at_least, _ = rule(kind, name, True)
    side = 1 if at_least else -1
    beyond = passed(kind) | {name: (needs - side * 1e-6, None)}
    (doubt,) = doubts(kind, beyond, True, NAMES)
    assert f"needs at {'least' if at_least else 'most'} {needs}" in doubt
    far = passed(kind) | {name: (needs, needs - side * (CLEAR + 1e-6))}
    assert doubts(kind, far, True, NAMES) == []
    close = passed(kind) | {name: (needs, needs - side * (CLEAR - 1e-6))}
    (doubt,) = doubts(kind, close, True, NAMES)
    assert "and a decoy" in doubt
    (doubt,) = doubts(kind, passed(kind) | {name: (needs, math.nan)}, True, NAMES)
    assert "and a decoy" in doubt


@pytest.mark.parametrize("kind", TESTS)
def test_a_test_that_always_has_a_decoy_is_not_passed_without_one(kind):
    """Whoever set it to null had the bound alone to reach."""
    for test in TESTS[kind]:
        name = VARIABLE + NAMES[0] if test.name == VARIABLE else test.name
        found = doubts(kind, passed(kind) | {name: (test.needs, None)}, True, NAMES)
        assert [doubt.endswith("no decoy stands beside it") for doubt in found] == (
            [True] if test.beside else []
        )


def test_a_row_whose_decoy_was_taken_away_is_listed_as_such():
    """Where a decoy cannot always be found a row may stand alone, and a reader is told so."""
    row = {"name": "element_r2", "value": 0.9, "needs": 0.5, "at_least": True, "derived": True}
    claims = {"figures.element_r2": 0.9}
    for decoy, listed in ((0.1, "the decoy of element_r2"), (None, "that no decoy stands beside")):
        (said,) = not_derived({"figures": [{**row, "decoy": decoy, "note": None}]}, claims)
        assert said.startswith(listed)


@pytest.mark.parametrize("kind", TESTS)
def test_so_it_is_of_every_kind_whether_the_figure_is_derived_or_not(kind):
    for test in TESTS[kind]:
        if test.name == DECOY:
            continue
        name = VARIABLE + NAMES[0] if test.name == VARIABLE else test.name
        row = {"name": name, "value": test.needs, "decoy": None, "needs": test.needs}
        claims = {f"figures.{name}": test.needs} if test.derived else {}
        assert f"that no decoy stands beside {name}" in not_derived({"figures": [row]}, claims)


def test_a_figure_like_its_decoy_says_nothing_whatever_the_kind():
    """Two that were seen: of one kind .889 beside .812 passed, of another 1 beside .926 did not."""
    waves = passed("fourier") | {"decode_r2": (0.889, 0.812)}
    machine = passed("automaton") | {VARIABLE + "total": (1.0, 0.926)}
    assert len(doubts("fourier", waves, True, ())) == 1
    assert len(doubts("automaton", machine, True, NAMES)) == 1


def test_what_is_not_stored_not_known_or_remembers_nothing_is_never_located():
    assert "black box" in doubts("fourier", passed("fourier"), False, ())[0]
    assert "no test is known" in doubts("oracle", {}, True, NAMES)[0]
    for kind in ("automaton", "recurrence"):
        assert "nothing to locate" in doubts(kind, passed(kind), True, ())[0]


def test_a_network_whose_inputs_share_some_rows_of_its_embedding_is_not_located():
    """No plane can be kept, removed or exchanged in it: it was told to be located all the same."""
    plain = planted_model(23, {2: 5.0, 7: 4.0, 9: 3.0})
    shape = dataclasses.replace(plain.architecture, offsets=(0, 5))
    domain = distill.Domain((range(23), range(5, 23)), range(23))
    report = distill.distill(Model(shape, plain.parameters), domain).report
    assert report.verdict == "proved"
    assert report.value("kept_only_accuracy") is None
    assert not report.located
    assert any("not tested" in reason for reason in report.reasons)
