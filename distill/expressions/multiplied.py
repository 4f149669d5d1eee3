"""A variable that the others multiply and add to, modulo m: s * x % 5, (a * s + b) % 7.

For each of the values that the others can have, the target is an affine map of the variable; which
one follows from two of its rows, and has to hold on the rest. What multiplies and what is added
are then tables of the others alone, for which plain forms are looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import log2

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.expressions.expression import Constant, Expression, Name, Operation, add, cost
from distill.expressions.table import Table, lookup

MOST_RESIDUES = 256
"""Numbers that are gone through for what multiplies."""

MOST_VARIABLES = 3
"""Of a table that is looked at."""

MORE = 4
"""Moduli above the largest value of the target that are looked at: not all residues need occur."""

BITS = 12.0
"""Bits of the target that numbers to multiply by and to add, as they come, leave over: fewer are
fitted by chance.
"""

SHORT = 6.5
"""What a form costs that is no chance fit of fewer: s * x % 3."""

MOST_COST = 4.5
"""What a form of a number to multiply by or to add may cost: what is longer is a chance fit."""

Plain = Callable[[Table], Expression | None]
"""What finds a plain form of a table."""


def multiplied(table: Table, plain: Plain) -> Iterator[Expression]:
    """Expressions that may give the target, which is a residue.

    Args:
        table: of at least two variables.
        plain: finds forms of what multiplies and of what is added, over the other variables.
    """
    low, high = int(table.target.min()), int(table.target.max())
    if low < 0 or high < 2 or not 1 < len(table.varying) <= MOST_VARIABLES:
        return
    for name, column in table.varying.items():
        others = tuple(other for other in table.varying if other != name)
        codes = table.codes(others)
        for modulus in range(high + 1, min(high + 2 + MORE, MOST_RESIDUES)):
            able = _multipliers(column, table.target, codes, modulus)
            if able is None:
                continue
            _, first = np.unique(codes, return_index=True)
            few = Table({other: table.columns[other][first] for other in others}, first)
            spare = (len(codes) - 2 * len(first)) * log2(modulus)
            listable = others[0] in table.listable and len(others) == 1
            for by, times in _written(few, able, modulus, plain, listable):
                rest = (table.target - times[codes] * column) % modulus
                for more, _ in _written(few, _only(rest[first], modulus), modulus, plain, listable):
                    total = add([(1, _product(by, Name(name), [*table.columns])), (1, more)])
                    whole = Operation("%", (total, Constant(modulus)))
                    if spare >= BITS or cost(whole) <= SHORT:
                        yield whole
                    break
            break


def _multipliers(
    column: Int[ndarray, " rows"],
    target: Int[ndarray, " rows"],
    codes: Int[ndarray, " rows"],
    modulus: int,
) -> Bool[ndarray, "codes residues"] | None:
    """For the values of the others, which numbers the variable may be multiplied by.

    Null where some have none, or where all may be one number: that is a plain sum.
    """
    count = int(codes.max()) + 1
    able = np.zeros((count, modulus), dtype=bool)
    factors = np.arange(modulus)[:, None]
    for code in range(count):
        rows = np.flatnonzero(codes == code)
        step, gain = column[rows] - column[rows[0]], target[rows] - target[rows[0]]
        if not step.any():
            return None
        able[code] = ((factors * step - gain) % modulus == 0).all(axis=1)
        if not able[code].any():
            return None
    return None if able.all(axis=0).any() else able


def _only(values: Int[ndarray, " codes"], modulus: int) -> Bool[ndarray, "codes residues"]:
    return values[:, None] % modulus == np.arange(modulus)


def _written(
    few: Table,
    able: Bool[ndarray, "codes residues"],
    modulus: int,
    plain: Plain,
    listable: bool,
) -> Iterator[tuple[Expression, Int[ndarray, " codes"]]]:
    """Forms of a number that depends on the others, each with its values: inputs, small sums of
    them, other plain forms, a list.
    """
    places = np.arange(len(able))
    if able.all(axis=0).any():
        value = min(np.flatnonzero(able.all(axis=0)).tolist(), key=lambda v: min(v, modulus - v))
        yield Constant(value), np.full(len(able), value)
        return
    for form, values in _simple(few.columns):
        if able[places, values % modulus].all():
            yield form, values
            return
    least = able.argmax(axis=1)
    for values in (np.where(least > modulus // 2, least - modulus, least), least):
        form = plain(Table(few.columns, values))
        if form is not None and cost(form) <= MOST_COST:
            yield form, values
            return
    if listable:
        yield lookup(Table(few.columns, least), weights=True), least


def _simple(
    columns: Mapping[str, Int[ndarray, " codes"]],
) -> Iterator[tuple[Expression, Int[ndarray, " codes"]]]:
    """An input, a multiple of it, one more or one less; the sum of all."""
    for name, column in columns.items():
        for factor, offset in ((1, 0), (1, 1), (1, -1), (-1, 0), (2, 0), (-1, 1), (2, 1), (3, 0)):
            yield add([(factor, Name(name))], offset), factor * column + offset
    if len(columns) > 1:
        yield add([(1, Name(name)) for name in columns]), np.sum([*columns.values()], axis=0)


def _product(by: Expression, variable: Name, order: list[str]) -> Expression:
    """A product; of two variables the one that comes first in the table stands first."""
    if by == Constant(0):
        return by
    if isinstance(by, Name) and order.index(by.name) < order.index(variable.name):
        return Operation("*", (by, variable))
    return variable if by == Constant(1) else Operation("*", (variable, by))
