"""Fractions of polynomials of one variable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from distill.kinds.formula.expression import ONE, Node, add, divide, multiply, number, power
from distill.kinds.formula.search.columns import X
from distill.kinds.formula.search.line import Line


def fractions(line: Line) -> Iterator[Node]:
    """Fractions of polynomials of few terms, of x and of its square."""
    yield from _fractions_of(line, ((1, 1), (2, 1), (1, 2)))


def large_fractions(line: Line) -> Iterator[Node]:
    """Fractions of polynomials of more terms."""
    yield from _fractions_of(line, ((2, 2), (3, 1)))


def _fractions_of(line: Line, degrees: Sequence[tuple[int, int]]) -> Iterator[Node]:
    scale = float(np.abs(line.x).max())
    for over, under in degrees:
        for square in (1, 2):
            node = _fraction(line, over, under, square, scale)
            if node is not None:
                yield node


def _fraction(line: Line, over: int, under: int, square: int, scale: float) -> Node | None:
    """`t * (1 + q1 u + ...) = p0 + p1 u + ...`, solved as it stands, then weighted anew."""
    u, target = (line.x / scale) ** square, line.target
    top = np.stack([u**k for k in range(over + 1)], axis=1)
    bottom = np.stack([-target * u**k for k in range(1, under + 1)], axis=1)
    weight, solution = line.weight, np.zeros(0)
    for _ in range(3):
        matrix = np.concatenate([top, bottom], axis=1) * weight[:, None]
        if not np.isfinite(matrix).all():
            return None
        solution, *_ = np.linalg.lstsq(matrix, target * weight, rcond=1e-14)
        denominator = 1 - bottom @ solution[over + 1 :] / np.where(target == 0, 1, target)
        weight = line.weight / np.maximum(np.abs(denominator), 1e-12)
    ways = [number(v / scale ** (square * k)) for k, v in enumerate(solution[: over + 1])]
    ways_under = [
        number(v / scale ** (square * k)) for k, v in enumerate(solution[over + 1 :], start=1)
    ]
    upper = add(*(multiply(c, power(X, square * k)) for k, c in enumerate(ways)))
    lower = add(
        ONE, *(multiply(c, power(X, square * k)) for k, c in enumerate(ways_under, start=1))
    )
    return divide(upper, lower)
