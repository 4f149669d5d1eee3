"""Runs that tests read and do not change, made once for all workers of a session."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

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
            with pages_drawn():
                make(partial)
            partial.rename(folder)
    return folder


@contextlib.contextmanager
def pages_drawn(really: bool = True) -> Iterator[None]:
    """Whether runs that are made in this process get their pages, which take a second to draw."""
    from distill.pages.report_page import report_page

    draw = report_page if really else lambda run: ""
    with mock.patch("distill.pipeline.report_page", draw):
        yield


def only_run_below(outputs: Path) -> Path:
    """The run folder of an `outputs` folder that holds one."""
    (task,) = outputs.iterdir()
    (folder,) = task.iterdir()
    return folder


def make_small_run(cwd: Path) -> None:
    """A finished run of mod_add at p = 59, made by the command line."""
    finished = run_distill("run", *SMALL, cwd=cwd)
    assert finished.returncode == 0, finished.stderr


ADDER = """from distill import SequenceTask, scan, task


@task
def adder(base: int = 3, length: int = 6) -> SequenceTask:
    \"\"\"Addition with carry, the least significant digits first.\"\"\"
    return SequenceTask(
        {"a": range(base), "b": range(base)},
        scan(lambda carry, x: ((carry + sum(x)) // base, (carry + sum(x)) % base), 0),
        length=length,
    )
"""
"""A task file as a user writes one, over sequences."""


def make_adder_run(cwd: Path) -> None:
    """A finished run of a user's task over sequences, made by the command line: a real training.

    What it printed is kept beside it.
    """
    (cwd / "adder.py").write_text(ADDER)
    finished = run_distill("run", "adder.py", "--set", "base=2", "--json", cwd=cwd)
    assert finished.returncode == 0, finished.stderr
    (cwd / "printed.json").write_text(finished.stdout)


def make_planted_run(p: int, amplitudes: dict[int, float]) -> Callable[[Path], None]:
    """A run over a network by construction."""

    def make(cwd: Path) -> None:
        from planted import planted_model, square

        import distill

        model = planted_model(p, amplitudes)
        run = distill.distill(model, square(p), name="planted", out=cwd / "outputs")
        assert run.report.verdict == "proved"

    return make


def make_inducing_run(cwd: Path) -> None:
    """A run over texts of which most are drawn, and on which program and network part.

    What a search says, and what is drawn: not how the program is found, which takes half a minute.
    """
    from builders.compiled_texts import as_file, inducing, induction
    from distill.pipeline import run_model

    file = as_file(induction(longest=9), cwd / "induction.npz")
    program = inducing(longest=9)
    with mock.patch("distill.kinds.attention.kind.extract_attention", return_value=program):
        run = run_model(file, out=cwd / "outputs")
    assert run.report.verdict == "approximate"
