"""What an answer is made of, where no plain form holds: shorter expressions, put together.

A bank of all short expressions of the inputs (`bank`) is looked through for one that is the
answer, for two whose sum, difference or exclusive or it is, for one that it is a function of
(a quotient, a remainder, a bound), for conditions that all hold where it is 1, for values of which
it is the largest or smallest, and for two between which a condition chooses. What is proposed
agrees on a few rows; whoever takes it holds it against all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.expressions.expression import Constant, Expression, Operation, add, cost, terms_of
from distill.expressions.table import Table, is_function_of, relevant
from distill.expressions.tidy import tidied
from distill.expressions.univariate import function_of_one
from distill.kinds.closed_form.bank import Bank, grown
from distill.kinds.closed_form.bounds import all_hold
from distill.kinds.closed_form.covers import cheapest_cover
from distill.kinds.closed_form.ordered import ordered
from distill.kinds.closed_form.sums import sums_of_parts

ROWS = 96
"""Rows on which expressions are told apart."""

WIDE_ROWS = 1_024
"""Rows on which bounds are read off, and what agreed on the few is looked at again."""

FACTORS = (1, -1, 2, -2, 3, -3)
"""Multiples of one entry beside another in a sum."""

MOST_INPUTS = 6
"""Inputs beyond which nothing is built."""

FEW_ROWS = 32
"""Rows of which all pairs are looked at before all rows are."""

MOST_ENDS = 4_000
"""Entries of the bank of which the answer may be a function, or that may bound it."""

MOST_ATOMS = 1_200
"""Conditions that may have to hold."""

MOST_TESTS = 300
"""Conditions that may choose."""

FEWEST_CHOSEN = 8
"""Rows on either side of a choice: fewer are given by anything."""

MOST_PROPOSED = 60
"""Expressions that are proposed, the shortest first."""


def built(table: Table) -> Iterator[Expression]:
    """Expressions that are put together of shorter ones, the shortest first."""
    if not table.is_function:
        return
    table = relevant(table)
    if not 0 < len(table.varying) <= MOST_INPUTS or table.is_bits:
        return
    if max(np.abs(column).max() for column in (*table.columns.values(), table.target)) > 1 << 20:
        return
    table = Table(table.varying, table.target)
    few, wide = _drawn(table, ROWS), _drawn(table, WIDE_ROWS)
    bank = grown(few.columns)
    found = [*_the_same(bank, few), *_two(bank, few), *_greatest(bank, few), *_chosen(bank, few)]
    values = bank.elsewhere(wide.columns, MOST_ENDS)
    found += _functions(bank, values, wide)
    found += all_hold(bank, values, wide)
    found += sums_of_parts(table)
    found = [ordered(tidied(expression)) for expression in dict.fromkeys(found)]
    found.sort(key=cost)
    yield from [one for one in found if _holds(one, wide)][:MOST_PROPOSED]


def _holds(expression: Expression, table: Table) -> bool:
    """Whether it gives the target on every row; not where it cannot be evaluated on one."""
    try:
        with np.errstate(divide="raise"):
            return table.holds(expression)
    except (ValueError, FloatingPointError):
        return False


def _drawn(table: Table, most: int) -> Table:
    """Some rows, drawn evenly; of a truth, as many true ones as false ones where there are."""
    rows = np.random.default_rng(0).permutation(len(table.target))
    if set(np.unique(table.target).tolist()) == {0, 1}:
        true, false = (rows[table.target[rows] == value] for value in (1, 0))
        half = min(len(true), len(false), most // 2)
        true, false = true[: max(half, most - len(false))], false[: max(half, most - len(true))]
        rows = np.concatenate([true, false])
    return table.where(np.sort(rows[:most]))


def _the_same(bank: Bank, table: Table) -> Iterator[Expression]:
    for place in np.flatnonzero((bank.values == table.target).all(axis=1))[:4].tolist():
        yield bank.expression(place)


def _two(bank: Bank, table: Table) -> Iterator[Expression]:
    """The sum or exclusive or of two entries, with a multiple of one; their sum modulo m."""
    target, values = table.target, bank.values
    weights = np.random.default_rng(1).integers(1, 2**62, len(target)) | 1
    modulus = int(target.max()) + 1

    def pairs(wanted: ndarray, among: ndarray) -> Iterator[tuple[int, int]]:
        """For what is wanted beside each entry, the entry that is that; the cheapest few."""
        sums = among @ weights
        order = np.argsort(sums, kind="stable")
        sought = wanted @ weights
        at = np.searchsorted(sums[order], sought)
        at = np.minimum(at, len(order) - 1)
        hits = np.flatnonzero(sums[order][at] == sought)
        level = np.asarray(bank.level)
        total = level[hits] + level[order[at[hits]]]
        for hit in hits[np.argsort(total, kind="stable")][:4].tolist():
            yield hit, int(order[at[hit]])

    moved, sought = values - values[:, :1], target - target[0]
    for factor in FACTORS:  # and a constant, which a row takes away
        for one, other in pairs(sought - factor * moved, moved):
            offset = int(target[0] - factor * values[one, 0] - values[other, 0])
            yield add([(1, bank.expression(other)), (factor, bank.expression(one))], offset)
    if target.min() >= 0:
        signed: ndarray = values.min(axis=1) < 0
        for one, other in pairs(target ^ np.where(signed[:, None], 0, values), values):
            if not signed[one] and not signed[other]:
                yield Operation("^", (bank.expression(one), bank.expression(other)))
        if modulus > 2:
            for one, other in pairs((target - values) % modulus, values % modulus):
                total = add([(1, bank.expression(one)), (1, bank.expression(other))])
                yield Operation("%", (total, Constant(modulus)))


def _greatest(bank: Bank, table: Table) -> Iterator[Expression]:
    """The largest, or the smallest, of a few entries; all digits of a few, or the common ones."""
    target = table.target
    same = bank.values == target
    number = ~np.array(bank.truth)
    for operator, within in (("max", bank.values <= target), ("min", bank.values >= target)):
        able = np.flatnonzero(number & within.all(axis=1) & same.any(axis=1))[:MOST_ATOMS]
        yield from _joined(bank, operator, able, same[able])
    if target.min() < 0 or not target.any():
        return
    bits = np.arange(int(target.max()).bit_length())
    able = np.flatnonzero(number & (bank.values >= 0).all(axis=1))
    for operator in ("&", "|"):
        within = bank.values[able] & target if operator == "&" else bank.values[able] | target
        chosen = able[(within == target).all(axis=1)][:MOST_ATOMS]
        digits = (bank.values[chosen][:, :, None] >> bits & 1) == (operator == "|")
        wanted = (target[:, None] >> bits & 1) == (operator == "|")
        over = (bank.values[chosen] >> len(bits) > 0)[:, :, None] if operator == "&" else None
        if over is not None:  # digits above those of the answer have to be taken away as well
            digits = np.concatenate([digits, ~over], axis=2)
            wanted = np.concatenate([wanted, np.ones((len(target), 1), dtype=bool)], axis=1)
        yield from _joined(bank, operator, chosen, digits[:, wanted])


def _joined(
    bank: Bank, operator: str, able: Int[ndarray, " some"], covers: Bool[ndarray, "some places"]
) -> Iterator[Expression]:
    chosen = cheapest_cover(covers, [float(bank.level[place]) for place in able.tolist()], 3)
    if chosen is not None and len(chosen) > 1:
        parts = [bank.expression(int(able[row])) for row in sorted(chosen)]
        yield reduce(lambda a, b: Operation(operator, (a, b)), parts)


def _chosen(bank: Bank, table: Table) -> Iterator[Expression]:
    """One entry where a condition holds, another where it does not."""
    truth = (bank.values.min(axis=1) == 0) & (bank.values.max(axis=1) == 1)
    tests = np.flatnonzero(truth)[:MOST_TESTS]
    tests = tests[np.array(bank.truth)[tests]]
    holds = bank.values[tests] == 1
    wrong = (bank.values != table.target).astype(np.float32)
    found = []
    for side in (holds, ~holds):
        misses = side.astype(np.float32) @ wrong.T
        found.append((misses == 0, side.sum(axis=1) >= FEWEST_CHOSEN))
    (yes, many_yes), (no, many_no) = found
    able = np.flatnonzero(yes.any(axis=1) & no.any(axis=1) & many_yes & many_no)
    priced = [
        (bank.level[tests[row]] + bank.level[one] + bank.level[other], int(tests[row]), one, other)
        for row in able.tolist()
        for one, other in [(int(yes[row].argmax()), int(no[row].argmax()))]
    ]
    for _, test, one, other in sorted(priced)[:4]:
        operands = (bank.expression(test), bank.expression(one), bank.expression(other))
        yield Operation("if", operands)


def _functions(
    bank: Bank, values: Int[ndarray, "entries rows"], table: Table
) -> Iterator[Expression]:
    """A function of an entry: a quotient, a remainder, a bound, a comparison."""
    target = table.target
    most = max(2, len(target) // 2)
    found = 0
    few = np.arange(min(len(target), FEW_ROWS))
    one, other = (few[at] for at in np.triu_indices(len(few), 1))
    one, other = one[target[one] != target[other]], other[target[one] != target[other]]
    apart = (values[:, one] != values[:, other]).all(axis=1) & (values != values[:, :1]).any(axis=1)
    for place in np.flatnonzero(apart).tolist():
        value = values[place]
        if found >= MOST_PROPOSED:
            return
        low = int(value.min())
        if is_function_of(value - low, target) and len(np.unique(value)) <= most:
            found += 1
            terms, offset = terms_of(bank.expression(place))
            yield from function_of_one(terms or [(0, Constant(0))], value - offset, target)
