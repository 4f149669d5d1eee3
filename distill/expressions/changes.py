"""What changes a variable, where it else stays: set by some inputs, or moved on a condition.

A person writes such an update as a statement that says nothing of the rows on which nothing
happens. A search for one expression of all rows has to say something there, and finds an odd one:
`3 * state + 1 >= x` of a switch that low inputs turn on and high ones off.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions.conditions import conjunctions
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
    replace,
    subexpressions,
    terms_of,
)
from distill.expressions.forms import plain
from distill.expressions.table import Table, relevant

MAX_SET = 3
"""In how many ways inputs may change a variable."""

COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}

FORM = "__form__"
"""What the new value is called while a condition on it is looked for."""

ARITHMETIC = {
    "+",
    "-",
    "*",
    "//",
    "%",
    "neg",
    "abs",
    "min",
    "max",
    "isqrt",
    "&",
    "|",
    "^",
    "<<",
    ">>",
}
"""What computes a number."""

BITS = (Constant(0), Constant(1))

MAX_INPUTS = 64
"""Values of an input up to which what each does is looked at."""


def changes(table: Table, name: str) -> Iterator[Expression]:
    """Next values of a variable in which it stays on some rows, each checked on all rows."""
    if not table.is_function or (table.target == table.columns[name]).all():
        return
    offered = [*_by_order(table, name)]
    if (moved := _moved(table, name)) is not None:
        offered.append(moved)
    yield from filter(table.holds, offered)


def set_by_inputs(table: Table, name: str) -> Iterator[Expression]:
    """Some values of an input set the variable to a number, or turn a bit round; else it stays."""
    before = table.columns[name]
    bit = {*before.tolist(), *table.target.tolist()} <= {0, 1}
    for other in table.varying:
        column = table.columns[other]
        values = np.unique(column)
        if other == name or len(values) > MAX_INPUTS:
            continue
        classes: dict[Expression, list[int]] = {}
        for value in values.tolist():
            rows = column == value
            if (table.target[rows] == before[rows]).all():
                continue
            to = np.unique(table.target[rows])
            if len(to) == 1:
                classes.setdefault(Constant(int(to[0])), []).append(value)
            elif bit and (table.target[rows] != before[rows]).all():
                classes.setdefault(Operation("-", (Constant(1), Name(name))), []).append(value)
            else:
                break
        else:
            if 0 < len(classes) <= MAX_SET and len(values) > sum(map(len, classes.values())):
                whole = _set_by(name, other, classes, values)
                if table.holds(whole):
                    yield whole


def _set_by(
    name: str, other: str, classes: dict[Expression, list[int]], values: Int[ndarray, " values"]
) -> Expression:
    whole: Expression = Name(name)
    for to in sorted(classes, key=lambda to: to.value if isinstance(to, Constant) else 2):
        whole = Operation("if", (is_one_of(other, classes[to], values), to, whole))
    return whole  # what turns a bit round comes first, then what sets it to more


def is_switch(update: Expression, name: str) -> bool:
    """Whether a next value is what `set_by_inputs` writes, of two kinds of inputs at least."""
    parts = 0
    while update != Name(name):
        match update:
            case Operation("if", (when, to, update)) if name not in names(when):
                parts += 1
                if to not in {*BITS, Operation("-", (Constant(1), Name(name)))}:
                    return False
            case _:
                return False
    return parts > 1


def mixes(expression: Expression, name: str, table: Table) -> bool:
    """Whether a bit is compared with a number that is more than a bit: a trick."""
    large = {other for other, column in table.columns.items() if {*column.tolist()} - {0, 1}}
    return any(
        isinstance(part, Operation)
        and part.operator in COMPARISONS
        and name in names(part)
        and names(part) & large
        for part in subexpressions(expression)
    )


def is_one_of(name: str, members: list[int], values: Int[ndarray, " values"]) -> Expression:
    """That a variable has one of some of its values, as a comparison where it is one."""
    low, high = members[0], members[-1]
    if len(members) == 1:
        return Operation("==", (Name(name), Constant(low)))
    if len(members) < ((values >= low) & (values <= high)).sum():
        return Member(Name(name), tuple(members))
    if low == values[0]:
        return Operation("<=", (Name(name), Constant(high)))
    if high == values[-1]:
        return Operation(">=", (Name(name), Constant(low)))
    return Operation("between", (Constant(low), Name(name), Constant(high)))


def _moved(table: Table, name: str) -> Expression | None:
    """One form wherever the variable changes, and the condition on which it does."""
    before = table.columns[name]
    changed = table.target != before
    form = plain(table.where(changed))
    if isinstance(form, Name):  # of several that it becomes, the last: inputs follow variables
        form = [
            Name(n)
            for n, column in table.columns.items()
            if (column == table.target)[changed].all()
        ][-1]
    if form is None or not _is_sum(form):
        return None
    apart = changed | (evaluate(form, table.columns) != table.target)  # elsewhere both are so
    condition = _condition(Table(table.columns, changed.astype(np.int64)).where(apart), form)
    return None if condition is None else Operation("if", (condition, form, Name(name)))


def _is_sum(form: Expression) -> bool:
    """Whether it is a number, or variables added and subtracted."""
    return all(abs(factor) == 1 and isinstance(term, Name) for factor, term in terms_of(form)[0])


def _condition(table: Table, form: Expression) -> Expression | None:
    """A truth that says where the target is 1; what is computed in it is the form, and no more.

    Sums of other kinds would fit few rows by chance.
    """
    if table.target.min() == table.target.max():
        return None
    few = relevant(table)
    found = [*conjunctions(few), plain(few)]
    if len(terms_of(form)[0]) > 1:
        by_form = Table({FORM: evaluate(form, table.columns)}, table.target)
        found.append(plain(by_form) if by_form.is_function else None)
    truths = (
        replace(truth, Name(FORM), form)
        for truth in found
        if truth is not None
        and is_truth(truth)
        and (_compares_names(truth) or _is_the_next(truth, form))
    )
    return min(filter(table.holds, truths), key=cost, default=None)


def _is_the_next(truth: Expression, form: Expression) -> bool:
    """Whether it says that the new value, a variable's, is one more or one less than the old."""
    match truth:
        case Operation("==", (one, other)) if isinstance(form, Name):
            terms, offset = terms_of(Operation("-", (one, other)))
            return abs(offset) == 1 and {abs(factor) for factor, _ in terms} == {1}
    return False


def _compares_names(truth: Expression) -> bool:
    parts = subexpressions(truth)
    return not any(isinstance(part, Operation) and part.operator in ARITHMETIC for part in parts)


def _by_order(table: Table, name: str) -> Iterator[Expression]:
    """One form where one variable is above another, one where it is below, and else it stays."""
    before = table.columns[name]
    for one, other in permutations(table.varying, 2):
        if name not in (one, other):
            continue
        above = table.columns[one] > table.columns[other]
        below = table.columns[one] < table.columns[other]
        level = ~above & ~below
        if not above.any() or not below.any() or (table.target != before)[level].any():
            continue
        first, second = plain(table.where(above)), plain(table.where(below))
        if first is None or second is None or not _is_sum(first) or not _is_sum(second):
            continue
        inner = Operation("if", (Operation("<", (Name(one), Name(other))), second, Name(name)))
        yield Operation("if", (Operation(">", (Name(one), Name(other))), first, inner))
