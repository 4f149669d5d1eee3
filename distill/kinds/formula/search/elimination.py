"""Variables that stand in few terms: `t(f) = A phi(x) + B`, with A and B of all other variables.

Values along one axis, at many places of the other variables, are a matrix; under a transform t it
has as many independent rows as there are terms. What its rows span are functions of that variable
alone, which the library knows; their coefficients are functions of one variable less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import minimize_scalar

from distill.kinds.formula.expression import (
    ONE,
    Node,
    Number,
    Product,
    Sum,
    Variable,
    add,
    evaluate,
    multiply,
    substitute,
)
from distill.kinds.formula.search.columns import Column, fixed_columns, shapes_for
from distill.kinds.formula.search.fitting import fit_line
from distill.kinds.formula.search.reduction import (
    Reduction,
    lifted,
    nodes_of,
    swept,
    widened,
    without,
)
from distill.kinds.formula.search.source import Oracle
from distill.kinds.formula.search.transforms import IDENTITY, TRANSFORMS, Transform, sign_of

PLACES, NODES = 28, 20
"""Places of the other variables, and nodes along the axis."""

STRUCTURE = 3.0
"""A direction counts where it is so much stronger than noise that is alike everywhere would be."""

MOST_TERMS = 3

ASKED = 10
"""Nodes along the axis at which coefficients are solved for."""


@dataclass(frozen=True)
class _Span:
    """What values along an axis are made of.

    Attributes:
        axis: nodes.
        rows: directions, orthonormal [r, nodes].
        blur: how far the weakest of them may be off.
        constant: whether the constant is among what they span.
    """

    place: int
    transform: Transform
    sign: float
    axis: ndarray
    rows: ndarray
    blur: float
    constant: bool

    @property
    def terms(self) -> int:
        return len(self.rows)


def eliminations(oracle: Oracle) -> Iterator[Reduction]:
    """Every variable that stands in few terms, those with the fewest first."""
    spans = [span for place in range(oracle.count) for span in _spans(oracle, place)]
    spans.sort(key=lambda span: (span.terms + (not span.constant) * 0.5, span.transform.cost))
    for span in spans:
        for columns in _named(span):
            yield _reduction(oracle, span, columns)


def _spans(oracle: Oracle, place: int) -> Iterator[_Span]:
    axis = nodes_of(float(oracle.low[place]), float(oracle.high[place]), NODES)
    rest = oracle.draw(PLACES, 31 + place)
    values = swept(oracle, place, rest, axis)
    for transform in TRANSFORMS:
        if not transform.fits(values.ravel()):
            continue
        table = transform.forth(values)
        noise = oracle.noise * np.abs(transform.slope(values))
        weight = 1 / np.sqrt((noise**2).mean(axis=1, keepdims=True))
        _, sizes, rows = np.linalg.svd(table * weight, full_matrices=False)
        room = STRUCTURE * np.sqrt(table.size)
        terms = int((sizes > room).sum())
        if not 1 <= terms <= MOST_TERMS:
            continue
        flat = np.full(NODES, NODES**-0.5)
        blur = room / float(sizes[terms - 1])
        rows = rows[:terms]
        left = float(np.linalg.norm(flat - rows.T @ (rows @ flat)))
        constant = bool(left < max(3 * blur, 1e-9))
        if terms == 1 and (constant or transform is IDENTITY):
            continue
        yield _Span(place, transform, sign_of(values.ravel()), axis, rows, blur, constant)


def _named(span: _Span) -> Iterator[tuple[Column, ...]]:
    """Functions of the library that span it, beside the constant."""
    if span.terms == 1 or (span.terms == 2 and span.constant):
        yield from _one_function(span)
        return
    if span.blur > 0.02:
        return
    members = _members(span)
    some = (Column(ONE, np.ones(NODES), 0),) if span.constant else ()
    wanted = span.terms - len(some)
    given = 0
    for chosen in sorted(combinations(members, wanted), key=lambda c: sum(m.cost for m in c)):
        columns = (*some, *chosen)
        if _independent(span, columns):
            yield columns
            given += 1
            if given == 2:
                return


def _one_function(span: _Span) -> Iterator[tuple[Column, ...]]:
    """The function that the axis is read by, but for a factor and a constant."""
    values = span.rows[0]
    if span.constant:
        flat = np.full(NODES, NODES**-0.5)
        left = span.rows - (span.rows @ flat)[:, None] * flat
        values = np.linalg.svd(left)[2][0]
    values = values / np.abs(values).max()
    fits = fit_line(
        span.axis, values, span.blur / 4 * np.abs(values).max() / np.sqrt(NODES), kept=3, deep=False
    )
    seen = list[Node]()
    for fit in fits:
        node = _bare(fit.node) if span.constant else _without_factor(fit.node)
        if node not in seen:
            seen.append(node)
            column = Column(node, evaluate(node, span.axis[:, None]), fit.cost)
            some = (Column(ONE, np.ones(NODES), 0),) if span.constant else ()
            yield (*some, column)


def _bare(node: Node) -> Node:
    """Without constants that are added and multiplied outside."""
    if isinstance(node, Sum):
        rest = [term for term in node.terms if not isinstance(term, Number)]
        return _without_factor(add(*rest)) if rest else node
    return _without_factor(node)


def _without_factor(node: Node) -> Node:
    if isinstance(node, Product):
        return multiply(*(part for part in node.factors if not isinstance(part, Number)))
    if isinstance(node, Sum):
        first = node.terms[0]
        lead = first.factors[0] if isinstance(first, Product) else ONE
        if isinstance(lead, Number):
            return add(*(multiply(Number(1 / lead.value), term) for term in node.terms))
    return node


def _members(span: _Span) -> list[Column]:
    """Functions of the library that lie in what is spanned."""
    limit = max(4 * span.blur, 1e-8)
    found = [c for c in fixed_columns(span.axis) if _outside(span, c.values) < limit]
    for shape in shapes_for(span.axis):
        if shape.cost > 4:
            continue
        away = _outside_all(span, shape.values(shape.grid, span.axis))
        for place in np.flatnonzero(
            (away <= np.append(np.inf, away[:-1])) & (away <= np.append(away[1:], np.inf))
        ):
            if away[place] > 0.2:
                continue
            ends = shape.grid[max(place - 1, 0)], shape.grid[min(place + 1, len(away) - 1)]
            best: Any = minimize_scalar(
                lambda c, shape=shape: _outside(span, shape.values(np.array(c), span.axis)),
                bounds=sorted(ends),
                method="bounded",
                options={"xatol": 1e-11},
            )
            if best.fun < limit:
                values = shape.values(np.array(best.x), span.axis)
                found.append(Column(shape.node(float(best.x)), values, shape.cost))
    return found[:10]


def _outside(span: _Span, values: Float[ndarray, " n"]) -> float:
    return float(_outside_all(span, values[None])[0])


def _outside_all(span: _Span, values: Float[ndarray, "c n"]) -> Float[ndarray, " c"]:
    """How far functions are from what is spanned, in parts of their size beside a constant."""
    flat = np.full(NODES, NODES**-0.5)
    varying = values - (values @ flat)[:, None] * flat if span.constant else values
    size = np.linalg.norm(varying, axis=1)
    left = varying - varying @ span.rows.T @ span.rows
    with np.errstate(all="ignore"):
        found = np.linalg.norm(left, axis=1) / size
    return np.where(np.isfinite(found), found, np.inf)


def _independent(span: _Span, columns: Sequence[Column]) -> bool:
    matrix = np.stack([column.values for column in columns], axis=1)
    matrix = matrix / np.linalg.norm(matrix, axis=0)
    return float(np.linalg.svd(matrix, compute_uv=False)[-1]) > 1e-3


def _reduction(oracle: Oracle, span: _Span, columns: tuple[Column, ...]) -> Reduction:
    """Coefficients, each a function of all other variables."""
    kept = without(span.place, oracle.count)
    low, high = float(oracle.low[span.place]), float(oracle.high[span.place])
    axis = nodes_of(low, high, ASKED)
    matrix = np.stack([evaluate(column.node, axis[:, None]) for column in columns], axis=1)
    solve = np.linalg.pinv(matrix)

    def coefficients(points: ndarray) -> ndarray:
        full = widened(points, kept, oracle.middle)
        table = span.transform.forth(swept(oracle, span.place, full, axis))
        return table @ solve.T

    def part(which: int) -> Oracle:
        return Oracle(
            oracle.source,
            oracle.low[kept],
            oracle.high[kept],
            lambda points: coefficients(points)[:, which],
        )

    def combine(found: Sequence[Node]) -> Node:
        terms = [
            multiply(lifted(node, kept), substitute(column.node, {0: Variable(span.place)}))
            for node, column in zip(found, columns, strict=True)
        ]
        return span.transform.back(add(*terms), span.sign)

    said = f"variable {span.place} stands in {len(columns)} terms of {span.transform.name}"
    return Reduction(said, tuple(map(part, range(len(columns)))), combine)
