"""Odd command lines and odd task files: each is told in one line, with status 2, or is taken.

    .venv/bin/python benchmarks/fuzz_commands.py                 # 10,000 of each, two minutes
    .venv/bin/python benchmarks/fuzz_commands.py --count 500 --seed 7

Commands are run in this process, up to the point where a network would be trained or a page opened:
there the command is taken, and the next begins. A command must end with status 0, 1 or 2, within
`SECONDS`; with 2 it must have written one line to standard error and nothing to the folder. A task
file must load, answer on a few inputs and be taken by `run`, or raise a `DistillError` of one line.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import click
import numpy as np
from odd_command_lines import odd_options
from odd_task_files import odd_task_files

import distill
from distill.cli import main
from distill.errors import DistillError
from distill.tasks import files as task_files

SECONDS = 10.0
"""Within which every input is answered."""

LIMIT = 0.2
"""Of the time that a task file may take here, in place of a minute."""


@dataclass(frozen=True)
class Fault:
    """An input that was not answered as it should be, and what happened."""

    given: str
    found: str


@contextlib.contextmanager
def _stubbed() -> Iterator[mock.Mock]:
    """Nothing is trained, started or opened, and built-in tasks are read once.

    Yields:
        What is called in place of training: it counts the inputs that were taken.
    """
    builtin = functools.cache(task_files.builtin_tasks)
    taken = mock.Mock(side_effect=DistillError("taken"))
    with contextlib.ExitStack() as stack:
        for name, instead in {
            "distill.train.over_domain.train_in_order": taken,
            "distill.train.over_sequences._draw": taken,
            "distill.bench.watch.run_shown": taken,
            "webbrowser.open": lambda url: True,
            "distill.tasks.files.builtin_tasks": builtin,
            "distill.bench.suite.builtin_tasks": builtin,
            "distill.tasks.files.SECONDS": LIMIT,
            "distill.tasks.family.SECONDS": LIMIT,
        }.items():
            stack.enter_context(mock.patch(name, instead))
        yield taken


GOOD = """
from distill import Task, task

@task
def good(p: int = 5) -> Task:
    return Task({"a": range(p), "b": range(p)}, range(p), lambda a, b: (a + b) % p, 0.5)
"""


def _furnish(folder: Path) -> None:
    """What the names of `TASKS` and `TEXTS` stand for."""
    (folder / "good.py").write_text(GOOD)
    (folder / "empty.py").write_text("")
    (folder / "broken.py").write_text("def f(:")
    (folder / "leaves.py").write_text("raise SystemExit(0)")
    (folder / "odd.py").write_bytes(bytes(range(256)))
    (folder / "file").write_text("")
    (folder / "folder.py").mkdir()
    (folder / "folder").mkdir()
    (folder / "own.toml").write_text('title = "[/b]"\ntasks = [{ task = "good.py" }]\n')
    (folder / "bad.toml").write_text("title = 3")
    (folder / "damaged" / "run").mkdir(parents=True)
    (folder / "damaged" / "run" / "run.json").write_text("{")
    (folder / "link.py").symlink_to("nowhere.py")
    os.mkfifo(folder / "fifo.py")


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def command_fault(arguments: list[str]) -> Fault | None:
    """Run a command in this process; null where it is taken, or told as it should be."""
    out, err = io.StringIO(), io.StringIO()
    before, begun = _files(Path.cwd()), time.monotonic()
    status: object = 0
    with (
        mock.patch.object(sys, "argv", ["distill", *arguments]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            status = end.code
        except BaseException as error:
            return Fault(repr(arguments), f"{type(error).__name__}: {error}")
    given, lines = repr(arguments)[:400], err.getvalue().splitlines()
    if time.monotonic() - begun > SECONDS:
        return Fault(given, f"took {time.monotonic() - begun:.0f} s")
    if status == 2 and out.getvalue().startswith("Usage: "):
        return None  # of a group without a command: its help
    if status == 2 and (len(lines) != 1 or not lines[0].startswith("distill: ")):
        return Fault(given, f"{len(lines)} lines: {err.getvalue()[:400]!r}")
    if status not in {0, 1, 2} or "Traceback" in err.getvalue():
        return Fault(given, f"status {status}: {err.getvalue()[:1000]}")
    left = _files(Path.cwd()) - before
    return Fault(given, f"left {sorted(left)[:5]}") if status == 2 and left else None


def task_file_fault(source: bytes, path: Path) -> Fault | None:
    """Read a task file, ask its tasks a little, and run them up to the training."""
    path.write_bytes(source)
    os.chdir(path.parent)  # a task file may have left it
    begun = time.monotonic()
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            task = task_files.load_task(str(path))
            if isinstance(task, distill.Task):
                task.labels(task.domain.tokens(np.arange(min(20, task.domain.size))))
            elif isinstance(task, distill.SequenceTask):
                task.labels(task.sample(np.random.default_rng(0), 2))
            elif isinstance(task, distill.TextTask):
                task.labels(task.sample(np.random.default_rng(0), 2, task.texts.longest))
            distill.run(task, out=path.parent / "outputs")
    except DistillError as error:
        if "\n" in str(error):
            return Fault(repr(source[:2000]), f"more than a line: {str(error)[:400]!r}")
    except BaseException as error:
        return Fault(repr(source[:2000]), f"{type(error).__name__}: {str(error)[:400]}")
    taken = time.monotonic() - begun
    return Fault(repr(source[:2000]), f"took {taken:.0f} s") if taken > SECONDS else None


@dataclass(frozen=True)
class Fuzzed:
    """What came of the inputs of a kind: how many were taken, and those not told as they should."""

    taken: int
    faults: tuple[Fault, ...]


def fuzz(seed: int, count: int) -> dict[str, Fuzzed]:
    """What came of as many command lines, and of as many task files."""
    back = Path.cwd()
    fuzzed: dict[str, Fuzzed] = {}
    with tempfile.TemporaryDirectory() as name, _stubbed() as taken:
        folder = Path(name)
        _furnish(folder)

        def all_of(found: Iterator[Fault | None]) -> Fuzzed:
            taken.reset_mock()
            os.chdir(folder)
            faults = [fault for fault in found if fault is not None]
            return Fuzzed(taken.call_count, tuple(faults))

        try:
            fuzzed["command lines"] = all_of(map(command_fault, odd_options(seed, count)))
            path = folder / "odd_task.py"
            files = odd_task_files(seed, count)
            fuzzed["task files"] = all_of(task_file_fault(source, path) for source in files)
        finally:
            os.chdir(back)
    return fuzzed


@click.command()
@click.option("--count", default=10_000, show_default=True, help="Of command lines, and of files.")
@click.option("--seed", default=0, show_default=True)
@click.option("--show", default=10, show_default=True, help="Faults that are printed, of each.")
def command(count: int, seed: int, show: int) -> None:
    """Count the odd command lines and task files that are not answered as they should be."""
    begun = time.monotonic()
    for kind, came in fuzz(seed, count).items():
        found = came.faults
        print(f"{kind}: {count:,}, {came.taken:,} taken, {len(found)} not told in a line")
        for what, times in Counter(fault.found[:100] for fault in found).most_common(show):
            example = next(fault for fault in found if fault.found.startswith(what))
            print(f"  {times} × {example.found}\n    {example.given}")
    print(f"{time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    command()
