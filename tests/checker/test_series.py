"""Intervals, and Taylor coefficients over them, hold the exact numbers: with no tolerance.

Sums and products are held against fractions, functions against 60 digits.
"""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from distill.checker.series import (
    RISING,
    SERIES,
    add,
    reciprocal,
    rising,
    scale,
    square,
    times,
)

ORDER = 13
EXACT = {
    "atan": mpmath.atan,
    "cos": mpmath.cos,
    "exp": mpmath.exp,
    "log": mpmath.log,
    "normal_part": mpmath.ncdf,
    "reciprocal": lambda x: 1 / x,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "sin": mpmath.sin,
    "sqrt": mpmath.sqrt,
    "tanh": mpmath.tanh,
}
ENDS = np.array([-3.7, -2.0, -1.3, -0.7, -0.1, 0.0, 0.3, 0.9, 1.1, 2.3, 4.1])
LOW, HIGH = (each.ravel() for each in np.meshgrid(ENDS, ENDS))
LOW, HIGH = LOW[LOW <= HIGH], HIGH[LOW <= HIGH]


def holds(bounds, exact) -> bool:
    low, high = (float(end) for end in bounds)
    return low <= exact <= high


def inside(low, high):
    """Numbers of every interval: its ends, and some between."""
    for part in (0.0, 0.37, 0.81, 1.0):
        yield np.clip(low + part * (high - low), low, high)


def test_sums_and_products_of_intervals_hold_those_of_their_numbers():
    x, y = (LOW, HIGH), (HIGH[::-1] / 3 - 2.0, HIGH[::-1] / 3 + LOW % 1 - 2.0)
    made = {"sum": add(x, y), "product": times(x, y), "square": square(x), "tenth": scale(x, 0.1)}
    over = reciprocal(x)
    for a in inside(*x):
        for b in inside(*y):
            for place, (one, other) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
                one, other = Fraction(one), Fraction(other)
                exact = {"sum": one + other, "product": one * other, "square": one * one}
                exact["tenth"] = one * Fraction(0.1)
                for name, value in exact.items():
                    bounds = made[name][0][place], made[name][1][place]
                    assert holds(bounds, value), (name, one, other)
                if one:
                    assert holds((over[0][place], over[1][place]), 1 / one), one
    has_zero = (LOW <= 0) & (HIGH >= 0)
    assert (np.isinf(over[0]) == has_zero).all()
    assert (np.isinf(over[1]) == has_zero).all()
    narrow = (LOW > 0) & (HIGH < 1.2 * LOW)
    assert (over[1] - over[0] <= 0.2 * over[1])[narrow].all()


def defined(name, low):
    """Whether a function has all derivatives from `low` on."""
    return low > 0 or name not in ("log", "sqrt", "reciprocal")


@pytest.mark.parametrize("name", sorted(SERIES))
def test_coefficients_at_a_number_are_enclosed(name):
    """To the last digits: every rounding of a recurrence is in its bounds."""
    points = np.array([-2.9, -1.1, -0.3, 0.1, 0.7, 1.3, 2.9, 6.1])
    points = points[[defined(name, at) for at in points]]
    found = SERIES[name]((points, points), ORDER)
    assert len(found) == ORDER + 1
    with mpmath.workdps(60):
        for place, at in enumerate(points.tolist()):
            exact = mpmath.taylor(EXACT[name], mpmath.mpf(at), ORDER)
            for power, value in enumerate(exact):
                low, high = (end[place] for end in found[power])
                assert low <= value <= high, (name, at, power)
                assert high - low < 1e-9 * max(1.0, float(max(map(abs, exact))))


@pytest.mark.parametrize("name", sorted(SERIES))
def test_coefficients_between_two_numbers_are_enclosed(name):
    low, high = np.array([[-1.2, -0.2, 0.05, 0.4, 1.0], [0.5, 0.9, 0.15, 0.6, 3.0]])
    found = SERIES[name]((low, high), 5)
    for at in inside(low, high):
        for place, x in enumerate(at.tolist()):
            if not defined(name, low[place]):
                assert all(np.isinf(it[place]) for end in found for it in end)
                continue
            with mpmath.workdps(30):
                exact = mpmath.taylor(EXACT[name], mpmath.mpf(x), 5)
            for power, value in enumerate(exact):
                assert holds((found[power][0][place], found[power][1][place]), value), power


@pytest.mark.parametrize("name", ["sqrt", "elu"])
def test_a_rising_function_is_widened_beyond_what_a_library_may_be_off(name):
    at = np.array([-2.3, -0.7, 0.3, 1.7, 2.9])
    low, high = rising(RISING[name], (at, at))
    known = {"sqrt": lambda x: mpmath.sqrt(max(x, 0)), "elu": lambda x: max(x, mpmath.expm1(x))}
    off = 2.0**-52 * np.abs(RISING[name](at))
    with mpmath.workdps(60):
        for place, x in enumerate(at.tolist()):
            exact = known[name](mpmath.mpf(x)) if name == "sqrt" or x < 0 else x
            assert low[place] <= exact - off[place]
            assert exact + off[place] <= high[place]


@pytest.mark.parametrize("name", ["exp", "log", "tanh", "sin", "cos", "atan"])
def test_what_a_library_may_be_off_is_in_the_bounds(name):
    """Three units in the last place and more; of a sine, relative to 1."""
    at = np.array([0.3, 0.7, 1.7, 2.9])
    low, high = SERIES[name]((at, at), 1)[0]
    least, most = (-1, 1) if name in ("sin", "cos", "tanh") else (-9, 99)
    with mpmath.workdps(60):
        for place, x in enumerate(at.tolist()):
            exact = EXACT[name](mpmath.mpf(x))
            off = 3 * 2.0**-52 * (1 if name in ("sin", "cos") else abs(exact))
            assert low[place] <= max(exact - off, least)
            assert min(exact + off, most) <= high[place]
