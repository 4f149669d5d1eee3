"""Expressions that engines write, as trees: operators, and functions by the names engines use."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction

from distill.kinds.formula.expression import (
    FUNCTIONS,
    Node,
    Number,
    Variable,
    add,
    call,
    divide,
    multiply,
    number,
    power,
    subtract,
)

LARGEST = 12
"""Of the powers that are taken for powers, and of the parts that they are split into."""


class UnreadableError(ValueError):
    """A text that is no expression of what trees are made of."""


OTHERS: Mapping[str, Callable[[Node], Node]] = {
    "sqrt": lambda node: power(node, Fraction(1, 2)),
    "square": lambda node: power(node, 2),
    "cube": lambda node: power(node, 3),
    "inv": lambda node: power(node, -1),
    "neg": lambda node: multiply(number(-1.0), node),
    "arcsin": lambda node: call("asin", node),
    "arccos": lambda node: call("acos", node),
    "arctan": lambda node: call("atan", node),
    "log1p": lambda node: call("log", add(node, number(1.0))),
}
"""Functions that trees have under another name, or as something else."""

OPERATORS: Mapping[type[ast.operator], Callable[[Node, Node], Node]] = {
    ast.Add: add,
    ast.Sub: subtract,
    ast.Mult: multiply,
    ast.Div: divide,
}


def read_infix(text: str, names: Mapping[str, int]) -> Node:
    """The tree of an expression of inputs that are called so.

    Raises:
        UnreadableError: it is none, or has something that trees have not.
    """
    try:
        parsed = ast.parse(text.replace("^", "**").strip(), mode="eval").body
        return _read(parsed, names)
    except (SyntaxError, RecursionError, ZeroDivisionError, OverflowError) as error:
        raise UnreadableError(f"{text[:60]!r} is no expression: {error}") from error


def _read(node: ast.expr, names: Mapping[str, int]) -> Node:
    match node:
        case ast.Constant(value=int() | float() as value):
            return number(float(value))
        case ast.Name(id=name) if name in names:
            return Variable(names[name])
        case ast.Name(id="pi"):
            return number(3.141592653589793)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return multiply(number(-1.0), _read(operand, names))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _read(operand, names)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _raised(_read(left, names), _read(right, names))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_read(left, names), _read(right, names))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]):
            inner = _read(argument, names)
            if name in OTHERS:
                return OTHERS[name](inner)
            if name in FUNCTIONS:
                return call(name, inner)  # pyright: ignore[reportArgumentType]  a key of FUNCTIONS
        case ast.Call(func=ast.Name(id="pow"), args=[left, right], keywords=[]):
            return _raised(_read(left, names), _read(right, names))
    raise UnreadableError(f"{ast.unparse(node)[:60]!r} is nothing that expressions have")


def _raised(base: Node, exponent: Node) -> Node:
    """A power by a simple fraction; any other by way of the logarithm."""
    if isinstance(exponent, Number):
        simple = Fraction(exponent.value).limit_denominator(LARGEST)
        if abs(float(simple) - exponent.value) < 1e-9 and abs(simple) <= LARGEST:
            return power(base, simple)
    return call("exp", multiply(exponent, call("log", base)))
