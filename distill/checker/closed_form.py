"""Closed forms: the answer is an expression of the inputs, but for those that are listed.

Whether the program is the stored expression is seen at every checked input: the expression is put
into a program of one line, which is evaluated as any other. Of the network's inside nothing is
claimed, so that there is no test, and a network is never located by this kind.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from .errors import ProgramError
from .finite import Evidence
from .kind import FOLLOWS, Claims, Proof, Test
from .read import whole
from .sandbox import run_program

TESTS: tuple[Test, ...] = ()
PROOFS: Mapping[str, Proof] = {}
MOST_EXCEPTIONS = 0.01
"""Part of a domain that may be listed."""

LISTED = 2
"""Values of a set that an expression may hold: more are a table."""

CALLED = ("abs", "isqrt", "int", "max", "min", "pow")
METHODS = ("bit_count",)
PARTS = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call)
"""Names and parts of an expression, beside names of inputs and integers."""

LOOKED_AT: Mapping[str, frozenset[str] | None] = dict.fromkeys(
    ("expression", "inputs", "exceptions")
)


def derive(evidence: Evidence) -> Claims:
    """Whether the program is the expression, with its exceptions."""
    return {FOLLOWS: _follows(evidence)}


def _follows(evidence: Evidence) -> bool:
    told, seen = evidence.mechanism, evidence.checked
    ends = [[values[0], values[-1]] for values in evidence.inputs]
    names, size = _names(len(ends)), prod(len(values) for values in evidence.inputs)
    if told["inputs"] != ends or not _is_expression(told["expression"], names):
        return False
    if len(told["exceptions"]) > size * MOST_EXCEPTIONS:
        return False
    parameters = ", ".join(f"{name}: int" for name in names)
    imports = "from math import isqrt\n\n" if "isqrt(" in told["expression"] else ""
    source = (
        f"{imports}__all__ = ['answer']\n\ndef answer({parameters}) -> int:\n"
        f"    return {told['expression']}\n"
    )
    values: Any = evidence.values(seen.tokens)
    try:
        said = run_program(source, values).answers
    except ProgramError:
        return False
    listed = {tuple(row[:-1]): row[-1] for row in (list(map(int, r)) for r in _rows(told))}
    keys = list(map(tuple, values.tolist()))
    wrong = {key for key, one, other in zip(keys, said, seen.answers, strict=True) if one != other}
    expected = np.array(
        [listed.get(key, one) for key, one in zip(keys, said.tolist(), strict=True)]
    )
    return bool((expected == seen.answers).all()) and (wrong == listed.keys())


def _is_expression(text: Any, names: list[str]) -> bool:
    """Whether it is one expression of the inputs, in a line, that lists no values."""
    if not isinstance(text, str) or not text.isascii() or not text.isprintable():
        return False
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    known = {*names, *CALLED}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=value) if type(value) is int:
                pass
            case ast.Name(id=name) if name in known:
                pass
            case ast.Attribute(attr=name) if name in METHODS:
                pass
            case ast.Set(elts=elements) if len(elements) <= LISTED:
                pass
            case ast.expr() if not isinstance(node, PARTS):
                return False
    return "#" not in text


def _rows(told: Mapping[str, Any]) -> Any:
    return [whole(row).tolist() for row in told["exceptions"]]


def _names(count: int) -> list[str]:
    """Neutral names of inputs, by position."""
    return [chr(97 + place) if count <= 8 else f"x{place}" for place in range(count)]
