"""Formulas of one variable: from values along an axis to the simplest expressions that give them.

Under every transform of the answers (`transforms.py`), combinations of few columns are tried, the
simplest first: one, one and a constant, two, fractions of polynomials, columns with a parameter.
What fits as well as the values are known is a candidate; which of several is meant is decided
where the whole formula is fitted to the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.kinds.formula.expression import Node, evaluate, number, size_of
from distill.kinds.formula.search.line import FITS, Line
from distill.kinds.formula.search.parametric import more_columns, with_parameter
from distill.kinds.formula.search.plain import (
    one_and_constant,
    one_column,
    two_and_constant,
    two_columns,
)
from distill.kinds.formula.search.quotients import fractions, large_fractions
from distill.kinds.formula.search.transforms import TRANSFORMS, Transform, sign_of
from distill.kinds.formula.search.waves import damped, harmonics, squares

KEPT = 4
"""Candidates that are handed back."""


@dataclass(frozen=True)
class Candidate:
    """An expression, and how far it is from the values in parts of their noise."""

    node: Node
    error: float

    @property
    def cost(self) -> int:
        """How complex it is."""
        return size_of(self.node)


def fit_line(
    x: Float[ndarray, " n"],
    y: Float[ndarray, " n"],
    noise: float | Float[ndarray, " n"],
    kept: int = KEPT,
    transforms: Sequence[Transform] = TRANSFORMS,
    deep: bool = True,
) -> list[Candidate]:
    """The simplest expressions of one variable that give these values.

    Args:
        x: places along the axis.
        y: values there.
        noise: how far these are off, all alike or each.
        kept: how many are handed back at most.
        transforms: of the values, that are tried.
        deep: whether what takes long is tried too.
    """
    noise = np.broadcast_to(np.maximum(noise, 1e-15 * float(np.abs(y).max()) + 1e-300), y.shape)
    if float(np.std(y)) <= FITS * float(np.sqrt((noise**2).mean())):
        return [Candidate(number(float(y.mean())), 1.0)]
    lines = [
        Line(x, y, noise, transform, sign_of(y)) for transform in transforms if transform.fits(y)
    ]
    found = list[Candidate]()
    for stage, most in STAGES if deep else STAGES[:QUICK]:
        for line in lines:
            if line.transform.cost > most:
                continue
            for node in stage(line):
                whole = line.transform.back(node, line.sign)
                error = _error(whole, x, y, noise)
                if error <= FITS:
                    found.append(Candidate(whole, error))
            if found and stage not in CHEAP:
                break
        if found:
            break
    found.sort(key=lambda each: (each.cost, each.error))
    return _distinct(found)[:kept]


def _distinct(found: list[Candidate]) -> list[Candidate]:
    seen, kept = set[Node](), list[Candidate]()
    for each in found:
        if each.node not in seen:
            seen.add(each.node)
            kept.append(each)
    return kept


def _error(node: Node, x: ndarray, y: ndarray, noise: ndarray) -> float:
    apart = (evaluate(node, x[:, None]) - y) / noise
    error = float(np.sqrt(np.mean(apart**2)))
    return error if np.isfinite(error) else np.inf


Stage = Callable[[Line], Iterator[Node]]

STAGES: tuple[tuple[Stage, int], ...] = (
    (one_column, 9),
    (one_and_constant, 9),
    (two_columns, 9),
    (with_parameter, 9),
    (two_and_constant, 2),
    (fractions, 2),
    (squares, 1),
    (more_columns, 1),
    (large_fractions, 1),
    (harmonics, 0),
    (damped, 0),
)
"""From the simplest on, each with the largest cost of a transform that it is tried under."""

QUICK = 7
"""So many of them take a tenth of a second together; the others take seconds."""

CHEAP = (one_column, one_and_constant, two_columns)
"""Those that are gone through under every transform, for the simplest of all."""
