"""What is said of the inside of a network is what the tests of its kind did."""

import pytest

from distill.checker.kinds import KINDS
from distill.pages.statements import REPLACED, WAYS, ways_of

SAID = {
    "fourier": "removing, exchanging and decoding it",
    "group": "removing and moving it",
    "comparison": "removing it",
    "automaton": "moving, exchanging and decoding it",
    "recurrence": "moving and decoding it",
    "attention": "putting the program's selections in place of its attention",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_located_by_its_own_tests(kind):
    """A kind that has none is never located."""
    assert ways_of(kind) == SAID.get(kind, "")
    assert bool(KINDS[kind].TESTS) == (kind in SAID)


def test_every_way_is_one_of_a_test_that_there_is():
    tests = {test.name for kind in KINDS.values() for test in kind.TESTS}
    assert {REPLACED, *(name for names in WAYS.values() for name in names)} <= tests
