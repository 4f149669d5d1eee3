"""The pipeline for tasks over sequences, in the order in which data flows through it.

SequenceTask ─► train ─► SequenceNetwork ─► extract ─► Mechanism ─► emit ─► Program ─► verify
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from distill.checker.draws import stress
from distill.domains.sequences import Channels
from distill.kinds.exhibiting import sequence_exhibits
from distill.kinds.loops import EmittedLoop, emit_loop, shortest_first
from distill.kinds.mechanism import SequenceMechanism
from distill.kinds.reading import read_network
from distill.networks.architecture import IntegerRecurrent, StepArchitecture
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import Model
from distill.records.attempts import CellAttempt
from distill.records.curve import SequenceCurve, SequencePoint
from distill.records.refusal import Refusal
from distill.runs.finish import finish
from distill.runs.output import Output, output_folder
from distill.runs.sequence_certificate import certify_sequences
from distill.runs.stages import Progress, Silent, Stages, record
from distill.runs.store import Run, RunRecord
from distill.tasks.sequences import SequenceTask
from distill.threads import fixed_threads
from distill.train.cells import CellData, cells_for, does_not_fit, recipe_of, shown_part, train_cell
from distill.train.sequences import SequenceRecipe
from distill.verify.sequences import SequencesVerified, verify_best, verify_sequence_refusal

TRAINED = 20_000
"""Sequences to train on, and as many fresh ones that say when a network has learned the task."""

STRESSED = 5_000
"""How many of each are not of the task's sampler, but of kinds that random ones almost never
contain: constant, sparse, extreme, in runs."""

MAX_READINGS = 2
"""Trainings of one kind at most where the program and its network part within the training
length."""


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
    recipe: SequenceRecipe | None = None,
) -> Run:
    """From a task over sequences to a checked program: train, extract, emit, verify, store.

    Args:
        task: the task.
        seed: of the training sequences, the initialisation and the batches.
        out: where the run folder goes, or null to keep the run in memory.
        progress: who watches.
        recipe: training settings.

    Raises:
        DistillError: nothing can be written to `out`.
    """
    recipe = recipe or SequenceRecipe()
    stages = Stages(progress or Silent())
    with fixed_threads(), output_folder(out, task.name) as output:
        with stages.stage("task") as lines:
            data = _draw(task, seed)
            lines.append(f"{task.name}: {task.channels}, {task.length} steps")
        training = _Training(task, data, seed, recipe, stages)
        found = training.first_understood()
        used = training.recipe_used()
        made_so = record(stages, task.name, seed, _shape(found), task.settings, used)
        made_so = dataclasses.replace(made_so, attempts=tuple(training.attempts))
        return _finish(found, made_so, SequenceCurve(tuple(training.points)), output)


def distill_network(
    network: Model[StepArchitecture],
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
        made_so = record(stages, name, None, _shape(found), {}, {})
        return _finish(found, made_so, None, output)


def _draw(task: SequenceTask, seed: int) -> CellData:
    rng = np.random.default_rng([seed, 0])
    parts = []
    for _ in range(2):
        stressed = stress(task.channels.inputs, STRESSED, task.length, int(rng.integers(2**32)))
        drawn = np.concatenate([task.sample(rng, TRAINED - STRESSED), stressed])
        parts.append(rng.permutation(drawn))
    sequences, fresh = parts
    return CellData(task.channels, sequences, task.labels(sequences), fresh, task.labels(fresh))


class _Training:
    """Kinds of networks in order, until one is understood; what was tried is kept."""

    def __init__(
        self,
        task: SequenceTask,
        data: CellData,
        seed: int,
        recipe: SequenceRecipe,
        stages: Stages,
    ) -> None:
        self.task, self.data, self.seed, self.recipe, self.stages = (
            task,
            data,
            seed,
            recipe,
            stages,
        )
        self.attempts: list[CellAttempt] = []
        self.used: int | None = None
        self.points: list[SequencePoint] = []

    def first_understood(self) -> Found:
        """The first network whose program no check found to differ; or why there is none."""
        passed_over, last = list[str](), None
        for cell in cells_for(self.data):
            why = does_not_fit(cell, self.data)
            if why is not None:
                passed_over.append(why)
                continue
            for reading in range(MAX_READINGS):
                network = self._train(cell, self.seed + 1_000_003 * reading)
                if network is None:
                    break
                found = _distill(network, self.task.length, self.task, self.task.name, self.stages)
                if found.understood:
                    self._use(len(self.attempts) - 1)
                    return found
                if last is None or not last.emitted:
                    last = found
                    self._use(len(self.attempts) - 1)
                if found.verified.report.verdict == "refused":
                    break  # another network of this kind would be refused for the same
        return last or self._refused(passed_over)

    def _use(self, place: int) -> None:
        """Say of which attempt the network of the run is."""
        self.used = place
        for at, attempt in enumerate(self.attempts):
            self.attempts[at] = dataclasses.replace(attempt, discarded=at != place)

    def recipe_used(self) -> dict[str, Any]:
        """What the network of the run was trained with; nothing where there is none."""
        if self.used is None:
            return {}
        return recipe_of(self.attempts[self.used].cell, self.data, self.recipe)

    def _train(self, cell: str, seed: int) -> SequenceNetwork | None:
        """A network of a kind that learned the task, or null."""

        def observe(d_hidden: int, step: int, most: int, right: float, loss: float) -> None:
            told = float(f"{loss:.5g}")
            self.points.append(SequencePoint(len(self.attempts), d_hidden, step, told, right))
            self.stages.progress.training(
                step / most,
                f"{cell}, {d_hidden} units, step {step:,}  loss {loss:.3g}  right {right:.1%}",
            )

        with self.stages.stage("train") as lines:
            trained = train_cell(cell, self.data, seed, self.recipe, observe)
            self.attempts += trained.attempts
            tried = [attempt for attempt in trained.attempts if attempt.ruled_out is None]
            if trained.model is None:
                lines.append(f"{cell}: {trained.attempts[-1].ruled_out}")
                return None
            if trained.right < 1:
                lines.append(
                    f"{cell}: not learned; at best {shown_part(trained.right)} of fresh sequences "
                    f"right, with up to {tried[-1].d_hidden} units"
                )
                return None
            units, steps = tried[-1].d_hidden, tried[-1].steps
            lines.append(
                f"{cell}, {units} unit{'s' if units > 1 else ''}: {steps:,} steps, right on "
                f"{TRAINED:,} fresh sequences"
            )
        return SequenceNetwork(trained.model, self.data.channels)

    def _refused(self, passed_over: list[str]) -> Found:
        """Where no network of any kind learned the task."""
        best = max(self.attempts, key=lambda attempt: attempt.right, default=None)
        if best is None or best.right == 0:
            said = "no network learned the task"
            tried = dict.fromkeys(a.ruled_out for a in self.attempts if a.ruled_out)
            reasons = (said, *tried, *passed_over)
        else:
            reasons = (
                f"no network learned the task: at best {shown_part(best.right)} of fresh sequences "
                f"are right at every step, where all are asked for, with {best.d_hidden} units of "
                f"the {best.cell} kind",
                *passed_over,
            )
        refusal = Refusal(reasons, {"best_right": 0.0 if best is None else best.right})
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
    if isinstance(shape, IntegerRecurrent):
        sums = shape.one_hot and shape.readout == "value"
        kind = f"{shape.activation} {'sum' if sums else shape.readout}"
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
