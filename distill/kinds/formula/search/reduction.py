"""What a step of the search gives: functions of fewer variables, and how they are put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.kinds.formula.expression import Node, Variable, substitute
from distill.kinds.formula.search.source import Oracle

CLEAR = 4.0
"""Structure is taken for what it is up to this many times the noise."""


@dataclass(frozen=True)
class Reduction:
    """A step.

    Attributes:
        said: what was seen, in a few words.
        parts: the functions that are left to be found.
        combine: from their expressions, in the order of `parts`, to that of the function.
    """

    said: str
    parts: tuple[Oracle, ...]
    combine: Callable[[Sequence[Node]], Node]


def lifted(node: Node, places: Sequence[int]) -> Node:
    """An expression of some of the variables as one of all of them."""
    return substitute(node, {own: Variable(place) for own, place in enumerate(places)})


def nodes_of(low: float, high: float, count: int) -> Float[ndarray, " n"]:
    """Chebyshev nodes of an interval, in ascending order."""
    angles = np.pi * (np.arange(count) + 0.5) / count
    return (low + high) / 2 - (high - low) / 2 * np.cos(angles)


def swept(
    oracle: Oracle, place: int, rest: Float[ndarray, "k d"], axis: Float[ndarray, " j"]
) -> Float[ndarray, "k j"]:
    """Values along one axis, at several places of all other variables."""
    points = np.repeat(rest, len(axis), axis=0)
    points[:, place] = np.tile(axis, len(rest))
    return oracle.values(points).reshape(len(rest), len(axis))


def without(place: int, count: int) -> list[int]:
    """All variables but one."""
    return [other for other in range(count) if other != place]


def widened(
    points: Float[ndarray, "n e"], kept: Sequence[int], at: Float[ndarray, " d"]
) -> Float[ndarray, "n d"]:
    """Points of some variables as points of all, the others where they are fixed."""
    full = np.tile(at, (len(points), 1))
    full[:, list(kept)] = points
    return full
