"""Runs that tests read and do not change, made once for all workers of a session."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from builders.commands import SMALL, run_distill


def shared(made_below: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that `make` has filled: by the worker that asks for it first, while others wait.

    A folder that stands under its name is complete: it is filled under another one.
    """
    base = made_below.getbasetemp()
    store = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    store.mkdir(exist_ok=True)
    folder = store / name
    with FileLock(store / f"{name}.lock"):
        if not folder.is_dir():
            partial = made_below.mktemp(f"partial-{name}")
            make(partial)
            partial.rename(folder)
    return folder


def only_run_below(outputs: Path) -> Path:
    """The run folder of an `outputs` folder that holds one."""
    (task,) = outputs.iterdir()
    (folder,) = task.iterdir()
    return folder


def make_small_run(cwd: Path) -> None:
    """A finished run of mod_add at p = 59, made by the command line."""
    finished = run_distill("run", *SMALL, cwd=cwd)
    assert finished.returncode == 0, finished.stderr


def make_planted_run(p: int, amplitudes: dict[int, float]) -> Callable[[Path], None]:
    """A run over a network by construction."""

    def make(cwd: Path) -> None:
        from planted import planted_model, square

        import distill

        model = planted_model(p, amplitudes)
        run = distill.distill(model, square(p), name="planted", out=cwd / "outputs")
        assert run.report.verdict == "proved"

    return make
