"""What is asked of one value of a selection gets one of its own, where answers are the same."""

import numpy as np

from distill.checker.selections import ANSWERS
from distill.kinds.attention.learned.parted import parted
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import answered


def ended(by="4 if copied_i == 2 else voted_i", alone=False):
    chosen = Step("chosen", "select", ("at",), ("at",), "j < i or j == 0")
    copied = Step("copied", "copy", (), ("tokens",), "y", "chosen", -1)
    voted = Step("voted", "vote", (), ("tokens",), "y", "chosen", -1)
    last = Step(ANSWERS, "map", ("copied", "voted"), by=by)
    if alone:
        last = Step(ANSWERS, "map", ("copied",), by="4 if copied_i == 2 else 0")
        return AttentionMechanism((0, 2), 4, (chosen, copied, last))
    return AttentionMechanism((0, 2), 4, (chosen, copied, voted, last))


ENDING = [np.array([[0, 0, 1, 2], [1, 0, 1, 2], [0, 1, 2, 2]])]
"""Texts in which nothing but 2 comes behind a 2."""


def test_a_program_gets_a_selection_of_the_value_that_is_asked_for():
    (other,) = parted(ended(), ENDING)
    assert [step.name for step in other.steps] == ["chosen", "met", "copied", "voted", ANSWERS]
    assert other.steps[1].by == "(j < i or j == 0) and y == 2"
    assert (answered(other, ENDING[0], {}) == answered(ended(), ENDING[0], {})).all()


def test_where_answers_would_be_others_it_gets_none():
    """A 2 that other tokens come after is chosen, and is not the last that is."""
    assert not [*parted(ended(), [np.array([[2, 0, 1, 0]])])]


def test_what_is_asked_for_more_than_one_value_or_is_alone_stays():
    assert not [*parted(ended("4 if copied_i == 2 else copied_i + voted_i"), ENDING)]
    assert not [*parted(ended(alone=True), ENDING)]


def of_thirds(behind="copied_i == 2"):
    """A vote among every third position before, and 4 where a 2 is among these."""
    value = Step("value", "map", ("at",), by="i % 3")
    by = "j < i and value_j == value_i"
    chosen = Step("chosen", "select", ("at", "value"), ("at", "value"), by)
    copied = Step("copied", "greatest", (), ("tokens",), "y", "chosen", -1)
    voted = Step("voted", "vote", (), ("tokens",), "y", "chosen", -1)
    by = f"4 if {behind} else voted_i"
    last = Step(ANSWERS, "map", ("copied", "voted"), by=by)
    return AttentionMechanism((0, 2), 7, (value, chosen, copied, voted, last))


ONE_TWO = [np.array([[0, 1, 1, 2, 0, 0, 1], [1, 1, 2, 0, 0, 1, 0]])]


def test_what_key_and_query_have_in_common_may_be_compared_behind():
    before, behind = parted(of_thirds(), ONE_TWO)
    assert before.steps[2].by == "j < i and value_j == value_i and y == 2"
    assert behind.steps[2].by == "j < i and y == 2"
    assert behind.steps[2].of == ("at",)
    assert behind.steps[3].by == "value_j"
    assert behind.steps[-1].by == "4 if copied_i == value_i else voted_i"
    assert (answered(behind, ONE_TWO[0], {}) == answered(of_thirds(), ONE_TWO[0], {})).all()


def test_of_several_that_are_met_it_would_compare_the_last_alone():
    two = [np.array([[2, 1, 2, 0, 0, 1, 0]])]
    (before,) = parted(of_thirds(), two)
    assert "value_j == value_i" in before.steps[2].by
