"""Sums of functions of one input each, and polynomials with small coefficients.

Both are solved for by least squares on all rows at once: of the first the unknowns are what every
value of an input adds, of the second the multiples of the products of inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions.expression import Constant, Expression, Name, Operation, add
from distill.expressions.forms import is_good, plain
from distill.expressions.table import Table

MOST_UNKNOWN = 200
"""Values of all inputs together."""

FEWEST_TIMES = 3
"""Rows for every unknown."""

DIVISORS = (1, 2, 3, 6)
"""That a polynomial of integers may be divided by."""

DEGREES = (2, 3)
"""Of polynomials."""

MOST_MONOMIALS = 35
"""Products of inputs whose multiples are solved for."""

MOST_ROWS = 500
"""Rows on which they are."""

LARGEST = 1 << 20
"""Value of a product up to which it is exact as a float, with room."""


def sums_of_parts(table: Table) -> Iterator[Expression]:
    """A function of each input, added up; each has a plain form that reads well."""
    columns = table.varying
    values = [np.unique(column, return_inverse=True) for column in columns.values()]
    unknown = 1 + sum(len(each) - 1 for each, _ in values)
    if (
        len(columns) < 2
        or not unknown <= MOST_UNKNOWN
        or len(table.target) < (FEWEST_TIMES * unknown)
    ):
        return
    known = np.ones((len(table.target), unknown))
    at = 1
    for each, place in values:
        known[:, at : at + len(each) - 1] = place[:, None] == np.arange(1, len(each))
        at += len(each) - 1
    solved = _whole(known, table.target)
    if solved is None:
        return
    terms, offset, at = list[tuple[int, Expression]](), int(solved[0]), 1
    for name, (each, _) in zip(columns, values, strict=True):
        adds = np.concatenate([[0], solved[at : at + len(each) - 1]])
        at += len(each) - 1
        part = Table({name: each}, adds - adds.min())
        found = plain(part)
        if found is None or not is_good(found, part):
            return
        terms.append((1, found))
        offset += int(adds.min())
    yield add(terms, offset)


def polynomials(table: Table) -> Iterator[Expression]:
    """Polynomials of a small degree, or the quotient of one by a small integer."""
    if table.is_bits:
        return
    rows = np.random.default_rng(0).permutation(len(table.target))[:MOST_ROWS]
    table = table.where(np.sort(rows))
    columns = table.varying
    for degree in DEGREES:
        monomials = [
            chosen
            for power in range(degree, 0, -1)
            for chosen in combinations_with_replacement(tuple(columns), power)
        ]
        if len(monomials) > MOST_MONOMIALS or (len(monomials) + 1) * FEWEST_TIMES > len(
            table.target
        ):
            return
        known = np.ones((len(table.target), len(monomials) + 1))
        for place, monomial in enumerate(monomials):
            for name in monomial:
                known[:, place] *= columns[name]
        if np.abs(known).max() > LARGEST:
            return
        for divisor in DIVISORS:
            solved = _whole(known, table.target * divisor)
            if solved is not None:
                factors = zip(solved.tolist(), monomials, strict=False)
                whole = add([(f, _product(m)) for f, m in factors if f], int(solved[-1]))
                yield whole if divisor == 1 else Operation("//", (whole, Constant(divisor)))
                return


def _product(names: tuple[str, ...]) -> Expression:
    whole: Expression = Name(names[0])
    for name in names[1:]:
        whole = Operation("*", (whole, Name(name)))
    return whole


def _whole(known: ndarray, target: Int[ndarray, " rows"]) -> Int[ndarray, " unknown"] | None:
    """The integers that solve a system of equations exactly; null where none do."""
    solved = np.linalg.lstsq(known, target.astype(float), rcond=None)[0]
    whole = np.rint(solved)
    if np.abs(whole).max(initial=0) > LARGEST or (known @ whole != target).any():
        return None
    return whole.astype(np.int64)
