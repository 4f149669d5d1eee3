"""All expressions by cost, one for every column of values that can be had.

Bottom-up enumeration with observational equivalence: of expressions with equal values on the rows,
only the first is kept and built upon. There are no quotients, which fit almost any small table, and
bit operators are for columns of 0 and 1 alone, for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions.arithmetic import apply
from distill.expressions.expression import Constant, Expression, Name, Operation, cost

CANDIDATES = 4_000
"""How many applications of an operator are looked at."""

ROWS = 96
"""How many rows tell expressions apart while they are built; all decide in the end."""

COST_STEP = 0.5
"""Width of a level: expressions are built in levels of cost."""

MAX_COST = 16.0


BINARY = ("+", "-", "*", "%", "==", "!=", "<", "<=", "&", "|", "^", "min", "max")
COMMUTATIVE = {"+", "*", "==", "!=", "&", "|", "^", "min", "max"}
BOOLEAN = {"&", "|", "^"}


def enumerate_expressions(
    columns: Mapping[str, Int[ndarray, " rows"]], target: Int[ndarray, " rows"], most: float
) -> Iterator[Expression]:
    """Expressions below a cost that give the target on up to `ROWS` rows, cheapest first."""
    chosen = np.unique(np.linspace(0, len(target) - 1, ROWS).astype(np.int64))
    wanted = target[chosen].tobytes()
    seen = set[bytes]()
    levels: dict[int, list[tuple[Expression, ndarray]]] = {}
    tried = 0

    def keep(expression: Expression, values: ndarray, level: int) -> bool:
        key = values.tobytes()
        if key == wanted:
            return True
        if key not in seen:
            seen.add(key)
            levels.setdefault(level, []).append((expression, values))
        return False

    for expression in _leaves(columns, target):
        column = (
            columns[expression.name][chosen]
            if isinstance(expression, Name)
            else np.full(len(chosen), expression.value, dtype=np.int64)
        )
        if keep(expression, column, _level(expression)):
            yield expression
    for level in range(_level(Name("")), round(min(most, MAX_COST) / COST_STEP)):
        for operator, operands in _combinations(levels, level):
            tried += 1
            if tried > CANDIDATES:
                return
            parts = [values for _, values in operands]
            if not _sensible(operator, parts):
                continue
            values = apply(operator, *parts)
            if np.abs(values).max() > 100_000:
                continue
            expression = Operation(operator, tuple(part for part, _ in operands))
            if keep(expression, values, level):
                yield expression


def _level(expression: Expression) -> int:
    return round(cost(expression) / COST_STEP)


def _leaves(
    columns: Mapping[str, Int[ndarray, " rows"]], target: Int[ndarray, " rows"]
) -> Iterator[Name | Constant]:
    yield from map(Name, columns)
    highest = int(target.max())
    for value in dict.fromkeys((0, 1, 2, highest, highest + 1)):
        yield Constant(value)


def _combinations(
    levels: Mapping[int, list[tuple[Expression, ndarray]]], level: int
) -> Iterator[tuple[str, tuple[tuple[Expression, ndarray], ...]]]:
    """Operators on expressions of lower levels, such that the whole is of this level."""
    for operand in list(levels.get(level - _operator_level("abs"), [])):
        yield "abs", (operand,)
    for operator in BINARY:
        rest = level - _operator_level(operator)
        for first in sorted(levels):
            if first >= rest or (operator in COMMUTATIVE and first > rest - first):
                continue
            for one in list(levels[first]):
                for other in list(levels.get(rest - first, [])):
                    yield operator, (one, other)


def _operator_level(operator: str) -> int:
    one = Name("")
    operands = (one,) if operator == "abs" else (one, one)
    return _level(Operation(operator, operands)) - len(operands) * _level(one)


def _sensible(operator: str, columns: list[ndarray]) -> bool:
    if operator == "%":
        return bool((columns[1] > 1).all())
    if operator in BOOLEAN:
        return all(column.min() >= 0 and column.max() <= 1 for column in columns)
    return True
