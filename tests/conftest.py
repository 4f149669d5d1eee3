"""Shapes are enforced at run time in the tests; runs that several tests read are made once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from builders.paths import PACKAGE
from builders.shared_runs import make_planted_run, make_small_run, only_run_below, shared
from jaxtyping import install_import_hook

# one thread a worker, as in every run: two that wait for each other take many times as long
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

INNERMOST = (
    "distill.train",
    "distill.expressions",
    "distill.kinds.automaton.labelling",
    "distill.kinds.recurrence.recurrence",
    "distill.networks.second_order",
    "distill.networks.integer_recurrent",
    "distill.kinds.recurrence.search",
    "distill.kinds.recurrence.linear.readable",
    "distill.kinds.recurrence.linear.lattice",
    "distill.kinds.recurrence.linear.linear_forms",
    "distill.kinds.recurrence.linear.drives",
    "distill.checker.evaluate",
    "distill.checker.functions",
    "distill.checker.parts",
    "distill.checker.values",
)
"""Called millions of times, where looking at shapes takes longer than the work: their callers are
looked at instead."""


def _enforced() -> list[str]:
    """Every module whose shapes are enforced; the hook takes modules and all below them."""
    names = ["distill.cli"]
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(("distill", *path.relative_to(PACKAGE).with_suffix("").parts))
        if not path.stem.startswith("__") and not name.startswith(INNERMOST):
            names.append(name)
    return names


install_import_hook(_enforced(), "beartype.beartype")


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished run of mod_add at p = 59, made by the command line."""
    return only_run_below(shared(tmp_path_factory, "small", make_small_run) / "outputs")


@pytest.fixture(scope="session")
def planted_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a run over a network by construction: p = 23, keys 2, 7 and 9."""
    make = make_planted_run(23, {2: 5.0, 7: 4.0, 9: 3.0})
    return only_run_below(shared(tmp_path_factory, "planted", make) / "outputs")


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same at p = 11 with keys 2 and 3, for tests that check it a hundred times."""
    make = make_planted_run(11, {2: 5.0, 3: 4.0})
    return only_run_below(shared(tmp_path_factory, "tiny", make) / "outputs")


@pytest.fixture
def asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process for every question to one program, however often a checker asks it.

    For tests that change anything but the program: what is run is run, and once.
    """
    from distill.checker import sandbox

    answered, said = sandbox._answered, {}

    def once(program, request, data, size, seconds):
        key = program.source, repr(request), data.tobytes(), size
        if key not in said:
            said[key] = answered(program, request, data, size, seconds)
        return said[key]

    monkeypatch.setattr(sandbox, "_answered", once)
