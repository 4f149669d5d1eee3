"""Values along an axis, and the best combination of columns for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from distill.kinds.formula.expression import ONE, Node, add, multiply, number
from distill.kinds.formula.search.columns import Column
from distill.kinds.formula.search.transforms import Transform

FITS = 4.0
"""Deviation that a fit may have, in parts of the noise."""


@dataclass(frozen=True)
class Line:
    """Values along an axis, transformed: what columns are fitted to."""

    x: ndarray
    y: ndarray
    sigma: ndarray
    transform: Transform
    sign: float

    @property
    def target(self) -> ndarray:
        """The transformed values."""
        return self.transform.forth(self.y)

    @property
    def weight(self) -> ndarray:
        """One by how far each of them is off."""
        slope = np.abs(self.transform.slope(self.y))
        return 1 / np.maximum(self.sigma * slope, 1e-300)


def constant(line: Line) -> Column:
    """The column that is 1 everywhere."""
    return Column(ONE, np.ones_like(line.x), 0)


def solved(line: Line, columns: Sequence[Column]) -> tuple[Node, float]:
    """The best combination of columns, and its error in parts of the noise."""
    weight = line.weight
    matrix = np.stack([column.values for column in columns], axis=1) * weight[:, None]
    target = line.target * weight
    if not np.isfinite(matrix).all():
        return ONE, np.inf
    scale = np.linalg.norm(matrix, axis=0)
    if not (scale > 0).all():
        return ONE, np.inf
    solution, *_ = np.linalg.lstsq(matrix / scale, target, rcond=1e-13)
    error = float(np.sqrt(np.mean((matrix / scale @ solution - target) ** 2)))
    terms = [
        multiply(number(value), column.node)
        for value, column in zip(solution / scale, columns, strict=True)
    ]
    return add(*terms), error


def residuals(
    columns: ndarray, target: ndarray, side: tuple[Column, ...], weight: ndarray
) -> ndarray:
    """What is left of the target beside each of many columns, and some that are always there."""
    left, rest = target, columns
    if side:
        basis = np.linalg.qr(np.stack([each.values * weight for each in side], axis=1))[0]
        left = target - basis @ (basis.T @ target)
        rest = columns - columns @ basis @ basis.T
    size = np.einsum("cn,cn->c", rest, rest)
    size = np.where(size > 1e-26 * np.einsum("cn,cn->c", columns, columns) + 1e-300, size, np.inf)
    along = rest @ left / size
    return np.linalg.norm(left - along[:, None] * rest, axis=1)
