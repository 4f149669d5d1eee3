"""Closed formulas: whether the program is the stored expression, at every checked point.

The expression is evaluated here by itself, from its tree and its exact constants.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .formula_identity import is_identical
from .formula_values import places_of, value_of
from .kind import FOLLOWS, Claims, Proof, Test
from .read import read_as
from .real_answers import run_reals
from .sandbox import program_of

if TYPE_CHECKING:
    from .boxes import BoxEvidence
    from .language import Program

TESTS: tuple[Test, ...] = ()
"""Derivatives of answers are answers: of the network's inside nothing is shown by them."""
PROOFS: Mapping[str, Proof] = {}
LOOKED_AT: Mapping[str, frozenset[str] | None] = {
    "expression": None,
    "inputs": frozenset({"name", "low", "high"}),
}

INPUT = {"name": str, "low": float, "high": float}
"""The fields of an input."""

LONGEST_FORMULA = 60
"""Characters up to which a formula is its own name."""

SAME = 1e-9
"""Part of the largest answer that rounding may part a program and its expression."""


def derive(evidence: BoxEvidence) -> Claims:
    """Whether the program is the expression, in value and as written; and what it is called."""
    told, inputs = evidence.mechanism, evidence.mechanism["inputs"]
    read_as("the inputs of the mechanism", inputs, [INPUT])
    boxes = tuple((each["low"], each["high"]) for each in inputs)
    if boxes != evidence.takes or tuple(each["name"] for each in inputs) != evidence.names:
        return {FOLLOWS: False}
    expression, points = told["expression"], np.concatenate([evidence.points, evidence.worst])
    said = run_reals(evidence.program, points)
    with np.errstate(all="ignore"):
        own = np.broadcast_to(value_of(expression, points), len(said))
    room = SAME * float(np.abs(said).max())
    follows = bool((np.abs(own - said) <= room).all())
    follows = follows and is_identical(program_of(evidence.program), expression)
    read = [evidence.names[place] for place in sorted(places_of(expression))]
    name = _written(program_of(evidence.program)) if read else "a constant"
    return {FOLLOWS: follows, "mechanism.name": name or f"a formula of {', '.join(read)}"}


def _written(program: Program) -> str:
    """The formula as the program has it, where that is short and its title says it; or nothing."""
    *_, last = program.functions[program.entry].body
    text = ast.unparse(last.value) if isinstance(last, ast.Return) and last.value else ""
    return text if len(text) <= LONGEST_FORMULA and program.title == f"The formula {text}" else ""
