"""The other notations of a stored mechanism, written without torch, at once.

A kind that has any keeps them in its folder, in `notation.py`: `MECHANISM` is the type of its
mechanisms, `FORMS` are the notations, and `written(mechanism, form)` writes one.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from distill.errors import DistillError
from distill.runs.record import read_part

Notation = Literal["latex", "sympy", "dot", "numpy", "torch", "c"]
"""A formula for LaTeX or sympy, a graph for Graphviz, a function for NumPy, torch or C."""

REFUSED = "refused"


def stored_notation(folder: Path, form: Notation) -> str:
    """The mechanism of a run folder in another notation.

    Raises:
        DistillError: the run was refused, or its kind has no such form.
        RunFolderError: `mechanism.json` is missing, truncated, or of another format version.
    """
    kind = read_part(folder, "mechanism.json", dict[str, Any]).get("kind")
    if kind == REFUSED:
        raise was_refused(form)
    module = _module_of(str(kind))
    if module is None:
        raise has_no(str(kind), form, ())
    if form not in module.FORMS:
        raise has_no(str(kind), form, module.FORMS)
    return module.written(read_part(folder, "mechanism.json", module.MECHANISM), form)


def _module_of(kind: str) -> ModuleType | None:
    name = f"distill.kinds.{kind}"
    known = kind.isidentifier() and find_spec(name) is not None
    return import_module(f"{name}.notation") if known and find_spec(f"{name}.notation") else None


def was_refused(form: Notation) -> DistillError:
    """That there is nothing to write."""
    return DistillError(f"the run was refused: it has no program that --{form} could write")


def has_no(kind: str, form: Notation, forms: tuple[Notation, ...]) -> DistillError:
    """That a kind has no such form, and which it has."""
    instead = " or ".join(f"--{other}" for other in forms)
    return DistillError(
        f"a program of the kind '{kind.replace('_', ' ')}' has no form for --{form}: "
        + (f"use {instead}" if instead else "there is nothing to write")
    )
