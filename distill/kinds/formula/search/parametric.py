"""Columns with a parameter, which is looked for on a grid and then refined."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import minimize_scalar

from distill.kinds.formula.expression import ONE, Node, multiply
from distill.kinds.formula.search.columns import (
    Column,
    Shape,
    fixed_columns,
    prefactors_for,
    shapes_for,
)
from distill.kinds.formula.search.line import FITS, Line, constant, residuals, solved
from distill.kinds.formula.search.waves import waves

REFINED = 20
"""Columns with a parameter that are refined, by how many others stand beside them, of those that
come nearest on their grids."""


def with_parameter(line: Line) -> Iterator[Node]:
    """A column with a parameter, alone or beside a constant, a line or a power."""
    yield from _parametric(line, plain=True)


def more_columns(line: Line) -> Iterator[Node]:
    """One with a parameter, times a power or beside another column."""
    yield from _parametric(line, plain=False)


def _parametric(line: Line, plain: bool) -> Iterator[Node]:
    x, weight = line.x, line.weight
    target = line.target * weight
    norm = float(np.linalg.norm(target))
    flat = constant(line)
    sides: list[tuple[Column, ...]] = [(), (flat,)]
    factors = prefactors_for(x)
    if plain:
        factors = factors[:1]
    else:
        sides += [(c,) for c in fixed_columns(x)[:4]]
        sides += [(flat, c) for c in fixed_columns(x)[:3]]
    tried = list[tuple[float, Shape, Column, tuple[Column, ...], int]]()
    for shape in shapes_for(x):
        table = shape.values(shape.grid, x)
        for factor in factors:
            own = [*sides, (factor,)] if factor.cost else sides
            columns = np.nan_to_num(table * factor.values * weight, nan=0, posinf=0, neginf=0)
            for side in own:
                residual = residuals(columns, target, side, weight)
                for depth, place in _valleys(shape.grid, residual):
                    tried.append((depth / norm, shape, factor, side, place))
    pairs = waves(line, sides)
    tried.sort(key=lambda each: each[0])
    chosen = [[each for each in tried if len(each[3]) == k][:REFINED] for k in range(3)]
    for _, shape, factor, side, place in itertools.chain(*chosen):
        ends = shape.grid[max(place - 1, 0)], shape.grid[min(place + 1, len(shape.grid) - 1)]
        node, error = _refined(line, shape, factor, side, float(min(ends)), float(max(ends)))
        if error <= FITS:
            yield node
    yield from pairs


def _valleys(grid: Float[ndarray, " c"], residual: Float[ndarray, " c"]) -> list[tuple[float, int]]:
    """The two deepest valleys of a residual along a grid: how deep each may be, and its place.

    Between the places of the grid its square is a parabola, nearly.
    """
    squares = residual**2
    padded = np.concatenate([[np.inf], residual, [np.inf]])
    lower = np.flatnonzero((padded[1:-1] <= padded[:-2]) & (padded[1:-1] <= padded[2:]))
    found = list[tuple[float, int]]()
    for place in lower:
        depth = float(squares[place])
        if 0 < place < len(grid) - 1 and np.isfinite(squares[place - 1 : place + 2]).all():
            bend, slope, level = np.polyfit(
                grid[place - 1 : place + 2] - grid[place], squares[place - 1 : place + 2], 2
            )
            if bend > 0:
                depth = max(level - slope**2 / (4 * bend), 1e-4 * depth)
        found.append((float(np.sqrt(depth)), int(place)))
    return sorted(found)[:2]


def _refined(
    line: Line, shape: Shape, factor: Column, side: tuple[Column, ...], low: float, high: float
) -> tuple[Node, float]:
    """A column with the best parameter between two of its grid."""

    def column(c: float) -> Column:
        values = shape.values(np.array(c), line.x) * factor.values
        return Column(ONE, values, shape.cost)

    def left(c: float) -> float:
        return solved(line, [*side, column(c)])[1]

    best: Any = minimize_scalar(
        left, bounds=(low, high), method="bounded", options={"xatol": 1e-13}
    )
    c = _polished(left, float(best.x), abs(high - low))
    node = multiply(factor.node, shape.node(c))
    return solved(line, [*side, Column(node, column(c).values, shape.cost)])


def _polished(left: Callable[[float], float], c: float, width: float) -> float:
    """A minimum of a residual, by parabolas of its square: nearer than its own rounding shows."""
    for part in (1e-3, 1e-5):
        step = width * part
        below, here, above = (left(c + k * step) ** 2 for k in (-1, 0, 1))
        bend = below - 2 * here + above
        if not bend > 0:
            break
        c += float(np.clip((below - above) / (2 * bend), -1, 1)) * step
    return c
