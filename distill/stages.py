"""The stages of a run: timed, and told to whoever watches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from distill.train import TrainingState


@runtime_checkable
class Progress(Protocol):
    """Who watches a run. Every stage is begun and then done, with a line on what came of it."""

    def begin(self, stage: str) -> None:
        """A stage begins."""

    def training(self, state: TrainingState, losses: tuple[float, float]) -> None:
        """Training and held-out loss at a step that the curve keeps."""

    def done(self, stage: str, line: str, seconds: float) -> None:
        """A stage ended."""


class Silent:
    """Nobody watches."""

    def begin(self, stage: str) -> None:
        """Nothing."""

    def training(self, state: TrainingState, losses: tuple[float, float]) -> None:
        """Nothing."""

    def done(self, stage: str, line: str, seconds: float) -> None:
        """Nothing."""


class Stages:
    """Times the stages, and tells whoever watches."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        """Time a stage; what is appended to the list is its line."""
        self.progress.begin(name)
        start, lines = time.perf_counter(), list[str]()
        yield lines
        self.seconds[name] = round(time.perf_counter() - start, 3)
        self.progress.done(name, "; ".join(lines), self.seconds[name])
