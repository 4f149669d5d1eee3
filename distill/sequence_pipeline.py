"""The pipeline for tasks over sequences, in the order in which data flows through it.

SequenceTask ─► train ─► SequenceNetwork ─► extract ─► Mechanism ─► emit ─► Program ─► verify
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from distill.checker.draws import stress
from distill.domains.sequences import Channels
from distill.kinds.exhibiting import sequence_exhibits
from distill.kinds.loops import EmittedLoop, emit_loop, shortest_first
from distill.kinds.mechanism import SequenceMechanism
from distill.kinds.reading import read_network
from distill.networks.integer_model import IntegerModel
from distill.networks.recurrent_model import RecurrentModel
from distill.networks.sequence_network import SequenceNetwork
from distill.records.attempts import Attempt, keep, shown_part
from distill.records.curve import SequenceCurve, SequencePoint
from distill.records.refusal import Refusal
from distill.runs.finish import finish
from distill.runs.output import Output, output_folder
from distill.runs.sequence_certificate import certify_sequences
from distill.runs.stages import Progress, Silent, Stages, record
from distill.runs.store import Run, RunRecord
from distill.tasks.sequences import SequenceTask
from distill.threads import fixed_threads
from distill.train import Data, TrainingState, train_in_order
from distill.train.cells import CellTrainer, plan_of_cells
from distill.verify.sequences import SequencesVerified, verify_best, verify_sequence_refusal

TRAINED = 20_000
"""Sequences to train on, and as many fresh ones that say when a network has learned the task."""

STRESSED = 5_000
"""How many of each are not of the task's sampler, but of kinds that random ones almost never
contain: constant, sparse, extreme, in runs."""


@dataclasses.dataclass(frozen=True)
class Found:
    """What the stages after training arrived at."""

    network: SequenceNetwork | None
    channels: Channels
    length: int
    mechanism: SequenceMechanism | Refusal
    emitted: EmittedLoop | None
    verified: SequencesVerified

    @property
    def understood(self) -> bool:
        """Whether there is a program that no check found to differ from the network."""
        return self.verified.report.verdict not in {"refused", "approximate"}


def run_sequences(
    task: SequenceTask,
    *,
    seed: int,
    out: str | Path | None,
    progress: Progress | None,
) -> Run:
    """From a task over sequences to a checked program: train, extract, emit, verify, store.

    Args:
        task: the task.
        seed: of the training sequences, the initialisation and the batches.
        out: where the run folder goes, or null to keep the run in memory.
        progress: who watches.

    Raises:
        DistillError: nothing can be written to `out`.
    """
    stages = Stages(progress or Silent())
    with fixed_threads(), output_folder(out, task.name) as output:
        with stages.stage("task") as lines:
            data = _draw(task, seed)
            lines.append(f"{task.name}: {task.channels}, {task.length} steps")
        training = _Training(task, data, seed, stages)
        found = training.first_understood()
        made = tuple(training.attempts)
        made_so = record(stages, task.name, seed, _shape(found), task.settings, made)
        return _finish(found, made_so, SequenceCurve(tuple(training.points)), output)


def distill_network(
    network: RecurrentModel | IntegerModel,
    channels: Channels,
    *,
    length: int,
    name: str,
    out: str | Path | None,
    progress: Progress | None,
) -> Run:
    """From a recurrent network in memory to a checked program.

    Args:
        network: the network.
        channels: what it reads; symbols in row-major order.
        length: of the sequences that it can be trusted on.
        name: names the report and the folder; nothing else depends on it.
        out: where the run folder goes, or null to keep the run in memory.
        progress: who watches.

    Raises:
        DistillError: the network does not read these channels, or nothing can be written.
    """
    stages = Stages(progress or Silent())
    with fixed_threads(), output_folder(out, name) as output:
        found = _distill(SequenceNetwork(network, channels), length, None, name, stages)
        made_so = record(stages, name, None, _shape(found), {})
        return _finish(found, made_so, None, output)


def _draw(task: SequenceTask, seed: int) -> Data:
    rng = np.random.default_rng([seed, 0])
    parts = []
    for _ in range(2):
        stressed = stress(task.channels.inputs, STRESSED, task.length, int(rng.integers(2**32)))
        drawn = np.concatenate([task.sample(rng, TRAINED - STRESSED), stressed])
        parts.append(rng.permutation(drawn))
    sequences, fresh = parts
    return Data(sequences, task.labels(sequences), fresh, task.labels(fresh))


class _Training:
    """Kinds of networks in order, until one is understood; what was tried is kept."""

    def __init__(self, task: SequenceTask, data: Data, seed: int, stages: Stages) -> None:
        self.task, self.data, self.seed, self.stages = task, data, seed, stages
        self.attempts: list[Attempt] = []
        self.points: list[SequencePoint] = []

    def first_understood(self) -> Found:
        """The first network whose program no check found to differ; or why there is none."""
        passed_over, last = list[str](), None
        for planned in plan_of_cells(self.task.channels, self.data, self.seed):
            if planned.unfit is not None:
                passed_over.append(planned.unfit)
            for trainer in planned.trainers:
                network = self._train(planned.cell, trainer)
                if network is None:
                    break
                found = _distill(network, self.task.length, self.task, self.task.name, self.stages)
                if found.understood or last is None or not last.emitted:
                    last = found
                    self.attempts = list(keep(self.attempts, len(self.attempts)))
                if found.understood:
                    return found
                if found.verified.report.verdict == "refused":
                    break  # another network of this kind would be refused for the same
        return last or self._refused(passed_over)

    def _train(self, cell: str, trainer: CellTrainer) -> SequenceNetwork | None:
        """A network of a kind that learned the task, or null."""
        before = len(self.attempts)

        def observe(state: TrainingState) -> None:
            d_hidden, step = state.attempt.d_hidden, state.step
            loss, right = state.loss, state.right
            assert loss is not None, "a look comes after a step"
            assert right is not None, "a look is at fresh sequences"
            told = float(f"{loss:.5g}")
            self.points.append(SequencePoint(before, d_hidden, step, told, right))
            self.stages.progress.training(
                state.done,
                f"{cell}, {d_hidden} units, step {step:,}  loss {loss:.3g}  right {right:.1%}",
            )

        with self.stages.stage("train") as lines:
            trained = train_in_order(trainer, observe, before)
            self.attempts += trained.attempts
            tried = [attempt for attempt in trained.attempts if attempt.ruled_out is None]
            if trained.network is None or trained.attempt is None:
                ended = trained.attempts[-1]
                lines.append(f"{cell}: {ended.ruled_out or ended.stopped}")
                return None
            if not trained.learned:
                lines.append(
                    f"{cell}: not learned; at best {shown_part(trained.attempt.right or 0.0)} of "
                    f"fresh sequences right, with up to {tried[-1].d_hidden} units"
                )
                return None
            units, steps = tried[-1].d_hidden, tried[-1].steps
            lines.append(
                f"{cell}, {units} unit{'s' if units > 1 else ''}: {steps:,} steps, right on "
                f"{TRAINED:,} fresh sequences"
            )
        return SequenceNetwork(trained.network, self.task.channels)

    def _refused(self, passed_over: list[str]) -> Found:
        """Where no network of any kind learned the task."""
        best = max(self.attempts, key=lambda attempt: attempt.right or 0.0, default=None)
        if best is None or not best.right:
            said = "no network learned the task"
            tried = dict.fromkeys(a.ruled_out for a in self.attempts if a.ruled_out)
            reasons = (said, *tried, *passed_over)
        else:
            reasons = (
                f"no network learned the task: at best {shown_part(best.right)} of fresh sequences "
                f"are right at every step, where all are asked for, with {best.d_hidden} units of "
                f"the {best.kind} kind",
                *passed_over,
            )
        refusal = Refusal(reasons, {"best_right": 0.0 if best is None else best.right or 0.0})
        task = self.task
        with self.stages.stage("verify") as lines:
            verified = verify_sequence_refusal(refusal, None, task.length, task, task.name)
            lines.append(verified.report.verdict)
        return Found(None, task.channels, task.length, refusal, None, verified)


def _shape(found: Found) -> str | None:
    """The network's architecture in a few words."""
    if found.network is None:
        return None
    shape = found.network.model.architecture
    kind = "second-order"
    if isinstance(found.network.model, IntegerModel):
        read = found.network.model.architecture
        sums = read.one_hot and read.readout == "value"
        kind = f"{read.activation} {'sum' if sums else read.readout}"
    return f"{kind}, {shape.d_hidden} units"


def _distill(
    network: SequenceNetwork,
    length: int,
    task: SequenceTask | None,
    name: str,
    stages: Stages,
) -> Found:
    """Extract, emit, verify. Extraction gets the network, its channels and the length alone."""
    with stages.stage("extract") as lines:
        readings, refusals = read_network(network, length)
        lines += [reading.summary for reading in readings] or [f"refused: {refusals[0].reasons[0]}"]
    if not readings:
        mechanism = Refusal(
            tuple(reason for refusal in refusals for reason in refusal.reasons),
            {key: value for refusal in refusals for key, value in refusal.numbers.items()},
        )
        with stages.stage("verify") as lines:
            verified = verify_sequence_refusal(mechanism, network, length, task, name)
            lines.append(verified.report.verdict)
        return Found(network, network.channels, length, mechanism, None, verified)
    with stages.stage("emit") as lines:
        written = shortest_first([emit_loop(reading) for reading in readings])
        lines += [f"{loop.name}: {loop.program.lines} lines" for loop in written]
    with stages.stage("verify") as lines:
        emitted, verified = verify_best(written, network, length, task, name)
        lines.append(verified.report.verdict)
    return Found(network, network.channels, length, emitted.mechanism, emitted, verified)


def _finish(
    found: Found, made_so: RunRecord, curve: SequenceCurve | None, output: Output | None
) -> Run:
    model = None if found.network is None else found.network.model
    return finish(
        made_so,
        found.verified.report,
        found.mechanism,
        program=None if found.emitted is None else found.emitted.program,
        model=model,
        curve=curve,
        exhibits=sequence_exhibits(found.mechanism, found.network, found.length),
        certify=lambda files: certify_sequences(
            found.channels, found.length, model, found.verified, files
        ),
        output=output,
    )
