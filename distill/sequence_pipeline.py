"""The pipeline for tasks over sequences, in the order in which data flows through it.

SequenceTask ─► train ─► RecurrentModel ─► extract ─► Mechanism ─► emit ─► Program ─► verify
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.channels import Channels
from distill.checker.draws import numbers
from distill.curve import SequenceCurve, SequencePoint
from distill.emit.machine import EmittedMachine, emit_machine
from distill.extract.sequences import extract_sequences
from distill.mechanism import AutomatonMechanism, Refusal, Variable
from distill.recurrent_model import RecurrentModel
from distill.render.html import report_page
from distill.sequence_certificate import certify_sequences
from distill.sequence_network import SequenceNetwork
from distill.sequence_tasks import SequenceTask
from distill.stages import Progress, Silent, Stages, check_output, record
from distill.store import Run, RunRecord, run_files, save_run
from distill.threads import fixed_threads
from distill.train.ladder import SequenceAttempt, TrainedInOrder, train_in_order
from distill.train.sequences import SequenceRecipe, label_numbers
from distill.verify.sequences import SequencesVerified, verify_sequence_refusal, verify_sequences

TRAINED = 20_000
"""Sequences to train on, and as many fresh ones that say when a network has learned the task."""

MAX_ANSWERS = 256
"""Values that a network which chooses among its outputs tells apart."""

MAX_SYMBOLS = 512
"""Symbols that a network with a map of its own for each of them is trained on."""

MAX_READINGS = 3
"""Trainings at most where the program and its network part on what the network was trained on."""


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
    check_output(out)
    recipe = recipe or SequenceRecipe()
    stages, channels = Stages(progress or Silent()), task.channels
    with fixed_threads():
        with stages.stage("task") as lines:
            data = _draw(task, seed)
            lines.append(f"{task.name}: {channels}, {task.length} steps")
        refusal = _cannot_be_trained(task, data)
        if refusal is None:
            found, curve, attempts = _train_and_read(task, data, seed, recipe, stages)
        else:
            found, curve, attempts = _refused(refusal, None, task, stages), None, ()
        settings = dataclasses.asdict(recipe)
        made_so = record(stages, task.name, seed, _shape(found), task.settings, settings)
        made_so = dataclasses.replace(made_so, attempts=attempts)
        return _finish(found, made_so, curve, out)


def distill_network(
    network: RecurrentModel,
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
        channels: what its symbols stand for, in row-major order.
        length: of the sequences that it can be trusted on.
        name: names the report and the folder; nothing else depends on it.
        out: where the run folder goes, or null to keep the run in memory.
        progress: who watches.

    Raises:
        DistillError: the network does not read that many symbols, or nothing can be written.
    """
    check_output(out)
    stages = Stages(progress or Silent())
    with fixed_threads():
        found = _distill(SequenceNetwork(network, channels), length, None, name, stages)
        made_so = record(stages, name, None, _shape(found), {}, {})
        return _finish(found, made_so, None, out)


@dataclasses.dataclass(frozen=True)
class Data:
    """Sequences as symbol numbers, their labels as numbers of the answers that occur."""

    sequences: Int[ndarray, "n length"]
    labels: Int[ndarray, "n length"]
    fresh: Int[ndarray, "m length"]
    fresh_labels: Int[ndarray, "m length"]
    answers: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Found:
    """What the stages after training arrived at."""

    network: SequenceNetwork | None
    channels: Channels
    length: int
    mechanism: AutomatonMechanism | Refusal
    emitted: EmittedMachine | None
    verified: SequencesVerified


def _draw(task: SequenceTask, seed: int) -> Data:
    rng = np.random.default_rng([seed, 0])
    parts = [task.sample(rng, TRAINED) for _ in range(2)]
    labels = np.concatenate([task.labels(part)[..., 0] for part in parts])
    numbered, answers = label_numbers(labels)
    first, second = (numbers(part, task.channels.inputs) for part in parts)
    return Data(first, numbered[:TRAINED], second, numbered[TRAINED:], answers)


def _cannot_be_trained(task: SequenceTask, data: Data) -> Refusal | None:
    """Why no network that chooses among symbols and answers is trained, if so."""
    channels = task.channels
    if channels.outputs > 1:
        return Refusal(
            (f"every output has {channels.outputs} numbers; a finite-state machine gives one",),
            {"outputs": channels.outputs},
        )
    if len(data.answers) > MAX_ANSWERS or channels.size > MAX_SYMBOLS:
        return Refusal(
            (
                f"{channels.size:,} symbols and at least {len(data.answers):,} different answers: "
                f"beyond {MAX_SYMBOLS} and {MAX_ANSWERS} no network that tells them apart one by "
                "one is trained",
            ),
            {"symbols": channels.size, "answers": len(data.answers)},
        )
    return None


def _train_and_read(
    task: SequenceTask, data: Data, seed: int, recipe: SequenceRecipe, stages: Stages
) -> tuple[Found, SequenceCurve, tuple[SequenceAttempt, ...]]:
    """Train until a network and the program that was read from it agree, a few times at most."""
    points, attempts = list[SequencePoint](), list[SequenceAttempt]()
    while True:
        reading = sum(not attempt.discarded for attempt in attempts)
        made, network = _train(task, data, seed + 1_000_003 * reading, recipe, stages, points)
        attempts += [
            dataclasses.replace(attempt, number=len(attempts) + 1 + place)
            for place, attempt in enumerate(made.attempts)
        ]
        if made.trained.right < 1:
            found = _refused(_not_learned(made), network, task, stages)
            break
        found = _distill(network, task.length, task, task.name, stages)
        if found.verified.report.verdict != "approximate" or reading + 1 == MAX_READINGS:
            break
    last = len(attempts) - 1
    marked = (dataclasses.replace(a, discarded=place < last) for place, a in enumerate(attempts))
    return found, SequenceCurve(tuple(points)), tuple(marked)


def _train(
    task: SequenceTask,
    data: Data,
    seed: int,
    recipe: SequenceRecipe,
    stages: Stages,
    points: list[SequencePoint],
) -> tuple[TrainedInOrder, SequenceNetwork]:
    before = points[-1].attempt if points else 0

    def observe(
        attempt: int, d_hidden: int, step: int, most: int, right: float, loss: float
    ) -> None:
        told = float(f"{loss:.5g}")
        points.append(SequencePoint(before + attempt, d_hidden, step, told, right))
        stages.progress.training(
            step / most, f"{d_hidden} units, step {step:,}  loss {loss:.3g}  right {right:.1%}"
        )

    with stages.stage("train") as lines:
        made = train_in_order(
            task.channels.size,
            len(data.answers),
            data.sequences,
            data.labels,
            data.fresh,
            data.fresh_labels,
            seed,
            recipe,
            observe=observe,
        )
        model = RecurrentModel(made.architecture, made.trained.parameters, data.answers)
        lines.append(_training_line(made))
    return made, SequenceNetwork(model, task.channels)


def _refused(
    refusal: Refusal, network: SequenceNetwork | None, task: SequenceTask, stages: Stages
) -> Found:
    """A run that ends before anything is read."""
    with stages.stage("verify") as lines:
        verified = verify_sequence_refusal(refusal, network, task.length, task, task.name)
        lines.append(verified.report.verdict)
    return Found(network, task.channels, task.length, refusal, None, verified)


def _shape(found: Found) -> str | None:
    if found.network is None:
        return None
    return f"recurrent, {found.network.model.architecture.d_hidden} units"


def _training_line(made: TrainedInOrder) -> str:
    tried = len(made.attempts)
    width, steps = made.architecture.d_hidden, made.attempts[-1].steps
    if made.trained.right < 1:
        best = max(attempt.right for attempt in made.attempts)
        return f"not learned in {tried} attempts: at best {best:.1%} of fresh sequences right"
    after = f" after {tried - 1} narrower" if tried > 1 else ""
    return f"{width} units{after}, {steps:,} steps, right on {TRAINED:,} fresh sequences"


def _not_learned(made: TrainedInOrder) -> Refusal:
    best = max(made.attempts, key=lambda attempt: attempt.right)
    widths = ", ".join(str(attempt.d_hidden) for attempt in made.attempts)
    return Refusal(
        (
            f"no network learned the task: at best {best.right:.1%} of fresh sequences are right "
            f"at every step, with {best.d_hidden} units (tried: {widths})",
        ),
        {"best_right": best.right},
    )


def _distill(
    network: SequenceNetwork,
    length: int,
    task: SequenceTask | None,
    name: str,
    stages: Stages,
) -> Found:
    """Extract, emit, verify. Extraction gets the network, the alphabet and the length alone."""
    with stages.stage("extract") as lines:
        mechanism = extract_sequences(network, length)
        lines.append(_summary(mechanism))
    if isinstance(mechanism, Refusal):
        with stages.stage("verify") as lines:
            verified = verify_sequence_refusal(mechanism, network, length, task, name)
            lines.append(verified.report.verdict)
        return Found(network, network.channels, length, mechanism, None, verified)
    with stages.stage("emit") as lines:
        emitted = emit_machine(mechanism.machine)
        mechanism = dataclasses.replace(
            mechanism,
            name=emitted.name,
            tabulated=emitted.tabulated,
            variables=tuple(Variable(*variable) for variable in emitted.variables),
        )
        lines.append(f"{emitted.name}: {emitted.program.lines} lines")
    with stages.stage("verify") as lines:
        verified = verify_sequences(emitted, mechanism, network, length, task, name)
        lines.append(verified.report.verdict)
    return Found(network, network.channels, length, mechanism, emitted, verified)


def _summary(mechanism: AutomatonMechanism | Refusal) -> str:
    if isinstance(mechanism, Refusal):
        return f"refused: {mechanism.reasons[0]}"
    states = f"{mechanism.states} state{'s' if mechanism.states > 1 else ''}"
    merged = f", of {mechanism.found} in hidden space" if mechanism.found > mechanism.states else ""
    return f"finite-state machine of {states}{merged}"


def _finish(
    found: Found, made_so: RunRecord, curve: SequenceCurve | None, out: str | Path | None
) -> Run:
    program = None if found.emitted is None else found.emitted.program
    report = found.verified.report
    model = None if found.network is None else found.network.model
    files = run_files(report, found.mechanism, program, model, curve)
    certificate = certify_sequences(found.channels, found.length, model, found.verified, files)
    page = report_page(report, program, made_so.task)
    finished = Run(
        made_so,
        report,
        found.mechanism,
        program,
        model,
        curve,
        certificate,
        extra={"report.html": page.encode()},
    )
    return finished if out is None else save_run(finished, Path(out))
