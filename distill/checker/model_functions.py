"""Functions of Taylor models: those of `math`, and activation functions of networks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy import ndarray

from .series import PIECES, RISING, SERIES, Interval
from .taylor import SLACK, Model, constant, widened

FunctionOfModel = Callable[[Model], Model]

PI_OFF = 1e-15
"""At least how far half of pi is from the float that stands for it."""


def apply_series(name: str, x: Model) -> Model:
    """A function with a Taylor series; one without a bound where it has none in the box."""
    series, order = SERIES[name], x.basis.degree
    middle = x.parts[0]
    with np.errstate(all="ignore"):
        at = series((middle, middle), order)
        told = [_middle_and_radius(*bounds) for bounds in at]
        beyond = _largest(name, x.ends, order + 1)
        made = x.composed(told, beyond)
    if name not in RISING:
        return made
    return _the_better(made, _by_ends(name, x))


def _largest(name: str, over: Interval, order: int) -> ndarray:
    """How large a coefficient is, anywhere between two ends: an interval is cut, as recurrences
    are tighter on short ones.
    """
    cuts = [over[0] + (over[1] - over[0]) * (part / PIECES) for part in range(PIECES + 1)]
    cuts[-1] = over[1]
    found = np.zeros(np.shape(over[0]))
    for low, high in itertools.pairwise(cuts):
        bounds = SERIES[name](widened(low, high), order)[order]
        found = np.maximum(found, np.maximum(*map(np.abs, bounds)))
    return found


def _middle_and_radius(low: ndarray, high: ndarray) -> Interval:
    """A number between two bounds, and how far it is from the further one at most."""
    middle = (low + high) / 2
    return middle, np.maximum(high - middle, middle - low) * SLACK


def _by_ends(name: str, x: Model) -> Model:
    """A function that never falls as a constant: half-way between its ends."""
    low, high = x.ends
    middle, off = _middle_and_radius(*widened(RISING[name](low), RISING[name](high), 16.0))
    defined = low >= 0 if name == "sqrt" else np.isfinite(low)
    return constant(x, np.where(defined, middle, 0.0), np.where(defined, off, np.inf))


def _the_better(one: Model, other: Model) -> Model:
    """Of two models of the same function the one with the smaller radius, box by box."""
    first = one.rad <= other.rad
    parts = np.where(first, one.parts, other.parts)
    return Model(one.basis, parts, np.where(first, one.rad, other.rad))


def _straight(below: float) -> FunctionOfModel:
    """What is x above 0 and a multiple of it below: ReLU, its leaky kind, the absolute value."""

    def function(x: Model) -> Model:
        low, high = x.ends
        # between the ends it lies above its chord by nothing, and below it by that at 0
        with np.errstate(all="ignore"):
            slope = (high - below * low) / (high - low)
            gap = high - slope * high
        crosses = (low < 0) & (high > 0)
        factor = np.where(crosses, slope, np.where(high <= 0, below, 1.0))
        shift = np.where(crosses, gap / 2, 0.0)
        bent = x.scaled(factor).raised(shift)
        off = np.where(crosses, np.abs(gap) / 2 + 1e-12 * (np.abs(high) + np.abs(low)), 0.0)
        return Model.made(x.basis, bent.parts, bent.rad + off)

    return function


def _elu(x: Model) -> Model:
    low, high = x.ends
    below = apply_series("exp", x).raised(-1.0)
    across = _by_ends("elu", x)
    parts = np.where(low >= 0, x.parts, np.where(high <= 0, below.parts, across.parts))
    rad = np.where(low >= 0, x.rad, np.where(high <= 0, below.rad, across.rad))
    return Model(x.basis, parts, rad)


def _gelu_tanh(x: Model) -> Model:
    cubed = x.times(x).times(x).scaled(0.044715)
    inner = x.plus(cubed).scaled(math.sqrt(2 / math.pi))
    return x.times(apply_series("tanh", inner).raised(1.0)).scaled(0.5)


def _named(name: str) -> FunctionOfModel:
    return lambda x: apply_series(name, x)


ACTIVATIONS_OF_MODELS: Mapping[str, FunctionOfModel] = {
    "tanh": _named("tanh"),
    "sigmoid": _named("sigmoid"),
    "silu": lambda x: x.times(apply_series("sigmoid", x)),
    "gelu": lambda x: x.times(apply_series("normal_part", x)),
    "gelu_tanh": _gelu_tanh,
    "relu": _straight(0.0),
    "leaky_relu": _straight(0.01),
    "abs": _straight(-1.0),
    "elu": _elu,
    "square": lambda x: x.times(x),
    "identity": lambda x: x,
}
"""Activation functions of stored networks."""


def quotient(one: Model, other: Model) -> Model:
    """One function divided by another."""
    return one.times(apply_series("reciprocal", other))


def _hyperbolic(sign: float) -> FunctionOfModel:
    def function(x: Model) -> Model:
        up, down = apply_series("exp", x), apply_series("exp", x.scaled(-1.0))
        return up.plus(down.scaled(sign)).scaled(0.5)

    return function


def _asin(x: Model) -> Model:
    whole = x.times(x).scaled(-1.0).raised(1.0)
    return apply_series("atan", quotient(x, apply_series("sqrt", whole)))


def _atan2(y: Model, x: Model) -> Model:
    """By the half-plane that a whole box lies in; where it lies in none x / y has no bound."""
    right, above = x.ends[0] > 0, y.ends[0] > 0
    plain = apply_series("atan", quotient(y, x))
    turned = apply_series("atan", quotient(x, y)).scaled(-1.0)
    up, down = turned.raised(math.pi / 2), turned.raised(-math.pi / 2)
    parts = np.where(right, plain.parts, np.where(above, up.parts, down.parts))
    rad = np.where(right, plain.rad, np.where(above, up.rad, down.rad))
    return Model.made(x.basis, parts, rad + PI_OFF)


MATH_OF_MODELS: Mapping[str, Callable[..., Model]] = {
    **{name: _named(name) for name in ("exp", "log", "tanh", "sin", "cos", "atan", "sqrt")},
    "tan": lambda x: quotient(apply_series("sin", x), apply_series("cos", x)),
    "sinh": _hyperbolic(-1.0),
    "cosh": _hyperbolic(1.0),
    "asin": _asin,
    "acos": lambda x: _asin(x).scaled(-1.0).plus(constant(x, math.pi / 2, PI_OFF)),
    "atan2": _atan2,
    "hypot": lambda x, y: apply_series("sqrt", x.times(x).plus(y.times(y))),
    "abs": _straight(-1.0),
    "float": lambda x: x,
}
"""Functions that a program may call of models."""
