"""Three variables or more that only matter by how large they are beside each other.

`sum of a_i x_i f_i = p f` says that f is multiplied by a known power where every variable is by its
own: what dimensional analysis finds. Pairs of which that is true are found in `symmetry.py`; of
`exp(-k t) cos(w t)` it is true of all three alone. One of them is held fixed then, and the others
stand for what they are beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.kinds.formula.expression import (
    Node,
    Variable,
    multiply,
    number,
    power,
    substitute,
)
from distill.kinds.formula.search.reduction import CLEAR, Reduction, lifted, without
from distill.kinds.formula.search.source import Oracle, sliced
from distill.kinds.formula.search.symmetry import ROUGH, SAMPLES, fraction_near


def scalings(oracle: Oracle) -> Iterator[Reduction]:
    """Sets of variables that scale together, the smallest first: one variable less each."""
    if oracle.count < 3:
        return
    points = oracle.draw(SAMPLES, 23, inside=0.1)
    values, slopes = oracle.values(points), oracle.gradients(points)
    blur = ROUGH * oracle.noise / (oracle.high - oracle.low)
    positive = [place for place in range(oracle.count) if (points[:, place] > 0).all()]
    for size in range(3, len(positive) + 1):
        for chosen in combinations(positive, size):
            places = list(chosen)
            weights = _weights(points[:, places], slopes[:, places], values, blur[places])
            if weights is not None:
                yield _reduction(oracle, chosen, weights)


def _weights(
    points: Float[ndarray, "n k"],
    slopes: Float[ndarray, "n k"],
    values: Float[ndarray, " n"],
    blur: Float[ndarray, " k"],
) -> tuple[Fraction, ...] | None:
    """The a_i, the first of them 1, and p: simple fractions all, none of the a_i nothing."""
    matrix = np.concatenate([points * slopes, values[:, None]], axis=1)
    scale = np.sqrt((matrix**2).mean(axis=0))
    if not (scale > 0).all() or not np.isfinite(scale).all():
        return None
    _, sizes, ways = np.linalg.svd(matrix / scale / np.sqrt(len(matrix)))
    weights = ways[-1] / scale
    noise = np.sqrt((((points * blur) * weights[:-1]) ** 2).sum(axis=1).mean())
    if sizes[-1] > CLEAR * noise + 1e-12 or (np.abs(ways[-1][:-1]) < 1e-3).any():
        return None
    near = [fraction_near(float(weight / weights[0])) for weight in weights]
    found = tuple(each for each in near if each is not None)
    # f is multiplied by its own power: the last column stands on the other side
    return (*found[:-1], -found[-1]) if len(found) == len(near) and all(found[:-1]) else None


def _reduction(oracle: Oracle, chosen: Sequence[int], weights: tuple[Fraction, ...]) -> Reduction:
    """The function where the first of the variables is as large as it can be."""
    fixed, *others = chosen
    kept = without(fixed, oracle.count)
    at = oracle.middle.copy()
    at[fixed] = largest = float(oracle.high[fixed])
    part = sliced(oracle, tuple(kept), at)

    def beside(exponent: Fraction) -> Node:
        """A power of how much larger the fixed variable is than it may be here."""
        ratio = multiply(number(1 / largest), Variable(fixed))
        return power(ratio, exponent)

    def combine(found: Sequence[Node]) -> Node:
        given: dict[int, Node] = {
            place: multiply(Variable(place), beside(-weight))
            for place, weight in zip(others, weights[1:-1], strict=True)
        }
        node = substitute(lifted(found[0], kept), given)
        return multiply(node, beside(weights[-1])) if weights[-1] else node

    return Reduction(f"{len(chosen)} variables scale together", (part,), combine)
