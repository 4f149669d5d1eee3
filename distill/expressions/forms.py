"""Plain forms: sums, residues, quotients, bounds, comparisons; the plainest first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial, reduce
from itertools import combinations, product

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions.bits import exclusive_or
from distill.expressions.conditions import conjunctions
from distill.expressions.expression import (
    Constant,
    Expression,
    Name,
    Operation,
    add,
    cost,
    evaluate,
)
from distill.expressions.multiplied import multiplied
from distill.expressions.table import Table, is_function_of, lookup
from distill.expressions.univariate import balanced, clamp, function_of_one

PROJECTIONS = 400
"""How many sums of small multiples of the variables are tried as the one integer that matters."""

GOOD_COST = 4.5, 2.2
"""An expression that costs no more than this, and this for each variable, is taken at once."""

FEW_ROWS = 12
"""Rows that so many sums of multiples fit that only the plainest are tried."""

BITWISE_ROWS = 8
"""Rows that a bit operator on numbers must be more than to be looked for."""

SAMPLE = 300
"""Rows on which a sum is tried before all."""

LARGE = 2**31
"""Values beyond this are left to no stage, so that sums of them stay exact."""

MOST_RESIDUES = 1 << 20
"""Residues that are gone through for a multiple."""

WEIGHT_COST = 6.5
"""A weight that costs more is a chance fit: its values are listed."""


def is_good(expression: Expression, table: Table) -> bool:
    """Whether an expression reads so well that no better one is looked for."""
    return cost(expression) <= GOOD_COST[0] + GOOD_COST[1] * len(table.varying)


def plain(table: Table, nested: bool = True) -> Expression | None:
    """The cheapest plain form that holds, or none; nested ones have another form as a term."""
    best: Expression | None = None
    if max(np.abs(c).max() for c in (*table.columns.values(), table.target)) >= LARGE:
        return None
    for stage in STAGES if nested else STAGES[:-2]:
        for candidate in stage(table):
            if (best is None or cost(candidate) < cost(best)) and table.holds(candidate):
                best = candidate
        if best is not None and is_good(best, table):
            break
    return best


def _trivial(table: Table) -> Iterator[Expression]:
    yield Constant(int(table.target[0]))
    yield from map(Name, table.columns)


def _boolean(table: Table) -> Iterator[Expression]:
    """One bit operator over variables that are bits."""
    names = tuple(table.varying)
    if table.is_bits:
        for operator in ("^", "&", "|"):
            for chosen in (*combinations(names, 2), *combinations(names, 3), names):
                if chosen:
                    whole = reduce(lambda a, b: Operation(operator, (a, b)), map(Name, chosen))
                    yield whole
                    if operator == "^" and len(chosen) > 2:
                        yield Operation("-", (Constant(1), whole))


def _affine(table: Table) -> Iterator[Expression]:
    """A sum of integer multiples: least squares, rounded."""
    names = tuple(table.varying)
    rows = np.column_stack([*table.varying.values(), np.ones_like(table.target)]).astype(float)
    solution = np.linalg.lstsq(rows, table.target.astype(float), rcond=None)[0]
    whole = [round(number) for number in solution.tolist()]
    yield add([(w, Name(n)) for w, n in zip(whole, names, strict=False)], whole[-1])


def _affine_modulo(table: Table) -> Iterator[Expression]:
    """A sum of multiples modulo m: a multiple is what a step of its variable alone changes."""
    if table.target.min() < 0 or table.target.max() < 1:
        return
    modulus = int(table.target.max()) + 1
    terms: list[tuple[int, Expression]] = []
    rest = table.target.copy()
    for name, column in table.varying.items():
        factor = _factor(table, name, modulus)
        if factor is None:
            return
        terms.append((factor, Name(name)))
        rest -= factor * column
    yield Operation("%", (add(terms, balanced(int(rest[0]), modulus)), Constant(modulus)))


def _factor(table: Table, name: str, modulus: int) -> int | None:
    """What the target gains, modulo m, where a variable grows by one and the others stay."""
    others = table.codes(tuple(other for other in table.varying if other != name))
    column = table.columns[name]
    order = np.lexsort((column, others))
    alone = np.flatnonzero(np.diff(others[order]) == 0)
    step = np.diff(column[order])[alone]
    gain = np.diff(table.target[order])[alone]
    gain, step = gain[step > 0], step[step > 0]
    if not len(step) or modulus > MOST_RESIDUES:
        return None
    smallest = int(np.argmin(step))
    size, change = int(step[smallest]), int(gain[smallest])
    factors = [c for c in range(modulus) if (c * size - change) % modulus == 0]
    return min((balanced(c, modulus) for c in factors), key=abs, default=None)


def _projected(table: Table) -> Iterator[Expression]:
    """Functions of one integer, which is a sum of small multiples of the variables."""
    names = tuple(table.varying)
    values = np.column_stack([table.varying[name] for name in names]) if names else None
    if values is None:
        return
    # of bits only their number means something: other sums of them fit any small table
    few_rows = len(table.target) <= FEW_ROWS
    multiples = range(2) if table.is_bits else range(-1, 3) if few_rows else range(-3, 4)
    # as few variables as possible first, then small multiples, then few negative ones
    vectors = sorted(
        (v for v in product(multiples, repeat=min(len(names), 4)) if _leading(v)),
        key=lambda v: (sum(map(abs, v)), sum(c < 0 for c in v), tuple(-c for c in v)),
    )
    few = slice(None, None, 1 + len(table.target) // SAMPLE)
    sample, sampled = values[few], table.target[few]
    for vector in vectors[:PROJECTIONS]:
        part = sample[:, : len(vector)] @ np.array(vector)
        if not is_function_of(part - part.min(), sampled):
            continue
        value = values[:, : len(vector)] @ np.array(vector)
        if is_function_of(value - value.min(), table.target):
            terms: list[tuple[int, Expression]] = [
                (c, Name(n)) for c, n in zip(vector, names, strict=False) if c
            ]
            yield from function_of_one(terms, value, table.target)


def _leading(vector: tuple[int, ...]) -> bool:
    """Whether the first multiple that is not 0 is positive: a vector and not its negative."""
    return next((c for c in vector if c), 0) > 0


def _multiplied(table: Table) -> Iterator[Expression]:
    """One variable that the others multiply and add to, modulo m."""
    yield from multiplied(table, partial(plain, nested=False))


def _extremes(table: Table) -> Iterator[Expression]:
    """The larger or the smaller of two variables that are not bits."""
    names = tuple(table.varying)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            if max(table.varying[one].max(), table.varying[other].max()) > 1:
                yield Operation("max", (Name(one), Name(other)))
                yield Operation("min", (Name(one), Name(other)))


def _separated(table: Table) -> Iterator[Expression]:
    """One variable plus a function of the others: plainly, modulo m, or between bounds."""
    if len(table.varying) < 2:
        return
    target, low, high = table.target, int(table.target.min()), int(table.target.max())
    for name, column in table.varying.items():
        others = tuple(other for other in table.varying if other != name)
        codes = table.codes(others)
        for factor in (1, -1):
            rest = target - factor * column
            if is_function_of(codes, rest):
                for weight in _weights(table, others, rest):
                    yield add([(factor, Name(name)), (1, weight)])
        factor = _factor(table, name, high + 1) if low >= 0 and high >= 1 else None
        if factor is not None:
            modulus = high + 1
            rest = (target - factor * column) % modulus
            if is_function_of(codes, rest):
                signed = np.where(rest > modulus // 2, rest - modulus, rest)
                either = (signed, rest) if np.abs(signed).max() == 1 else (rest, signed)
                for weight in _weights(table, others, *either, listed=True):
                    total = add([(factor, Name(name)), (1, weight)])
                    yield Operation("%", (total, Constant(modulus)))
        if high - low >= 2:
            step = _clamped_weight(column, target, codes)
            if step is not None:
                for weight in _weights(table, others, step, listed=True):
                    inner = add([(1, Name(name)), (1, weight)])
                    yield clamp(inner, column + step, low, high)


def _weights(
    table: Table, others: tuple[str, ...], *wanted: Int[ndarray, " rows"], listed: bool = False
) -> list[Expression]:
    """Functions of the other variables, found on one row for each of their values.

    Where one variable has no plain function its values may be listed.
    """
    _, first = np.unique(table.codes(others), return_index=True)
    columns = {name: table.columns[name][first] for name in others}
    found: list[Expression] = []
    for column in wanted:
        weight = plain(Table(columns, column[first]), nested=False)
        if weight is not None and (not listed or cost(weight) <= WEIGHT_COST):
            found.append(weight)
        elif listed and len(first) > 2 and len(others) == 1 and others[0] in table.listable:
            found.append(lookup(Table(columns, column[first]), weights=True))
    return found


def _clamped_weight(
    column: Int[ndarray, " rows"], target: Int[ndarray, " rows"], codes: Int[ndarray, " rows"]
) -> Int[ndarray, " rows"] | None:
    """What is added before the target is kept between its bounds: of what fits, the smallest.

    Inside the bounds it is known. At the upper bound it may be more, at the lower one less.
    """
    low, high = target.min(), target.max()
    least = np.full(int(codes.max()) + 1, -LARGE)
    most = np.full(int(codes.max()) + 1, LARGE)
    apart = target - column
    above, below = target > low, target < high
    np.maximum.at(least, codes[above], apart[above])
    np.minimum.at(most, codes[below], apart[below])
    if (least > most).any():
        return None
    return np.clip(0, least, most)[codes]


def _bitwise(table: Table) -> Iterator[Expression]:
    """One bit operator over the digits of numbers; a few rows would fit it by chance."""
    columns = [*table.varying.values(), table.target]
    if table.is_bits or len(table.target) <= BITWISE_ROWS:
        return
    if any(column.min() < 0 for column in columns):
        return
    names = tuple(table.varying)
    for operator in ("^", "&", "|"):
        for chosen in dict.fromkeys((*combinations(names, 2), names)):
            if len(chosen) > 1:
                yield reduce(lambda a, b: Operation(operator, (a, b)), map(Name, chosen))


def _digits(table: Table) -> Iterator[Expression]:
    """Digits in base 2 moved, chosen and combined by exclusive or; see `bits`."""
    if not table.is_bits and len(table.target) > BITWISE_ROWS:
        yield from exclusive_or(table)


def _inversions(table: Table) -> Iterator[Expression]:
    """Of variables that are an arrangement: sums of which comes before which."""
    names = table.arranged
    if not names:
        return
    pairs = [(one, other) for p, one in enumerate(names[1:], 1) for other in names[p + 1 :]]
    features: list[Expression] = [Name(names[0])]
    features += [Operation("<", (Name(other), Name(one))) for one, other in pairs]
    matrix = np.column_stack([evaluate(feature, table.columns) for feature in features])
    solution = np.linalg.lstsq(matrix.astype(float), table.target.astype(float), rcond=None)[0]
    yield add([(round(c), f) for c, f in zip(solution.tolist(), features, strict=True)])


STAGES = (
    _trivial,
    _affine,
    _boolean,
    conjunctions,
    _affine_modulo,
    _projected,
    _extremes,
    _bitwise,
    _digits,
    _inversions,
    _separated,
    _multiplied,
)
"""Plain forms, plainest first; the first stage with a form that reads well ends the search."""
