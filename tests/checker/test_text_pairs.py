"""The least quotient over all texts of a set, whose parts hang on two tokens each."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.checker.text_pairs import Pairs

POSITIONS, TOKENS = 4, 3
PLACES = np.arange(POSITIONS)


def drawn(seed, soft):
    """Parts of a sum along chains and trees, with a set of texts."""
    rng = np.random.default_rng(seed)
    shape = (1, POSITIONS, TOKENS, TOKENS)
    low = rng.normal(size=shape) * 2
    look = np.array([0, *(rng.integers(place) for place in range(1, POSITIONS))])
    low[:, 0] = low[:, 0, :, :1]  # looks at itself
    taken = rng.normal(size=(1, 2, *shape[1:]))
    taken[:, :, 0] = taken[:, :, 0, :, :1]
    allowed = rng.random((1, POSITIONS, TOKENS)) < 0.6
    allowed[0, PLACES, rng.integers(TOKENS, size=POSITIONS)] = True
    high = low + soft * rng.random(shape)
    high[:, 0] = high[:, 0, :, :1]
    return Pairs(low, high, taken, allowed, look)


def least(pairs):
    """By going through all texts, and all weights at one end or the other."""
    found = np.full(2, np.inf)
    for text in product(range(TOKENS), repeat=POSITIONS):
        if not pairs.allowed[0, PLACES, text].all():
            continue
        beside = np.array(text)[pairs.look]
        both = np.exp([it[0, PLACES, text, beside] for it in (pairs.low, pairs.high)])
        along = pairs.taken[0, :, PLACES, text, beside].T
        for ends in product(range(2), repeat=POSITIONS):
            weights = both[list(ends), PLACES]
            found = np.minimum(found, along @ weights / weights.sum())
    return found


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.1, 1.0]))
def test_both_bounds_are_below_every_quotient_and_the_tree_is_nearer(seed, soft):
    pairs = drawn(seed, soft)
    alone, truth = pairs.each_alone().value, least(pairs)
    tree = pairs.as_tree(alone)
    assert pairs.is_tree
    assert (alone <= tree).all()
    assert (tree[0] <= truth + 1e-9).all()


def test_a_tree_comes_near_the_least_where_positions_by_themselves_do_not():
    apart = list[tuple[float, float]]()
    for seed in range(40):
        pairs = drawn(seed, 0.1)
        alone, truth = pairs.each_alone().value[0], least(pairs)
        tree = pairs.as_tree(alone[None])[0]
        apart += zip(truth - alone, truth - tree, strict=True)
    alone, tree = np.array(apart).T
    assert np.mean(alone > 0.2) > 0.5
    assert np.mean(tree < 0.02) > 0.6


def test_positions_that_look_ahead_are_no_tree():
    pairs = drawn(0, 0.0)
    assert not Pairs(pairs.low, pairs.high, pairs.taken, pairs.allowed, pairs.look[::-1]).is_tree
