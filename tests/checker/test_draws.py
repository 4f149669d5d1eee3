"""Sequences drawn from raw random numbers: the same for everybody, and what they are said to be."""

import numpy as np
import pytest
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.checker.draws import drawn, every, numbers, stress, symbols, uniform

CHANNELS = st.lists(
    st.builds(
        lambda start, size: range(start, start + size), st.integers(-9, 9), st.integers(2, 7)
    ),
    min_size=1,
    max_size=3,
).map(tuple)


@settings(max_examples=examples(60), deadline=None)
@given(CHANNELS, st.integers(0, 2**32), st.integers(1, 9), st.integers(1, 30))
def test_sequences_are_of_the_ranges_and_of_the_seed(channels, seed, count, length):
    for draw in (uniform, stress):
        found = draw(channels, count, length, seed)
        assert found.shape == (count, length, len(channels))
        for place, values in enumerate(channels):
            assert set(found[:, :, place].ravel().tolist()) <= set(values)
        np.testing.assert_array_equal(found, draw(channels, count, length, seed))
        np.testing.assert_array_equal(symbols(numbers(found, channels), channels), found)


def test_uniform_sequences_hold_every_value_alike():
    found = uniform((range(-2, 3), range(2)), 4000, 5, 7)
    counts = np.bincount(found[..., 0].ravel() + 2)
    assert counts.min() > 3800
    assert counts.max() < 4200
    assert abs(found[..., 1].mean() - 0.5) < 0.01
    assert abs(np.corrcoef(found[..., 0].ravel(), found[..., 1].ravel())[0, 1]) < 0.03


def test_stress_sequences_are_what_uniform_ones_are_not():
    found = stress((range(3, 9), range(-4, 5)), 40, 50, 0)
    constant, sparse, extremes, runs = (found[kind::4] for kind in range(4))
    assert (constant == constant[:, :1]).all()
    assert ((sparse == [3, 0]).all(axis=2).mean(axis=1) > 0.5).all()
    assert set(extremes[:, :, 0].ravel().tolist()) == {3, 8}
    assert set(extremes[:, :, 1].ravel().tolist()) == {-4, 4}
    assert ((runs[:, 1:] == runs[:, :-1]).all(axis=2).mean(axis=1) > 0.4).all()


def test_every_sequence_comes_once():
    found = every((range(2), range(-1, 2)), 3)
    assert len({tuple(map(tuple, sequence)) for sequence in found.tolist()}) == 6**3 == len(found)


def test_a_draw_as_data():
    channels = (range(2), range(5))
    listed = {"kind": "listed", "length": 2, "listed": "0 4 1 3 1 0 0 0"}
    assert drawn(listed, channels).tolist() == [[[0, 4], [1, 3]], [[1, 0], [0, 0]]]
    with pytest.raises(ValueError, match="'other' are not known"):
        drawn({"kind": "other", "length": 2}, channels)
    with pytest.raises(ValueError, match="cannot reshape"):
        drawn(listed | {"length": 3}, channels)
