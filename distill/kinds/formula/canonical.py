"""One form for expressions that differ in where their constants stand.

A factor inside a power, a logarithm or an exponential is the same as one outside: constants that
can be traded for each other are put together, so that a fit knows each of them.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from distill.kinds.formula.expression import (
    Call,
    Node,
    Number,
    Power,
    Product,
    Sum,
    add,
    call,
    children,
    multiply,
    number,
    power,
    rebuilt,
)

FAINT = 1e-6
"""A number in a sum that is this much smaller than its coefficients is not what it is scaled by."""


def canonical(node: Node) -> Node:
    """The same function, with as few constants as it has."""
    parts = tuple(canonical(part) for part in children(node))
    node = rebuilt(node, parts)
    match node:
        case Power(base=base, over=over, under=under):
            return _power(base, Fraction(over, under))
        case Product(factors=factors):
            return _product(factors)
        case Call(name="log", argument=inner):
            scale, rest = _scaled(inner)
            if scale > 0 and scale != 1:
                return add(call("log", rest), number(float(np.log(scale))))
        case Call(name="exp", argument=Sum(terms=terms)):
            return _exponential(terms)
        case Call(name="sin" | "tan" | "atan" | "sinh" | "tanh" | "asin" as name, argument=inner):
            if _leads(inner) < 0:
                return multiply(number(-1.0), call(name, _negative(inner)))
        case Call(name="cos" | "cosh" as name, argument=inner):
            if _leads(inner) < 0:
                return call(name, _negative(inner))
    return node


def _power(base: Node, exponent: Fraction) -> Node:
    scale, rest = _scaled(base)
    if scale == 1 or (scale < 0 and exponent.denominator > 1):
        scale, rest = abs(scale), rest if scale > 0 else _negative(rest)
    if scale == 1:
        return power(base, exponent)
    return multiply(number(scale ** float(exponent)), power(rest, exponent))


def _product(factors: tuple[Node, ...]) -> Node:
    if sum(not isinstance(factor, Number) for factor in factors) == 1 and len(factors) == 2:
        last = factors[1]
        if isinstance(last, Sum) and isinstance(factors[0], Number):
            return add(*(multiply(factors[0], term) for term in last.terms))
        return multiply(*factors)
    made = list[Node]()
    for factor in factors:
        scale, rest = _scaled(factor) if isinstance(factor, Sum) else (1.0, factor)
        made += [number(scale), rest]
    return multiply(*made)


def _exponential(terms: tuple[Node, ...]) -> Node:
    """Numbers and logarithms in an exponent are factors."""
    inner, outer = list[Node](), list[Node]()
    for term in terms:
        if isinstance(term, Number):
            outer.append(number(float(np.exp(term.value))))
        elif isinstance(term, Call) and term.name == "log":
            outer.append(term.argument)
        else:
            inner.append(term)
    return multiply(*outer, call("exp", add(*inner))) if outer else call("exp", add(*inner))


def _scaled(node: Node) -> tuple[float, Node]:
    """A factor, and the rest: of a sum such that its number, or else its first term, is 1."""
    if isinstance(node, Product) and isinstance(node.factors[0], Number):
        return node.factors[0].value, multiply(*node.factors[1:])
    if not isinstance(node, Sum):
        return 1.0, node
    weights = [_coefficient(term) for term in node.terms]
    top = max(map(abs, weights))
    scale = weights[-1] if isinstance(node.terms[-1], Number) else weights[0]
    if abs(scale) < FAINT * top:
        scale = next(weight for weight in weights if abs(weight) == top)
    if not scale or not np.isfinite(scale):
        return 1.0, node
    return scale, add(*(multiply(number(1 / scale), term) for term in node.terms))


def _coefficient(term: Node) -> float:
    if isinstance(term, Number):
        return term.value
    first = term.factors[0] if isinstance(term, Product) else term
    return first.value if isinstance(first, Number) else 1.0


def _leads(node: Node) -> float:
    return _coefficient(node.terms[0]) if isinstance(node, Sum) else _coefficient(node)


def _negative(node: Node) -> Node:
    if isinstance(node, Sum):
        return add(*(multiply(number(-1.0), term) for term in node.terms))
    return multiply(number(-1.0), node)
