"""What a stored expression is: its fields, and its values, by its exact constants alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy import ndarray

from .read import read_as

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


LARGEST = 1 << 256
"""Integers of exact numbers are smaller."""

FIELDS: Mapping[str, Any] = {
    "number": {
        "value": float,
        "form": {
            "numerator": range(1 - LARGEST, LARGEST),
            "denominator": range(1, LARGEST),
            "radicand": range(1, LARGEST),
            "pi_halves": range(-100, 101),
            "e_power": range(-100, 101),
        },
    },
    "variable": {"place": int},
    "sum": {"terms": list},
    "product": {"factors": list},
    "power": {"base": dict, "over": range(-100, 101), "under": range(1, 101)},
    "call": {"name": tuple(FUNCTIONS), "argument": dict},
}
"""Of a part of each kind, beside `node`."""


def value_of(node: Mapping[str, Any], points: ndarray) -> Any:
    """An expression at points [n, d]; its numbers by their exact forms alone.

    Raises:
        ValueError: it has a part that is none, more than a part has, or a number that is another.
    """
    kind = node.get("node") if isinstance(node, Mapping) else None
    read_as("the kind of a part of the expression", kind, tuple(FIELDS))
    read_as(f"a {kind} of the expression", node, {"node": str, **FIELDS[str(kind)]})
    match kind:
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
    return FUNCTIONS[node["name"]](value_of(node["argument"], points))


def parts_of(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A node, and all below it."""
    yield node
    below = [*node.get("terms", ()), *node.get("factors", ())]
    for part in [*below, *(node[name] for name in ("base", "argument") if name in node)]:
        yield from parts_of(part)


def places_of(expression: Mapping[str, Any]) -> set[int]:
    """Of the variables that it reads."""
    return {part["place"] for part in parts_of(expression) if part["node"] == "variable"}


def exact(form: Mapping[str, int]) -> float:
    """A constant of a formula: a fraction, times a root and powers of pi and e."""
    fraction = form["numerator"] / form["denominator"]
    root = math.sqrt(form["radicand"]) * math.pi ** (form["pi_halves"] / 2)
    return fraction * root * math.e ** form["e_power"]
