"""The library of functions of one variable: what a formula may be made of along one axis.

Columns without a parameter are powers and the logarithm. Those with one are a function of
`c * x ** q`, times a power of x; c is looked for (`fitting.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.kinds.formula.expression import (
    ONE,
    Name,
    Node,
    Variable,
    add,
    call,
    multiply,
    number,
    power,
)

X = Variable(0)

POWERS = (1, 2, -1, -2, 3, -3, 4, -4, Fraction(1, 2), Fraction(-1, 2), Fraction(3, 2))
"""Of a variable that is positive, the commonest first."""

WHOLE_POWERS = (1, 2, 3, 4, 5)
"""Of one that is not."""


@dataclass(frozen=True)
class Column:
    """A function of x that has no parameter."""

    node: Node
    values: ndarray
    cost: int


@dataclass(frozen=True)
class Shape:
    """A function of c and x.

    Attributes:
        name: of the function of `c * x ** exponent`, or how c stands in it (`+`).
        grid: what c may be, in the order in which it is tried.
    """

    name: str
    exponent: Fraction
    grid: ndarray
    cost: int

    def values(self, c: ndarray, x: Float[ndarray, " n"]) -> Float[ndarray, "... n"]:
        """Its values, for every c."""
        inner = _raised(x, self.exponent)
        with np.errstate(all="ignore"):
            if self.name in SHIFTED:
                return SHIFTED[self.name][0](c[..., None] + inner)
            return PLAIN[self.name](c[..., None] * inner)

    def node(self, c: float) -> Node:
        """As an expression."""
        inner = power(X, self.exponent)
        if self.name in SHIFTED:
            return SHIFTED[self.name][1](add(inner, number(c)))
        name, upside_down = _NAMES[self.name]
        made = call(name, multiply(number(c), inner))
        return power(made, -1) if upside_down else made


PLAIN: dict[str, Callable[[ndarray], ndarray]] = {
    "exp": np.exp,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "cosh": np.cosh,
    "sinh": np.sinh,
    "atan": np.arctan,
    "tan": np.tan,
    "coth": lambda v: 1 / np.tanh(v),
    "csch": lambda v: 1 / np.sinh(v),
    "sech": lambda v: 1 / np.cosh(v),
}

SHIFTED: dict[str, tuple[Callable[[ndarray], ndarray], Callable[[Node], Node]]] = {
    "1/": (lambda v: 1 / v, lambda node: power(node, -1)),
    "sqrt": (np.sqrt, lambda node: power(node, Fraction(1, 2))),
    "log": (np.log, lambda node: call("log", node)),
    "1/sqrt": (lambda v: 1 / np.sqrt(v), lambda node: power(node, Fraction(-1, 2))),
    "1/sq": (lambda v: v**-2.0, lambda node: power(node, -2)),
}

_NAMES: dict[str, tuple[Name, bool]] = {
    "exp": ("exp", False),
    "sin": ("sin", False),
    "cos": ("cos", False),
    "tanh": ("tanh", False),
    "cosh": ("cosh", False),
    "sinh": ("sinh", False),
    "atan": ("atan", False),
    "tan": ("tan", False),
    "coth": ("tanh", True),
    "csch": ("sinh", True),
    "sech": ("cosh", True),
}
"""Which function of the tree a shape is, and whether upside down."""


def fixed_columns(x: Float[ndarray, " n"]) -> list[Column]:
    """Columns without a parameter, the commonest first; the constant is not among them."""
    if x.min() <= 0:
        return [Column(power(X, p), x**p, 1 + (p > 1)) for p in WHOLE_POWERS]
    found = [Column(power(X, p), x ** float(p), _cost_of(Fraction(p))) for p in POWERS]
    found.insert(4, Column(call("log", X), np.log(x), 2))
    return found


def shapes_for(x: Float[ndarray, " n"]) -> list[Shape]:
    """Columns with a parameter, and the grids of it that fit these values of x."""
    exponents = (Fraction(1), Fraction(2))
    if x.min() > 0:
        exponents += (Fraction(-1), Fraction(1, 2), Fraction(-2))
    found = list[Shape]()
    for place, exponent in enumerate(exponents):
        inner = _raised(x, exponent)
        span, top = float(np.ptp(inner)), float(np.abs(inner).max())
        waves = np.linspace(0.2, 32.0, 110) / span
        rates = np.geomspace(0.08, 16.0, 32) / span
        rates = rates[rates * top < 60]
        both = np.concatenate([-rates[::-1], rates])
        cost = 2 + 2 * (place > 0)
        found += [
            Shape("exp", exponent, both, cost),
            Shape("sin", exponent, waves, cost),
            Shape("cos", exponent, waves, cost),
        ]
        if place < 2:
            names = (
                "tanh",
                "cosh",
                "sinh",
                "atan",
                "sech",
                *(("coth", "csch") if x.min() > 0 else ()),
            )
            found += [Shape(name, exponent, rates, cost + 1) for name in names]
            found.append(Shape("tan", exponent, rates[rates * top < 1.5], cost + 1))
        if place < 2:
            shifts = np.geomspace(0.02, 50, 26) * span
            above, below = -inner.min() + shifts, -inner.max() - shifts
            found += [Shape(name, exponent, above, cost + 2) for name in SHIFTED]
            found += [Shape(name, exponent, below, cost + 2) for name in ("1/", "1/sq")]
    return [shape for shape in found if len(shape.grid) > 2]


def prefactors_for(x: Float[ndarray, " n"]) -> list[Column]:
    """What a column with a parameter may be multiplied by."""
    powers = (1, -1, 2, -2, 3, -3) if x.min() > 0 else (1, 2)
    plain = Column(ONE, np.ones_like(x), 0)
    return [plain, *(Column(power(X, p), x ** float(p), 2) for p in powers)]


def _raised(x: ndarray, exponent: Fraction) -> ndarray:
    if exponent.denominator == 1:
        return x ** float(exponent)
    with np.errstate(invalid="ignore"):
        return x ** float(exponent)


def _cost_of(exponent: Fraction) -> int:
    return 1 if exponent == 1 else 2 if exponent in (2, -1) else 3
