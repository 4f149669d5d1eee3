"""Training over sequences: kinds of recurrent networks in order, until one is understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from distill.checker.draws import stress
from distill.checker.scope import many
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.trace import SequenceTrace
from distill.records.attempts import ENDED_EARLY, UNLEARNED, Attempt, shown_part
from distill.records.curve import SequenceCurve, SequencePoint
from distill.records.refusal import Refusal
from distill.tasks.sequences import SequenceTask
from distill.train.cells import CellTrainer, plan_of_cells
from distill.train.curve import ExplainedBy
from distill.train.data import Data
from distill.train.in_a_row import Tried
from distill.train.trainer import SetsAside, TrainingState, train_in_order
from distill.train.watched import Watch

TRAINED = 20_000
"""Sequences to train on, and as many fresh ones that say when a network has learned the task."""

STRESSED = 5_000
"""How many of each are not of the task's sampler, but of kinds that random ones almost never
contain: constant, sparse, extreme, in runs."""


class SequenceTraining(Tried):
    """The training of recurrent networks for a task over sequences.

    Args:
        task: the task.
        seed: of the training sequences, the initialisation and the batches.
        arch: the layers that are trained, as `--arch` takes them (`gru,d_hidden=32`); null for the
            kinds that are tried in order.

    Raises:
        DistillError: there are no such layers, or they do not fit the task.
    """

    def __init__(self, task: SequenceTask, seed: int, arch: str | None = None) -> None:
        super().__init__(arch)
        self.task = task
        self.data = _draw(task, seed)
        self.points: list[SequencePoint] = []
        plan = plan_of_cells(task.channels, self.data, seed, arch)
        self._passed_over = [each.unfit for each in plan if each.unfit is not None]
        self._cells = [(each.cell, [*each.trainers]) for each in plan if each.unfit is None]

    @property
    def drawn(self) -> list[str]:
        """What is trained on."""
        return [f"{self.task.name}: {self.task.channels}, {many(self.task.length, 'step')}"]

    def next_network(self, verdict: str | None, watch: Watch) -> SequenceTrace | None:
        """One of the same kind again where its program and it part; else one of the next kind.

        What learned slowly was set aside, and comes last.
        """
        if verdict == "refused":
            self._cells.pop(0)  # another network of this kind would be refused for the same
        while self._cells:
            cell, trainers = self._cells[0]
            if trainers:
                trainer = trainers.pop(0)
                network = self._train(cell, trainer, watch)
                later = trainer.set_aside() if isinstance(trainer, SetsAside) else None
                if later is not None:
                    self._cells.append((cell, [later, *(trainers if network is None else ())]))
                if self._ended is not None:
                    self._cells.clear()
                if network is not None:
                    return SequenceTrace(network, self.task.length)
            self._cells = self._cells[1:]
        return None

    def unlearned(self) -> Refusal:
        """Where no network of any kind learned the task."""
        cut = () if self._ended is None else (f"{ENDED_EARLY}{self._ended}",)
        best = max(self._tried, key=lambda attempt: attempt.right or 0.0, default=None)
        if best is None or not best.right:
            ruled_out = dict.fromkeys(a.ruled_out for a in self._tried if a.ruled_out)
            reasons = (f"{UNLEARNED}learned the task", *cut, *ruled_out, *self._passed_over)
        else:
            reasons = (
                f"{UNLEARNED}learned the task: at best {shown_part(best.right)} of fresh sequences "
                f"are right at every step, where all are asked for, with "
                f"{many(best.d_hidden, 'unit')} of "
                f"the {best.kind} kind",
                *cut,
                *self._passed_over,
            )
        return Refusal(reasons, {"best_right": 0.0 if best is None else best.right or 0.0})

    def curve(self, explained_by: ExplainedBy | None) -> SequenceCurve:
        """How the networks learned, attempt by attempt."""
        return SequenceCurve(tuple(self.points))

    def _train(self, cell: str, trainer: CellTrainer, watch: Watch) -> SequenceNetwork | None:
        """A network of a kind that learned the task, or null."""
        before = len(self._tried)

        def observe(state: TrainingState) -> None:
            d_hidden, step = state.attempt.d_hidden, state.step
            loss, right = state.loss, state.right
            assert loss is not None, "a look comes after a step"
            assert right is not None, "a look is at fresh sequences"
            told = float(f"{loss:.5g}")
            self.points.append(SequencePoint(before, d_hidden, step, told, right))
            watch.training(
                state.done,
                f"{cell}, {many(d_hidden, 'unit')}, step {step:,}  loss {loss:.3g}  "
                f"right {right:.1%}",
            )

        with watch.stage("train") as lines:
            trained = train_in_order(trainer, observe, before)
            self._tried = [_taken_up(old, trained.attempts) for old in self._tried]
            self._tried += trained.attempts
            self._ended = trained.ended
            if trained.network is None or trained.attempt is None:
                ended = trained.attempts[-1]
                lines.append(f"{cell}: {ended.ruled_out or ended.stopped}")
                return None
            last = [each for each in trained.attempts if each.ruled_out is None][-1]
            units = last.d_hidden
            if not trained.learned:
                aside = isinstance(trainer, SetsAside) and trainer.set_aside() is not None
                outcome = "set aside, as it learns slowly" if aside else "not learned"
                lines.append(
                    f"{cell}: {outcome}; at best {shown_part(trained.attempt.right or 0.0)} of "
                    f"fresh sequences right, with up to {many(units, 'unit')}"
                )
                return None
            lines.append(
                f"{cell}, {many(units, 'unit')}: {many(last.steps, 'step')}, right "
                f"on {TRAINED:,} fresh sequences"
            )
        return SequenceNetwork(trained.network, self.task.channels)


def _taken_up(old: Attempt, attempts: Iterable[Attempt]) -> Attempt:
    """An attempt that was set aside; as such, where it was trained on since."""
    for new in attempts:
        if old.seed is not None and (old.kind, old.sizes, old.seed) == (
            *(new.kind, new.sizes, new.seed),
        ):
            again = f"set aside after {many(old.steps, 'step')}, and taken up again"
            return replace(old, stopped=again)
    return old


def _draw(task: SequenceTask, seed: int) -> Data:
    rng = np.random.default_rng([seed, 0])
    parts = []
    for _ in range(2):
        stressed = stress(task.channels.inputs, STRESSED, task.length, int(rng.integers(2**32)))
        drawn = np.concatenate([task.sample(rng, TRAINED - STRESSED), stressed])
        parts.append(rng.permutation(drawn))
    sequences, fresh = parts
    return Data(sequences, task.labels(sequences), fresh, task.labels(fresh))
