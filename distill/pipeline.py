"""The whole pipeline, in the order in which data flows through it.

Task ─► train ─► Model ─► Trace ─► extract ─► Mechanism ─► emit ─► Program ─► verify ─► Report
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray
from torch import Tensor

from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.errors import DistillError
from distill.importing import import_model
from distill.kinds.emitting import Emitted, emit
from distill.kinds.exhibiting import domain_exhibits
from distill.kinds.extracting import extract, structure_score
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.networks.architecture import StoredArchitecture, architecture_for, describe
from distill.networks.integer_model import IntegerModel
from distill.networks.recurrent_model import RecurrentModel
from distill.networks.stored import BlackBox, Model, Network
from distill.networks.trace import FIT_SEED, Trace, fitted_half, trace, traced_indices
from distill.records.attempts import Attempt, keep
from distill.records.curve import TrainingCurve
from distill.records.refusal import Refusal
from distill.runs.certificate import Split, certify
from distill.runs.finish import finish
from distill.runs.output import Output, output_folder
from distill.runs.stages import Progress, Silent, Stages, record
from distill.runs.store import Run, RunRecord
from distill.seeds import check_seed
from distill.sequence_pipeline import distill_network, run_sequences
from distill.tasks.family import TaskFamily
from distill.tasks.files import load_task
from distill.tasks.finite import Setting, Task
from distill.tasks.sequences import SequenceTask
from distill.threads import fixed_threads
from distill.train import (
    Data,
    DomainTrainer,
    Recipe,
    Trained,
    TrainingState,
    train_in_order,
)
from distill.train.curve import CurveRecorder
from distill.verify import Verified, verify, verify_refusal
from distill.verify.chance import no_better_than_chance

PROBE = 4096
"""Unlabelled inputs that the structure score is taken on while training."""

MAX_ATTEMPTS = 2
"""Trainings of a network; another begins only if one never became structured."""

TRUSTED_LENGTH = 10
"""Of the sequences that a recurrent network is trusted on where nothing else is said."""

LEARNED = 0.99
"""Held-out accuracy below which a task counts as not learned."""

AnyTask = str | Task | SequenceTask | TaskFamily
"""What stands for a task: a name or a file, what `@task` makes of a function, the task itself."""


def run(
    task: AnyTask,
    *,
    seed: int = 0,
    architecture: str | None = None,
    out: str | Path | None = "outputs",
    recipe: Recipe | None = None,
    attempts: int = MAX_ATTEMPTS,
    progress: Progress | None = None,
    **settings: str | Setting,
) -> Run:
    """From a task to a checked program: train, extract, emit, verify, store.

    Args:
        task: a built-in name, a task file, `file.py:name`, a function that is decorated with
            `@task`, or a `Task`.
        seed: of the training inputs, the initialisation and the batches.
        architecture: instead of the task's own, as `--arch` takes it
            (`transformer,layer_norm=true`).
        out: where the run folder goes, or null to keep the run in memory.
        recipe: training settings instead of those of `Recipe.for_data`.
        attempts: trainings at most; another begins only if the last never became structured.
        progress: who watches.
        settings: the task's settings, for example `p=59`.

    Raises:
        DistillError: the task or a setting cannot be used; nothing has been trained or written.
    """
    check_seed(seed)
    task = _built(task, settings)
    if isinstance(task, SequenceTask):
        if architecture is not None:
            raise DistillError(
                f"'{task.name}' is a task over sequences: its recurrent networks are tried in a "
                "fixed order, so that no architecture can be chosen for it"
            )
        return run_sequences(task, seed=seed, out=out, progress=progress)
    chosen = architecture_for(architecture or task.architecture, task.domain)
    recipe = recipe or Recipe.for_data(task.train_count, task.domain.size, chosen.kind)
    stages = Stages(progress or Silent())
    with fixed_threads(), output_folder(out, task.name) as output:
        with stages.stage("task") as lines:
            train_mask = task.train_mask(seed)
            lines.append(f"{task.name}: {task.domain}, {int(train_mask.sum()):,} to train on")
            lines += _never_shown(task, train_mask)
        with stages.stage("train") as lines:
            trained, recorder = _train(
                task, chosen, train_mask, seed, recipe, attempts, stages.progress
            )
            model, last = trained.network, trained.attempt
            assert model is not None, "over a finite domain nothing is ruled out"
            assert last is not None, "a network is of an attempt"
            end = "structured" if trained.learned else "never became structured"
            lines.append(f"{last.steps:,} steps, {end} (score {last.structure:.2f})")
        made = keep(trained.attempts, last.number)
        remarks = (*_not_learned(made), *_never_shown(task, train_mask))
        found = _distill(model, task.domain, task, task.name, train_mask, stages, remarks)
        with stages.stage("curve") as lines:
            mechanism = found.mechanism
            curve = recorder.curve(mechanism if isinstance(mechanism, FourierMechanism) else None)
            lines.append(f"{len(curve.points)} points of the training curve")
        as_given = describe(chosen)
        made_so = record(stages, task.name, seed, as_given, task.settings, made, as_given)
        return _finish(found, made_so, curve, Split(task.train_count, seed), output)


def _built(task: AnyTask, settings: Mapping[str, str | Setting]) -> Task | SequenceTask:
    """The task that is meant."""
    if isinstance(task, str):
        return load_task(task, settings)
    if isinstance(task, TaskFamily):
        return task(**settings)
    if not isinstance(task, Task | SequenceTask):
        raise DistillError(
            f"the task is a {type(task).__name__}: expected the name of one, a task file, a "
            "function that is decorated with @distill.task, or what it returns"
        )
    if settings:
        raise DistillError("settings belong to a task's name: this Task is already built")
    return task


def _finite(task: AnyTask, settings: Mapping[str, str | Setting]) -> Task:
    """The task that is meant, if its kind can be run."""
    built = _built(task, settings)
    if isinstance(built, SequenceTask):
        raise DistillError(
            f"checkpoints of networks over sequences cannot be read yet, and '{built.name}' is a "
            "task over sequences: choose one over a finite domain (`distill tasks` tells them "
            "apart)"
        )
    return built


def run_model(
    path: str | Path,
    task: AnyTask | None = None,
    *,
    layout: str | None = None,
    out: str | Path | None = "outputs",
    progress: Progress | None = None,
    **settings: str | Setting,
) -> Run:
    """From a checkpoint that somebody else trained to a checked program.

    Args:
        path: a file of tensors (`distill.importing`); nothing in it is executed.
        task: what the network is held against at the end, if that is known. It does not steer
            how the network is read.
        layout: name or file of the layout, where it is not recognised, and values that no tensor
            holds (`transformerlens,activation=gelu`).
        out: where the run folder goes, or null to keep the run in memory.
        progress: who watches.
        settings: the task's settings.

    Raises:
        DistillError: the checkpoint cannot be read, or is of another size than the task.
    """
    task = None if task is None else _finite(task, settings)
    stages = Stages(progress or Silent())
    name = Path(path).stem if task is None else task.name
    with fixed_threads(), output_folder(out, name) as output:
        with stages.stage("import") as lines:
            imported = import_model(path, layout)
            if task is not None and task.domain != imported.domain:
                raise DistillError(
                    f"checkpoint '{path}' is a network over {imported.domain}, and task "
                    f"'{task.name}' is over {task.domain}: set the task to the network's size"
                )
            lines.append(f"layout {imported.layout}: {imported.domain}")
            lines += imported.lines
            if task is not None:
                lines.append(f"right on {_accuracy(imported.model, task)} for {task.name}")
        found = _distill(imported.model, imported.domain, task, name, None, stages)
        found = _under(found, imported.remarks)
        settings = {"model": Path(path).name, "layout": imported.layout, **imported.notes}
        architecture = describe(imported.model.architecture)
        made_so = record(stages, name, None, architecture, settings)
        return _finish(found, made_so, None, None, output)


def _under(found: Found, assumptions: tuple[str, ...]) -> Found:
    """What was found, with what it rests on among the remarks of its report."""
    report = found.verified.report
    report = dataclasses.replace(report, remarks=(*report.remarks, *assumptions))
    return dataclasses.replace(found, verified=dataclasses.replace(found.verified, report=report))


def _accuracy(model: Model, task: Task) -> str:
    """How good an imported network is at a task: a layout that reads it wrongly shows here."""
    tokens = task.domain.tokens(traced_indices(task.domain))
    right = int((model.logits(tokens).argmax(axis=1) == task.labels(tokens)).sum())
    return f"{right:,} of {len(tokens):,} inputs"


def distill(
    network: Model | RecurrentModel | IntegerModel | Callable[[Tensor], Tensor],
    domain: Domain | Channels | Sequence[range],
    outputs: range | None = None,
    *,
    length: int | None = None,
    name: str = "network",
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Run:
    """From a network in memory to a checked program.

    Args:
        network: a `Model`, or a module or callable from tokens [n, inputs] to logits
            [n, outputs]; a token is the position of a value in its range. Or a `RecurrentModel`,
            or an `IntegerModel`.
        domain: a `Domain`, or the range of every input; for a recurrent network its `Channels`,
            or the range of every channel.
        outputs: the values of the output, if the domain is given as ranges.
        length: of the sequences that a recurrent network can be trusted on; null for
            `TRUSTED_LENGTH`. Of a recurrent network alone.
        name: names the report and the folder; nothing else depends on it.
        out: where the run folder goes, or null to keep the run in memory.
        progress: who watches.

    Raises:
        DistillError: the network does not fit the domain.
    """
    if isinstance(network, RecurrentModel | IntegerModel):
        if isinstance(domain, Domain):
            raise DistillError("a recurrent network reads sequences: give its Channels, no Domain")
        channels = domain if isinstance(domain, Channels) else Channels(tuple(domain))
        if length is None:
            length = TRUSTED_LENGTH
        return distill_network(
            network, channels, length=length, name=name, out=out, progress=progress
        )
    if length is not None:
        raise DistillError(
            f"length={length!r} is of a RecurrentModel or an IntegerModel, and this network is a "
            f"{type(network).__name__}: over a finite domain there are no lengths"
        )
    if isinstance(domain, Channels):
        raise DistillError("channels are for a RecurrentModel: give the Domain of this network")
    if not isinstance(domain, Domain):
        if outputs is None:
            raise DistillError("outputs is missing: give the range of the outputs, or a Domain")
        domain = Domain(tuple(domain), outputs)
    stages = Stages(progress or Silent())
    with fixed_threads(), output_folder(out, name) as output:
        boxed: Network = network if isinstance(network, Model) else BlackBox.over(network, domain)
        found = _distill(boxed, domain, None, name, None, stages)
        architecture = describe(network.architecture) if isinstance(network, Model) else None
        made_so = record(stages, name, None, architecture, {})
        return _finish(found, made_so, None, None, output)


@dataclasses.dataclass(frozen=True)
class Found:
    """What the stages after training arrived at."""

    traced: Trace
    mechanism: FourierMechanism | Refusal
    emitted: Emitted | None
    verified: Verified


def _distill(
    network: Network,
    domain: Domain,
    task: Task | None,
    name: str,
    train_mask: Bool[ndarray, " n"] | None,
    stages: Stages,
    remarks: tuple[str, ...] = (),
) -> Found:
    """Trace, extract, emit, verify. Extraction gets the trace, and nothing of the task.

    The remarks are on how the network was trained, for the report of a refusal.
    """
    with stages.stage("trace") as lines:
        traced = trace(network, domain)
        part = "every input" if traced.whole else f"a sample of {len(traced.indices):,} inputs"
        lines.append(f"logits of {part}")
    with stages.stage("extract") as lines:
        mechanism = extract(traced)
        lines.append(_summary(mechanism))
    emitted = None
    if not isinstance(mechanism, Refusal):
        with stages.stage("emit") as lines:
            written = emit(mechanism, traced)
            if isinstance(written, Emitted):
                written = no_better_than_chance(written.program, traced) or written
            lines.append(_emitted_summary(written))
        if isinstance(written, Refusal):
            mechanism = written
        else:
            emitted = written
    with stages.stage("verify") as lines:
        verified = _verify(emitted, mechanism, traced, task, name, train_mask, remarks)
        lines.append(verified.report.verdict)
    return Found(traced, mechanism, emitted, verified)


def _verify(
    emitted: Emitted | None,
    mechanism: FourierMechanism | Refusal,
    traced: Trace,
    task: Task | None,
    name: str,
    train_mask: Bool[ndarray, " n"] | None,
    remarks: tuple[str, ...],
) -> Verified:
    if isinstance(mechanism, Refusal) or emitted is None:
        assert isinstance(mechanism, Refusal), "a mechanism that was not refused has a program"
        return verify_refusal(mechanism, traced, task, name, remarks)
    return verify(emitted, mechanism, traced, task, name, train_mask)


def _train(
    task: Task,
    architecture: StoredArchitecture,
    train_mask: Bool[ndarray, " n"],
    seed: int,
    recipe: Recipe,
    at_most: int,
    progress: Progress,
) -> tuple[Trained[Model], CurveRecorder]:
    """What training gave, and who watched the training of the network that was kept."""
    domain = task.domain
    tokens = domain.tokens(np.flatnonzero(train_mask))
    heldout = _heldout(domain, train_mask)
    data = Data(tokens, task.labels(tokens), heldout, task.labels(heldout))
    probe = domain.tokens(_probe(domain))
    trainer = DomainTrainer(architecture, data, probe, structure_score, recipe, seed, at_most)
    recorders = dict[int, CurveRecorder]()

    def observe(state: TrainingState) -> None:
        number = state.attempt.number
        if number not in recorders:
            recorders[number] = CurveRecorder(task, architecture, train_mask, seed)
        losses = recorders[number](state)
        if losses is not None:
            progress.training(state.done, _progress(state, losses))

    trained = train_in_order(trainer, observe)
    return trained, recorders[len(trained.attempts)]


def _progress(state: TrainingState, losses: tuple[float, float]) -> str:
    return (
        f"step {state.step:,}  loss: train {losses[0]:.3g}, held-out {losses[1]:.3g}  "
        f"structure {state.structure:.2f}"
    )


def _heldout(domain: Domain, train_mask: Bool[ndarray, " n"]) -> Int[ndarray, "m k"]:
    """The traced inputs that are not trained on, or the first held-out input if there are none."""
    indices = traced_indices(domain)
    held = indices[~train_mask[indices]]
    return domain.tokens(held if len(held) else np.flatnonzero(~train_mask)[:1])


def _not_learned(attempts: tuple[Attempt, ...]) -> tuple[str, ...]:
    """That no attempt learned the task, if so: a refusal alone would leave that open."""
    best = max(attempt.right or 0.0 for attempt in attempts)
    if best >= LEARNED:
        return ()
    tried = f"{len(attempts)} attempts" if len(attempts) > 1 else "one attempt"
    return (
        f"the network did not learn the task: at best {best:.1%} of the held-out inputs are right, "
        f"in {tried}",
    )


def _never_shown(task: Task, train_mask: Bool[ndarray, " n"]) -> tuple[str, ...]:
    """That no training input has some answer, if so: nothing tells a network when to give it.

    Only answers that are trained on are counted, and the reference is not asked for others.
    """
    shown = np.unique(task.labels(task.domain.tokens(np.flatnonzero(train_mask))))
    missing = len(task.domain.outputs) - len(shown)
    if not missing:
        return ()
    outputs = "output never occurs" if missing == 1 else "outputs never occur"
    return (f"{missing:,} {outputs} among the answers that were trained on",)


def _probe(domain: Domain) -> ndarray:
    """Inputs of the fitted half: those that are scored later never steer training."""
    indices = traced_indices(domain)
    fitted = indices[fitted_half(len(indices))]
    rng = np.random.default_rng(FIT_SEED)
    return np.sort(rng.permutation(fitted)[:PROBE])


def _summary(mechanism: FourierMechanism | Refusal) -> str:
    if isinstance(mechanism, Refusal):
        return f"refused: {mechanism.reasons[0]}"
    exceptions = len(mechanism.exceptions)
    listed = f", {exceptions} exceptions" if exceptions else ""
    return f"{mechanism.name} (R² {mechanism.fit.heldout_r2:.3f}{listed})"


def _emitted_summary(written: Emitted | Refusal) -> str:
    if isinstance(written, Refusal):
        return f"refused: {written.reasons[0]}"
    return f"{written.program.lines} lines; proved: {written.meaning.statement}"


def _finish(
    found: Found,
    made_so: RunRecord,
    curve: TrainingCurve | None,
    split: Split | None,
    output: Output | None,
) -> Run:
    return finish(
        made_so,
        found.verified.report,
        found.mechanism,
        program=None if found.emitted is None else found.emitted.program,
        model=found.traced.network if isinstance(found.traced.network, Model) else None,
        curve=curve,
        exhibits=domain_exhibits(found.mechanism, found.traced),
        certify=lambda files: certify(
            found.traced.domain,
            found.traced.network,
            found.mechanism,
            found.verified,
            split,
            files,
        ),
        output=output,
    )
