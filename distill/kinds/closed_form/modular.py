"""Closed forms modulo m: polynomials, quotients, squares, and truths about a residue.

A polynomial is solved for, by elimination modulo m on a few rows; whoever takes it holds it
against all others. Nothing is assumed of m but that it is one of a few numbers that the ranges of
the inputs and of the answers suggest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, product
from math import gcd

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions.expression import Constant, Expression, Name, Operation, add, evaluate
from distill.expressions.table import Table, is_function_of
from distill.expressions.univariate import balanced, function_of_one

DEGREES = (1, 2, 3)
"""Degrees of polynomials that are looked for, the lowest first."""

MOST_MONOMIALS = 70
"""Monomials of a polynomial that is solved for."""

SPARE_ROWS = 24
"""Rows that a polynomial is solved on beyond as many as it has monomials."""

SMALL = range(-2, 3)
"""Multiples of the inputs in a linear form that is squared, or taken modulo m within a truth."""

LARGEST_MODULUS = 1 << 15
"""So that products of residues stay exact."""

LARGEST_VALUE = 1 << 20
"""Of an input: three of them multiplied are exact."""

DRAW = 3
"""Of the rows that a polynomial is solved on."""

Monomial = tuple[str, ...]
"""Names, each as often as its power."""


def modular_forms(table: Table) -> Iterator[Expression]:
    """Expressions modulo m that may give the target; each is to be held against every row.

    None of large values, whose products would not be exact.
    """
    if max(np.abs(column).max() for column in table.columns.values()) > LARGEST_VALUE:
        return
    for modulus in _moduli(table):
        yield from _polynomials(table, modulus)
        yield from _quotients(table, modulus)
        if set(np.unique(table.target).tolist()) == {0, 1}:
            yield from _truths(table, modulus)


def _moduli(table: Table) -> list[int]:
    """Numbers that the ranges suggest: as many as there are answers, or values of an input."""
    spans = [int(table.target.max()) + 1]
    spans += [int(column.max()) + 1 for column in table.varying.values()]
    return [m for m in dict.fromkeys(spans) if 2 < m <= LARGEST_MODULUS]


def _polynomials(table: Table, modulus: int) -> Iterator[Expression]:
    if table.target.min() < 0 or table.target.max() >= modulus:
        return
    for degree in DEGREES:
        found = polynomial(table.varying, table.target, modulus, degree)
        if found is not None:
            yield from _square(found, table, modulus)
            yield Operation("%", (_sum_of(found, modulus), Constant(modulus)))
            return


def _quotients(table: Table, modulus: int) -> Iterator[Expression]:
    """P / v modulo m, where v has an inverse on every row: the target times v is P."""
    if table.target.min() < 0 or table.target.max() >= modulus:
        return
    for name, column in table.varying.items():
        if any(gcd(int(value), modulus) != 1 for value in np.unique(column)):
            continue
        for degree in DEGREES[:2]:
            found = polynomial(table.varying, table.target * column % modulus, modulus, degree)
            if found is not None:
                inverse = Operation("pow", (Name(name), Constant(-1), Constant(modulus)))
                over = _sum_of(found, modulus)
                whole = Operation("*", (over, inverse))
                yield Operation("%", (whole, Constant(modulus)))
                break


def _truths(table: Table, modulus: int) -> Iterator[Expression]:
    """Truths about the residue of a linear form, or of the product of all inputs."""
    names = tuple(table.varying)
    if not 0 < len(names) <= 3:
        return
    for factors in product(SMALL, repeat=len(names)):
        if next((f for f in factors if f), 0) > 0:
            linear = add([(f, Name(n)) for f, n in zip(factors, names, strict=True)])
            yield from _truth_of(Operation("%", (linear, Constant(modulus))), table)
    if len(names) > 1:
        whole: Expression = Name(names[0])
        for name in names[1:]:
            whole = Operation("*", (whole, Name(name)))
        yield from _truth_of(Operation("%", (whole, Constant(modulus))), table)
        if modulus % 2:
            half = Constant((modulus - 1) // 2)
            power = Operation("pow", (whole, half, Constant(modulus)))
            for least in (1, 2):
                yield Operation("<", (power, Constant(least + 1)))
                yield Operation("==", (power, Constant(least)))


def _truth_of(residue: Expression, table: Table) -> Iterator[Expression]:
    value = evaluate(residue, table.columns)
    if len(np.unique(value)) > 2 and is_function_of(value, table.target):
        yield from function_of_one([(1, residue)], value, table.target)


def polynomial(
    columns: dict[str, Int[ndarray, " rows"]],
    target: Int[ndarray, " rows"],
    modulus: int,
    degree: int,
) -> dict[Monomial, int] | None:
    """A polynomial that gives the target modulo m on some rows; null where there is none.

    By elimination with pivots that have an inverse. Monomials that the rows do not tell apart from
    simpler ones are left out.
    """
    monomials = [
        chosen
        for power in range(degree + 1)
        for chosen in combinations_with_replacement(tuple(columns), power)
    ]
    rows = len(monomials) + SPARE_ROWS
    if not columns or len(monomials) > MOST_MONOMIALS or rows > len(target):
        return None
    picked = np.random.default_rng(DRAW).permutation(len(target))[:rows]
    matrix = np.empty((rows, len(monomials) + 1), dtype=np.int64)
    for place, monomial in enumerate(monomials):
        matrix[:, place] = _value(monomial, columns, picked, modulus)
    matrix[:, -1] = target[picked] % modulus
    solved = _solve(matrix, modulus)
    if solved is None:
        return None
    return {m: balanced(c, modulus) for m, c in zip(monomials, solved, strict=True) if c}


def _value(
    monomial: Monomial,
    columns: dict[str, Int[ndarray, " rows"]],
    picked: Int[ndarray, " some"],
    modulus: int,
) -> Int[ndarray, " some"]:
    value = np.ones(len(picked), dtype=np.int64)
    for name in monomial:
        value = value * (columns[name][picked] % modulus) % modulus
    return value


def _solve(matrix: Int[ndarray, "rows columns"], modulus: int) -> list[int] | None:
    """Coefficients modulo m, free ones 0; null where no pivot has an inverse, or none fits."""
    matrix, top = matrix.copy(), 0
    pivots: list[int] = []
    for column in range(matrix.shape[1] - 1):
        below = matrix[top:, column]
        units = [r for r in np.flatnonzero(below) if gcd(int(below[r]), modulus) == 1]
        if not units:
            if below.any():
                return None
            continue
        row = top + int(units[0])
        matrix[[top, row]] = matrix[[row, top]]
        matrix[top] = matrix[top] * pow(int(matrix[top, column]), -1, modulus) % modulus
        others = np.arange(len(matrix)) != top
        matrix[others] = (matrix[others] - matrix[others, column, None] * matrix[top]) % modulus
        pivots.append(column)
        top += 1
        if top == len(matrix):
            break
    if matrix[top:, -1].any():
        return None
    solved = [0] * (matrix.shape[1] - 1)
    for row, column in enumerate(pivots):
        solved[column] = int(matrix[row, -1])
    return solved


def _sum_of(found: dict[Monomial, int], modulus: int) -> Expression:
    """A sum of monomials, the constant last, without minus signs in front where it can be."""
    offset = found.get((), 0)
    terms = [(factor, _product(monomial)) for monomial, factor in found.items() if monomial]
    terms.sort(key=lambda term: -len(_factors(term[1])))
    if terms and all(factor < 0 for factor, _ in terms):
        terms[0] = (terms[0][0] + modulus, terms[0][1])
    return add(terms, offset)


def _product(monomial: Monomial) -> Expression:
    whole: Expression = Name(monomial[0])
    for name in monomial[1:]:
        whole = Operation("*", (whole, Name(name)))
    return whole


def _factors(term: Expression) -> list[Expression]:
    match term:
        case Operation("*", (one, other)):
            return [*_factors(one), *_factors(other)]
    return [term]


def _square(found: dict[Monomial, int], table: Table, modulus: int) -> Iterator[Expression]:
    """The square of a linear form with small multiples, where a polynomial is one."""
    names: Sequence[str] = tuple(table.varying)
    if len(names) > 3 or max(map(len, found), default=0) != 2:
        return
    for *factors, offset in product(SMALL, repeat=len(names) + 1):
        if next((f for f in factors if f), 0) <= 0:
            continue
        squared = _squared(dict(zip(names, factors, strict=True)), offset, modulus)
        if squared == {m: c % modulus for m, c in found.items()}:
            linear = add([(f, Name(n)) for f, n in zip(factors, names, strict=True)], offset)
            yield Operation("%", (Operation("*", (linear, linear)), Constant(modulus)))
            return


def _squared(linear: dict[str, int], offset: int, modulus: int) -> dict[Monomial, int]:
    names = tuple(linear)
    whole: dict[Monomial, int] = {(): offset * offset}
    for name in names:
        whole[(name,)] = 2 * offset * linear[name]
    for one, other in combinations_with_replacement(names, 2):
        twice = 1 if one == other else 2
        whole[(one, other)] = twice * linear[one] * linear[other]
    return {monomial: c % modulus for monomial, c in whole.items() if c % modulus}
