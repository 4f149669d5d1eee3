"""Conditions that a choice may depend on, and truths that are several of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import islice, pairwise

import numpy as np
from numpy import ndarray

from distill.expressions.expression import (
    Constant,
    Expression,
    Name,
    Operation,
    cost,
    evaluate,
    opposite,
)
from distill.expressions.table import Table
from distill.expressions.univariate import equality

MAX_CONDITIONS = 60
"""How many conditions are looked at."""

MAX_CONJUNCTS = 4
"""How many conditions may have to hold at once."""


def conditions(table: Table) -> Iterator[Expression]:
    """Simple conditions: equal to a value, below a value, equal to or below another variable."""
    names = tuple(table.varying)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            yield equality("==", [(1, Name(one)), (-1, Name(other))], 0)
            for small, large in ((one, other), (other, one)):
                if table.columns[small].max() == 1 and table.columns[large].max() > 2:
                    parity = Operation("%", (Name(large), Constant(2)))
                    yield Operation("==", (Name(small), parity))
            if len(np.unique([table.columns[one], table.columns[other]])) > 2:
                yield Operation("<", (Name(one), Name(other)))  # of bits, a trick
    for name in names:
        values = np.unique(table.columns[name]).tolist()
        ends = values if len(values) <= 12 else [*values[:4], *values[-4:]]
        for value in ends:
            yield Operation("==", (Name(name), Constant(value)))
        for value in ends[2:-1]:
            yield Operation("<", (Name(name), Constant(value)))
        if len(values) > 3:
            inside = (Constant(values[1]), Name(name), Constant(values[-2]))
            yield Operation("between", inside)
        if len(values) > 2:
            remainder = Operation("%", (Name(name), Constant(2)))
            yield Operation("==", (remainder, Constant(0)))


def conjunctions(table: Table) -> Iterator[Expression]:
    """Comparisons that all hold, or of which one does, exactly where the target is 1."""
    if set(np.unique(table.target)) != {0, 1}:
        return
    true = table.target == 1
    yield from _neighbours(table)
    if (pattern := _pattern(table, true)) is not None:
        yield pattern
    atoms = [(a, evaluate(a, table.columns) != 0) for a in islice(_atoms(table), MAX_CONDITIONS)]
    implied = [(atom, holds) for atom, holds in atoms if holds[true].all()]
    implying = [(atom, holds) for atom, holds in atoms if not holds[~true].any()]
    for operator, fitting, wanted in (("and", implied, true), ("or", implying, ~true)):
        covers = [(atom, holds if operator == "and" else ~holds) for atom, holds in fitting]
        chosen = _few_covering(covers, wanted)
        if chosen:
            yield reduce(lambda a, b: Operation(operator, (a, b)), chosen)


def _neighbours(table: Table) -> Iterator[Expression]:
    """All variables equal, or each unlike the one before it."""
    for operator in ("==", "!="):
        links = [Operation(operator, pair) for pair in pairwise(map(Name, table.varying))]
        if len(links) > 1:
            yield reduce(lambda a, b: Operation("and", (a, b)), links)


def _pattern(table: Table, true: ndarray) -> Expression | None:
    """Every variable equal to a value, where only these values make the target 1."""
    values = {name: np.unique(column[true]) for name, column in table.varying.items()}
    if not values or any(len(found) > 1 for found in values.values()):
        return None
    parts = [Operation("==", (Name(n), Constant(int(found[0])))) for n, found in values.items()]
    return reduce(lambda a, b: Operation("and", (a, b)), parts)


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
    return chosen if len(chosen) <= MAX_CONJUNCTS else []


def _atoms(table: Table) -> Iterator[Expression]:
    """Conditions on one variable or two, and their opposites."""
    for condition in conditions(table):
        yield condition
        yield opposite(condition)
