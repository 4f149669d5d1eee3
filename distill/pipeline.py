"""The whole pipeline, in the order in which data flows through it, whatever a network is over.

Task ─► train ─► View ─► read ─► Mechanism ─► write ─► Program ─► verify ─► Report ─► Run
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from distill.checker.scope import many
from distill.domains.boxes import Box
from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.domains.texts import Texts
from distill.errors import DistillError
from distill.found import (
    Found,
    check_fits_kind,
    distill_given,
    distilled,
    first_understood,
    traced_over,
    view_of,
)
from distill.importing import AboutTexts
from distill.kinds.kind import Mechanism
from distill.kinds.known import kind_of, show, structure_score
from distill.networks.called_function import asked_again, real_function
from distill.networks.choice import layers_for
from distill.networks.given import AnyNetwork, over_sequences, space_of
from distill.networks.over_domain import hold_to, over_domain
from distill.networks.trace import (
    BoxTrace,
    SequenceTrace,
    View,
    hides_its_states,
    in_words,
    stored_in,
)
from distill.pages.report_page import report_page
from distill.records.attempts import ENDED_EARLY
from distill.records.curve import Curve
from distill.records.refusal import Refusal
from distill.runs.certificate import Split
from distill.runs.certify import certify
from distill.runs.checkpoints import Checkpoints, checkpoint_files
from distill.runs.output import Output, output_folder
from distill.runs.stages import Progress, Silent, Stages, record
from distill.runs.store import Run, RunRecord, load_run, run_files, save_run
from distill.seeds import check_seed
from distill.tasks.built import BuiltTask
from distill.tasks.finite import Setting, Task
from distill.tasks.given import AnyTask, built_task
from distill.tasks.reals import RealTask
from distill.tasks.sequences import SequenceTask
from distill.tasks.texts import TextTask
from distill.threads import fixed_threads
from distill.train.designs import Design, designs_for
from distill.train.over_box import BoxTraining
from distill.train.over_domain import DomainTraining
from distill.train.over_sequences import SequenceTraining
from distill.train.over_texts import TextTraining
from distill.train.schedule import Recipe
from distill.train.watched import Training
from distill.verify.given import (
    accuracy,
    accuracy_along,
    check_as_a_whole,
    check_fits,
    imported_for,
)

__all__ = ["distill", "load_run", "run", "run_model"]

MAX_ATTEMPTS = 2
"""Trainings of a network of one kind; another begins only if none before was understood."""

MAX_ROUNDS = 10
"""How often the kinds of networks over a finite domain are gone through while there are minutes."""


def run(
    task: AnyTask,
    *,
    seed: int = 0,
    architecture: str | None = None,
    out: str | Path | None = "outputs",
    recipe: Recipe | None = None,
    attempts: int = MAX_ATTEMPTS,
    minutes: float | None = None,
    stop: Callable[[], bool] | None = None,
    progress: Progress | None = None,
    engine: str | None = None,
    watch: bool = False,
    **settings: str | Setting,
) -> Run:
    """From a task to a checked program: train, extract, emit, verify, store.

    Args:
        task: a built-in name, a task file, `file.py:name`, a function that is decorated with
            `@task`, or a `Task`.
        seed: of the training inputs, the initialisation and the batches.
        architecture: instead of the task's own, as `--arch` takes it
            (`transformer,layer_norm=true`); over sequences rnn, gru or lstm (`gru,d_hidden=32`)
            instead of the networks that are tried in order; over a finite domain too.
        out: where the run folder goes, or null to keep the run in memory.
        recipe: training settings instead of those of `Recipe.for_data`.
        attempts: trainings of one kind of network at most; another begins only if none before was
            understood.
        minutes: after which no training goes on: the run is finished with what there is. Over a
            finite domain kinds of networks are gone through again and again until then.
        stop: asked now and then while a network is trained; where it says so, the same.
        progress: who watches.
        engine: over a box of reals, which engine proposes formulas (`auto`, `own`, `operon`,
            `pysr`, `pse`).
        watch: whether checkpoints along the training are kept beside the run (`read_checkpoints`).
        settings: the task's settings, for example `p=59`.

    Raises:
        DistillError: the task or a setting cannot be used; nothing has been trained or written.
    """
    check_seed(seed)
    task = built_task(task, settings)
    check_fits_kind(task, engine, watch)
    if isinstance(task, SequenceTask) and architecture is not None:
        layers_for(architecture, task.channels)  # before anything is drawn
    designs: tuple[Design, ...] = ()
    if isinstance(task, Task):
        designs = designs_for(task, architecture, recipe, attempts)
    stages = Stages(progress or Silent(), minutes, stop)
    with fixed_threads(), output_folder(out, task.name) as output:
        with stages.stage("task") as lines:
            if isinstance(task, SequenceTask):
                training: Training = SequenceTraining(task, seed, architecture)
            elif isinstance(task, TextTask):
                training = TextTraining(task, seed, architecture, attempts)
            elif isinstance(task, RealTask):
                training = BoxTraining(task, seed, architecture, attempts, engine=engine or "auto")
            else:
                rounds = 1 if minutes is None else MAX_ROUNDS
                training = DomainTraining(task, seed, designs, structure_score, rounds, watch)
            lines += training.drawn
        found = first_understood(training, task, stages)
        if isinstance(task, Task) and task.train_count == task.domain.size:
            found = found.under(("every input was trained on: nothing was held out",))
        if training.ended is not None:
            found = found.under((f"{ENDED_EARLY}{training.ended}",))
        with stages.stage("curve") as lines:
            curve = training.curve(_explained_by(found.mechanism))
            lines.append(f"{many(len(curve.points), 'point')} of the training curve")
        shaped = in_words(found.view)
        arch = training.arch
        made_so = record(
            *(stages, task.name, seed, shaped, task.settings, training.attempts, arch), task.about
        )
        split = Split(task.train_count, seed) if isinstance(task, Task) else None
        return _finish(found, task, made_so, curve, split, output, training.checkpoints)


def run_model(
    path: str | Path,
    task: AnyTask | None = None,
    *,
    layout: str | None = None,
    at: int | None = None,
    length: int | None = None,
    max_states: int | None = None,
    facts: str | Path | None = None,
    texts: str | None = None,
    box: Box | None = None,
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
        length: of the sequences that a network over sequences can be trusted on; null for that of
            the task, or 10.
        max_states: of a machine that is read of a network over sequences; null for 100.
        facts: a side file that says what the rows of an embedding stand for, and what is read out,
            of a network over texts (`distill.importing.vocabulary`).
        texts: how such a network's texts look, or a file of examples
            (`distill.importing.text_examples`).
        box: the intervals of the inputs of a network over reals; null for those of the task.
        out: where the run folder goes, or null to keep the run in memory.
        progress: who watches.
        settings: the task's settings.

    Raises:
        DistillError: the checkpoint cannot be read, or is of another size than the task.
    """
    task = None if task is None else built_task(task, settings)
    stages = Stages(progress or Silent())
    name = Path(path).stem if task is None else task.name
    with fixed_threads(), output_folder(out, name) as output:
        with stages.stage("import") as lines:
            about = AboutTexts(None if facts is None else Path(facts), texts)
            imported = imported_for(path, task, layout, at, about, box)
            if isinstance(imported.domain, Texts | Box):
                check_as_a_whole(length, max_states)
            check_fits(path, imported.domain, task)
            lines.append(f"layout {imported.layout}: {imported.domain}")
            lines += imported.lines
            over = None
            if isinstance(imported.domain, Channels):
                trusted = task.length if isinstance(task, SequenceTask) else None
                over = over_sequences(
                    *(imported.model, imported.domain, None),
                    trusted if length is None else length,
                )
            if isinstance(task, Task):
                lines.append(f"right on {accuracy(imported.model, task)} for {task.name}")
            elif isinstance(task, SequenceTask) and over is not None:
                lines.append(f"right on {accuracy_along(over.network, task)} for {task.name}")
        if over is not None:
            view: View = SequenceTrace(over.network, over.length, True, max_states)
            found = distill_given(view, task, name, stages)
        else:
            view = view_of(imported, stages)
            found = distilled(view, task, name, stages)
        found = found.under(imported.remarks)
        settings = {"model": Path(path).name, "layout": imported.layout, **imported.notes}
        about = "" if task is None else task.about
        made_so = record(stages, name, None, in_words(view), settings, about=about)
        return _finish(found, task, made_so, None, None, output)


def distill(
    network: AnyNetwork,
    domain: Domain | Channels | Sequence[range] | Box | Mapping[str, Any],
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
            [n, outputs]; a token is the position of a value in its range. Or a function of the
            inputs' values, labels in place of logits, or an estimator of scikit-learn. Over
            sequences a `Model`, a module or callable from sequences [n, steps] to logits or labels
            at every step or at the end, or three callables: (start, step, answer).
        domain: a `Domain`, or the range of every input; over sequences `Channels`, or the range of
            every channel; over reals a `Box`, or both ends of every input by its name.
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
    if isinstance(domain, Box | Mapping):
        return _over_box(network, domain, (outputs, length, max_states), name, out, stages)
    space = space_of(network, domain, outputs, length)
    with fixed_threads(), output_folder(out, name) as output:
        if isinstance(space, Channels):
            over = over_sequences(network, space, outputs, length)
            view: View = SequenceTrace(over.network, over.length, True, max_states)
            found = distill_given(view, None, name, stages).under(over.remarks)
        else:
            read = over_domain(network, space)
            view = traced = traced_over(read.network, space, stages)
            found = distilled(view, None, name, stages).under(read.remarks)
            hold_to(network, traced)
        made_so = record(stages, name, None, in_words(view), {})
        return _finish(found, None, made_so, None, None, output)


def _over_box(
    network: AnyNetwork,
    domain: Box | Mapping[str, Any],
    others: tuple[object, ...],
    name: str,
    out: str | Path | None,
    stages: Stages,
) -> Run:
    """From a network over a box in memory to a checked program."""
    if any(other is not None for other in others):
        raise DistillError(
            "outputs, length and max_states are of networks over finite domains and sequences: "
            "leave them out beside a box"
        )
    box = domain if isinstance(domain, Box) else Box.of(domain)
    with fixed_threads(), output_folder(out, name) as output:
        read, remarks = real_function(network, box)
        ask_again = asked_again(read)
        view = BoxTrace(read)
        found = distilled(view, None, name, stages).under(remarks)
        ask_again()
        made_so = record(stages, name, None, in_words(view), {})
        return _finish(found, None, made_so, None, None, output)


def _finish(
    found: Found,
    task: BuiltTask | None,
    made_so: RunRecord,
    curve: Curve | None,
    split: Split | None,
    output: Output | None,
    watched: Checkpoints | None = None,
) -> Run:
    """The end of every run: its pictures, its certificate and, where it is stored, its page."""
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
    if output is None:
        return run  # drawing a page takes a second or more, and nobody would look at it
    page = {"report.html": report_page(run).encode()}
    run = dataclasses.replace(run, extra=page | checkpoint_files(watched))
    return save_run(run, output)


def _explained_by(mechanism: Mechanism | Refusal) -> Any:
    if isinstance(mechanism, Refusal):
        return None
    return lambda tokens: kind_of(mechanism).explain(mechanism, tokens)
