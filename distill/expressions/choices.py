"""Choices between plain forms: by the value of one variable, or by a simple condition."""

from __future__ import annotations

from itertools import islice

import numpy as np

from distill.expressions.conditions import MAX_CONDITIONS, conditions, conjunctions
from distill.expressions.expression import (
    Constant,
    Expression,
    Member,
    Name,
    Operation,
    cost,
    evaluate,
    is_truth,
    names,
    opposite,
)
from distill.expressions.forms import is_good, plain
from distill.expressions.table import Table, relevant

MAX_VALUES = 12
"""Values of a variable up to which what is done at each is looked at."""

MAX_CLASSES = 3
"""In how many ways a choice by one variable may go on."""

MAX_ROWS = 400
"""Rows up to which a table is split by conditions."""


def simple(table: Table) -> Expression | None:
    """A plain form, or one for every value of one variable; the cheaper."""
    best = plain(table)
    if best is not None and is_good(best, table):
        return best
    found = [best] if best is not None else []
    found += [whole for name in table.varying if (whole := _switch(table, name)) is not None]
    found += [whole for name in table.varying if (whole := _guarded(table, name)) is not None]
    return min(found, key=cost, default=None)


def _guarded(table: Table, name: str) -> Expression | None:
    """A variable that stays where it has some values: what happens at the others."""
    column = table.columns[name]
    moving = np.unique(column[table.target != column])
    values = np.unique(column)
    if not 0 < len(moving) < len(values):
        return None
    test: Expression
    low, high = Constant(int(moving[0])), Constant(int(moving[-1]))
    if len(moving) == 1:
        test = Operation("==", (Name(name), low))
    elif len(moving) < np.sum((values >= moving[0]) & (values <= moving[-1])):
        return None
    elif moving[0] == values[0]:
        test = Operation("<=", (Name(name), high))
        if high.value + 1 == values[-1]:
            test = Operation("<", (Name(name), Constant(int(values[-1]))))
    elif moving[-1] == values[-1]:
        test = Operation(">=", (Name(name), low))
    else:
        test = Operation("between", (low, Name(name), high))
    part = table.where(np.isin(column, moving))
    inner = [plain(part), *(_switch(part, other) for other in part.varying if other != name)]
    best = min((whole for whole in inner if whole is not None), key=cost, default=None)
    return None if best is None else Operation("if", (test, best, Name(name)))


def _switch(table: Table, name: str) -> Expression | None:
    """What happens at the values of one variable, where it happens in two or three ways."""
    column = table.columns[name]
    values = np.unique(column).tolist()
    others = tuple(other for other in table.varying if other != name)
    if len(values) > MAX_VALUES or not others:
        return None
    classes: dict[bytes, list[int]] = {}
    for value in values:
        rows = column == value
        seen = np.column_stack([*(table.columns[o][rows] for o in others), table.target[rows]])
        classes.setdefault(np.unique(seen, axis=0).tobytes(), []).append(value)
    if not 2 <= len(classes) <= MAX_CLASSES:
        return None
    found: dict[Expression, list[int]] = {}  # of rows that are a part of all, two ways may be one
    for members in classes.values():
        part = table.where(np.isin(column, members))
        columns = {other: part.columns[other] for other in others}
        branch = plain(Table(columns, part.target, table.listable))
        if branch is None:
            return None
        found.setdefault(branch, []).extend(members)
    branches = [(sorted(members), branch) for branch, members in found.items()]
    # one value alone before several, what is computed before what is merely set
    branches.sort(key=lambda pair: (len(pair[0]), not names(pair[1])))
    whole = branches[-1][1]
    for members, branch in reversed(branches[:-1]):
        test: Expression = Operation("==", (Name(name), Constant(members[0])))
        if len(members) > 1:
            test = Member(Name(name), tuple(members))
        whole = Operation("if", (test, branch, whole))
    return whole


def latch(table: Table, name: str) -> Expression | None:
    """A bit that stays once it changed: on what condition it changes."""
    column = table.columns[name]
    others = tuple(other for other in table.varying if other != name)
    if not others or not {*column.tolist(), *table.target.tolist()} <= {0, 1}:
        return None
    for rests in (1, 0):
        if (table.target[column == rests] == rests).all() and (column != rests).any():
            part = table.where(column != rests)
            columns = {other: part.columns[other] for other in others}
            changes = Table(columns, (part.target == rests).astype(np.int64))
            condition = _condition(changes)
            if condition is not None:
                return Operation("if", (condition, Constant(rests), Name(name)))
    return None


def toggle(table: Table, name: str) -> Expression | None:
    """A bit that changes on some condition, and else stays."""
    column = table.columns[name]
    others = tuple(other for other in table.varying if other != name)
    if not others or not {*column.tolist(), *table.target.tolist()} <= {0, 1}:
        return None
    changes = Table({n: table.columns[n] for n in others}, column ^ table.target)
    condition = _condition(changes)
    if condition is None:
        return None
    changed = Operation("-", (Constant(1), Name(name)))
    return Operation("if", (condition, changed, Name(name)))


def _condition(table: Table) -> Expression | None:
    """A truth that says where the target is 1."""
    if not table.is_function:
        return None
    table = relevant(table)
    if table.target.min() == table.target.max():
        return None
    found = [*filter(table.holds, conjunctions(table))]
    best = plain(table)
    if best is not None and (is_truth(best) or isinstance(best, Name)):
        return best if is_truth(best) else Operation("==", (best, Constant(1)))
    if best is not None:
        # bit operators are no condition that one would write
        return min(found, key=cost, default=Operation("==", (best, Constant(1))))
    return min(found, key=cost, default=None)


def choice(table: Table, depth: int) -> Expression | None:
    """A simple form, or the cheapest choice between two by a simple condition.

    Where one side has a simple form, the other may be a choice again.
    """
    best = simple(table)
    if not depth or len(table.target) > MAX_ROWS or (best is not None and is_good(best, table)):
        return best
    halves: list[tuple[Expression, Expression, Table, bool]] = []
    for condition in islice(conditions(table), MAX_CONDITIONS):
        holds = evaluate(condition, table.columns) != 0
        if not holds.any() or holds.all():
            continue
        sides = table.where(holds), table.where(~holds)
        yes, no = simple(sides[0]), simple(sides[1])
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
            inner = choice(rest, depth - 1)
            if inner is None:
                continue
            if first:
                whole = Operation("if", (condition, known, inner))
            else:
                whole = Operation("if", (opposite(condition), known, inner))
            if best is None or cost(whole) < cost(best):
                best = whole
    return best
