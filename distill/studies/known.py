"""The studies that come with distill, in the order in which they are listed and run.

A study is read when it is asked for: one does not wait for what the others are made with.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TypeGuard

from distill.studies.study import Study

NAMES = (
    "grokking_phases",
    "superposition",
    "survival",
    "lu_mechanism",
    "effective_theory",
    "infinity",
    "leap_complexity",
    "quantization",
    "equal_losses",
    "learning_coefficient",
    "high_precision",
    "staged_craters",
    "learned_rewards",
    "induction_heads",
    "lottery_ticket",
    "path_consistency",
    "simplicity",
)
"""Every one is `distill.studies.catalogue.NAME`, with the study under its name in capitals."""


def known_study(name: str) -> Study:
    """The study of one of these names."""
    study = getattr(import_module(f"distill.studies.catalogue.{name}"), name.upper())
    assert isinstance(study, Study), f"{name} is a study"
    return study


@dataclass(frozen=True)
class Listed:
    """What a study says of itself in a list.

    Attributes:
        claim: a sentence.
        source: where it was published: an address, or a title.
    """

    claim: str
    source: str


def listed(name: str) -> Listed:
    """The claim and the source of a study, read from its file: a list does not wait for torch.

    Raises:
        LookupError: they do not stand there as texts.
    """
    found = find_spec(f"distill.studies.catalogue.{name}")
    if found is None or found.origin is None:
        raise LookupError(f"there is no file of a study '{name}'")
    calls = [n for n in ast.walk(ast.parse(Path(found.origin).read_bytes())) if _calls(n, "Study")]
    for call in calls:
        given = {word.arg: word.value for word in call.keywords}
        if _text(given.get("name")) == name:
            source = given.get("source")
            told = {}
            if isinstance(source, ast.Call):
                told = {word.arg: _text(word.value) for word in source.keywords}
                told |= dict(zip(("title", "where"), map(_text, source.args), strict=False))
            return Listed(_text(given.get("claim")), told.get("where") or told.get("title") or "")
    raise LookupError(f"no Study(name='{name}', ...) is written in '{found.origin}'")


def _calls(node: ast.AST, name: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _text(node: ast.expr | None) -> str:
    """A text that is written out; nothing for whatever else stands there."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def known_studies() -> tuple[Study, ...]:
    """All of them."""
    return tuple(map(known_study, NAMES))
