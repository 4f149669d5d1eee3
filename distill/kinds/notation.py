"""The other notations of a mechanism: their names, and what is said where there is none.

A kind that has any keeps them in its folder, in `notation.py`: `MECHANISM` is the type of its
mechanisms, `FORMS` are the notations, and `written(mechanism, form)` writes one.
"""

from __future__ import annotations

from typing import Literal

from distill.errors import DistillError

Notation = Literal["latex", "sympy", "dot", "numpy", "torch", "c"]
"""A formula for LaTeX or sympy, a graph for Graphviz, a function for NumPy, torch or C."""


def was_refused(form: Notation) -> DistillError:
    """That there is nothing to write."""
    return DistillError(f"the run was refused: it has no program that --{form} could write")


def has_no(kind: str, form: Notation, forms: tuple[Notation, ...]) -> DistillError:
    """That a kind has no such form, and which it has."""
    instead = " or ".join(f"--{other}" for other in forms)
    return DistillError(
        f"a program of the kind '{kind.replace('_', ' ')}' has no form for --{form}: "
        + (f"use {instead}" if instead else "program.py is the only form of it")
    )
