"""Answers that are a function of one variable, of two, or of three: how often one is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.kinds.attention.learned.candidate import READ, Candidate
from distill.kinds.attention.learned.terms import Selection, Variable, cost_of

MOST_VALUES, MOST_CELLS, FEW_VALUES = 24, 96, 4
"""Values of a variable and cells of a table at most; and values of one that joins two others."""
MOST_TABLES, FIRST, BEST_PAIRS, MOST_JOINED = 90, 8, 12, 500
"""Variables that are paired with each other, and with any other; pairs that a third one joins, and
how many are tried for it."""
CELL, MOST_COUNTED = 1.0, 12
"""What a cell of a table costs to read, and how many count: an expression may be found for more."""
MOST_KEPT = 120
"""Tables whose cost is looked at."""


@dataclass(frozen=True)
class _Column:
    """What variables are where answers are wanted: a number for every combination of values.

    Attributes:
        variables: one, two or three.
        places: the numbers.
        values: how many there may be.
        right: part of the answers that the commonest of every number are.
    """

    variables: tuple[Variable, ...]
    places: Int[ndarray, " m"]
    values: int
    right: float

    def beside(self, other: _Column) -> Int[ndarray, " m"]:
        """Numbers of the combinations with others."""
        return self.places * other.values + other.places

    @cached_property
    def candidate(self) -> Candidate:
        """The table of them, with what it costs to read."""
        used = int((np.bincount(self.places) > 0).sum())
        most = MOST_COUNTED * (len(self.variables) - 1) or used
        cost = 1.0 + CELL * min(used, most)
        cost += cost_of(frozenset[Part]().union(*(each.parts for each in self.variables)))
        return Candidate(None, self.variables, self.right, cost)


Scored = Callable[[Int[ndarray, " m"], int], float]
Part = Variable | Selection


def tables(
    variables: Sequence[Variable], array: Int[ndarray, "k m"], target: Int[ndarray, " m"]
) -> list[Candidate]:
    """Functions of one variable, of two, and of the best two with a third that has few values."""
    _, codes = np.unique(target, return_inverse=True)
    kinds = int(codes.max()) + 1

    def scored(places: Int[ndarray, " m"], values: int) -> float:
        """Part of the answers that the commonest have."""
        counts = np.bincount(places * kinds + codes, minlength=values * kinds)
        return float(counts.reshape(-1, kinds).max(axis=1).sum() / len(codes))

    every, found = list[_Column](), _Found()
    for variable, row in zip(variables, array, strict=True):
        places, values = numbered(row)
        if 1 < values <= MOST_VALUES:
            column = _Column((variable,), places, values, scored(places, values))
            found.add(column)
            every.append(column)
    every.sort(key=lambda it: READ * it.variables[0].cost - it.right)
    few, pairs = every[:MOST_TABLES], _Found()
    for place, one in enumerate(few):
        for other in [*few[:place], *(every[MOST_TABLES:] if place < FIRST else ())]:
            if one.values * other.values <= MOST_CELLS:
                pairs.add(_joined(one, other, scored))
    small = [it for it in every if it.values <= FEW_VALUES][:MOST_JOINED]
    for one in pairs.best(BEST_PAIRS):
        for other in small:
            fits = one.values * other.values <= MOST_CELLS
            if fits and other.variables[0] not in one.variables:
                found.add(_joined(one, other, scored))
    return [it.candidate for it in (*found.best(MOST_KEPT), *pairs.best(MOST_KEPT))]


class _Found:
    """Columns, the best of which are kept: what one costs to read is looked at of these alone."""

    def __init__(self) -> None:
        self.columns = list[_Column]()

    def add(self, column: _Column) -> None:
        """Take one up."""
        self.columns.append(column)
        if len(self.columns) > 8 * MOST_KEPT:
            self.columns = self._right(4 * MOST_KEPT)

    def best(self, count: int) -> list[_Column]:
        """So many with the best scores."""
        return sorted(self._right(4 * MOST_KEPT), key=lambda it: -it.candidate.score)[:count]

    def _right(self, count: int) -> list[_Column]:
        """So many that are right most often."""
        return sorted(self.columns, key=lambda it: -it.right)[:count]


def numbered(row: Int[ndarray, " m"]) -> tuple[Int[ndarray, " m"], int]:
    """Values as numbers from 0 on, in their order, and how many there are."""
    low, high = int(row.min()), int(row.max())
    if high - low > 4 * len(row):
        values, places = np.unique(row, return_inverse=True)
        return places.reshape(-1), len(values)
    met = np.bincount(row - low) > 0
    return (np.cumsum(met) - 1)[row - low], int(met.sum())


def _joined(one: _Column, other: _Column, scored: Scored) -> _Column:
    """Both together."""
    places, values = one.beside(other), one.values * other.values
    return _Column((*one.variables, *other.variables), places, values, scored(places, values))
