"""What is said of deviations over a box, from their numbers."""

import math

import numpy as np
import pytest
from builders.real_networks import PRODUCT, product, program_of

from distill.checker.deviations import (
    NEAR,
    box_held,
    listed_rows,
    number,
    proved,
    root_mean_square,
    values_of,
    wanted_bound,
)


@pytest.mark.parametrize("none", [math.inf, math.nan])
def test_where_there_is_no_value_there_is_no_largest_deviation(none):
    assert number(np.array([0.5, 3.0, 1.0])) == 3.0
    assert number(np.array([])) == 0.0
    assert number(np.array([0.5, none, 1.0])) is None
    assert root_mean_square(np.array([3.0, 4.0, 0.0, 0.0])) == 2.5
    assert root_mean_square(np.array([3.0, none])) is None
    assert listed_rows(np.array([[0.5, none], [-1.0, 2.0]])) == [[0.5, None], [-1.0, 2.0]]


def test_a_proof_may_stop_at_the_tolerance_or_a_little_above_what_was_found():
    assert wanted_bound(2.0, 1.0) == 2.0
    assert wanted_bound(1.0, 1.0) == NEAR
    assert 1.0 < NEAR < 1.5


def test_what_is_proved_holds_everywhere_and_what_is_tested_at_points_that_are_named():
    draw = {"count": 5000, "seed": 2}
    held = box_held(("x", "y"), ((0.5, 2.0), (1.0, 3.0)), "tested", draw)
    assert held["sampled"] is True
    assert held["sampling"] == "5,000 points drawn uniformly, PCG64(2)"
    assert held["domain"] == "x from 0.5 to 2.0, y from 1.0 to 3.0"
    everywhere = box_held(("x",), ((0.5, 2.0),), "proved", draw)
    assert (everywhere["sampled"], everywhere["sampling"]) == (False, None)


def test_a_stored_network_has_its_biases():
    shape = {"activation": "relu", "widths": [2]}
    weights = {"W_1": np.eye(2), "b_1": np.array([1.0, -5.0]), "W_out": np.ones((2, 1))}
    weights["b_out"] = np.array([0.25])
    assert values_of(shape, weights, np.array([[1.0, 2.0], [-3.0, 6.0]])).tolist() == [2.25, 1.25]


def test_a_bound_is_as_tight_as_is_wanted_but_for_rounding():
    weights = {name: value.numpy() for name, value in product().parameters.items()}
    shape = {"activation": "square", "widths": [2], "n_inputs": 2}
    low, high = np.array(PRODUCT.low), np.array(PRODUCT.high)
    for wanted in (1e-3, 0.0):
        source = program_of("x * y + 1e-10 * sin(9.0 * x)")
        found = proved(source, shape, weights, low, high, wanted)
        assert found is not None
        assert 1e-10 < found.error <= max(wanted, 1e-8)
    assert proved(program_of("x * y if x > 1.0 else y"), shape, weights, low, high, 0.0) is None
