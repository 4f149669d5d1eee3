"""How far a network is off the function that it learned, from its values alone.

A formula is smooth: along a line its Chebyshev coefficients fall as a power of their order. What a
network adds to it is not as smooth: from some order on its coefficients are larger, and fall more
slowly. Where the fall changes is the level of the network's own error; below that order the error is
taken to be as large as there.

Nothing of a task is needed for that, and an error that is as smooth as the function cannot be told
from it: it is the function, for all that can be seen.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.fft import dct

LINES, NODES = 12, 64
"""Lines along each axis, and nodes on each."""

LEAST = 3
"""Orders at least on either side of where the fall changes."""


def estimated_noise(
    values: Callable[[ndarray], ndarray],
    low: Float[ndarray, " d"],
    high: Float[ndarray, " d"],
) -> float:
    """How far values are off, by root mean square; the largest of all axes."""
    dice = np.random.default_rng(7)
    angles = np.pi * (np.arange(NODES) + 0.5) / NODES
    found = list[float]()
    for place in range(len(low)):
        rest = low + dice.random((LINES, len(low))) * (high - low)
        points = np.repeat(rest, NODES, axis=0)
        axis = (low[place] + high[place]) / 2 + (high[place] - low[place]) / 2 * np.cos(angles)
        points[:, place] = np.tile(axis, LINES)
        table = np.asarray(values(points), dtype=np.float64).reshape(LINES, NODES)
        coefficients = dct(table, axis=1) / NODES
        found.append(_floor(np.sqrt((coefficients[:, 1:] ** 2).mean(axis=0))))
    return max(found)


def _floor(sizes: Float[ndarray, " k"]) -> float:
    """The level of an error, from the sizes of coefficients by their order."""
    sizes = np.maximum(sizes, 1e-17 * sizes.max() + 1e-300)
    envelope = np.log(np.maximum.accumulate(sizes[::-1])[::-1])
    orders = np.arange(len(sizes), dtype=np.float64)
    best, place = np.inf, len(sizes) - LEAST
    for split in range(LEAST, len(sizes) - LEAST):
        left = _misfit(orders[:split], envelope[:split])
        right = _misfit(orders[split:], envelope[split:])
        if left + right < best:
            best, place = left + right, split
    level = float(np.exp(envelope[place]))
    beyond = float((sizes[place:] ** 2).sum())
    return float(np.sqrt((place * level**2 + beyond) / 2))


def _misfit(x: Float[ndarray, " n"], y: Float[ndarray, " n"]) -> float:
    line = np.polyfit(x, y, 1)
    return float(((np.polyval(line, x) - y) ** 2).sum())
