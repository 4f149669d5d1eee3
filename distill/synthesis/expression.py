"""Integer expressions as values: evaluated on columns, weighed by how they read, and printed.

Arithmetic is Python's on integers: `//` rounds down and `%` has the sign of its right operand, and
so do NumPy's, so what was checked on columns holds of the printed text (within 64 bits).
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Int
from numpy import ndarray


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
    """The value that a table gives for the values of some expressions."""

    operands: tuple[Expression, ...]
    rows: tuple[tuple[tuple[int, ...], int], ...]  # (values of the operands, value), sorted


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
    "==": 1.8,
    "!=": 1.9,
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
    "neg": 1.2,
    "if": 2.5,
}
"""What an operator adds to the cost of an expression: the less plain, the more."""

TRUTHS = {"==", "!=", "<", "<=", ">", ">="}


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


def apply(operator: str, *operands: Int[ndarray, " rows"]) -> Int[ndarray, " rows"]:
    """One operator on columns. What is divided by must not be 0."""
    match operator, operands:
        case "+", (a, b):
            value = a + b
        case "-", (a, b):
            value = a - b
        case "*", (a, b):
            value = a * b
        case "//", (a, b):
            value = a // b
        case "%", (a, b):
            value = a % b
        case "&", (a, b):
            value = a & b
        case "|", (a, b):
            value = a | b
        case "^", (a, b):
            value = a ^ b
        case "==", (a, b):
            value = a == b
        case "!=", (a, b):
            value = a != b
        case "<", (a, b):
            value = a < b
        case "<=", (a, b):
            value = a <= b
        case ">", (a, b):
            value = a > b
        case ">=", (a, b):
            value = a >= b
        case "min", (a, b):
            value = np.minimum(a, b)
        case "max", (a, b):
            value = np.maximum(a, b)
        case "and", (a, b):
            value = np.logical_and(a, b)
        case "or", (a, b):
            value = np.logical_or(a, b)
        case "abs", (a,):
            value = np.abs(a)
        case "neg", (a,):
            value = -a
        case "isqrt", (a,):
            value = np.floor(np.sqrt(a))
        case "if", (condition, a, b):
            value = np.where(condition, a, b)
        case _:
            raise ValueError(f"no operator {operator} on {len(operands)} operands")
    return value.astype(np.int64)


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
            return 9.0 + 1.0 * len(rows) + sum(cost(operand) for operand in operands)
        case Operation(operator, operands):
            return OPERATORS[operator] + sum(cost(operand) for operand in operands)


def is_truth(expression: Expression) -> bool:
    """Whether Python may give True or False for it, and not an integer."""
    match expression:
        case Member():
            return True
        case Operation(operator, operands) if operator in {"&", "|", "^", "and", "or"}:
            return all(is_truth(operand) for operand in operands)
        case Operation("if", (_, a, b)) | Operation("min" | "max", (a, b)):
            return is_truth(a) or is_truth(b)
        case Operation(operator):
            return operator in TRUTHS
    return False


def subexpressions(expression: Expression) -> tuple[Expression, ...]:
    """The expression and all that it is made of, outermost first."""
    match expression:
        case Operation(_, operands) | Lookup(operands, _):
            inner = operands
        case Member(operand):
            inner = (operand,)
        case _:
            inner = ()
    return (expression, *(part for operand in inner for part in subexpressions(operand)))


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
    match expression:
        case Operation(operator, operands):
            return Operation(operator, tuple(replace(part, old, new) for part in operands))
        case Member(operand, values):
            return Member(replace(operand, old, new), values)
        case Lookup(operands, rows):
            return Lookup(tuple(replace(part, old, new) for part in operands), rows)
    return expression


def condition_source(expression: Expression, named: Mapping[Lookup, str] | None = None) -> str:
    """The expression as Python, where True and False are as good as 1 and 0.

    Args:
        expression: what to print.
        named: tables that have names; others are printed where they stand.
    """
    match expression:
        case Operation("and" | "or" as operator, operands) if is_truth(expression):
            parts = tuple(_flat(operator, operands))
            # joined here, since `unparse` puts brackets around a third comparison
            if all(isinstance(p, Operation) and p.operator in TRUTHS for p in parts):
                return f" {operator} ".join(condition_source(part, named) for part in parts)
    return ast.unparse(ast.parse(_source(expression, named or {}), mode="eval"))


def source(expression: Expression, named: Mapping[Lookup, str] | None = None) -> str:
    """The expression as Python that gives an integer. Redundant brackets are left out."""
    text = condition_source(expression, named)
    return f"int({text})" if is_truth(expression) else text


def _source(expression: Expression, named: Mapping[Lookup, str]) -> str:
    match expression:
        case Name(name):
            return name
        case Constant(value):
            return f"({value})"
        case Member(operand, values):
            listed = ", ".join(map(str, values))
            return f"({_source(operand, named)} in {{{listed}}})"
        case Lookup(operands):
            keys = [_source(operand, named) for operand in operands]
            table = named.get(expression) or table_source(expression)
            if is_grid(expression):
                return table + "".join(f"[{key}]" for key in keys)
            return f"{table}[{', '.join(keys)}]"
        case Operation("neg", (operand,)):
            return f"(-{_source(operand, named)})"
        case Operation("if", operands):
            test, first, second = (_source(operand, named) for operand in operands)
            return f"({first} if {test} else {second})"
        case Operation("and" | "or" as operator, operands):
            parts = [_source(operand, named) for operand in _flat(operator, operands)]
            return f"({f' {operator} '.join(parts)})"
        case Operation(operator, operands):
            parts = [_source(operand, named) for operand in operands]
            if operator in {"abs", "min", "max", "isqrt"}:
                return f"{operator}({', '.join(parts)})"
            return f"({f' {operator} '.join(parts)})"


def _flat(operator: str, operands: tuple[Expression, ...]) -> Iterator[Expression]:
    """The operands of `and` in `and`, or `or` in `or`, side by side."""
    for operand in operands:
        match operand:
            case Operation(inner, parts) if inner == operator:
                yield from _flat(operator, parts)
            case _:
                yield operand


def is_grid(lookup: Lookup) -> bool:
    """Whether a table has a row for all combinations of 0, 1, ..., so that lists can hold it."""
    sizes = [max(column) + 1 for column in zip(*(key for key, _ in lookup.rows), strict=True)]
    return len(lookup.rows) == math.prod(sizes) and min(min(key) for key, _ in lookup.rows) == 0


def table_source(lookup: Lookup) -> str:
    """A table as Python: nested lists where that is possible, or else a dictionary."""
    if not is_grid(lookup):
        single = len(lookup.operands) == 1
        return str({key[0] if single else key: value for key, value in lookup.rows})
    sizes = [max(column) + 1 for column in zip(*(key for key, _ in lookup.rows), strict=True)]
    return str(np.array([value for _, value in lookup.rows]).reshape(sizes).tolist())


def add(terms: list[tuple[int, Expression]], offset: int = 0) -> Expression:
    """A sum of multiples as it is written by hand: positive terms first, no factors of 1."""
    total: Expression | None = None
    for factor, term in sorted(terms, key=lambda pair: pair[0] < 0):
        if not factor:
            continue
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
        case Operation(operator, operands) if operator in opposites:
            return Operation(opposites[operator], operands)
    return Operation("==", (condition, Constant(0)))
