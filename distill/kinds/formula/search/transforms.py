"""Functions of the answers under which a formula may become simpler: each with the way back.

A root of a sum is no sum, but its square is; a quotient may be one upside down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.kinds.formula.expression import Node, call, multiply, number, power


@dataclass(frozen=True)
class Transform:
    """A function of the answers.

    Attributes:
        forth: what is done to the answers, and `slope` its derivative.
        back: from an expression of what comes of that to one of the answers, given their sign.
        fits: whether it can be done to answers like these.
        cost: how many parts the way back adds.
    """

    name: str
    forth: Callable[[ndarray], ndarray]
    slope: Callable[[ndarray], ndarray]
    back: Callable[[Node, float], Node]
    fits: Callable[[ndarray], bool]
    cost: int


def _one_sign(values: ndarray) -> bool:
    """Whether answers keep away from zero."""
    least = np.abs(values).min()
    one = (values > 0).all() or (values < 0).all()
    return bool(one and least > 1e-5 * np.abs(values).max())


def _signed(node: Node, sign: float) -> Node:
    return multiply(number(sign), node)


IDENTITY = Transform("f", lambda f: f, np.ones_like, lambda node, _: node, lambda f: True, 0)

TRANSFORMS: tuple[Transform, ...] = (
    IDENTITY,
    Transform(
        "1 / f", lambda f: 1 / f, lambda f: -1 / f**2, lambda n, _: power(n, -1), _one_sign, 1
    ),
    Transform(
        "f ** 2",
        lambda f: f**2,
        lambda f: 2 * f,
        lambda n, sign: _signed(power(n, Fraction(1, 2)), sign),
        lambda f: bool((f >= 0).all() or (f <= 0).all()),
        2,
    ),
    Transform(
        "1 / f ** 2",
        lambda f: f**-2.0,
        lambda f: -2 * f**-3.0,
        lambda n, sign: _signed(power(n, Fraction(-1, 2)), sign),
        _one_sign,
        2,
    ),
    Transform(
        "log f",
        lambda f: np.log(np.abs(f)),
        lambda f: 1 / f,
        lambda n, sign: _signed(call("exp", n), sign),
        _one_sign,
        1,
    ),
    Transform(
        "exp f",
        np.exp,
        np.exp,
        lambda n, _: call("log", n),
        lambda f: bool(np.ptp(f) < 12 and np.abs(f).max() < 30),
        1,
    ),
    Transform(
        "sqrt f",
        lambda f: np.sqrt(np.abs(f)),
        lambda f: 0.5 / np.sqrt(np.abs(f)) * np.sign(f),
        lambda n, sign: _signed(power(n, 2), sign),
        _one_sign,
        2,
    ),
    Transform(
        "sin f",
        np.sin,
        np.cos,
        lambda n, _: call("asin", n),
        lambda f: bool(np.abs(f).max() < np.pi / 2),
        1,
    ),
    Transform(
        "cos f",
        np.cos,
        lambda f: -np.sin(f),
        lambda n, _: call("acos", n),
        lambda f: bool(f.min() > 0 and f.max() < np.pi),
        1,
    ),
    Transform(
        "tan f",
        np.tan,
        lambda f: 1 / np.cos(f) ** 2,
        lambda n, _: call("atan", n),
        lambda f: bool(np.abs(f).max() < 1.55),
        1,
    ),
    Transform(
        "atanh f",
        np.arctanh,
        lambda f: 1 / (1 - f**2),
        lambda n, _: call("tanh", n),
        lambda f: bool(np.abs(f).max() < 0.999),
        1,
    ),
    Transform(
        "asin f",
        np.arcsin,
        lambda f: 1 / np.sqrt(1 - f**2),
        lambda n, _: call("sin", n),
        lambda f: bool(np.abs(f).max() < 0.999),
        1,
    ),
)
"""The identity first, and what is commonest before what is rare."""


def sign_of(values: Float[ndarray, " n"]) -> float:
    """Of answers that keep one."""
    return -1.0 if values.mean() < 0 else 1.0
