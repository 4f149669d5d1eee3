"""The stages of a run: timed, and told to whoever watches."""

from __future__ import annotations

import importlib.metadata
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from distill import waits
from distill.records.attempts import Attempt
from distill.runs.record import RunRecord
from distill.tasks.finite import Setting
from distill.threads import THREADS
from distill.train.trainer import Ended

PACKAGES = ("distill", "torch", "numpy", "sympy", "black")


@runtime_checkable
class Progress(Protocol):
    """Who watches a run. Every stage is begun and then done, with a line on what came of it."""

    def begin(self, stage: str) -> None:
        """A stage begins."""

    def training(self, done: float, line: str) -> None:
        """How much of a stage that takes long is done, from 0 to 1, and how it goes: a training, a
        search. 0 where nobody knows. The line says how long is left at most, once that is known.
        """

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
    """Times the stages, tells whoever watches, and ends a training whose time is up.

    Args:
        progress: who watches.
        minutes: from now on, after which no training goes on; null for no limit.
        stop: whether somebody wants training to end; asked whenever a training is looked at.
    """

    def __init__(
        self,
        progress: Progress,
        minutes: float | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}
        self._minutes, self._stop, self._began = minutes, stop, time.perf_counter()
        self._stage_began = self._began

    def training(self, done: float, line: str) -> None:
        """How a training goes.

        Raises:
            Ended: its time is up, or somebody wants it to end.
        """
        minutes = self._minutes
        left = None if minutes is None else 60 * minutes - (time.perf_counter() - self._began)
        self._tell(done, line, left)
        if left is not None and left < 0:
            plural = "" if minutes == 1 else "s"
            raise Ended(f"the limit of {minutes:g} minute{plural} was reached")
        if self._stop is not None and self._stop():
            raise Ended("it was interrupted")

    def _tell(self, done: float, line: str, limit: float | None = None) -> None:
        """Tell whoever watches, with how long is left at most: of the work, or of its limit.

        Args:
            done: part of the most that there is to do.
            line: how it goes.
            limit: seconds after which it is ended, whatever is left.
        """
        left = waits.at_most(done, time.perf_counter() - self._stage_began)
        if limit is not None and (left is None or limit < left):
            line += f"; ended in {waits.in_words(max(limit, 0.0))} at the latest"
        elif left is not None:
            line += f"; at most about {waits.in_words(left)} more"
        self.progress.training(done, line)

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        """Time a stage; what is appended to the list is its line."""
        self.progress.begin(name)
        start, lines = time.perf_counter(), list[str]()
        self._stage_began = start
        with waits.told_to(self._tell):
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
    file: str = "",
    options: str | None = "",
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
        file: that it is of.
        options: of the command that trains it, as they are typed; null where no command does.
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
        file=file,
        options=options,
    )
