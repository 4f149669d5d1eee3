"""Find a short integer expression that gives a column of a table: plain forms first.

The shortest expression that fits a table need not be what the table is (a quotient by 7 can be
written with two halvings on the rows that occur), so forms that mean something come first: sums,
residues, quotients, clamps, comparisons; then choices between such forms; then all expressions by
size; then a table, which says that nothing was found. Whatever a stage proposes is checked on
every row. Work is capped by counts and never by time, so the same table gives the same expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import combinations, islice, product
from typing import TypeAlias

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.synthesis.enumeration import MAX_COST, enumerate_expressions
from distill.synthesis.expression import (
    Constant,
    Expression,
    Lookup,
    Name,
    Operation,
    add,
    cost,
    evaluate,
    opposite,
    tables,
)
from distill.synthesis.univariate import balanced, clamp, equality, function_of_one

PROJECTIONS = 400
"""How many sums of small multiples of the variables are tried as the one integer that matters."""

MAX_CONDITIONS = 40
"""How many conditions a choice may depend on."""

GOOD_COST = 4.0, 2.2
"""An expression that costs no more than this, and this for each variable, is taken at once."""

FEW_ROWS = 12
"""Rows that so many sums of multiples fit that only the plainest are tried."""

TRICK = 5.0
"""How much cheaper an expression found by size must be than one of a plain form."""

SAMPLE = 300
"""Rows on which a sum is tried before all."""

WIDEST = 1_000_000
"""Codes up to this are looked up in an array."""

LARGE = 2**31
"""Values beyond this are left to no stage, so that sums of them stay exact."""


@dataclass(frozen=True)
class Table:
    """Columns of variables, and the column that an expression of them should give."""

    columns: Mapping[str, Int[ndarray, " rows"]]
    target: Int[ndarray, " rows"]

    def __post_init__(self) -> None:
        lengths = {len(column) for column in (*self.columns.values(), self.target)}
        if len(lengths) != 1 or not self.columns or 0 in lengths:
            raise ValueError(f"columns of {sorted(lengths)} rows; expected one length, 1 or more")

    def where(self, rows: ndarray) -> Table:
        """The table of some rows."""
        return Table({name: c[rows] for name, c in self.columns.items()}, self.target[rows])

    def holds(self, expression: Expression) -> bool:
        """Whether the expression gives the target on every row."""
        return bool((evaluate(expression, self.columns) == self.target).all())

    def codes(self, names: tuple[str, ...]) -> Int[ndarray, " rows"]:
        """A number for the values of some variables, from 0 without gaps."""
        code = np.zeros(len(self.target), dtype=np.int64)
        for name in names:
            values, index = np.unique(self.columns[name], return_inverse=True)
            code = np.unique(code * len(values) + index, return_inverse=True)[1]
        return code

    @property
    def is_function(self) -> bool:
        """Whether rows with equal variables have equal targets."""
        return _is_function(self.codes(tuple(self.columns)), self.target)

    @cached_property
    def varying(self) -> dict[str, Int[ndarray, " rows"]]:
        """The columns that have more than one value."""
        return {n: c for n, c in self.columns.items() if c.min() != c.max()}


def synthesise(
    columns: Mapping[str, Int[ndarray, " rows"]],
    target: Int[ndarray, " rows"],
    thorough: bool = True,
) -> Expression:
    """An expression of the variables that gives the target on every row.

    Args:
        columns: the values of every variable.
        target: what the expression should give.
        thorough: whether choices and a search by size follow where no plain form holds.

    Raises:
        ValueError: rows with equal variables have different targets.
    """
    table = _relevant(Table(columns, target))
    best = plain(table)
    if best is not None and (_is_good(best, table) or not thorough):
        return best
    found = [best] if best is not None else []
    if thorough:
        found += [choice] if (choice := _choice(table, 2)) is not None else []
        found += filter(table.holds, _separated(table, synthesise))
        # what merely fits is taken only where it is much shorter than what has a form
        most = min(map(cost, found), default=MAX_COST + TRICK) - TRICK
        by_size = enumerate_expressions(table.columns, table.target, most)
        found += islice(filter(table.holds, by_size), 1)
    if not found or all(map(tables, found)):
        found.append(lookup(table))
    return min(found, key=cost)


def _is_good(expression: Expression, table: Table) -> bool:
    return cost(expression) <= GOOD_COST[0] + GOOD_COST[1] * len(table.varying)


def lookup(table: Table) -> Lookup:
    """The table itself, as an expression."""
    names = tuple(table.varying) or tuple(table.columns)[:1]
    keys = zip(*(table.columns[name].tolist() for name in names), strict=True)
    rows = sorted(set(zip(keys, table.target.tolist(), strict=True)))
    return Lookup(tuple(map(Name, names)), tuple(rows))


def plain(table: Table) -> Expression | None:
    """The cheapest plain form that holds, or none."""
    best: Expression | None = None
    if max(np.abs(c).max() for c in (*table.columns.values(), table.target)) >= LARGE:
        return None
    for stage in STAGES:
        for candidate in stage(table):
            if (best is None or cost(candidate) < cost(best)) and table.holds(candidate):
                best = candidate
        if best is not None and _is_good(best, table):
            break
    return best


def _trivial(table: Table) -> Iterator[Expression]:
    yield Constant(int(table.target[0]))
    yield from map(Name, table.columns)


def _boolean(table: Table) -> Iterator[Expression]:
    """One bit operator over variables that are bits."""
    names = tuple(table.varying)
    if _is_bits(table):
        for operator in ("^", "&", "|"):
            for chosen in (*combinations(names, 2), *combinations(names, 3), names):
                if chosen:
                    whole = reduce(lambda a, b: Operation(operator, (a, b)), map(Name, chosen))
                    yield whole
                    yield Operation("-", (Constant(1), whole))


def _is_bits(table: Table) -> bool:
    columns = (*table.varying.values(), table.target)
    return all(column.min() >= 0 and column.max() <= 1 for column in columns)


def _conjunctions(table: Table) -> Iterator[Expression]:
    """Comparisons that all hold, or of which one does, exactly where the target is 1."""
    if set(np.unique(table.target)) != {0, 1}:
        return
    true = table.target == 1
    atoms = [(a, evaluate(a, table.columns) != 0) for a in islice(_atoms(table), MAX_CONDITIONS)]
    implied = [(atom, holds) for atom, holds in atoms if holds[true].all()]
    implying = [(atom, holds) for atom, holds in atoms if not holds[~true].any()]
    for operator, fitting, wanted in (("and", implied, true), ("or", implying, ~true)):
        covers = [(atom, holds if operator == "and" else ~holds) for atom, holds in fitting]
        chosen = _few_covering(covers, wanted)
        if chosen:
            yield reduce(lambda a, b: Operation(operator, (a, b)), chosen)


def _few_covering(covers: list[tuple[Expression, ndarray]], wanted: ndarray) -> list[Expression]:
    """Some of the conditions that together hold where wanted and nowhere else; greedily few."""
    left, chosen = ~wanted, []
    while left.any():
        gains = [int((left & ~holds).sum()) for _, holds in covers]
        if not gains or not max(gains):
            return []
        place = max(range(len(gains)), key=lambda p: (gains[p], -cost(covers[p][0]), -p))
        chosen.append(covers[place][0])
        left &= covers[place][1]
    return chosen if len(chosen) <= 4 else []


def _atoms(table: Table) -> Iterator[Expression]:
    """Conditions on one variable or two, and their opposites."""
    for condition in _conditions(table):
        yield condition
        yield opposite(condition)


def _nested(table: Table) -> Iterator[Expression]:
    yield from _separated(table, _plainly)


def _relevant(table: Table) -> Table:
    """The table without the variables that the others make superfluous.

    Raises:
        ValueError: the target is no function of the variables.
    """
    kept = tuple(table.columns)
    if not _is_function(table.codes(kept), table.target):
        raise ValueError("rows with equal variables have different targets")
    for name in reversed(tuple(table.columns)):
        fewer = tuple(other for other in kept if other != name)
        if fewer and _is_function(table.codes(fewer), table.target):
            kept = fewer
    return Table({name: table.columns[name] for name in kept}, table.target)


def _is_function(codes: Int[ndarray, " rows"], target: Int[ndarray, " rows"]) -> bool:
    """Whether rows of one code have one target; codes are not negative."""
    if codes.max() > WIDEST:
        codes = np.unique(codes, return_inverse=True)[1]
    of_code = np.zeros(int(codes.max()) + 1, dtype=np.int64)
    of_code[codes] = target
    return bool((of_code[codes] == target).all())


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
    if not len(step):
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
    multiples = range(2) if _is_bits(table) else range(-1, 3) if few_rows else range(-3, 4)
    # as few variables as possible first, then small multiples, then few negative ones
    vectors = sorted(
        (v for v in product(multiples, repeat=min(len(names), 4)) if _leading(v)),
        key=lambda v: (sum(map(abs, v)), sum(c < 0 for c in v), tuple(-c for c in v)),
    )
    few = slice(None, None, 1 + len(table.target) // SAMPLE)
    sample, sampled = values[few], table.target[few]
    for vector in vectors[:PROJECTIONS]:
        part = sample[:, : len(vector)] @ np.array(vector)
        if not _is_function(part - part.min(), sampled):
            continue
        value = values[:, : len(vector)] @ np.array(vector)
        if _is_function(value - value.min(), table.target):
            terms: list[tuple[int, Expression]] = [
                (c, Name(n)) for c, n in zip(vector, names, strict=False) if c
            ]
            yield from function_of_one(terms, value, table.target)


def _leading(vector: tuple[int, ...]) -> bool:
    """Whether the first multiple that is not 0 is positive: a vector and not its negative."""
    return next((c for c in vector if c), 0) > 0


def _extremes(table: Table) -> Iterator[Expression]:
    """The larger or the smaller of two variables that are not bits."""
    names = tuple(table.varying)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            if max(table.varying[one].max(), table.varying[other].max()) > 1:
                yield Operation("max", (Name(one), Name(other)))
                yield Operation("min", (Name(one), Name(other)))


Solver: TypeAlias = Callable[
    [Mapping[str, Int[ndarray, " rows"]], Int[ndarray, " rows"]], Expression | None
]


def _plainly(
    columns: Mapping[str, Int[ndarray, " rows"]], target: Int[ndarray, " rows"]
) -> Expression | None:
    return plain(Table(columns, target))


def _separated(table: Table, solve: Solver) -> Iterator[Expression]:
    """One variable plus a function of the others: plainly, modulo m, or between bounds."""
    if len(table.varying) < 2:
        return
    target, low, high = table.target, int(table.target.min()), int(table.target.max())
    for name, column in table.varying.items():
        others = tuple(other for other in table.varying if other != name)
        codes = table.codes(others)
        for factor in (1, -1):
            rest = target - factor * column
            if _is_function(codes, rest):
                for weight in _weights(table, others, solve, rest):
                    yield add([(factor, Name(name)), (1, weight)])
        factor = _factor(table, name, high + 1) if low >= 0 and high >= 1 else None
        if factor is not None:
            modulus = high + 1
            rest = (target - factor * column) % modulus
            if _is_function(codes, rest):
                signed = np.where(rest > modulus // 2, rest - modulus, rest)
                for weight in _weights(table, others, solve, rest, signed):
                    total = add([(factor, Name(name)), (1, weight)])
                    yield Operation("%", (total, Constant(modulus)))
        if high - low >= 2:
            step = _clamped_weight(column, target, codes)
            if step is not None:
                for weight in _weights(table, others, solve, step):
                    inner = add([(1, Name(name)), (1, weight)])
                    yield clamp(inner, column + step, low, high)


def _weights(
    table: Table, others: tuple[str, ...], solve: Solver, *wanted: Int[ndarray, " rows"]
) -> list[Expression]:
    """Functions of the other variables, found on one row for each of their values."""
    _, first = np.unique(table.codes(others), return_index=True)
    columns = {name: table.columns[name][first] for name in others}
    return [w for column in wanted if (w := solve(columns, column[first])) is not None]


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


def _choice(table: Table, depth: int) -> Expression | None:
    """A plain form, or the cheapest choice between two by a simple condition.

    Where one side has a plain form, the other may be a choice again.
    """
    best = plain(table)
    if not depth or (best is not None and _is_good(best, table)):
        return best
    halves: list[tuple[Expression, Expression, Table, bool]] = []
    for condition in islice(_conditions(table), MAX_CONDITIONS):
        holds = evaluate(condition, table.columns) != 0
        if not holds.any() or holds.all():
            continue
        sides = table.where(holds), table.where(~holds)
        yes, no = plain(sides[0]), plain(sides[1])
        if yes is not None and no is not None:
            whole = Operation("if", (condition, yes, no))
            if best is None or cost(whole) < cost(best):
                best = whole
        elif yes is not None:
            halves.append((condition, yes, sides[1], True))
        elif no is not None:
            halves.append((condition, no, sides[0], False))
    if best is None:
        halves.sort(key=lambda half: (len(half[2].target), cost(half[0]) + cost(half[1])))
        for condition, known, rest, first in halves[:2]:
            inner = _choice(rest, depth - 1)
            if inner is None:
                continue
            if first:
                whole = Operation("if", (condition, known, inner))
            else:
                whole = Operation("if", (opposite(condition), known, inner))
            if best is None or cost(whole) < cost(best):
                best = whole
    return best


def _conditions(table: Table) -> Iterator[Expression]:
    """Simple conditions: equal to a value, below a value, equal to or below another variable."""
    names = tuple(table.varying)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            yield equality("==", [(1, Name(one)), (-1, Name(other))], 0)
            yield Operation("<", (Name(one), Name(other)))
            total = table.columns[one] + table.columns[other]
            for value in range(int(total.min()) + 1, min(int(total.max()), 4)):
                inner = add([(1, Name(one)), (1, Name(other))])
                yield Operation("==", (inner, Constant(value)))
    for name in names:
        values = np.unique(table.columns[name]).tolist()
        ends = values if len(values) <= 12 else [*values[:4], *values[-4:]]
        for value in ends:
            yield Operation("==", (Name(name), Constant(value)))
        for value in ends[2:-1]:
            yield Operation("<", (Name(name), Constant(value)))
        if len(values) > 2:
            remainder = Operation("%", (Name(name), Constant(2)))
            yield Operation("==", (remainder, Constant(0)))


STAGES = (
    _trivial,
    _affine,
    _boolean,
    _conjunctions,
    _affine_modulo,
    _projected,
    _extremes,
    _nested,
)
"""Plain forms, plainest first; the first stage with a form that reads well ends the search."""
