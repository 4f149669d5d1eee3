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
from distill.networks.given import AnyNetwork, over_sequences, over_tokens, space_of
from distill.networks.network import HasLogits
from distill.networks.stored import Model
from distill.networks.trace import (
    SequenceTrace,
    View,
    hides_its_states,
    in_words,
    stored_in,
    trace,
    traced_indices,
)
from distill.pages.report_page import report_page
from distill.records.counts import SequenceDisagreement
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

SHORTEST, MAX_SHORTER = 3, 4
"""Steps of the shortest sequences that a verdict is sought for, and how often for shorter ones."""

MAX_ATTEMPTS = 2
"""Trainings of a network; another begins only if one never became structured."""


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
    task = None if task is None else finite_task(task, settings)
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
    max_states: int | None = None,
    name: str = "network",
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Run:
    """From a network in memory to a checked program.

    Args:
        network: a `Model`, or a module or callable from tokens [n, inputs] to logits
            [n, outputs]; a token is the position of a value in its range. Over sequences a `Model`,
            a module or callable from sequences [n, steps] to logits or labels at every step or at
            the end, or three callables: (start, step, answer).
        domain: a `Domain`, or the range of every input; over sequences `Channels`, or the range of
            every channel.
        outputs: the values of the output, if the domain is given as ranges; over sequences the
            values that a network which chooses stands for, null for 0, 1, 2, ...
        length: of the sequences that the network can be trusted on, null for 10; where it is given,
            the network is one over sequences.
        max_states: of a machine that is read of a network over sequences; null for 100.
        name: names the report and the folder; nothing else depends on it.
        out: where the run folder goes, or null to keep the run in memory.
        progress: who watches.

    Raises:
        DistillError: the network does not fit the domain.
    """
    stages = Stages(progress or Silent())
    space = space_of(network, domain, outputs, length)
    with fixed_threads(), output_folder(out, name) as output:
        if isinstance(space, Channels):
            over = over_sequences(network, space, outputs, length)
            view: View = SequenceTrace(over.network, over.length, True, max_states)
            found = _distill_given(view, name, stages).under(over.remarks)
        else:
            view = _traced(over_tokens(network, space), space, stages)
            found = _distill(view, None, name, stages)
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


def _distill_given(view: SequenceTrace, name: str, stages: Stages) -> Found:
    """Distill a network over sequences that somebody else trained, as far as it holds.

    Where program and network part on sequences of the length that was asked for, and agree on all
    shorter ones, the verdict is about those; that it is, and where they part, is among the remarks.
    """
    found = first = _distill(view, None, name, stages)
    tried = view
    for _ in range(MAX_SHORTER):
        parting = _parting(found)
        if parting is None or len(parting) - 1 < SHORTEST:
            return first
        tried = dataclasses.replace(tried, length=len(parting) - 1)
        found = _distill(tried, None, name, stages)
        if found.understood:
            inputs = " ".join(",".join(map(str, step)) for step in parting)
            return found.under(
                (
                    f"asked for {view.length} steps, and the network follows no program that was "
                    f"found so far: after {inputs} it and the program of {tried.length} steps, or "
                    "of more, part",
                )
            )
    return first


def _parting(found: Found) -> tuple[tuple[int, ...], ...] | None:
    """A sequence within what was claimed at whose end program and network part, if one is known."""
    counted = found.verified.report.program_vs_model
    if found.verified.report.verdict != "approximate" or counted is None:
        return None
    seen = counted.disagreement
    return seen.inputs if isinstance(seen, SequenceDisagreement) else None


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
    exhibits = None
    if found.view is not None and not hides_its_states(found.view):
        exhibits = show(found.mechanism, found.view)
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


def _accuracy(model: Model, task: Task) -> str:
    """How good an imported network is at a task: a layout that reads it wrongly shows here."""
    tokens = task.domain.tokens(traced_indices(task.domain))
    right = int((model.logits(tokens).argmax(axis=1) == task.labels(tokens)).sum())
    return f"{right:,} of {len(tokens):,} inputs"
