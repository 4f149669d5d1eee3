"""Points of a box at which a network is asked: for constants, for their test, and at the rim."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy import ndarray

from distill.kinds.formula.expression import Node, evaluate
from distill.networks.function import RealView

POINTS, FRESH = 1_500, 4_000
"""Points that constants are fitted on, and others on which the result is held against the
network."""


def fitted_and_fresh(low: ndarray, high: ndarray) -> tuple[ndarray, ndarray]:
    """Points [n, d] that constants are fitted on, and others; the same for the same box."""
    dice = np.random.default_rng(3)
    points = low + dice.random((POINTS, len(low))) * (high - low)
    return points, low + dice.random((FRESH, len(low))) * (high - low)


def rim_of(low: ndarray, high: ndarray) -> ndarray:
    """Corners of a box, and points of its edges and faces [n, d]."""
    dice = np.random.default_rng(4)
    shape = (FRESH, len(low))
    part = np.where(dice.random(shape) < 0.5, np.round(dice.random(shape)), dice.random(shape))
    corners = np.array(list(product(*np.stack([low, high], axis=1))))
    return np.concatenate([corners, low + part * (high - low)])


def furthest_looked_at(node: Node, view: RealView) -> ndarray:
    """The point [1, d] at which an expression is furthest from a network, of those it was held
    against: a search that begins there finds nothing less.
    """
    ends = np.array(list(view.box.values()), dtype=np.float64)
    low, high = ends[:, 0], ends[:, 1]
    points = np.concatenate([fitted_and_fresh(low, high)[1], rim_of(low, high)])
    with np.errstate(all="ignore"):
        apart = np.abs(evaluate(node, points) - view.values(points))
    row = int(np.where(np.isnan(apart), np.inf, apart).argmax())
    return points[row : row + 1]
