"""Answers that are a function of one variable, of two, or of three: how often one is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.kinds.attention.learned.candidate import READ, Candidate
from distill.kinds.attention.learned.terms import Variable, cost_of

MOST_VALUES, MOST_CELLS, FEW_VALUES = 24, 96, 4
"""Values of a variable and cells of a table at most; and values of one that joins two others."""
MOST_TABLES, FIRST, BEST_PAIRS, MOST_JOINED = 90, 8, 12, 500
"""Variables that are paired with each other, and with any other; pairs that a third one joins, and
how many are tried for it."""
CELL, MOST_COUNTED = 1.0, 12
"""What a cell of a table costs to read, and how many count: an expression may be found for more."""


@dataclass(frozen=True)
class _Column:
    """What variables are where answers are wanted: a number for every combination of values."""

    variables: tuple[Variable, ...]
    places: Int[ndarray, " m"]
    values: int
    right: float

    def beside(self, other: _Column) -> Int[ndarray, " m"]:
        """Numbers of the combinations with others."""
        return self.places * other.values + other.places


def tables(
    variables: Sequence[Variable], array: Int[ndarray, "k m"], target: Int[ndarray, " m"]
) -> list[Candidate]:
    """Functions of one variable, of two, and of the best two with a third that has few values."""
    _, codes = np.unique(target, return_inverse=True)
    kinds = int(codes.max()) + 1

    def scored(places: Int[ndarray, " m"], values: int) -> tuple[float, int]:
        """Part of the answers that the commonest have, and the combinations that occur."""
        counts = np.bincount(places * kinds + codes, minlength=values * kinds).reshape(-1, kinds)
        return float(counts.max(axis=1).sum() / len(codes)), int((counts.sum(axis=1) > 0).sum())

    every, found = list[_Column](), list[Candidate]()
    for variable, row in zip(variables, array, strict=True):
        values, places = np.unique(row, return_inverse=True)
        if 1 < len(values) <= MOST_VALUES:
            right, _ = scored(places, len(values))
            every.append(_Column((variable,), places, len(values), right))
            cost = variable.cost + 1.0 + CELL * len(values)
            found.append(Candidate(None, (variable,), right, cost))
    every.sort(key=lambda it: READ * it.variables[0].cost - it.right)
    few, pairs = every[:MOST_TABLES], list[tuple[float, _Column]]()
    for place, one in enumerate(few):
        for other in [*few[:place], *(every[MOST_TABLES:] if place < FIRST else ())]:
            if one.values * other.values <= MOST_CELLS:
                pairs.append(_joined(one, other, scored, found))
    pairs.sort(key=lambda it: -it[0])
    small = [it for it in every if it.values <= FEW_VALUES][:MOST_JOINED]
    for _, one in pairs[:BEST_PAIRS]:
        for other in small:
            fits = one.values * other.values <= MOST_CELLS
            if fits and other.variables[0] not in one.variables:
                _joined(one, other, scored, found)
    return found


def _joined(one: _Column, other: _Column, scored, found: list[Candidate]) -> tuple[float, _Column]:  # noqa: ANN001
    """Tables of both together, which join those that were found; with their score."""
    places, values = one.beside(other), one.values * other.values
    right, used = scored(places, values)
    both = (*one.variables, *other.variables)
    most = MOST_COUNTED * (len(both) - 1)
    parts = frozenset[object]().union(*(each.parts for each in both))
    cost = cost_of(parts) + 1.0 + CELL * min(used, most)  # pyright: ignore[reportArgumentType]
    candidate = Candidate(None, both, right, cost)
    found.append(candidate)
    return candidate.score, _Column(both, places, values, right)
