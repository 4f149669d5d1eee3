"""A vote between two tokens is a count of one of them, where answers are the same."""

import numpy as np
import pytest

from distill.checker.selections import ANSWERS
from distill.kinds.attention.learned.tallied import tallied
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import answered

UNEVEN = [np.array([[0, 0, 1], [1, 1, 0], [1, 1, 1]])]
"""Texts in which one token is ahead from the first on."""
EVEN = [np.array([[0, 1, 0, 1], [0, 1, 1, 1]])]


def voting(op="vote_last", by="j <= i", tokens=(0, 1), twice=False, keys=("tokens",), value="y"):
    chosen = Step("chosen", "select", ("at",), ("at",), by)
    voted = Step("voted", op, (), keys, value, "chosen", -1)
    more = (Step("times", "width", chosen="chosen"),) if twice else ()
    read = ("voted", "times") if twice else ("voted",)
    last = Step(ANSWERS, "map", read, by=" + ".join(f"{it}_i" for it in read))
    return AttentionMechanism(tokens, 4, (chosen, voted, *more, last))


@pytest.mark.parametrize("op", ["vote", "vote_last", "vote_least"])
@pytest.mark.parametrize("tokens", [(0, 1), (3, 4)])
def test_a_vote_becomes_a_count_of_the_larger_token(op, tokens):
    batches = [rows + tokens[0] for rows in UNEVEN]
    other, counted = tallied(voting(op, tokens=tokens), batches)
    met, times, voted, _ = other.steps
    assert (met.name, times.op, times.chosen) == (counted, "width", counted)
    assert met.by == f"j <= i and y == {tokens[1]}"
    assert voted.by == f"{tokens[1]} if 2 * times_i > i else {tokens[0]}" or op != "vote"
    for rows in batches:
        assert (answered(other, rows, {}) == answered(voting(op, tokens=tokens), rows, {})).all()


@pytest.mark.parametrize(("op", "least"), [("vote_last", "> i else"), ("vote", "> i + 1 else")])
def test_what_is_answered_where_there_are_as_many_is_kept(op, least):
    """Of 0, 1 the last is 1 and the first 0; behind 0, 1, 0 the last is another than the larger."""
    start = [rows[:, :2] for rows in EVEN]
    other, _ = tallied(voting(op), start)
    assert least in other.steps[2].by
    assert tallied(voting("vote_last"), [np.array([[0, 1], [1, 0]])]) is None


@pytest.mark.parametrize(
    "program",
    [
        voting(by="j < i"),
        voting(tokens=(0, 2)),
        voting(twice=True),
        voting(value="j", keys=("at",)),
        voting(op="greatest"),
    ],
)
def test_other_programs_are_left(program):
    assert tallied(program, UNEVEN) is None
