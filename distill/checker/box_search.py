"""A search for the point of a box at which two functions are furthest apart.

Chains begin at the worst points that are known and at corners, and go to the best of a few steps
around them, again and again, by steps that become shorter. The steps are drawn from the raw stream
of PCG64: the same chains for a seed, whenever and wherever.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy import ndarray

from .box_draws import corners_of, within

CHAINS, STEPS, ROUNDS = 24, 6, 24
"""Chains, steps that each looks at in a round, and rounds."""

FIRST, SHORTER = 0.25, 0.8
"""Length of a step at first, as a part of the box, and by how much it is shorter each round."""

Apart = Callable[[ndarray], ndarray]
"""How far two functions are apart at points [n, d]; infinite where one has no value."""


def furthest(
    apart: Apart, starts: ndarray, low: ndarray, high: ndarray, seed: int
) -> tuple[ndarray, int]:
    """The points [chains, d] that chains end at, the furthest apart first, and how many were seen.

    Args:
        apart: what is to be large.
        starts: points to begin with; the corners of the box are looked at too.
        low: the lower corner of the box.
        high: the upper one.
        seed: of the steps.
    """
    points = np.concatenate([starts, corners_of(low, high)])
    values = apart(points)
    best = np.argsort(-values, kind="stable")[:CHAINS]
    points, values, seen = points[best], values[best], len(points)
    bits, step = np.random.PCG64(seed), FIRST * (high - low)
    rows = np.arange(len(points))
    for _ in range(ROUNDS):
        raw = bits.random_raw(len(points) * STEPS * len(low))
        drawn = ((raw >> np.uint64(11)) * 2.0**-52 - 1).reshape(len(points), STEPS, len(low))
        tried = within(points[:, None] + drawn * step, low, high)
        found = apart(tried.reshape(-1, len(low))).reshape(len(points), STEPS)
        place = found.argmax(axis=1)
        better = found[rows, place] > values
        points = np.where(better[:, None], tried[rows, place], points)
        values = np.where(better, found[rows, place], values)
        seen, step = seen + found.size, step * SHORTER
    order = np.argsort(-values, kind="stable")
    return points[order], seen
