"""The whole pipeline, in the order in which data flows through it, whatever a network is over.

Task ─► train ─► View ─► read ─► Mechanism ─► write ─► Program ─► verify ─► Report ─► Run
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from distill.checker.scope import many
from distill.domains.boxes import Box
from distill.found import Found, distill_given, first_understood
from distill.importing import AboutTexts
from distill.kinds.kind import Mechanism
from distill.kinds.known import kind_of, show
from distill.networks.given import AnyDomain, AnyNetwork, space_of
from distill.pages.report_page import report_page
from distill.records.as_read import as_read
from distill.records.attempts import ENDED_EARLY
from distill.records.curve import Curve
from distill.records.refusal import Refusal
from distill.runs.certificate import Split
from distill.runs.checkpoints import Checkpoints, checkpoint_files
from distill.runs.output import Output, output_folder
from distill.runs.stages import Progress, Silent, Stages, record
from distill.runs.store import Run, RunRecord, load_run, run_files, save_run
from distill.runs.typed import typed, without_folder
from distill.seeds import check_seed
from distill.spaces.known import imported_for, space_of_domain, space_of_task
from distill.spaces.space import Asked, Outcome, Reach, Space
from distill.tasks.built import BuiltTask
from distill.tasks.files import file_of
from distill.tasks.finite import Setting
from distill.tasks.given import AnyTask, built_task
from distill.threads import fixed_threads
from distill.train.schedule import Recipe

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
    file, task = file_of(task), built_task(task, settings)
    space = space_of_task(task)
    rounds = 1 if minutes is None else MAX_ROUNDS
    asked = Asked(seed, architecture, recipe, attempts, rounds, engine, watch)
    in_command = {"engine": engine, "minutes": None if minutes is None else f"{minutes:g}"}
    begin = space.training(task, asked)
    stages = Stages(progress or Silent(), minutes, stop)
    with fixed_threads(), output_folder(out, task.name) as output:
        with stages.stage("task") as lines:
            training = begin()
            lines += training.drawn
        found = first_understood(training, task, stages).under(space.remarks(task))
        if training.ended is not None:
            found = found.under((f"{ENDED_EARLY}{training.ended}",))
        with stages.stage("curve") as lines:
            curve = training.curve(_explained_by(found.mechanism))
            lines.append(f"{many(len(curve.points), 'point')} of the training curve")
        shaped = None if found.view is None else found.view.in_words
        made_so = record(
            *(stages, task.name, seed, shaped, task.settings, training.attempts, training.arch),
            *(task.about, file),
            # how training goes on and how often it begins again has names in Python alone
            None if (recipe, attempts) != (None, MAX_ATTEMPTS) else typed({}, in_command),
        )
        split, watched = space.split(task, seed), training.checkpoints
        return _finish(space, found, task, made_so, curve, split, output, watched)


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
    engine: str | None = None,
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
        engine: over a box of reals, which engine proposes formulas; null for all that are there.
        out: where the run folder goes, or null to keep the run in memory.
        progress: who watches.
        settings: the task's settings.

    Raises:
        DistillError: the checkpoint cannot be read, or is of another size than the task.
    """
    file, task = file_of(task), None if task is None else built_task(task, settings)
    stages = Stages(progress or Silent())
    name = Path(path).stem if task is None else task.name
    with fixed_threads(), output_folder(out, name) as output:
        with stages.stage("import") as lines:
            about = AboutTexts(None if facts is None else Path(facts), texts)
            imported = imported_for(path, task, layout, at, about, box)
            space = space_of_domain(imported.domain)
            given = space.given(imported, task, Reach(length, max_states, engine))
            lines.append(f"layout {imported.layout}: {imported.domain}")
            lines += imported.lines
            if task is not None and given.right is not None:
                lines.append(f"right on {given.right} for {task.name}")
        view = given.view(stages)
        found = distill_given(view, task, name, stages).under(as_read(imported.remarks))
        of_task, told = ({}, "") if task is None else (task.settings, task.about)
        asked = {"at": at, "length": length, "max-states": max_states, "facts": facts}
        asked |= {"texts": texts, "box": None if box is None else box.written, "engine": engine}
        made_with = {
            "model": Path(path).name,
            "layout": imported.layout if layout is None else without_folder(layout),
            **({"options": line} if (line := typed(of_task, asked)) else {}),
            **imported.notes,
        }
        made_so = record(stages, name, None, view.in_words, made_with, about=told, file=file)
        return _finish(space, found, task, made_so, None, None, output)


def distill(
    network: AnyNetwork,
    domain: AnyDomain,
    outputs: range | None = None,
    *,
    length: int | None = None,
    max_states: int | None = None,
    engine: str | None = None,
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
        engine: over a box of reals, which engine proposes formulas; null for all that are there.
        name: names the report and the folder; nothing else depends on it.
        out: where the run folder goes, or null to keep the run in memory.
        progress: who watches.

    Raises:
        DistillError: the network does not fit the domain.
    """
    stages = Stages(progress or Silent())
    over = space_of(network, domain, outputs, length)
    space = space_of_domain(over)
    with fixed_threads(), output_folder(out, name) as output:
        given = space.in_memory(network, over, outputs, Reach(length, max_states, engine))
        view = given.view(stages)
        found = distill_given(view, None, name, stages).under(as_read(given.remarks))
        given.ask_again(view)
        made_so = record(stages, name, None, view.in_words, {})
        return _finish(space, found, None, made_so, None, None, output)


def _finish(
    space: Space,
    found: Found,
    task: BuiltTask | None,
    made_so: RunRecord,
    curve: Curve | None,
    split: Split | None,
    output: Output | None,
    watched: Checkpoints | None = None,
) -> Run:
    """The end of every run: its pictures, its certificate and, where it is stored, its page."""
    view, mechanism, report = found.view, found.mechanism, found.verified.report
    model = None if view is None else view.stored
    program = None if found.written is None else found.written.program
    exhibits = show(mechanism, view) if view is not None and view.shows else None
    files = run_files(report, mechanism, program, model, curve, exhibits)
    certificate = space.certify(Outcome(view, task, mechanism, found.verified, split, files))
    run = Run(*(made_so, report, mechanism, program, model, curve, certificate), exhibits=exhibits)
    if output is None:
        return run  # drawing a page takes a second or more, and nobody would look at it
    page = {"report.html": report_page(run).encode()}
    run = dataclasses.replace(run, extra=page | checkpoint_files(watched))
    return save_run(run, output)


def _explained_by(mechanism: Mechanism | Refusal) -> Any:
    if isinstance(mechanism, Refusal):
        return None
    return lambda tokens: kind_of(mechanism).explain(mechanism, tokens)
