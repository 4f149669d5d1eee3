"""One or two columns without a parameter, alone or beside a constant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from distill.kinds.formula.expression import Node
from distill.kinds.formula.search.columns import Column, fixed_columns
from distill.kinds.formula.search.line import FITS, Line, constant, residuals, solved


def one_column(line: Line) -> Iterator[Node]:
    """One column without a parameter."""
    yield from _combined(line, (), pairs=False)


def one_and_constant(line: Line) -> Iterator[Node]:
    """One column without a parameter, and a constant."""
    yield from _combined(line, (constant(line),), pairs=False)


def two_columns(line: Line) -> Iterator[Node]:
    """Two columns without a parameter."""
    yield from _combined(line, (), pairs=True)


def two_and_constant(line: Line) -> Iterator[Node]:
    """Two columns without a parameter, and a constant."""
    yield from _combined(line, (constant(line),), pairs=True)


def _combined(line: Line, side: tuple[Column, ...], pairs: bool) -> Iterator[Node]:
    """Columns beside some that are always there, one or two at a time, all at once."""
    columns, weight = fixed_columns(line.x), line.weight
    target = line.target * weight
    room = 2 * FITS * np.sqrt(len(line.x))
    table = np.stack([column.values for column in columns]) * weight
    table = table / np.linalg.norm(table, axis=1, keepdims=True)
    if not pairs:
        for place in np.flatnonzero(residuals(table, target, side, weight) <= room):
            node, error = solved(line, [*side, columns[place]])
            if error <= FITS:
                yield node
        return
    for first, one in enumerate(columns[:-1]):
        left = residuals(table[first + 1 :], target, (*side, one), weight)
        for place in np.flatnonzero(left <= room):
            node, error = solved(line, [*side, one, columns[first + 1 + place]])
            if error <= FITS:
                yield node
