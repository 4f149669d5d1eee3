"""What is searched with in arrays is what a program's primitives give, text by text."""

import numpy as np
import pytest

from distill.checker.selections import PRIMITIVES
from distill.kinds.attention.learned.values import Tallies, aggregated

RNG = np.random.default_rng(8)
CHOICE = RNG.random((3, 5, 6, 6)) < np.array([0.2, 0.5, 0.9])[:, None, None, None]
VALUES = RNG.integers(-2, 4, (5, 6))


@pytest.mark.parametrize("name", sorted({*PRIMITIVES} - {"mean"}))
def test_aggregations_are_those_of_the_primitives(name):
    space: dict = {}
    exec(PRIMITIVES[name], space)
    taken = [] if name == "width" else [VALUES]
    found = aggregated(CHOICE, name, taken, -9)
    for chosen, given in zip(CHOICE, found, strict=True):
        for pairs, values, said in zip(chosen, VALUES, given, strict=True):
            rest = () if name == "width" else (values.tolist(), -9)
            assert space[name](pairs.tolist(), *rest) == said.tolist()


def test_votes_without_ties_are_one():
    told = Tallies.of(CHOICE, VALUES)
    every = [aggregated(CHOICE, op, [VALUES], -9, told) for op in ("vote", "vote_last")]
    least = aggregated(CHOICE, "vote_least", [VALUES], -9, told)
    for tied, *three in zip(told.tied, *every, least, strict=True):
        alike = all((one == three[0]).all() for one in three)
        assert alike or tied
    assert told.tied.any()
