"""Taylor coefficients of functions of one number, enclosed over intervals.

`SERIES` gives, for numbers anywhere between two ends, the coefficients of every power up to an
order: as pairs of bounds. Functions are enclosed by recurrences from their differential equations
(Moore, Methods and applications of interval analysis, 1979), in interval arithmetic that is rounded
outwards; exp, log, the sine and tanh are taken to be right to four units in the last place. Bounds
are infinite where the function, or a derivative, has no value between the ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy import ndarray

from .activations import ACTIVATIONS
from .taylor import widened

Interval = tuple[Any, Any]
"""Lower and upper bounds: arrays, or numbers that are the same everywhere."""
Series = Callable[[Interval, int], list[Interval]]
"""Coefficients 0 to an order, of a function of numbers within bounds."""

ULPS = 4.0
"""Units in the last place that a library's exp, log, sine or tanh may be off."""

ONE: Interval = np.float64(1.0), np.float64(1.0)

PIECES = 4
"""Into which an interval is cut for the coefficient that is left out: recurrences are tighter on
shorter ones."""


def add(one: Interval, other: Interval) -> Interval:
    """Sum."""
    return widened(one[0] + other[0], one[1] + other[1])


def times(one: Interval, other: Interval) -> Interval:
    """Product."""
    corners = [a * b for a in one for b in other]
    low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
    return widened(low, high)


def scale(one: Interval, factor: float) -> Interval:
    """Product with a number."""
    return times(one, (np.float64(factor), np.float64(factor)))


def square(one: Interval) -> Interval:
    """Square: never below 0."""
    low, high = (np.minimum(np.abs(one[0]), np.abs(one[1])), np.maximum(*map(np.abs, one)))
    low = np.where((one[0] <= 0) & (one[1] >= 0), 0.0, low)
    return widened(low * low, high * high)


def reciprocal(one: Interval) -> Interval:
    """1 / x; without bounds where 0 is among them."""
    safe = (one[0] > 0) | (one[1] < 0)
    with np.errstate(all="ignore"):
        low, high = widened(1 / one[1], 1 / one[0])
    return np.where(safe, low, -np.inf), np.where(safe, high, np.inf)


def rising(function: Callable[[ndarray], ndarray], one: Interval, units: float = ULPS) -> Interval:
    """A function that never falls, at both ends."""
    with np.errstate(all="ignore"):
        return widened(function(one[0]), function(one[1]), units)


def _convolved(one: list[Interval], other: list[Interval], order: int) -> Interval:
    total = times(one[0], other[order])
    for place in range(1, order + 1):
        total = add(total, times(one[place], other[order - place]))
    return total


def exp(x: Interval, order: int) -> list[Interval]:
    """e^x / k!."""
    found = [rising(np.exp, x)]
    for power in range(1, order + 1):
        found.append(scale(found[-1], 1 / power))
    return found


def tanh(x: Interval, order: int) -> list[Interval]:
    """By y' = 1 - y²."""
    found = [_within(rising(np.tanh, x), 1.0)]
    for power in range(order):
        slope = _minus(_convolved(found, found, power) if power else square(found[0]))
        found.append(scale(slope if power else add(ONE, slope), 1 / (power + 1)))
    return found


def sigmoid(x: Interval, order: int) -> list[Interval]:
    """By s(x) = (1 + tanh(x / 2)) / 2."""
    halved = tanh(scale(x, 0.5), order)
    found = [scale(part, 0.5 ** (power + 1)) for power, part in enumerate(halved)]
    found[0] = add(found[0], (np.float64(0.5), np.float64(0.5)))
    return found


def power_of(exponent: float) -> Series:
    """A power of x, of positive numbers; of any but 0 where the power is -1."""

    def series(x: Interval, order: int) -> list[Interval]:
        if exponent == -1:
            first = turned = reciprocal(x)
        else:
            safe = x[0] > 0
            held = np.where(safe, x[0], 1.0), np.where(safe, x[1], 1.0)
            low, high = widened(held[0] ** exponent, held[1] ** exponent, ULPS)
            low, high = np.minimum(low, high), np.maximum(low, high)
            first = np.where(safe, low, -np.inf), np.where(safe, high, np.inf)
            turned = reciprocal(held)
        found, factor = [first], Fraction(1)
        with np.errstate(all="ignore"):
            grown = first
            for power in range(1, order + 1):
                factor *= (Fraction(exponent) - power + 1) / power
                grown = times(grown, turned)
                found.append(scale(grown, float(factor)))
        return [
            (np.where(np.isnan(a), -np.inf, a), np.where(np.isnan(b), np.inf, b)) for a, b in found
        ]

    return series


def log(x: Interval, order: int) -> list[Interval]:
    """The logarithm, and ± 1 / (k x^k)."""
    safe = x[0] > 0
    held = np.where(safe, x[0], 1.0), np.where(safe, x[1], 1.0)
    found, turned = [rising(np.log, held)], reciprocal(held)
    grown = ONE
    for power in range(1, order + 1):
        grown = times(grown, turned)
        found.append(scale(grown, (1 if power % 2 else -1) / power))
    return [(np.where(safe, a, -np.inf), np.where(safe, b, np.inf)) for a, b in found]


def _turning(phase: int) -> Series:
    """The sine (0) and the cosine (1) with all their derivatives."""

    def series(x: Interval, order: int) -> list[Interval]:
        middle = (x[0] + x[1]) / 2
        reach = np.maximum(x[1] - middle, middle - x[0]) * (1 + 1e-12)
        ways = [np.sin(middle), np.cos(middle), -np.sin(middle), -np.cos(middle)]
        found = list[Interval]()
        for power in range(order + 1):
            value = ways[(power + phase) % 4]
            # |sin(x) - sin(m)| ≤ |x - m|; the library is right to some units, relative to 1
            off = reach + 16 * 2.0**-53
            ends = np.maximum(value - off, -1.0), np.minimum(value + off, 1.0)
            found.append(scale(ends, 1 / math.factorial(power)))
        return found

    return series


def atan(x: Interval, order: int) -> list[Interval]:
    """By y' (1 + x²) = 1."""
    whole = add(ONE, square(x))
    turned, doubled = reciprocal(whole), scale(x, 2.0)
    slopes = [turned]
    for power in range(1, order):
        total = times(doubled, slopes[-1])
        if power > 1:
            total = add(total, slopes[-2])
        slopes.append(_minus(times(total, turned)))
    rest = [scale(slope, 1 / power) for power, slope in enumerate(slopes[:order], start=1)]
    return [rising(np.arctan, x), *rest]


def normal_part(x: Interval, order: int) -> list[Interval]:
    """Φ, the distribution function of the normal distribution, whose slope φ has φ' = -xφ."""
    squared = square(x)
    with np.errstate(all="ignore"):
        dense = rising(np.exp, (-squared[1] / 2, -squared[0] / 2))
    slopes = [scale(dense, 1 / math.sqrt(2 * math.pi))]
    for power in range(order - 1):
        total = times(x, slopes[-1])
        if power:
            total = add(total, slopes[-2])
        slopes.append(scale(_minus(total), 1 / (power + 1)))
    whole = rising(lambda at: 0.5 * (1 + _erf(at / math.sqrt(2))), x, 16.0)
    rest = [scale(slope, 1 / power) for power, slope in enumerate(slopes[:order], start=1)]
    return [_within((whole[0] - 2e-15, whole[1] + 2e-15), 1.0, 0.0), *rest]


def _erf(x: ndarray) -> ndarray:
    return np.asarray(np.frompyfunc(math.erf, 1, 1)(x), dtype=np.float64)


def _minus(one: Interval) -> Interval:
    return -one[1], -one[0]


def _within(one: Interval, high: float, low: float | None = None) -> Interval:
    low = -high if low is None else low
    return np.maximum(one[0], low), np.minimum(one[1], high)


SERIES: Mapping[str, Series] = {
    "exp": exp,
    "log": log,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "sin": _turning(0),
    "cos": _turning(1),
    "atan": atan,
    "normal_part": normal_part,
    "reciprocal": power_of(-1.0),
    "sqrt": power_of(0.5),
}

RISING: Mapping[str, Callable[[ndarray], ndarray]] = {
    "sqrt": lambda x: np.sqrt(np.maximum(x, 0.0)),
    "relu": ACTIVATIONS["relu"].value,
    "leaky_relu": ACTIVATIONS["leaky_relu"].value,
    "elu": ACTIVATIONS["elu"].value,
}
"""Functions that never fall, for where they have no Taylor series: their ends bound them."""
