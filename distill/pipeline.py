"""The whole pipeline, in the order in which data flows through it, whatever a network is over.

Task ─► train ─► View ─► read ─► Mechanism ─► write ─► Program ─► verify ─► Report ─► Run
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.errors import DistillError
from distill.importing import import_model
from distill.kinds.kind import Mechanism, Written
from distill.kinds.known import kind_of, read, show, structure_score, write
from distill.networks.choice import architecture_for
from distill.networks.given import AnyNetwork, space_of
from distill.networks.network import HasLogits
from distill.networks.over_domain import over_domain
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import Model, reads_steps
from distill.networks.trace import SequenceTrace, View, in_words, stored_in, trace, traced_indices
from distill.pages.report_page import report_page
from distill.records.curve import SequenceCurve, TrainingCurve
from distill.records.refusal import Refusal
from distill.runs.certificate import Split
from distill.runs.certify import certify
from distill.runs.output import Output, output_folder
from distill.runs.stages import Progress, Silent, Stages, record
from distill.runs.store import Run, RunRecord, load_run, run_files, save_run
from distill.seeds import check_seed
from distill.tasks.finite import Setting, Task
from distill.tasks.given import AnyTask, built_task, finite_task
from distill.tasks.sequences import SequenceTask
from distill.threads import fixed_threads
from distill.train.loop import Recipe
from distill.train.over_domain import DomainTraining
from distill.train.over_sequences import SequenceTraining
from distill.train.watched import Training
from distill.verify.report import Verified, verify_best
from distill.verify.spaces import at_chance, checks_of, refused

__all__ = ["distill", "load_run", "run", "run_model"]

MAX_ATTEMPTS = 2
"""Trainings of a network; another begins only if one never became structured."""

TRUSTED_LENGTH = 10
"""Of the sequences that a recurrent network is trusted on where nothing else is said."""


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
    task = built_task(task, settings)
    if isinstance(task, SequenceTask) and architecture is not None:
        raise DistillError(
            f"'{task.name}' is a task over sequences: its recurrent networks are tried in a "
            "fixed order, so that no architecture can be chosen for it"
        )
    shape = None
    if isinstance(task, Task):
        shape = architecture_for(architecture or task.architecture, task.domain)
    stages = Stages(progress or Silent())
    with fixed_threads(), output_folder(out, task.name) as output:
        with stages.stage("task") as lines:
            if isinstance(task, SequenceTask):
                training: Training = SequenceTraining(task, seed)
            else:
                assert shape is not None, "a network over a finite domain has an architecture"
                training = DomainTraining(task, seed, shape, recipe, attempts, structure_score)
            lines += training.drawn
        found = _first_understood(training, task, stages)
        with stages.stage("curve") as lines:
            curve = training.curve(_explained_by(found.mechanism))
            lines.append(f"{len(curve.points)} points of the training curve")
        shaped = in_words(found.view)
        arch = training.arch
        made_so = record(stages, task.name, seed, shaped, task.settings, training.attempts, arch)
        split = Split(task.train_count, seed) if isinstance(task, Task) else None
        return _finish(found, task, made_so, curve, split, output)


def run_model(
    path: str | Path,
    task: AnyTask | None = None,
    *,
    layout: str | None = None,
    at: int | None = None,
    out: str | Path | None = "outputs",
    progress: Progress | None = None,
    **settings: str | Setting,
) -> Run:
    """From a checkpoint that somebody else trained to a checked program.

    Args:
        path: a file of tensors, an index of shards, a folder with either, or a run of distill
            (`distill.importing`); nothing in it is executed.
        task: what the network is held against at the end, if that is known. How many values its
            inputs have is used where the file leaves that open, and nothing else of it.
        layout: name or file of the layout, where it is not recognised, and values that no tensor
            holds (`transformerlens,activation=gelu`).
        at: which network of a file that holds a list of them, from 0; -1 for the last.
        out: where the run folder goes, or null to keep the run in memory.
        progress: who watches.
        settings: the task's settings.

    Raises:
        DistillError: the checkpoint cannot be read, or is of another size than the task.
    """
    task = None if task is None else finite_task(task, settings)
    stages = Stages(progress or Silent())
    name = Path(path).stem if task is None else task.name
    with fixed_threads(), output_folder(out, name) as output:
        with stages.stage("import") as lines:
            sizes = None if task is None else task.domain.shape
            imported = import_model(path, layout, at=at, sizes=sizes)
            if task is not None and not _answers_for(imported.domain, task.domain):
                raise DistillError(
                    f"checkpoint '{path}' is a network over {imported.domain} with outputs "
                    f"{imported.domain.outputs}, and task '{task.name}' is over {task.domain} with "
                    f"{task.domain.outputs}: set the task to the network's size"
                )
            lines.append(f"layout {imported.layout}: {imported.domain}")
            lines += imported.lines
            if task is not None:
                lines.append(f"right on {_accuracy(imported.model, task)} for {task.name}")
        view = _traced(imported.model, imported.domain, stages)
        found = _distill(view, task, name, stages).under(imported.remarks)
        settings = {"model": Path(path).name, "layout": imported.layout, **imported.notes}
        made_so = record(stages, name, None, in_words(view), settings)
        return _finish(found, task, made_so, None, None, output)


def distill(
    network: AnyNetwork,
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
            [n, outputs]; a token is the position of a value in its range. Or a function of the
            inputs' values, labels in place of logits, or an estimator of scikit-learn.
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
    stages = Stages(progress or Silent())
    space = space_of(network, domain, outputs, length)
    with fixed_threads(), output_folder(out, name) as output:
        if reads_steps(network):
            assert isinstance(space, Channels), "a recurrent network reads channels"
            over = SequenceNetwork(network, space)
            view: View = SequenceTrace(over, TRUSTED_LENGTH if length is None else length)
            found = _distill(view, None, name, stages)
        else:
            assert isinstance(space, Domain), "any other network has a finite domain"
            read = over_domain(network, space)
            view = _traced(read.network, space, stages)
            found = _distill(view, None, name, stages).under(read.remarks)
        made_so = record(stages, name, None, in_words(view), {})
        return _finish(found, None, made_so, None, None, output)


@dataclasses.dataclass(frozen=True)
class Found:
    """What the stages after training arrived at.

    Attributes:
        view: of the network; null where none was trained.
        written: null for a refusal.
    """

    view: View | None
    mechanism: Mechanism | Refusal
    written: Written | None
    verified: Verified

    @property
    def understood(self) -> bool:
        """Whether there is a program that no check found to differ from the network."""
        return self.verified.report.verdict not in {"refused", "approximate"}

    def under(self, assumptions: tuple[str, ...]) -> Found:
        """The same, with what it rests on among the remarks of its report."""
        report = self.verified.report
        report = dataclasses.replace(report, remarks=(*report.remarks, *assumptions))
        return dataclasses.replace(self, verified=dataclasses.replace(self.verified, report=report))


def _first_understood(training: Training, task: Task | SequenceTask, stages: Stages) -> Found:
    """The first network whose program no check found to differ; or the first with a program."""
    taken, verdict = None, None
    while (view := training.next_network(verdict, stages)) is not None:
        found = _distill(view, task, task.name, stages, training)
        verdict = found.verified.report.verdict
        if taken is None or not taken.written or found.understood:
            taken = found
            training.take()
        if found.understood:
            break
    if taken is not None:
        return taken
    refusal = training.unlearned()
    with stages.stage("verify") as lines:
        verified = refused(refusal, None, task, task.name, ())
        lines.append(verified.report.verdict)
    return Found(None, refusal, None, verified)


def _distill(
    view: View,
    task: Task | SequenceTask | None,
    name: str,
    stages: Stages,
    training: Training | None = None,
) -> Found:
    """Read, write, verify. Reading gets the view, and nothing of the task.

    The training is asked for the inputs that were trained on, and for remarks on a refusal.
    """
    with stages.stage("extract") as lines:
        mechanisms, refusals = read(view)
        lines += [kind_of(each).summary(each) for each in mechanisms] or [_refused(refusals[0])]
    programs = list[Written]()
    if mechanisms:
        with stages.stage("emit") as lines:
            for mechanism in mechanisms:
                written = write(mechanism)
                if isinstance(written, Written):
                    written = at_chance(written, view) or written
                lines.append(_refused(written) if isinstance(written, Refusal) else written.summary)
                if isinstance(written, Refusal):
                    refusals = (*refusals, written)
                else:
                    programs.append(written)
    with stages.stage("verify") as lines:
        if programs:
            mask = None if training is None else training.train_mask
            taken, verified = verify_best(programs, view, name, checks_of(view, task, mask))
            found = Found(view, taken.mechanism, taken, verified)
        else:
            refusal = _together(refusals)
            remarks = () if training is None else training.remarks
            found = Found(view, refusal, None, refused(refusal, view, task, name, remarks))
        lines.append(found.verified.report.verdict)
    return found


def _finish(
    found: Found,
    task: Task | SequenceTask | None,
    made_so: RunRecord,
    curve: TrainingCurve | SequenceCurve | None,
    split: Split | None,
    output: Output | None,
) -> Run:
    """The end of every run: its pictures, its certificate, its page, and where it is stored."""
    report, model = found.verified.report, stored_in(found.view)
    program = None if found.written is None else found.written.program
    exhibits = None if found.view is None else show(found.mechanism, found.view)
    files = run_files(report, found.mechanism, program, model, curve, exhibits)
    certificate = certify(found.view, task, found.mechanism, found.verified, split, files)
    run = Run(
        *(made_so, report, found.mechanism, program, model, curve, certificate), exhibits=exhibits
    )
    run = dataclasses.replace(run, extra={"report.html": report_page(run).encode()})
    return run if output is None else save_run(run, output)


def _together(refusals: tuple[Refusal, ...]) -> Refusal:
    """All that was said by those that looked."""
    return Refusal(
        tuple(reason for refusal in refusals for reason in refusal.reasons),
        {key: value for refusal in refusals for key, value in refusal.numbers.items()},
    )


def _refused(refusal: Refusal) -> str:
    return f"refused: {refusal.reasons[0]}"


def _explained_by(mechanism: Mechanism | Refusal) -> Any:
    if isinstance(mechanism, Refusal):
        return None
    return lambda tokens: kind_of(mechanism).explain(mechanism, tokens)


def _traced(network: HasLogits, domain: Domain, stages: Stages) -> View:
    with stages.stage("trace") as lines:
        traced = trace(network, domain)
        lines.append(traced.summary)
    return traced


def _answers_for(network: Domain, task: Domain) -> bool:
    """Whether a network reads what a task does; it may have answers that no task asks for."""
    more = len(network.outputs) >= len(task.outputs)
    return network.inputs == task.inputs and network.outputs.start == task.outputs.start and more


def _accuracy(model: Model, task: Task) -> str:
    """How good an imported network is at a task: a layout that reads it wrongly shows here."""
    tokens = task.domain.tokens(traced_indices(task.domain))
    right = int((model.logits(tokens).argmax(axis=1) == task.labels(tokens)).sum())
    return f"{right:,} of {len(tokens):,} inputs"
