"""How far a network is off the function that it learned, from its values alone.

Before a formula is known: a formula is smooth, and along a line its Chebyshev coefficients fall
with their order. What a network adds is not as smooth, so that from some order on they fall more
slowly. Where the fall changes is about the level of the network's own error; it may be wrong by a
factor of some, and a search tries others beside it.

With a formula at hand it is known better: what the formula leaves is the network's error and, if
the formula is wrong, what it lacks. The second is as smooth as formulas are: polynomials of a low
degree explain nearly all of it, and hardly anything of what training left. What they leave is the
network's own error.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations_with_replacement

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.fft import dct

DEGREE = 4
"""Of polynomials that stand for anything smooth."""

LINES, NODES = 12, 64
"""Lines along each axis, and nodes on each."""

ROUNDED = 30 * 2.0**-52
"""Part of the largest value below which coefficients are rounding."""

FEW = 4
"""Orders that a fall is told by, at least."""


def estimated_noise(
    values: Callable[[ndarray], ndarray],
    low: Float[ndarray, " d"],
    high: Float[ndarray, " d"],
) -> float:
    """How far values are off, by root mean square: the largest of what all axes say."""
    return max(_by_axis(values, low, high))


def unexplained(
    left: Float[ndarray, " n"], points: Float[ndarray, "n d"], low: ndarray, high: ndarray
) -> float:
    """What polynomials of degree `DEGREE` leave of residuals, by root mean square.

    They are fitted on one half of the points and held against the other.
    """
    unit = (2 * points - low - high) / (high - low)
    columns = [np.ones(len(points))]
    for degree in range(1, DEGREE + 1):
        for places in combinations_with_replacement(range(len(low)), degree):
            columns.append(np.prod(unit[:, places], axis=1))
    table, half = np.stack(columns, axis=1), len(points) // 2
    weights, *_ = np.linalg.lstsq(table[:half], left[:half], rcond=1e-12)
    rest = left[half:] - table[half:] @ weights
    return float(np.sqrt((rest**2).mean()))


def _by_axis(
    values: Callable[[ndarray], ndarray],
    low: Float[ndarray, " d"],
    high: Float[ndarray, " d"],
) -> list[float]:
    """What lines along every axis say of how far values are off."""
    dice = np.random.default_rng(7)
    angles = np.pi * (np.arange(NODES) + 0.5) / NODES
    found = list[float]()
    for place in range(len(low)):
        rest = low + dice.random((LINES, len(low))) * (high - low)
        points = np.repeat(rest, NODES, axis=0)
        axis = (low[place] + high[place]) / 2 + (high[place] - low[place]) / 2 * np.cos(angles)
        points[:, place] = np.tile(axis, LINES)
        table = np.asarray(values(points), dtype=np.float64).reshape(LINES, NODES)
        coefficients = np.asarray(dct(table, axis=1)) / NODES
        sizes = np.sqrt((coefficients[:, 1:] ** 2).mean(axis=0))
        found.append(_floor(sizes, ROUNDED * float(np.abs(table).max()) / np.sqrt(NODES)))
    return found


def _floor(sizes: Float[ndarray, " k"], rounded: float) -> float:
    """The level of an error, from the sizes of coefficients by their order."""
    envelope = np.maximum.accumulate(sizes[::-1])[::-1]
    above = int((envelope > rounded).sum())
    if above < FEW:
        return rounded * np.sqrt(len(sizes) / 2)
    heights = np.log(envelope[:above])
    orders = np.arange(above, dtype=np.float64)
    best, place = np.inf, above - 1
    for split in range(1, above - 1):
        misfit = _misfit(orders[:split], heights[:split]) + _misfit(orders[split:], heights[split:])
        if misfit < best:
            best, place = misfit, split
    level = float(envelope[place])
    beyond = float((sizes[place:] ** 2).sum())
    return float(np.sqrt((place * level**2 + beyond) / 2))


def _misfit(x: Float[ndarray, " n"], y: Float[ndarray, " n"]) -> float:
    if len(x) < 3:
        return 0.0
    line = np.polyfit(x, y, 1)
    return float(((np.polyval(line, x) - y) ** 2).sum())
