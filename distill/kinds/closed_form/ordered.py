"""Expressions with their operands in the order of the inputs: (a ^ b) & c, and not c & (a ^ b)."""

from __future__ import annotations

from functools import reduce

from distill.expressions.expression import (
    Constant,
    Expression,
    Operation,
    conjuncts,
    is_truth,
    names,
    operands_of,
    with_operands,
)

TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


def ordered(expression: Expression) -> Expression:
    """The same with operands in the order of their inputs, wherever either order will do."""
    operands = tuple(ordered(part) for part in operands_of(expression))
    expression = with_operands(expression, operands)
    match expression:
        case Operation("*", (Constant(), _)):
            pass
        case Operation("+" | "*" | "&" | "|" | "^" | "min" | "max" as operator, (one, other)):
            if _first(other) < _first(one):
                return Operation(operator, (other, one))
        case Operation(operator, (one, other)) if operator in TURNED:
            if _first(other) < _first(one):
                return Operation(TURNED[operator], (other, one))
        case Operation("and" | "or" as operator) if is_truth(expression):
            parts = sorted(conjuncts(operator, operands), key=_first)
            return reduce(lambda a, b: Operation(operator, (a, b)), parts)
    return expression


def _first(expression: Expression) -> tuple[bool, list[str]]:
    """By what operands are ordered: their inputs; constants stand behind."""
    return not names(expression), sorted(names(expression))
