"""Whether a network was shown to hold what its program computes with: one rule, for every kind.

Every test of the inside is a row of the report: a value, and the value that a wrong explanation
(a decoy) reached in the same test. A network is located if it was stored and every test of its kind
was made, gave what it needs, and stands clear of its decoy. **A test that was not made is not
passed**, and neither is one without a decoy, where one can always be made. What a decoy cannot be
found for in every network is held against its bound alone.

A loop whose program has no variable that its state determines (it remembers nothing from step to
step, or only what may be anything in some state) has nothing to locate: it is never located.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .kind import DECOY, VARIABLE, Test
from .kinds import KINDS
from .verdict import is_number

DERIVED = frozenset(
    (
        *("logit_r2", "kept_only_accuracy", "removed_accuracy"),
        *("character_r2", "character_lead", "joint_kernel"),
        *("smallest_margin", "mean_margin_train", "mean_margin_heldout"),
    )
)
"""Rows that a checker derives from a stored network; it takes the others as they are."""

NOTHING = (
    "not located: the program has no variable that its state determines, so there is nothing to "
    "locate"
)

UNLOOKED = (
    "not located: the program says what the network answers, and nothing inside the network was "
    "looked at"
)

NO_TEST = (
    "not located: the program says what the network answers, and what was measured beside that is "
    "no test of its inside"
)
"""Of a kind without tests in whose reports something is measured beside a decoy all the same."""

UNTESTED = (
    "not located: the program says what the network answers, and no test of the inside was made"
)

Rows = Mapping[str, tuple[float | None, float | None]]
"""Value and decoy of rows, by name."""


def doubts(kind: str, rows: Rows, stored: bool, variables: Sequence[str]) -> list[str]:
    """Why a network was not shown to hold what its program computes with; none if it was.

    Args:
        kind: of the mechanism.
        rows: value and decoy of every row of the report; null where there is none.
        stored: whether the network was stored, so that its inside can be looked at again.
        variables: of the program, that the state of a loop determines.
    """
    if not stored:
        return ["not located: the network is a black box, nothing in it was removed or exchanged"]
    if kind not in KINDS:
        return [f"not located: no test is known for a mechanism of the kind '{kind}'"]
    tests = KINDS[kind].TESTS
    if not any(_was_made(test, rows) for test in tests):
        beside = any(decoy is not None for _, decoy in rows.values())
        return [UNTESTED if tests else NO_TEST if beside else UNLOOKED]
    if not variables and any(test.name == VARIABLE for test in tests):
        return [NOTHING]
    said = (
        _doubt(test, words, rows.get(name, (None, None)))
        for test in tests
        if variables or not test.of_variables
        for name, words in _names(test, rows, variables)
    )
    return [f"not located: {doubt}" for doubt in said if doubt is not None]


def rule(kind: str, name: str, stored: bool) -> tuple[float | None, bool, bool]:
    """What a row of a report of this kind needs to be located, in which direction; and whether a
    checker derives it. Null where the row is no test.
    """
    derived = stored and name in DERIVED
    for test in KINDS[kind].TESTS if kind in KINDS else ():
        if name == test.name or (test.stands_for_many and name.startswith(test.name)):
            return test.needs, test.at_least, derived or (stored and test.derived)
    return None, True, derived


def _was_made(test: Test, rows: Rows) -> bool:
    """Whether some row of a test of the inside has a value; a null one is as good as none, whoever
    writes it.
    """
    made = test.stands_for_many or rows.get(test.name, (None, None))[0] is not None
    return made and not test.of_program


def _names(test: Test, rows: Rows, variables: Sequence[str]) -> list[tuple[str, str]]:
    """The rows that a test is about, and what each is called in words."""
    if test.name == VARIABLE:
        return [(VARIABLE + name, f"{test.words} {name}") for name in variables]
    if test.name == DECOY:
        found = [name for name in rows if name.startswith(DECOY)]
        return [(name, test.words) for name in found] or [(DECOY, test.words)]
    return [(test.name, test.words)]


def _doubt(test: Test, words: str, row: tuple[float | None, float | None]) -> str | None:
    value, decoy = row
    if value is None or not is_number(value):
        return f"{words}: not tested"
    if value < test.needs if test.at_least else value > test.needs:
        side = "at least" if test.at_least else "at most"
        return f"{words}: {_digits(value, test.needs)}, needs {side} {test.needs}"
    if decoy is None:
        return f"{words}: no decoy stands beside it" if test.beside else None
    if not is_number(decoy) or (value - decoy if test.at_least else decoy - value) < test.clear:
        return f"{words}: {value:.3f}, and a decoy {decoy:.3f}"
    return None


def _digits(value: float, bound: float) -> str:
    """Three digits, or as many more as show on which side of a bound a value is."""
    shown = f"{value:.3f}"
    for digits in range(4, 18):
        if float(shown) != bound:
            break
        shown = f"{value:.{digits}f}"
    return shown
