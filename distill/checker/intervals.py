"""Interval arithmetic for cells: sums of products, rising functions, products, mixtures.

Every box holds what the stored weights define in real arithmetic, and what a plain evaluation in
floating point of the given unit roundoff makes of it, summed in any order; sigmoid and tanh are
taken to be right to four units in the last place.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy import ndarray

from .forward import DOUBLE, LARGEST
from .invariant import TANH_ULPS, centre_and_radius, sum_error

Box = tuple[ndarray, ndarray]
"""Lower and upper corners."""

TINY = 1e-300
"""What rounding near 0 can lose beyond its relative error."""


class MayOverflowError(Exception):
    """A sum may be larger than floating point can hold: nothing is bounded."""


def affine(
    parts: Sequence[tuple[ndarray, Box]], b: ndarray, roundoff: float, beside: ndarray | None = None
) -> Box:
    """Sums of products and of one or two biases.

    Raises:
        MayOverflowError: of this roundoff, or of the arithmetic here.
    """
    terms = sum(W.shape[1] for W, _ in parts) + 1
    middle, size, spread = b + (0.0 if beside is None else beside), np.abs(b), np.zeros(())
    size = size + (0.0 if beside is None else np.abs(beside))
    for W, box in parts:
        centre, radius = centre_and_radius(*box)
        middle = middle + centre @ W.T
        size = size + np.abs(centre) @ np.abs(W).T
        spread = spread + radius @ np.abs(W).T
    off = sum_error(terms, roundoff) * (size + spread) + TINY
    reach = spread * (1 + 4 * sum_error(terms, DOUBLE)) + off
    if not np.max(size + spread) < LARGEST[roundoff]:
        raise MayOverflowError
    return middle - reach, middle + reach


def activated(name: str, box: Box, roundoff: float) -> Box:
    """A rising function of both ends."""
    low, high = box
    if name == "relu":
        return np.maximum(low, 0), np.maximum(high, 0)
    ulps = 2 * TANH_ULPS * (roundoff + DOUBLE)
    if name == "tanh":
        return np.tanh(low) - ulps, np.tanh(high) + ulps
    return 0.5 + 0.5 * np.tanh(0.5 * low) - ulps, 0.5 + 0.5 * np.tanh(0.5 * high) + ulps


def product(one: Box, other: Box, roundoff: float) -> Box:
    """Every product of two numbers of two boxes lies between those of their ends."""
    corners = np.stack([a * b for a in one for b in other])
    off = 4 * (roundoff + DOUBLE) * np.abs(corners).max(axis=0) + TINY
    return corners.min(axis=0) - off, corners.max(axis=0) + off


def total(one: Box, other: Box, roundoff: float) -> Box:
    """Every sum of two numbers of two boxes."""
    low, high = one[0] + other[0], one[1] + other[1]
    off = 4 * (roundoff + DOUBLE) * (largest(one) + largest(other)) + TINY
    return low - off, high + off


def mixed(part: Box, one: Box, other: Box, roundoff: float) -> Box:
    """p∘a + (1 - p)∘b for p in a box within 0 to 1: it rises with a and b, and is linear in p."""
    low = np.minimum(*(p * one[0] + (1 - p) * other[0] for p in part))
    high = np.maximum(*(p * one[1] + (1 - p) * other[1] for p in part))
    off = 8 * (roundoff + DOUBLE) * (largest(one) + largest(other)) + TINY
    return low - off, high + off


def largest(box: Box) -> ndarray:
    """The largest size of a number in a box."""
    return np.maximum(np.abs(box[0]), np.abs(box[1]))
