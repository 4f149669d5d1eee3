"""The studies that come with distill, in the order in which they are listed and run.

A study is read when it is asked for: one does not wait for what the others are made with.
"""

from __future__ import annotations

from importlib import import_module

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


def known_studies() -> tuple[Study, ...]:
    """All of them."""
    return tuple(map(known_study, NAMES))
