"""Expressions: trees of sums, products, powers and functions of the inputs.

A tree is a plain value that JSON holds. Its numbers are floats while it is searched for; a finished
one has an exact form in the place of each (`constants.py`). Evaluation goes by NumPy, and so do
derivatives by the numbers (forward mode), which is what a fit of all constants together needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Any, Literal

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from pydantic import Field

from distill.kinds.formula.constants import Exact

Name = Literal[
    "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "abs"
]


@dataclass(frozen=True)
class Number:
    """A number, with its exact form where that is known."""

    value: float
    form: Exact | None = None
    node: Literal["number"] = "number"


@dataclass(frozen=True)
class Variable:
    """An input, by its position."""

    place: int
    node: Literal["variable"] = "variable"


@dataclass(frozen=True)
class Sum:
    """The sum of several terms."""

    terms: tuple[Node, ...]
    node: Literal["sum"] = "sum"


@dataclass(frozen=True)
class Product:
    """The product of several factors."""

    factors: tuple[Node, ...]
    node: Literal["product"] = "product"


@dataclass(frozen=True)
class Power:
    """A power by the fraction `over / under`."""

    base: Node
    over: int
    under: int = 1
    node: Literal["power"] = "power"


@dataclass(frozen=True)
class Call:
    """A function of one argument."""

    name: Name
    argument: Node
    node: Literal["call"] = "call"


Node = Annotated[
    Number | Variable | Sum | Product | Power | Call,
    Field(discriminator="node"),
]

ONE, ZERO = Number(1.0), Number(0.0)

FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "exp": (np.exp, np.exp),
    "log": (np.log, lambda x: 1 / x),
    "sin": (np.sin, np.cos),
    "cos": (np.cos, lambda x: -np.sin(x)),
    "tan": (np.tan, lambda x: 1 / np.cos(x) ** 2),
    "asin": (np.arcsin, lambda x: 1 / np.sqrt(1 - x**2)),
    "acos": (np.arccos, lambda x: -1 / np.sqrt(1 - x**2)),
    "atan": (np.arctan, lambda x: 1 / (1 + x**2)),
    "sinh": (np.sinh, np.cosh),
    "cosh": (np.cosh, np.sinh),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "abs": (np.abs, np.sign),
}
"""Functions of one argument, each with its derivative."""


def number(value: float) -> Number:
    """A number whose form is not known."""
    return Number(float(value))


def add(*terms: Node) -> Node:
    """A sum, flat, with one number at most; without terms that are zero."""
    flat, constant = list[Node](), 0.0
    for term in terms:
        for part in term.terms if isinstance(term, Sum) else (term,):
            if isinstance(part, Number):
                constant += part.value
            else:
                flat.append(part)
    if constant or not flat:
        flat.append(number(constant))
    return flat[0] if len(flat) == 1 else Sum(tuple(flat))


def multiply(*factors: Node) -> Node:
    """A product, flat, with one number at most, which stands first; equal bases are one power."""
    powers, constant = dict[Node, Fraction](), 1.0
    for factor in factors:
        for part in factor.factors if isinstance(factor, Product) else (factor,):
            if isinstance(part, Number):
                constant *= part.value
                continue
            base, exponent = _as_power(part)
            powers[base] = powers.get(base, Fraction(0)) + exponent
    if not constant:
        return ZERO
    flat = [power(base, exponent) for base, exponent in powers.items() if exponent]
    if constant != 1 or not flat:
        flat.insert(0, number(constant))
    return flat[0] if len(flat) == 1 else Product(tuple(flat))


def power(base: Node, exponent: Fraction | int) -> Node:
    """A power; powers of powers and of numbers are worked out where that holds everywhere."""
    exponent = Fraction(exponent)
    if exponent == 1:
        return base
    if not exponent:
        return ONE
    if isinstance(base, Number) and (base.value > 0 or exponent.denominator == 1) and base.value:
        return number(base.value ** float(exponent))
    if isinstance(base, Product) and exponent.denominator == 1:
        return multiply(*(power(factor, exponent) for factor in base.factors))
    if isinstance(base, Power) and (exponent.denominator == 1 or base.under % 2 == 0):
        return power(base.base, Fraction(base.over, base.under) * exponent)
    return Power(base, exponent.numerator, exponent.denominator)


def call(name: Name, argument: Node) -> Node:
    """A function of an argument; of a number its value."""
    if isinstance(argument, Number):
        return number(float(FUNCTIONS[name][0](np.float64(argument.value))))
    if name == "log" and isinstance(argument, Call) and argument.name == "exp":
        return argument.argument
    if name == "exp" and isinstance(argument, Call) and argument.name == "log":
        return argument.argument
    return Call(name, argument)


def subtract(one: Node, other: Node) -> Node:
    """A difference."""
    return add(one, multiply(number(-1.0), other))


def divide(one: Node, other: Node) -> Node:
    """A quotient."""
    return multiply(one, power(other, -1))


def _as_power(node: Node) -> tuple[Node, Fraction]:
    if isinstance(node, Power):
        return node.base, Fraction(node.over, node.under)
    return node, Fraction(1)


def children(node: Node) -> tuple[Node, ...]:
    """What a tree is put together from."""
    match node:
        case Sum(terms=parts) | Product(factors=parts):
            return parts
        case Power(base=part) | Call(argument=part):
            return (part,)
    return ()


def rebuilt(node: Node, parts: tuple[Node, ...]) -> Node:
    """The same with other parts, worked out again."""
    match node:
        case Sum():
            return add(*parts)
        case Product():
            return multiply(*parts)
        case Power(over=over, under=under):
            return power(parts[0], Fraction(over, under))
        case Call(name=name):
            return call(name, parts[0])
    return node


def substitute(node: Node, given: dict[int, Node]) -> Node:
    """With expressions in the place of variables."""
    if isinstance(node, Variable):
        return given.get(node.place, node)
    return rebuilt(node, tuple(substitute(part, given) for part in children(node)))


def numbers_of(node: Node) -> Iterator[Number]:
    """Its numbers, in the order in which `with_numbers` takes them."""
    if isinstance(node, Number):
        yield node
    for part in children(node):
        yield from numbers_of(part)


def with_numbers(node: Node, values: Iterator[Number]) -> Node:
    """The same tree, with other numbers; nothing else is worked out."""
    match node:
        case Number():
            return next(values)
        case Sum(terms=parts):
            return replace(node, terms=tuple(with_numbers(part, values) for part in parts))
        case Product(factors=parts):
            return replace(node, factors=tuple(with_numbers(part, values) for part in parts))
        case Power(base=part):
            return replace(node, base=with_numbers(part, values))
        case Call(argument=part):
            return replace(node, argument=with_numbers(part, values))
    return node


def places_of(node: Node) -> set[int]:
    """The variables that it reads."""
    if isinstance(node, Variable):
        return {node.place}
    return set[int]().union(*map(places_of, children(node)))


def size_of(node: Node) -> int:
    """How many parts it has: the measure that formulas are called simple by."""
    own = 2 if isinstance(node, Power) and (node.over, node.under) != (-1, 1) else 1
    return own + sum(map(size_of, children(node)))


def evaluate(node: Node, points: Float[ndarray, "n d"]) -> Float[ndarray, " n"]:
    """Its values; not a number where it has none."""
    with np.errstate(all="ignore"):
        return np.array(np.broadcast_to(_value(node, points), len(points)), dtype=np.float64)


def _value(node: Node, points: ndarray) -> ndarray | np.float64:
    match node:
        case Number(value=value):
            return np.float64(value)
        case Variable(place=place):
            return points[:, place]
        case Sum(terms=parts):
            return sum((_value(part, points) for part in parts), np.float64(0))
        case Product(factors=parts):
            result = _value(parts[0], points)
            for part in parts[1:]:
                result = result * _value(part, points)
            return result
        case Power(base=base, over=over, under=under):
            return _value(base, points) ** (over / under if under > 1 else float(over))
        case Call(name=name, argument=part):
            return FUNCTIONS[name][0](_value(part, points))


def jet(
    node: Node, points: Float[ndarray, "n d"]
) -> tuple[Float[ndarray, " n"], Float[ndarray, "n k"]]:
    """Its values, and their derivatives by each of its numbers."""
    count = sum(1 for _ in numbers_of(node))
    with np.errstate(all="ignore"):
        value, slopes, _ = _jet(node, points, 0, count)
    return np.array(np.broadcast_to(value, len(points))), slopes.T


def _jet(node: Node, points: ndarray, first: int, count: int) -> tuple[ndarray, ndarray, int]:
    """Values, derivatives [k, n], and the position of the next number."""
    match node:
        case Number(value=value):
            slopes = np.zeros((count, len(points)))
            slopes[first] = 1
            return np.full(len(points), value), slopes, first + 1
        case Variable(place=place):
            return points[:, place], np.zeros((count, len(points))), first
        case Sum(terms=parts):
            value, slopes = np.zeros(len(points)), np.zeros((count, len(points)))
            for part in parts:
                one, by, first = _jet(part, points, first, count)
                value, slopes = value + one, slopes + by
            return value, slopes, first
        case Product(factors=parts):
            value, slopes = np.ones(len(points)), np.zeros((count, len(points)))
            for part in parts:
                one, by, first = _jet(part, points, first, count)
                value, slopes = value * one, slopes * one + value * by
            return value, slopes, first
        case Power(base=base, over=over, under=under):
            value, slopes, first = _jet(base, points, first, count)
            exponent = over / under if under > 1 else float(over)
            return value**exponent, exponent * value ** (exponent - 1) * slopes, first
        case Call(name=name, argument=part):
            value, slopes, first = _jet(part, points, first, count)
            function, slope = FUNCTIONS[name]
            return function(value), slope(value) * slopes, first
