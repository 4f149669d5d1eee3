"""Between trees and SymPy, and the shortest of the ways that SymPy knows to write an expression."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from operator import add as plus
from operator import mul as times
from typing import Any

import numpy as np
import sympy
from jaxtyping import Float
from numpy import ndarray

from distill.kinds.formula.constants import Exact
from distill.kinds.formula.expression import (
    FUNCTIONS,
    Call,
    Node,
    Number,
    Power,
    Product,
    Sum,
    Variable,
    evaluate,
    size_of,
)

LARGE = 90
"""Parts of an expression that SymPy is not asked about: it would take minutes."""

SAME = 1e-9
"""How far two ways to write an expression may differ, in parts of its values."""


def symbols_of(names: Sequence[str], low: Sequence[float], high: Sequence[float]) -> list[Any]:
    """A symbol for every input, which knows its sign where the box has one."""
    made = list[Any]()
    for name, first, last in zip(names, low, high, strict=True):
        sign = {"positive": True} if first > 0 else {"negative": True} if last < 0 else {}
        sign = {"nonnegative": True} if first == 0 else sign
        made.append(sympy.Symbol(name, real=True, **sign))
    return made


def to_sympy(node: Node, symbols: Sequence[Any]) -> Any:
    """A tree as SymPy has it; numbers without an exact form are floats."""
    match node:
        case Number(value=value, form=None):
            return sympy.Float(value) if value != int(value) else sympy.Integer(int(value))
        case Number(form=Exact() as form):
            return exact_number(form)
        case Variable(place=place):
            return symbols[place]
        case Sum(terms=parts):
            return reduce(plus, (to_sympy(part, symbols) for part in parts))
        case Product(factors=parts):
            return reduce(times, (to_sympy(part, symbols) for part in parts))
        case Power(base=base, over=over, under=under):
            return to_sympy(base, symbols) ** sympy.Rational(over, under)
        case Call(name=name, argument=argument):
            function = {"abs": sympy.Abs}.get(name) or getattr(sympy, name)
            return function(to_sympy(argument, symbols))
    raise TypeError(f"{node!r} is no expression")


def exact_number(form: Exact) -> Any:
    """A constant as SymPy has it."""
    fraction = sympy.Rational(form.numerator, form.denominator)
    root = sympy.sqrt(form.radicand) * sympy.pi ** sympy.Rational(form.pi_halves, 2)
    return fraction * root * sympy.E**form.e_power


def from_sympy(expression: Any, symbols: Sequence[Any]) -> Node | None:
    """A tree of an expression, every number exact; null where it has a part that trees have not."""
    if expression in symbols:
        return Variable(list(symbols).index(expression))
    if (form := exact_form(expression)) is not None:
        return Number(form.value, form)
    if expression.is_Float:
        return Number(float(expression))
    parts = [from_sympy(part, symbols) for part in expression.args]
    if expression.is_Pow:
        return _power(expression, parts, symbols)
    if any(part is None for part in parts) or not parts:
        return None
    found = tuple(part for part in parts if part is not None)
    if expression.is_Add:
        return Sum(_numbers_last(found))
    if expression.is_Mul:
        return Product(_numbers_first(found))
    name = type(expression).__name__.lower()
    if name == "log" and isinstance(found[0], Call) and found[0].name == "exp":
        return found[0].argument
    if name in FUNCTIONS and len(found) == 1:
        return Call(name, found[0])  # pyright: ignore[reportArgumentType]  a key of FUNCTIONS
    return None


def _power(expression: Any, parts: list[Node | None], symbols: Sequence[Any]) -> Node | None:
    base, exponent = expression.base, expression.exp
    if base == sympy.E:
        inner = from_sympy(exponent, symbols)
        return None if inner is None else Call("exp", inner)
    if exponent.is_Rational and parts[0] is not None:
        return Power(parts[0], int(exponent.p), int(exponent.q))
    if base.is_positive:
        inner = from_sympy(exponent * sympy.log(base), symbols)
        return None if inner is None else Call("exp", inner)
    return None


def exact_form(expression: Any) -> Exact | None:
    """A constant of SymPy's as a fraction with a root and powers of pi and e, if it is one."""
    if not expression.is_number or expression.has(sympy.Float):
        return None
    fraction, radicand, halves, power_of_e = Fraction(1), 1, 0, 0
    factors: tuple[Any, ...] = sympy.Mul.make_args(expression)
    for factor in factors:
        base, exponent = factor.as_base_exp()
        if factor.is_Rational:
            fraction *= Fraction(int(factor.p), int(factor.q))
        elif base == sympy.pi and (2 * exponent).is_Integer:
            halves += int(2 * exponent)
        elif base == sympy.E and exponent.is_Integer:
            power_of_e += int(exponent)
        elif base.is_Rational and base > 0 and (2 * exponent).is_Integer:
            whole = int(2 * exponent)
            fraction *= Fraction(int(base.p), int(base.q)) ** ((whole - whole % 2) // 2)
            radicand *= int(base.p) * int(base.q)
            fraction /= int(base.q)
        else:
            return None
    return Exact(fraction.numerator, fraction.denominator, radicand, halves, power_of_e)


def _numbers_first(parts: tuple[Node, ...]) -> tuple[Node, ...]:
    return tuple(sorted(parts, key=lambda part: not isinstance(part, Number)))


def _numbers_last(parts: tuple[Node, ...]) -> tuple[Node, ...]:
    return tuple(sorted(parts, key=lambda part: isinstance(part, Number)))


def shortest(node: Node, symbols: Sequence[Any], points: Float[ndarray, "n d"]) -> Node:
    """The shortest way to write an expression with exact constants, among those that SymPy knows.

    Each is held against the values of the first.
    """
    values = evaluate(node, points)
    room = SAME * float(np.abs(values).max())
    start = to_sympy(node, symbols)
    best = node
    seen, queue = {start}, [start]
    for expression in queue:
        other = from_sympy(expression, symbols)
        if other is not None:
            apart = np.abs(evaluate(other, points) - values)
            if np.isfinite(apart).all() and apart.max() <= room and _weight(other) < _weight(best):
                best = other
        if expression.count_ops() > LARGE or len(queue) > 24:
            continue
        for way in WAYS:
            made = _attempt(way, expression)
            if made is not None and made not in seen and made.count_ops() <= 2 * LARGE:
                seen.add(made)
                queue.append(made)
    return best


def _weight(node: Node) -> tuple[int, int]:
    """By parts, and a number counts for as much as it is long."""
    digits = sum(
        len(str(abs(each.form.numerator))) + len(str(each.form.denominator))
        for each in _numbers(node)
        if each.form is not None
    )
    return size_of(node), digits


def _numbers(node: Node) -> list[Number]:
    from distill.kinds.formula.expression import numbers_of

    return list(numbers_of(node))


def _attempt(way: Callable[[Any], Any], expression: Any) -> Any:
    try:
        return way(expression)
    except (sympy.PolynomialError, TypeError, ValueError, AttributeError, NotImplementedError):
        return None


def _one_logarithm(expression: Any) -> Any:
    """With sums of logarithms as one, where no exponent becomes a logarithm's argument."""
    made = sympy.logcombine(expression)
    return made if made.count(sympy.exp) <= expression.count(sympy.exp) else expression


def _under_the_root(expression: Any, sign: int) -> Any:
    """With all that a root is multiplied by under it: `(b - a) * sqrt(c**2 / (a - b)**2 + 1)` is
    `sqrt(c**2 + (b - a)**2)` or the negative of that.
    """
    factors: tuple[Any, ...] = sympy.Mul.make_args(expression)
    half = sympy.Rational(1, 2)
    roots = [each for each in factors if each.is_Pow and each.exp == half and each.base.is_Add]
    if len(roots) != 1:
        return expression
    scale, rest = (expression / roots[0]).as_coeff_Mul()
    if rest == 1:
        return expression
    terms: list[Any] = [sympy.factor(rest**2 * term) for term in roots[0].base.args]
    return sign * scale * sympy.sqrt(sympy.Add(*terms))


WAYS: tuple[Callable[[Any], Any], ...] = (
    sympy.together,
    sympy.factor_terms,
    lambda e: sympy.powsimp(e, deep=True),
    sympy.factor,
    sympy.cancel,
    sympy.expand,
    lambda e: sympy.expand_log(e),
    _one_logarithm,
    lambda e: sympy.trigsimp(e) if e.has(sympy.sin, sympy.cos) else e,
    lambda e: sympy.cancel(e.rewrite(sympy.exp)) if e.has(sympy.tanh, sympy.coth) else e,
    sympy.powdenest,
    sympy.radsimp,
    lambda e: _under_the_root(e, 1),
    lambda e: _under_the_root(e, -1),
)
