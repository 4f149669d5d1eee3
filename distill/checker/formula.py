"""Closed formulas: whether the program is the stored expression, at every checked point.

The expression is evaluated here by itself, from its tree and its exact constants.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from .kind import FOLLOWS, Claims, Proof, Test
from .read import read_as
from .real_answers import run_reals

if TYPE_CHECKING:
    from .boxes import BoxEvidence

TESTS: tuple[Test, ...] = ()
"""Derivatives of answers are answers: of the network's inside nothing is shown by them."""
PROOFS: Mapping[str, Proof] = {}
LOOKED_AT: Mapping[str, frozenset[str] | None] = {
    "expression": None,
    "inputs": frozenset({"name", "low", "high"}),
}

SAME = 1e-9
"""Part of the largest answer that rounding may part a program and its expression."""

SAME_NUMBER = 1e-13
"""Part of a number that its value as a float may be off its exact form."""

FUNCTIONS: Mapping[str, Callable[[ndarray], ndarray]] = {
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "abs": np.abs,
}


def derive(evidence: BoxEvidence) -> Claims:
    """Whether the program is the expression."""
    told, inputs = evidence.mechanism, evidence.mechanism["inputs"]
    boxes = tuple((each["low"], each["high"]) for each in inputs)
    if boxes != evidence.takes or tuple(each["name"] for each in inputs) != evidence.names:
        return {FOLLOWS: False}
    said = run_reals(evidence.program, evidence.points)
    with np.errstate(all="ignore"):
        own = np.broadcast_to(value_of(told["expression"], evidence.points), len(said))
    room = SAME * float(np.abs(said).max())
    return {FOLLOWS: bool((np.abs(own - said) <= room).all())}


def value_of(node: Mapping[str, Any], points: ndarray) -> Any:
    """An expression at points [n, d]; its numbers by their exact forms alone."""
    match node["node"]:
        case "number":
            value = exact(node["form"])
            if not math.isclose(node["value"], value, rel_tol=SAME_NUMBER):
                raise ValueError(f"a number of the expression is {value}, and {node['value']}")
            return value
        case "variable":
            read_as("the place of a variable", node["place"], range(points.shape[1]))
            return points[:, node["place"]]
        case "sum":
            return sum(value_of(part, points) for part in node["terms"])
        case "product":
            result: Any = 1.0
            for part in node["factors"]:
                result = result * value_of(part, points)
            return result
        case "power":
            base = value_of(node["base"], points)
            over, under = node["over"], node["under"]
            return base ** (over / under if under > 1 else float(over))
        case "call":
            return FUNCTIONS[node["name"]](value_of(node["argument"], points))
    raise ValueError(f"an expression has a part of the kind {node['node']!r}")


def exact(form: Mapping[str, int]) -> float:
    """A constant of a formula: a fraction, times a root and powers of pi and e."""
    fraction = form["numerator"] / form["denominator"]
    root = math.sqrt(form["radicand"]) * math.pi ** (form["pi_halves"] / 2)
    return fraction * root * math.e ** form["e_power"]
