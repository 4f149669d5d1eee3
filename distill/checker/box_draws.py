"""Points of a box that anybody draws again from a few numbers, years later.

They are made of the raw stream of PCG64, which is fixed by its definition, as those of
`draws.py` are.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy import ndarray


def uniform_points(low: ndarray, high: ndarray, count: int, seed: int) -> ndarray:
    """So many points [count, d], drawn evenly from low to high, without the upper ends."""
    raw = np.random.PCG64(seed).random_raw(count * len(low)).reshape(count, len(low))
    return within(low + (raw >> np.uint64(11)) * 2.0**-53 * (high - low), low, high)


def corners_of(low: ndarray, high: ndarray) -> ndarray:
    """Every corner [2 ** d, d]."""
    return np.array(list(itertools.product(*zip(low.tolist(), high.tolist(), strict=True))))


def within(points: ndarray, low: ndarray, high: ndarray) -> ndarray:
    """Points, those outside moved to the nearest of the box: rounding may have led over an end."""
    return np.minimum(np.maximum(points, low), high)


def lines(low: ndarray, high: ndarray, count: int) -> list[ndarray]:
    """Points [count, d] along every input, from end to end through the middle of the box."""
    found = []
    for place in range(len(low)):
        points = np.tile((low + high) / 2, (count, 1))
        points[:, place] = low[place] + (high[place] - low[place]) * np.linspace(0, 1, count)
        found.append(within(points, low, high))
    return found
