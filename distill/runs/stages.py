"""The stages of a run: timed, and told to whoever watches."""

from __future__ import annotations

import importlib.metadata
import platform
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from distill.records.attempts import Attempt
from distill.runs.store import RunRecord
from distill.tasks.finite import Setting
from distill.threads import THREADS

PACKAGES = ("distill", "torch", "numpy", "sympy", "black")


@runtime_checkable
class Progress(Protocol):
    """Who watches a run. Every stage is begun and then done, with a line on what came of it."""

    def begin(self, stage: str) -> None:
        """A stage begins."""

    def training(self, done: float, line: str) -> None:
        """How much of the training is done, from 0 to 1, and how it goes."""

    def done(self, stage: str, line: str, seconds: float) -> None:
        """A stage ended."""


class Silent:
    """Nobody watches."""

    def begin(self, stage: str) -> None:
        """Nothing."""

    def training(self, done: float, line: str) -> None:
        """Nothing."""

    def done(self, stage: str, line: str, seconds: float) -> None:
        """Nothing."""


class Stages:
    """Times the stages, and tells whoever watches."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    def training(self, done: float, line: str) -> None:
        """How a training goes."""
        self.progress.training(done, line)

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        """Time a stage; what is appended to the list is its line."""
        self.progress.begin(name)
        start, lines = time.perf_counter(), list[str]()
        yield lines
        taken = time.perf_counter() - start
        self.seconds[name] = round(self.seconds.get(name, 0.0) + taken, 3)
        self.progress.done(name, "; ".join(lines), round(taken, 3))


def record(
    stages: Stages,
    task: str,
    seed: int | None,
    architecture: str | None,
    settings: Mapping[str, Setting],
    attempts: tuple[Attempt, ...] = (),
    arch: str | None = None,
    about: str = "",
) -> RunRecord:
    """How a run was made, up to now.

    Args:
        stages: its stages.
        task: what it was made for.
        seed: that it was made with; null where nothing was trained.
        architecture: of the network, in words.
        settings: of the task, or what is known of a checkpoint.
        attempts: trainings.
        arch: what `--arch` takes for such a network.
        about: what the task is, in a sentence.
    """
    return RunRecord(
        task=task,
        seed=seed,
        architecture=architecture,
        arch=arch,
        settings=dict(settings),
        attempts=attempts,
        versions={"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in PACKAGES},
        platform=platform.platform(),
        threads=THREADS,
        seconds=stages.seconds,
        about=about,
    )
