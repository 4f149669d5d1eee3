"""Taylor models hold what they are models of: everywhere in a box, with every rounding."""

import math

import numpy as np
import pytest

from distill.checker.activations import ACTIVATIONS
from distill.checker.model_functions import ACTIVATIONS_OF_MODELS, MATH_OF_MODELS, quotient
from distill.checker.taylor import Model, basis_of, constant, variables

RNG = np.random.default_rng(0)
BOXES, POINTS = 40, 64
T = RNG.uniform(-1, 1, (POINTS, 2))
T[:4] = [[1, 1], [-1, -1], [1, -1], [-1, 1]]


def inputs():
    """Two variables over boxes of all widths; and points of these [points, boxes] each."""
    low = RNG.uniform(0.05, 0.6, (BOXES, 2))
    high = low + 10.0 ** RNG.uniform(-6, np.log10(0.3), (BOXES, 1))
    x, y = variables(basis_of(2), low, high)
    points = (low + high) / 2 + (high - low) / 2 * T[:, None]
    return x, y, points[..., 0], points[..., 1]


def excess(model: Model, values) -> float:
    """How far values are outside of a model, at the points of `T`; not above 0 where it holds."""
    powers = np.prod(T[:, None, :] ** model.basis.exponents[None], axis=2)
    return float((np.abs(powers @ model.parts - values) - model.rad).max())


NUMPY = {"asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "atan2": np.arctan2}
NUMPY |= {"abs": np.abs, "float": np.positive}


@pytest.mark.parametrize("name", sorted(MATH_OF_MODELS))
def test_functions_of_math_stay_within_their_models(name):
    x, y, at_x, at_y = inputs()
    function = NUMPY.get(name) or getattr(np, name)
    of_two = name in ("atan2", "hypot")
    made = MATH_OF_MODELS[name](*(x, y)[: 1 + of_two])
    assert excess(made, function(at_x, at_y) if of_two else function(at_x)) <= 1e-15
    assert np.median(made.rad) < 1e-6


@pytest.mark.parametrize("name", sorted({*ACTIVATIONS, "square"}))
def test_activations_stay_within_their_models(name):
    x, _, at_x, _ = inputs()
    function = np.square if name == "square" else ACTIVATIONS[name].value
    made = ACTIVATIONS_OF_MODELS[name](x.scaled(8.0).raised(-3.0))
    assert excess(made, function(8.0 * at_x - 3.0)) <= 1e-15


def test_sums_products_and_quotients_stay_within_their_models():
    x, y, at_x, at_y = inputs()
    for model, values in (
        (x.plus(y).scaled(0.1), (at_x + at_y) * 0.1),
        (x.times(y).times(x), at_x * at_y * at_x),
        (quotient(x, y.raised(1.0)), at_x / (at_y + 1.0)),
        (constant(x, 0.3), np.full(at_x.shape, 0.3)),
    ):
        assert excess(model, values) <= 1e-16


def test_a_model_is_as_tight_as_its_degree_allows():
    (x,) = variables(basis_of(1), np.array([[0.5]]), np.array([[0.625]]))
    for function in ("exp", "sin", "tanh"):
        assert MATH_OF_MODELS[function](x).rad[0] < 1e-12


@pytest.mark.parametrize(
    ("name", "low"), [("log", -0.1), ("sqrt", -0.1), ("tan", math.pi / 2 - 0.05), ("asin", 0.95)]
)
def test_nothing_is_said_where_a_function_has_no_value(name, low):
    corner = np.array([[low]])
    (x,) = variables(basis_of(1), corner, corner + 0.2)
    assert not np.isfinite(MATH_OF_MODELS[name](x).rad).any()


def test_nothing_is_said_where_a_divisor_may_be_zero():
    corner = np.array([[-0.1], [0.1]])
    (x,) = variables(basis_of(1), corner, corner + 0.2)
    assert np.isfinite(quotient(constant(x, 1.0), x).rad).tolist() == [False, True]


def test_a_root_from_zero_on_is_bounded_by_its_ends():
    (x,) = variables(basis_of(1), np.array([[0.0]]), np.array([[0.04]]))
    root = MATH_OF_MODELS["sqrt"](x.raised(1e-12))
    assert 0.09 < root.spread[0] < 0.11
