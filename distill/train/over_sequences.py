"""Training over sequences: kinds of recurrent networks in order, until one is understood."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from distill.checker.draws import stress
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.trace import SequenceTrace
from distill.records.attempts import CellAttempt
from distill.records.curve import SequenceCurve, SequencePoint
from distill.records.refusal import Refusal
from distill.tasks.sequences import SequenceTask
from distill.train.cells import CellData, cells_for, does_not_fit, recipe_of, shown_part, train_cell
from distill.train.curve import ExplainedBy
from distill.train.sequences import SequenceRecipe
from distill.train.watched import Training, Watch

TRAINED = 20_000
"""Sequences to train on, and as many fresh ones that say when a network has learned the task."""

STRESSED = 5_000
"""How many of each are not of the task's sampler, but of kinds that random ones almost never
contain: constant, sparse, extreme, in runs."""

MAX_READINGS = 2
"""Trainings of one kind at most where the program and its network part within the training
length."""

NEXT_SEED = 1_000_003
"""Between the seeds of two trainings of one kind."""


class SequenceTraining(Training):
    """The training of recurrent networks for a task over sequences.

    Args:
        task: the task.
        seed: of the training sequences, the initialisation and the batches.
        recipe: training settings.
    """

    def __init__(self, task: SequenceTask, seed: int, recipe: SequenceRecipe | None = None) -> None:
        self.task, self.seed, self.settings = task, seed, recipe or SequenceRecipe()
        self.data = _draw(task, seed)
        self.tried: list[CellAttempt] = []
        self.used: int | None = None
        self.passed_over: list[str] = []
        self.points: list[SequencePoint] = []
        self._plan = self._cells()
        self._cell: tuple[str, int] | None = None

    @property
    def drawn(self) -> list[str]:
        """What is trained on."""
        return [f"{self.task.name}: {self.task.channels}, {self.task.length} steps"]

    @property
    def attempts(self) -> tuple[CellAttempt, ...]:
        """All that was trained, and which network is that of the run."""
        return tuple(
            dataclasses.replace(attempt, discarded=at != self.used)
            if self.used is not None
            else attempt
            for at, attempt in enumerate(self.tried)
        )

    @property
    def recipe(self) -> dict[str, Any]:
        """What the network of the run was trained with; nothing where there is none."""
        if self.used is None:
            return {}
        return recipe_of(self.tried[self.used].cell, self.data, self.settings)

    def next_network(self, verdict: str | None, watch: Watch) -> SequenceTrace | None:
        """One of the same kind again where its program and it part; else one of the next kind."""
        if self._cell is not None and verdict is not None:
            cell, reading = self._cell
            again = verdict != "refused" and reading + 1 < MAX_READINGS
            self._cell = (cell, reading + 1) if again else None
        while True:
            self._cell = self._cell or next(self._plan, None)
            if self._cell is None:
                return None
            cell, reading = self._cell
            network = self._train(cell, self.seed + NEXT_SEED * reading, watch)
            if network is not None:
                return SequenceTrace(network, self.task.length)
            self._cell = None

    def take(self) -> None:
        """The network that was trained last is that of the run."""
        self.used = len(self.tried) - 1

    def unlearned(self) -> Refusal:
        """Where no network of any kind learned the task."""
        best = max(self.tried, key=lambda attempt: attempt.right, default=None)
        if best is None or best.right == 0:
            tried = dict.fromkeys(a.ruled_out for a in self.tried if a.ruled_out)
            reasons = ("no network learned the task", *tried, *self.passed_over)
        else:
            reasons = (
                f"no network learned the task: at best {shown_part(best.right)} of fresh sequences "
                f"are right at every step, where all are asked for, with {best.d_hidden} units of "
                f"the {best.cell} kind",
                *self.passed_over,
            )
        return Refusal(reasons, {"best_right": 0.0 if best is None else best.right})

    def curve(self, explained_by: ExplainedBy | None) -> SequenceCurve:
        """How the networks learned, attempt by attempt."""
        return SequenceCurve(tuple(self.points))

    def _cells(self) -> Iterator[tuple[str, int]]:
        """The kinds that fit, in order, each from its first training."""
        for cell in cells_for(self.data):
            why = does_not_fit(cell, self.data)
            if why is None:
                yield cell, 0
            else:
                self.passed_over.append(why)

    def _train(self, cell: str, seed: int, watch: Watch) -> SequenceNetwork | None:
        """A network of a kind that learned the task, or null."""

        def observe(d_hidden: int, step: int, most: int, right: float, loss: float) -> None:
            told = float(f"{loss:.5g}")
            self.points.append(SequencePoint(len(self.tried), d_hidden, step, told, right))
            watch.training(
                step / most,
                f"{cell}, {d_hidden} units, step {step:,}  loss {loss:.3g}  right {right:.1%}",
            )

        with watch.stage("train") as lines:
            trained = train_cell(cell, self.data, seed, self.settings, observe)
            self.tried += trained.attempts
            tried = [attempt for attempt in trained.attempts if attempt.ruled_out is None]
            if trained.model is None:
                lines.append(f"{cell}: {trained.attempts[-1].ruled_out}")
                return None
            units = tried[-1].d_hidden
            if trained.right < 1:
                lines.append(
                    f"{cell}: not learned; at best {shown_part(trained.right)} of fresh sequences "
                    f"right, with up to {units} units"
                )
                return None
            lines.append(
                f"{cell}, {units} unit{'s' if units > 1 else ''}: {tried[-1].steps:,} steps, right "
                f"on {TRAINED:,} fresh sequences"
            )
        return SequenceNetwork(trained.model, self.data.channels)


def _draw(task: SequenceTask, seed: int) -> CellData:
    rng = np.random.default_rng([seed, 0])
    parts = []
    for _ in range(2):
        stressed = stress(task.channels.inputs, STRESSED, task.length, int(rng.integers(2**32)))
        drawn = np.concatenate([task.sample(rng, TRAINED - STRESSED), stressed])
        parts.append(rng.permutation(drawn))
    sequences, fresh = parts
    return CellData(task.channels, sequences, task.labels(sequences), fresh, task.labels(fresh))
