"""Exclusive or, shifts and masks: what is linear over the digits in base 2.

A shift register with taps, a checksum, a Gray code: every digit of the target is the exclusive or
of some digits of the variables. Which ones is a system of linear equations over two elements, one
for every row. Digits that move equally far are one term, the variable shifted, and masked where not
all of its digits go along: state >> 1 ^ x, or (state ^ x) & 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.expressions.table import Table

MOST_BITS = 24
"""Digits of all variables together."""

SPARE = 2
"""Rows for every digit that is not known: fewer would be fitted by chance."""

MOST_TERMS = 5
"""Shifted variables that are combined at most: more are no rule that one reads."""


def exclusive_or(table: Table) -> Iterator[Expression]:
    """The exclusive or of shifted and masked variables that may give the target."""
    columns = table.varying
    if not columns or min(column.min() for column in (*columns.values(), table.target)) < 0:
        return
    widths = {name: int(column.max()).bit_length() for name, column in columns.items()}
    unknown = 1 + sum(widths.values())
    rows = np.column_stack([*columns.values(), table.target])
    if unknown > MOST_BITS or len(np.unique(rows, axis=0)) < SPARE * unknown:
        return
    places = [(name, bit) for name, width in widths.items() for bit in range(width)]
    given = np.column_stack([columns[name] >> bit & 1 for name, bit in places])
    known = np.column_stack([given, np.ones(len(given), dtype=np.int64)]).astype(bool)
    digits = int(table.target.max()).bit_length()
    wanted = np.column_stack([table.target >> bit & 1 for bit in range(digits)]).astype(bool)
    chosen = _solved(known, wanted)
    if chosen is None:
        return
    moved: dict[tuple[str, int], int] = {}
    for (name, bit), goes in zip(places, chosen[:-1], strict=True):
        for target in np.flatnonzero(goes).tolist():
            moved[name, bit - target] = moved.get((name, bit - target), 0) | 1 << target
    constant = sum(1 << bit for bit in np.flatnonzero(chosen[-1]).tolist())
    if not moved or len(moved) > MOST_TERMS:
        return
    yield _written(moved, widths, constant)


def is_linear(columns: Mapping[str, Int[ndarray, " rows"]], target: Int[ndarray, " rows"]) -> bool:
    """Whether every digit of the target is an exclusive or of some of those of the columns."""
    if min(column.min() for column in (*columns.values(), target)) < 0:
        return False
    given = [
        column >> bit & 1
        for column in columns.values()
        for bit in range(int(column.max()).bit_length())
    ]
    known = np.column_stack([*given, np.ones_like(target)]).astype(bool)
    digits = [target >> bit & 1 for bit in range(int(target.max()).bit_length())]
    return not digits or _solved(known, np.column_stack(digits).astype(bool)) is not None


def _written(
    moved: dict[tuple[str, int], int], widths: dict[str, int], constant: int
) -> Expression:
    """Terms by how far their digits move, with one mask for all where it is the same."""
    terms, masks = [], set[int]()
    order = [*widths]
    for (name, right), mask in sorted(
        moved.items(), key=lambda pair: (order.index(pair[0][0]), -pair[0][1])
    ):
        whole = (1 << widths[name]) - 1
        reaches = whole >> right if right >= 0 else whole << -right
        terms.append((_shifted(Name(name), right), mask, reaches))
        masks.add(mask)
    common = masks.pop() if len(masks) == 1 else None
    needed = any(mask != reaches for _, mask, reaches in terms)
    if common is not None and needed and len(terms) > 1 and not constant & ~common:
        parts = [term for term, _, _ in terms] + [Constant(constant)] * bool(constant)
        return Operation("&", (reduce(_xor, parts), Constant(common)))
    parts = [
        term if mask == reaches else Operation("&", (term, Constant(mask)))
        for term, mask, reaches in terms
    ]
    return reduce(_xor, parts + [Constant(constant)] * bool(constant))


def _xor(one: Expression, other: Expression) -> Expression:
    return Operation("^", (one, other))


def _shifted(term: Expression, right: int) -> Expression:
    if not right:
        return term
    return Operation(">>" if right > 0 else "<<", (term, Constant(abs(right))))


def _solved(
    known: Bool[ndarray, "rows unknown"], wanted: Bool[ndarray, "rows digits"]
) -> Bool[ndarray, "unknown digits"] | None:
    """Which unknowns add up to what is wanted, modulo 2; null where none do.

    Gaussian elimination over the field of two elements; an unknown that nothing settles is 0.
    """
    whole = np.unique(np.hstack([known, wanted]), axis=0)
    count, row, pivots = known.shape[1], 0, list[int]()
    for column in range(count):
        below = np.flatnonzero(whole[row:, column])
        if not len(below):
            continue
        first = row + int(below[0])
        whole[[row, first]] = whole[[first, row]]
        others = np.flatnonzero(whole[:, column])
        others = others[others != row]
        whole[others] ^= whole[row]
        pivots.append(column)
        row += 1
        if row == len(whole):
            break
    if whole[row:, count:].any():
        return None
    found = np.zeros((count, wanted.shape[1]), dtype=bool)
    found[pivots] = whole[: len(pivots), count:]
    return found
