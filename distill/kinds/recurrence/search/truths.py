"""Answers of two values, as conditions on columns, and choices between columns.

A condition is a column against a constant, two columns against each other, a residue, or two such
conditions joined by `and` or `or`. The two columns that are equal wherever the answer is true have
equal hashes over those rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, opposite
from distill.kinds.recurrence.search.bank import Column
from distill.kinds.recurrence.search.grammar import op
from distill.kinds.recurrence.search.joins import (
    DIVISORS,
    SHORT,
    Candidate,
    Shelf,
    cheapest,
    glance,
)

PARTS = 1200
"""Conditions that are tried as a part of another."""

COMPARED = 60
"""Columns that are compared with each other for such a part."""

CHOICES = 800
"""Columns that a choice may be between."""

TESTED = 800
"""Columns whose signs a choice may depend on."""

ALIKE = 3
"""Conditions with the same values that a choice may depend on, of different registers."""

NEAR = 3
"""Constants up to this in size are compared with for such a part."""

COMPARISONS = {
    "==": np.equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def conditions(shelf: Shelf, true: Bool[ndarray, " rows"]) -> Iterator[Candidate]:
    """Conditions that hold on the rows that are true and on no others."""
    yield from cheapest(_thresholds(shelf, true))
    yield from cheapest(_remainders(shelf, true))
    for wanted, equality in ((true, "=="), (~true, "!=")):
        yield from cheapest(_equalities(shelf, wanted, equality))
    yield from cheapest(_comparisons(shelf.first(SHORT), true))
    for wanted, joint in ((true, "and"), (~true, "or")):
        yield from cheapest(_conjunctions(shelf, wanted, joint))


def _thresholds(shelf: Shelf, true: Bool[ndarray, " rows"]) -> Iterator[Candidate]:
    """F == c, f != c, f >= c, f < c."""
    yes, no = shelf.values[:, true], shelf.values[:, ~true]
    low, high = yes.min(axis=1), yes.max(axis=1)
    under, over = no.min(axis=1), no.max(axis=1)
    for place in np.flatnonzero(low > over).tolist():
        whole = _bound(">", shelf, place, int(over[place]), int(low[place]))
        yield shelf.candidate(whole, place)
    for place in np.flatnonzero(high < under).tolist():
        whole = _bound("<", shelf, place, int(high[place]), int(under[place]))
        yield shelf.candidate(whole, place)
    for place in np.flatnonzero((low == high) & (no != low[:, None]).all(axis=1)).tolist():
        whole = op("==", shelf.expression(place), Constant(int(low[place])))
        yield shelf.candidate(whole, place)
    for place in np.flatnonzero((under == over) & (yes != under[:, None]).all(axis=1)).tolist():
        whole = op("!=", shelf.expression(place), Constant(int(under[place])))
        yield shelf.candidate(whole, place)


def _bound(operator: str, shelf: Shelf, place: int, below: int, above: int) -> Expression:
    """F > c or f < c where c parts values up to `below` from those that start at `above`."""
    truth = shelf.expression(place)
    if (below, above) == (0, 1) and ex.is_truth(truth):
        return truth if operator == ">" else opposite(truth)
    if operator == ">":
        zero = below <= 0 < above
        return op(">", truth, Constant(0)) if zero else op(">=", truth, Constant(above))
    if below < 0 <= above:
        return op("<", truth, Constant(0))
    return op("<=", truth, Constant(below))


def _remainders(shelf: Shelf, true: Bool[ndarray, " rows"]) -> Iterator[Candidate]:
    """F % m == c."""
    few = glance(len(true))
    some = np.unique(np.concatenate([few, np.flatnonzero(true)[:20], np.flatnonzero(~true)[:20]]))
    glimpse, wanted = shelf.values[:, some], true[some]
    if not wanted.any():
        return
    first = int(np.flatnonzero(true)[0])
    for modulus in DIVISORS:
        rest = glimpse % modulus
        value = (shelf.values[:, first] % modulus)[:, None]
        for place in np.flatnonzero(((rest == value) == wanted).all(axis=1)).tolist():
            if ((shelf.values[place] % modulus == value[place]) == true).all():
                remainder = op("%", shelf.expression(place), Constant(modulus))
                whole = op("==", remainder, Constant(int(value[place, 0])))
                yield shelf.candidate(whole, place)


def _equalities(shelf: Shelf, wanted: Bool[ndarray, " rows"], operator: str) -> Iterator[Candidate]:
    """F == g + c on the wanted rows and on no others."""
    weights = np.where(wanted, shelf.bank.weights, 0)
    keys = shelf.values @ weights
    groups: dict[int, list[int]] = {}
    plain = [not ex.is_truth(column.expression) for column in shelf.columns]
    for place in np.flatnonzero(plain).tolist():
        group = groups.setdefault(int(keys[place]), [])
        if len(group) < 12:
            group.append(place)
    for offset in (0, 1):
        moved = (keys + offset * weights.sum()).tolist()
        for one, key in enumerate(moved):
            for other in groups.get(key, ()):
                if other == one or not plain[one] or (not offset and other < one):
                    continue
                held, against = shelf.values[other], shelf.values[one]
                if ((held == against + offset) == wanted).all():
                    right = ex.add([(1, shelf.expression(one))], offset)
                    yield shelf.candidate(op(operator, shelf.expression(other), right), one, other)


def _comparisons(shelf: Shelf, true: Bool[ndarray, " rows"]) -> Iterator[Candidate]:
    """F < g + c for every pair of columns."""
    chosen = glance(len(true))
    some = np.unique(
        np.concatenate([chosen, np.flatnonzero(true)[:12], np.flatnonzero(~true)[:12]])
    )
    few, wanted = shelf.values[:, some], true[some]
    for one in range(len(few)):
        apart = few[one] - few
        sure = apart[:, wanted].max(axis=1) < apart[:, ~wanted].min(axis=1)
        for other in np.flatnonzero(sure).tolist():
            whole = shelf.values[one] - shelf.values[other]
            below, above = int(whole[true].max()), int(whole[~true].min())
            if below < above:
                yield shelf.candidate(_less(shelf, one, other, below, above), one, other)


def _less(shelf: Shelf, one: int, other: int, below: int, above: int) -> Expression:
    """F < g + c where c parts differences f - g up to `below` from those of `above` and more."""
    f, g = shelf.expression(one), shelf.expression(other)
    if below < 0 <= above:
        return op("<", f, g)
    if below <= 0 < above:
        return op("<=", f, g)
    return op("<=", f, ex.add([(1, g)], below))


def _conjunctions(shelf: Shelf, wanted: Bool[ndarray, " rows"], joint: str) -> Iterator[Candidate]:
    """Two conditions that both hold on the wanted rows, and on no other row both.

    For `or` what is wanted is the opposite, and so are the conditions.
    """
    parts = list(_implied(shelf, wanted))[: 4 * PARTS]
    parts.sort(key=lambda part: part[0].cost)
    parts = parts[:PARTS]
    if not parts:
        return
    beyond = np.stack([holds[~wanted] for _, holds, _ in parts]).astype(np.float32)
    for one, other in np.argwhere(beyond @ beyond.T == 0).tolist():
        if one >= other:
            continue
        operands = [parts[place][0].expression for place in (one, other)]
        if joint == "or":
            operands = [opposite(operand) for operand in operands]
        yield shelf.candidate(
            op(joint, *operands), *(place for part in (one, other) for place in parts[part][2])
        )


def _implied(
    shelf: Shelf, wanted: Bool[ndarray, " rows"]
) -> Iterator[tuple[Candidate, Bool[ndarray, " rows"], tuple[int, ...]]]:
    """Conditions that hold on every wanted row, and not everywhere."""
    low, high = shelf.values[:, wanted].min(axis=1), shelf.values[:, wanted].max(axis=1)
    for place in range(min(len(shelf.columns), 4 * PARTS)):
        held = shelf.values[place]
        bounds = [(">=", int(low[place])), ("<=", int(high[place]))]
        if low[place] == high[place]:
            bounds = [("==", int(low[place]))]
        for operator, bound in bounds:
            holds = COMPARISONS[operator](held, bound)
            if abs(bound) <= NEAR and not holds.all():
                whole = op(operator, shelf.expression(place), Constant(bound))
                yield shelf.candidate(whole, place), holds, (place,)
    values = shelf.values
    for one in range(min(len(shelf.columns), COMPARED)):
        for other in range(min(len(shelf.columns), COMPARED)):
            for operator in ("==", "<", "<="):
                if one == other or (operator == "==" and one > other):
                    continue
                holds = COMPARISONS[operator](values[one], values[other])
                if holds[wanted].all() and not holds.all():
                    whole = op(operator, shelf.expression(one), shelf.expression(other))
                    yield shelf.candidate(whole, one, other), holds, (one, other)
                    break


def choices(shelf: Shelf, answer: Int[ndarray, " rows"]) -> Iterator[Candidate]:
    """One column where a condition holds, and another elsewhere."""
    values = np.unique(answer)
    if len(values) > 4:
        values = values[values == 0]
    part = (shelf.values == answer).mean(axis=1)
    places = np.argsort(-part, kind="stable")[:CHOICES]
    sides = shelf.taken(np.sort(places[(part[places] > 0.02) & (part[places] < 1)])).joined(
        [Column(Constant(int(v)), frozenset(), 1.0) for v in values],
        [np.full_like(answer, v) for v in values],
    )
    tested = list(_tests(shelf))
    if not len(sides.columns) or not tested:
        return
    wrong = (sides.values != answer).astype(np.float32)
    holds = np.stack([held for _, held in tested]).astype(np.float32)
    when, otherwise = wrong @ holds.T == 0, wrong @ (1 - holds).T == 0
    by_cost = np.argsort(np.array([column.cost for column in sides.columns]), kind="stable")
    for test in np.flatnonzero(when.any(axis=0) & otherwise.any(axis=0)).tolist():
        condition, _ = tested[test]
        firsts = by_cost[when[by_cost, test]][:3]
        seconds = by_cost[otherwise[by_cost, test]][:3]
        for first, second in product(firsts.tolist(), seconds.tolist()):
            if first != second:
                whole = op("if", condition, sides.expression(first), sides.expression(second))
                yield Candidate(whole, shelf.bank.cost(whole, shelf.bank.needs(whole)))


def _tests(
    shelf: Shelf,
) -> Iterator[tuple[Expression, Bool[ndarray, " rows"]]]:
    """Conditions that are not made for the answer: signs, equalities, comparisons."""
    seen: dict[bytes, int] = {}
    forms: list[tuple[str, int, int | None]] = []
    for place in range(min(len(shelf.columns), TESTED)):
        if ex.is_truth(shelf.expression(place)):
            forms.append(("", place, None))
        else:
            forms += [("==", place, None), (">", place, None), ("<", place, None)]
    for one in range(min(len(shelf.columns), COMPARED)):
        for other in range(one):
            forms += [("==", other, one), (">=", other, one), (">", other, one)]
    zero = np.zeros_like(shelf.values[0])
    for operator, one, other in forms:
        f = shelf.expression(one)
        if not operator:
            condition, holds = f, shelf.values[one] != 0
        else:
            g, against = (Constant(0), zero)
            if other is not None:
                g, against = shelf.expression(other), shelf.values[other]
            condition = op(operator, f, g)
            holds = COMPARISONS[operator](shelf.values[one], against)
        key = np.packbits(holds).tobytes()
        if seen.get(key, 0) < ALIKE and holds.any() and not holds.all():
            seen[key] = seen.get(key, 0) + 1
            yield condition, holds
