"""Boolean functions: Walsh-Hadamard coefficients, and the leap (Abbe et al., arXiv 2302.11055)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def walsh_hadamard(values: Float[ndarray, " inputs"]) -> Float[ndarray, " subsets"]:
    """Coefficients of a function of n bits in products of ±1 variables.

    Args:
        values: at input i the value where bit j of i says that variable j is -1.

    Returns:
        At place S the coefficient of the product of the variables whose bits are set in S: the
        mean of values times that product.
    """
    coefficients = values.astype(np.float64).copy()
    half = 1
    while half < len(coefficients):
        pairs = coefficients.reshape(-1, 2, half)
        both = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1)
        coefficients = both.reshape(-1)
        half *= 2
    return coefficients / len(coefficients)


def leap(subsets: Iterable[Iterable[int]]) -> int:
    """The leap of a function whose non-zero coefficients are those of these subsets of variables.

    The least, over orders in which the subsets are learned, of the largest number of variables
    that one of them adds to those known by then (definition 1). Always learning the subset that
    adds fewest is best, as what is known only grows.
    """
    left = [frozenset(subset) for subset in subsets]
    known: frozenset[int] = frozenset()
    largest = 0
    while left:
        nearest = min(left, key=lambda subset: len(subset - known))
        largest = max(largest, len(nearest - known))
        known |= nearest
        left.remove(nearest)
    return largest
