"""A linear probe reads what is there, on rows that it was not fitted on, and nothing else."""

import numpy as np
import pytest
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.evidence.probe import (
    linear_reading,
    r_squared,
    read_along,
    readable_directions,
    rows_along,
    slight_ridge,
)
from distill.evidence.profile import aligned_profile, amplitudes

RNG = np.random.default_rng(0)


@settings(deadline=None, max_examples=examples(20))
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1e-9]))
def test_what_is_a_linear_map_of_the_activations_is_read_and_an_unrelated_variable_is_not(
    seed, ridge
):
    rng = np.random.default_rng(seed)
    activations = rng.normal(size=(400, 6))
    true = activations @ rng.normal(size=(6, 2)) + rng.normal(size=2)
    decoy = rng.normal(size=(400, 2))
    reading = linear_reading(
        activations, np.column_stack([true, decoy]), np.arange(400) < 200, ridge
    )
    assert reading.score()[:2] == pytest.approx([1, 1])
    assert reading.read[:, :2] == pytest.approx(true, abs=1e-6)
    assert reading.score()[2:].max() < 0.2


def test_more_directions_than_rows_fit_anything_and_score_nothing():
    activations, unrelated = RNG.normal(size=(100, 80)), RNG.normal(size=(100, 1))
    fitted = np.arange(100) < 50
    reading = linear_reading(activations, unrelated, fitted)
    assert reading.fit()[0] == pytest.approx(1)
    assert reading.score()[0] < 0.2
    directions = readable_directions(activations, fitted)
    assert directions.shape == (100, 12)
    assert linear_reading(directions, unrelated, fitted).fit()[0] < 0.7
    assert readable_directions(directions[:, :9], fitted).shape == (100, 9)


def test_dead_units_leave_a_slight_ridge_a_reading():
    activations = np.column_stack([RNG.normal(size=(100, 3)), np.zeros((100, 4))])
    fitted = np.arange(100) < 50
    ridge = slight_ridge(activations, fitted)
    reading = linear_reading(activations, activations[:, :1], fitted, ridge)
    assert reading.score()[0] == pytest.approx(1, abs=1e-6)


def test_targets_of_a_group_are_scored_together_and_a_constant_is_not_read():
    targets = np.array([[0.0, 1, 5], [2, 1, 5], [4, 1, 5]])
    read = targets + np.array([[1.0, 0, 0], [0, 0, 0], [0, 2, 0]])
    assert r_squared(read, targets) == pytest.approx([1 - 1 / 8, 0, 0])
    together = r_squared(read, targets, np.array([0, 0, 1]))
    assert together == pytest.approx([1 - 5 / 8, 0])


def test_what_grows_with_the_steps_alone_is_not_read_as_a_sum_that_does():
    """Hidden states that count the steps read every running sum, unless their mean is taken out."""
    steps = RNG.integers(0, 9, (200, 12))
    counted, total = np.broadcast_to(np.arange(1, 13), (200, 12)), steps.cumsum(axis=1)
    hidden = np.stack([counted, RNG.normal(size=(200, 12))], axis=2).astype(float)
    rows, fitted = rows_along(hidden)
    assert linear_reading(rows, total.reshape(-1, 1), fitted).score()[0] > 0.5
    assert read_along(hidden, total)[1] < 0.1
    assert read_along(hidden, counted)[1] == pytest.approx(1)  # of the step alone: all is read
    held = np.concatenate([hidden, total[:, :, None]], axis=2)
    read, score = read_along(held, total)
    assert score == pytest.approx(1)
    assert read == pytest.approx(total)


def test_half_of_the_sequences_are_fitted_and_none_in_part():
    rows, fitted = rows_along(np.arange(5 * 3 * 2, dtype=float).reshape(5, 3, 2))
    assert rows.shape == (15, 2)
    assert fitted.tolist() == [True] * 6 + [False] * 9


@pytest.mark.parametrize("p", [11, 12])
def test_the_amplitudes_of_waves_around_a_number_come_back(p):
    sizes = RNG.uniform(1, 3, p // 2)
    number, output = np.divmod(np.arange(p * p), p)
    steps = (output - number).reshape(p, p)
    k = np.arange(1, p // 2 + 1)
    logits = (sizes * np.cos(2 * np.pi * k * steps[..., None] / p)).sum(axis=2)
    assert amplitudes(aligned_profile(logits, np.arange(p))) == pytest.approx(sizes)
