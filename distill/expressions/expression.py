"""Integer expressions as values: evaluated on columns, weighed by how they read, taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions.arithmetic import apply


@dataclass(frozen=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True)
class Constant:
    """An integer."""

    value: int


@dataclass(frozen=True)
class Operation:
    """An operator of `OPERATORS` on expressions; `if` has condition, value if true, if false."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Member:
    """Whether a value is one of a list."""

    operand: Expression
    values: tuple[int, ...]


@dataclass(frozen=True)
class Lookup:
    """The value that a table gives for the values of some expressions.

    Attributes:
        operands: what is looked up.
        rows: the values of the operands and the value there, sorted.
        weights: whether this is what the values of one variable add to a sum: such a list says
            what they do, where a formula for them would be a chance fit.
    """

    operands: tuple[Expression, ...]
    rows: tuple[tuple[tuple[int, ...], int], ...]
    weights: bool = False


Expression: TypeAlias = Name | Constant | Operation | Member | Lookup

OPERATORS = {
    "+": 1.0,
    "-": 1.2,
    "*": 1.5,
    "//": 3.5,
    "%": 1.5,
    "&": 1.8,
    "|": 1.8,
    "^": 1.8,
    "<<": 2.0,
    ">>": 2.0,
    "==": 1.8,
    "!=": 1.8,
    "<": 2.0,
    "<=": 2.0,
    ">": 2.0,
    ">=": 2.0,
    "and": 1.0,
    "or": 1.2,
    "abs": 1.5,
    "min": 1.6,
    "max": 1.6,
    "isqrt": 3.0,
    "bit_count": 2.5,
    "pow": 3.0,
    "neg": 1.2,
    "if": 1.8,
    "between": 1.5,
    "not": 0.5,
}
"""What an operator adds to the cost of an expression: the less plain, the more."""

LARGE_FACTOR = 1.0
"""What a factor of 3 or more adds: a weight that is not 1, -1 or 2 is seldom meant."""

TRUTHS = {"==", "!=", "<", "<=", ">", ">=", "between", "not"}


def evaluate(
    expression: Expression, columns: Mapping[str, Int[ndarray, " rows"]]
) -> Int[ndarray, " rows"]:
    """The values of an expression over columns of its variables.

    Raises:
        ValueError: there are no columns, or a table lacks a row.
    """
    rows = len(next(iter(columns.values())))
    match expression:
        case Name(name):
            return columns[name]
        case Constant(value):
            return np.full(rows, value, dtype=np.int64)
        case Member(operand, values):
            return np.isin(evaluate(operand, columns), values).astype(np.int64)
        case Lookup(operands, entries):
            table = dict(entries)
            keys = zip(*(evaluate(operand, columns).tolist() for operand in operands), strict=True)
            try:
                return np.array([table[key] for key in keys], dtype=np.int64)
            except KeyError as error:
                raise ValueError(f"the table has no row for {error}") from error
        case Operation(operator, operands):
            return apply(operator, *(evaluate(operand, columns) for operand in operands))


def cost(expression: Expression) -> float:
    """How hard an expression is to read; tables count by their entries."""
    match expression:
        case Name():
            return 1.0
        case Constant(value):
            return 1.0 + 0.01 * min(abs(value), 50)
        case Member(operand, values):
            return cost(operand) + 4.0 + 1.5 * len(values)
        case Lookup(operands, rows):
            each, once = (0.5, 3.0) if expression.weights else (1.0, 9.0)
            return once + each * len(rows) + sum(cost(operand) for operand in operands)
        case Operation("and", operands) if is_pattern(expression):
            return 2.0 + 2.0 * len(conjuncts("and", operands))
        case Operation("*", (Constant(factor), operand)) if abs(factor) > 2:
            return OPERATORS["*"] + LARGE_FACTOR + 1.0 + 0.05 * min(abs(factor), 20) + cost(operand)
        case Operation(operator, operands):
            return OPERATORS[operator] + sum(cost(operand) for operand in operands)


def conjuncts(operator: str, operands: tuple[Expression, ...]) -> tuple[Expression, ...]:
    """The operands of `and` in `and`, or `or` in `or`, side by side."""
    found: list[Expression] = []
    for operand in operands:
        match operand:
            case Operation(inner, parts) if inner == operator:
                found += conjuncts(operator, parts)
            case _:
                found.append(operand)
    return tuple(found)


def is_pattern(expression: Expression) -> bool:
    """Whether it says that several variables have given values."""
    match expression:
        case Operation("and", operands):
            parts = conjuncts("and", operands)
            return len(parts) > 1 and all(
                isinstance(part, Operation)
                and part.operator == "=="
                and isinstance(part.operands[0], Name)
                and isinstance(part.operands[1], Constant)
                for part in parts
            )
    return False


def is_truth(expression: Expression) -> bool:
    """Whether Python may give True or False for it, and not an integer."""
    match expression:
        case Member():
            return True
        case Operation(operator, operands) if operator in {"&", "|", "^", "and", "or"}:
            return all(is_truth(operand) for operand in operands)
        case Operation("if", (_, a, b)):  # of one truth, an integer is made where it stands
            return is_truth(a) and is_truth(b)
        case Operation("min" | "max", (a, b)):
            return is_truth(a) or is_truth(b)
        case Operation(operator):
            return operator in TRUTHS
    return False


def operands_of(expression: Expression) -> tuple[Expression, ...]:
    """What an expression is made of; nothing, of a variable or an integer."""
    match expression:
        case Operation(_, operands) | Lookup(operands, _):
            return operands
        case Member(operand):
            return (operand,)
    return ()


def with_operands(expression: Expression, operands: tuple[Expression, ...]) -> Expression:
    """The same expression of others: as many as `operands_of` gives."""
    match expression:
        case Operation(operator):
            return Operation(operator, operands)
        case Member(_, values):
            (operand,) = operands
            return Member(operand, values)
        case Lookup(_, rows, weights):
            return Lookup(operands, rows, weights)
    return expression


def subexpressions(expression: Expression) -> tuple[Expression, ...]:
    """The expression and all that it is made of, outermost first."""
    inner = (subexpressions(operand) for operand in operands_of(expression))
    return (expression, *(part for parts in inner for part in parts))


def names(expression: Expression) -> set[str]:
    """The variables that occur."""
    return {part.name for part in subexpressions(expression) if isinstance(part, Name)}


def tables(*expressions: Expression) -> tuple[Expression, ...]:
    """The parts that list values one by one, where more than two are listed."""
    return tuple(
        part
        for expression in expressions
        for part in subexpressions(expression)
        if isinstance(part, Lookup) or (isinstance(part, Member) and len(part.values) > 2)
    )


def replace(expression: Expression, old: Expression, new: Expression) -> Expression:
    """The expression with one part exchanged, wherever it occurs."""
    if expression == old:
        return new
    operands = tuple(replace(part, old, new) for part in operands_of(expression))
    return with_operands(expression, operands)


def renamed(expression: Expression, names: Mapping[str, str]) -> Expression:
    """The expression with other names for its variables, all at once; the rest keep theirs."""
    if isinstance(expression, Name):
        return Name(names.get(expression.name, expression.name))
    operands = tuple(renamed(part, names) for part in operands_of(expression))
    return with_operands(expression, operands)


def add(terms: list[tuple[int, Expression]], offset: int = 0) -> Expression:
    """A sum of multiples as it is written by hand: positive terms first, no factors of 1."""
    total: Expression | None = None
    merged: dict[Expression, int] = {}
    for factor, term in terms:
        inner, shift = terms_of(term)
        offset += factor * shift
        for size, part in inner:
            merged[part] = merged.get(part, 0) + factor * size
    for term, factor in sorted(merged.items(), key=lambda pair: pair[1] < 0):
        if not factor:
            continue
        if factor < 0 < offset and isinstance(total, Name):  # s + 1 - 2 * x
            total, offset = Operation("+", (total, Constant(offset))), 0
        size = abs(factor)
        product = term if size == 1 else Operation("*", (Constant(size), term))
        if total is None and factor > 0:
            total = product
        elif total is None and offset > 0:
            total, offset = Operation("-", (Constant(offset), product)), 0
        elif total is None:
            total = Operation("neg", (product,))
        else:
            total = Operation("+" if factor > 0 else "-", (total, product))
    if total is None:
        return Constant(offset)
    if not offset:
        return total
    return Operation("+" if offset > 0 else "-", (total, Constant(abs(offset))))


def terms_of(expression: Expression) -> tuple[list[tuple[int, Expression]], int]:
    """A sum taken apart: factors with their terms, and the offset; the opposite of `add`."""
    match expression:
        case Constant(value):
            return [], value
        case Operation("+" | "-" as operator, (one, other)):
            (terms, offset), (more, shift) = terms_of(one), terms_of(other)
            sign = 1 if operator == "+" else -1
            return terms + [(sign * factor, term) for factor, term in more], offset + sign * shift
        case Operation("neg", (one,)):
            terms, offset = terms_of(one)
            return [(-factor, term) for factor, term in terms], -offset
        case Operation("*", (Constant(factor), one)):
            return [(factor, one)], 0
    return [(1, expression)], 0


def opposite(condition: Expression) -> Expression:
    """A condition that holds where this one does not."""
    opposites = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
    match condition:
        case Operation("not", (inner,)):
            return inner
        case Operation("between") | Operation("and" | "or") if is_truth(condition):
            return Operation("not", (condition,))
        case Operation(operator, operands) if operator in opposites:
            return Operation(opposites[operator], operands)
    return Operation("==", (condition, Constant(0)))
