"""Candidates for a closed form: whatever a few rows suggest, the plainest first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import permutations
from typing import Any

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions.expression import Constant, Expression, Name, Operation, add, cost
from distill.expressions.forms import plain
from distill.expressions.portfolio import synthesise
from distill.expressions.printing import source
from distill.expressions.table import Table, is_function_of, relevant
from distill.expressions.univariate import function_of_one
from distill.kinds.closed_form.composed import composed
from distill.kinds.closed_form.decisions import decision_tree
from distill.kinds.closed_form.modular import modular_forms
from distill.kinds.closed_form.ranked import order_statistics
from distill.kinds.closed_form.sums import polynomials

THOROUGH_ROWS = 128
"""Rows that choices between forms, and expressions by their size, are looked for on."""

MOST_SEARCHED = 7
"""Inputs beyond which nothing is looked for by size."""

MOST_BITS = 16
"""Bits up to which the exclusive or of conjunctions is solved for."""

MOST_MINIMISED = 8
"""Bits up to which conjunctions are minimised."""

MOST_TERMS = 10
"""Conjunctions of which an exclusive or is still a form."""


MOST_BASE = 64
"""Base up to which a number is taken apart into a last digit and what is before it."""


def candidates(table: Table, first: int = 0) -> Iterator[Expression]:
    """Expressions that may give the target; each is to be held against every row.

    Args:
        table: inputs, and what is answered to them.
        first: the smallest output of the domain. A remainder begins at 0, so that where outputs do
            not, what they are above the first one is looked for too.
    """
    yield from _forms(table)
    if first:
        above = Table(table.columns, table.target - first, table.listable)
        yield from (add([(1, form)], first) for form in _forms(above))


def _forms(table: Table) -> Iterator[Expression]:
    if table.is_function:
        table = relevant(table)
    best = plain(table)
    if best is not None:
        yield best
    yield from order_statistics(table)
    yield from composed(table)
    yield from _of_two(table)
    yield from _digits(table)
    yield from _counts(table)
    yield from polynomials(table)
    yield from modular_forms(table)
    yield from _exclusive(table)
    yield from _sum_of_products(table)
    yield from decision_tree(table)


def searched(table: Table) -> Iterator[Expression]:
    """What a search through choices between forms, and through expressions by size, ends with."""
    if table.is_function:
        table = relevant(table)
        if len(table.varying) <= MOST_SEARCHED:
            few = table.where(_spread(len(table.target), THOROUGH_ROWS))
            yield synthesise(few.columns, few.target)


def _spread(count: int, most: int) -> Int[ndarray, " some"]:
    """Rows drawn evenly, in the same way every time."""
    return np.sort(np.random.default_rng(0).permutation(count)[:most])


def _of_two(table: Table) -> Iterator[Expression]:
    """The quotient or the remainder of one input by another that is never 0."""
    for one, other in permutations(table.varying, 2):
        if table.columns[other].min() > 0:
            for operator in ("//", "%"):
                yield Operation(operator, (Name(one), Name(other)))


def _digits(table: Table) -> Iterator[Expression]:
    """Multiples of a number's last digit in some base and of what is before it: the sum of both,
    or the number with both the other way round. Two equations give the multiples, in every base.
    """
    if len(table.varying) != 1:
        return
    ((name, column),) = table.varying.items()
    if column.min() < 0:
        return
    for base in range(2, min(MOST_BASE, int(column.max())) + 1):
        before, last = column // base, column % base
        known = np.column_stack([before, last, np.ones_like(column)]).astype(float)
        solved = np.linalg.lstsq(known, table.target.astype(float), rcond=None)[0]
        of_before, of_last, offset = (int(each) for each in np.rint(solved))
        if (
            of_before
            and of_last
            and (of_before * before + of_last * last + offset == table.target).all()
        ):
            quotient = Operation("//", (Name(name), Constant(base)))
            digit = Operation("%", (Name(name), Constant(base)))
            yield add([(of_before, quotient), (of_last, digit)], offset)


def _counts(table: Table) -> Iterator[Expression]:
    """A function of how many of the bits that matter are 1; of any inputs, of their sum."""
    names = tuple(table.varying)
    if len(names) < 3:
        return
    value = sum((table.columns[name] for name in names), np.zeros(len(table.target), np.int64))
    if is_function_of(value - value.min(), table.target):
        yield from function_of_one([(1, Name(name)) for name in names], value, table.target)


def _exclusive(table: Table) -> Iterator[Expression]:
    """The exclusive or of a few conjunctions of bits: the algebraic normal form (Zhegalkin).

    Solved for over all combinations of the bits that matter, if each of them occurs.
    """
    names = tuple(table.varying)
    values = _truth_table(table) if len(names) <= MOST_BITS else None
    if values is None:
        return
    for place in range(len(names)):  # the Moebius transform, a bit at a time
        halves = values.reshape(-1, 2, 1 << place)
        halves[:, 1] ^= halves[:, 0]
    terms = np.flatnonzero(values)
    if not 0 < len(terms) <= MOST_TERMS:
        return
    parts = [
        reduce(
            lambda a, b: Operation("&", (a, b)),
            [Name(name) for place, name in enumerate(names) if term >> place & 1],
        )
        for term in terms.tolist()
        if term
    ]
    if not parts:
        return
    whole = reduce(lambda a, b: Operation("^", (a, b)), parts)
    yield Operation("^", (whole, Constant(1))) if terms[0] == 0 else whole


def _truth_table(table: Table) -> Int[ndarray, " combinations"] | None:
    """The target for every combination of the bits, the first of them the lowest; null where some
    combination does not occur.
    """
    names = tuple(table.varying)
    if len(names) < 2 or not table.is_bits or not table.is_function:
        return None
    code = np.zeros(len(table.target), dtype=np.int64)
    for place, name in enumerate(names):
        code += table.columns[name] << place
    if len(np.unique(code)) < 1 << len(names):
        return None
    values = np.zeros(1 << len(names), dtype=np.int64)
    values[code] = table.target
    return values


def _sum_of_products(table: Table) -> Iterator[Expression]:
    """The fewest conjunctions of which one holds (Quine and McCluskey), by sympy."""
    names = tuple(table.varying)
    values = _truth_table(table) if len(names) <= MOST_MINIMISED else None
    if values is None:
        return
    import sympy
    from sympy.logic import SOPform

    symbols = [sympy.Symbol(name) for name in names]
    true = [[int(n) >> place & 1 for place in range(len(names))] for n in np.flatnonzero(values)]
    yield _from_logic(SOPform(symbols, true))


def _from_logic(formula: Any) -> Expression:
    """A formula of sympy as an integer expression: `a & b | c & (d ^ 1)`."""
    import sympy

    if isinstance(formula, sympy.Symbol):
        return Name(str(formula))
    if isinstance(formula, sympy.Not):
        return Operation("^", (_from_logic(formula.args[0]), Constant(1)))
    operator = "&" if isinstance(formula, sympy.And) else "|"
    parts = sorted(map(_from_logic, formula.args), key=lambda part: (cost(part), source(part)))
    return reduce(lambda a, b: Operation(operator, (a, b)), parts)
