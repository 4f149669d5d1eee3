"""A network that somebody else trained, held against the task and the options it was given with."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from distill.checker.scope import many
from distill.domains.boxes import Box
from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.domains.texts import Texts
from distill.errors import DistillError
from distill.importing import AboutTexts, Imported, import_model, import_over_box
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import Model
from distill.networks.trace import traced_indices
from distill.tasks.built import BuiltTask
from distill.tasks.finite import Task
from distill.tasks.reals import RealTask
from distill.tasks.sequences import SequenceTask
from distill.tasks.texts import TextTask

ACCURACY_OF = 1_000
"""Sequences on which an imported network is held against a task."""


def imported_for(
    path: str | Path,
    task: BuiltTask | None,
    layout: str | None,
    at: int | None,
    about: AboutTexts,
    box: Box | None,
) -> Imported:
    """The network of a file; over a box where one is given, or the task has one."""
    box = task.box if box is None and isinstance(task, RealTask) else box
    if box is not None:
        return import_over_box(path, box, layout, at)
    sizes = task.domain.shape if isinstance(task, Task) else None
    return import_model(path, layout, at=at, sizes=sizes, about=about)


def check_as_a_whole(length: int | None, max_states: int | None) -> None:
    """Refuse what is said of networks over sequences, of one that reads a text at once."""
    if length is not None or max_states is not None:
        option = "--length" if length is not None else "--max-states"
        raise DistillError(
            f"{option} is of a recurrent network, and this one reads its input at once: leave it "
            "out (how long texts are is said by --texts, or by the network's positions)"
        )


def check_fits(
    path: str | Path, space: Domain | Channels | Texts | Box, task: BuiltTask | None
) -> None:
    """A task that is of another size than a checkpoint, or over something else, is none of its."""
    if task is None:
        return
    if isinstance(space, Box) or isinstance(task, RealTask):
        if not isinstance(space, Box) or not isinstance(task, RealTask) or space != task.box:
            wanted = f"the box {task.box}" if isinstance(task, RealTask) else "no box"
            raise DistillError(
                f"checkpoint '{path}' is a network over {space}, and task '{task.name}' is over "
                f"{wanted}: leave it out, or give the box of the task"
            )
        return
    if isinstance(space, Texts) or isinstance(task, TextTask):
        wanted = task.texts if isinstance(task, TextTask) else None
        if wanted is None or not isinstance(space, Texts) or space.form is not None:
            raise DistillError(
                f"checkpoint '{path}' is a network over {space}, and task '{task.name}' is over "
                f"{'something else' if wanted is None else f'texts, {wanted}'}: leave it out"
            )
        if space.tokens != wanted.tokens:
            raise DistillError(
                f"checkpoint '{path}' is a network over texts ({space}), and task '{task.name}' "
                f"is over {wanted}: set the task to the network's tokens"
            )
        return
    wanted = task.domain if isinstance(task, Task) else task.channels
    if isinstance(space, Domain) and isinstance(wanted, Domain):
        fits, outputs = answers_for(space, wanted), f" with outputs {space.outputs}"
    else:
        fits, outputs = wanted == space, ""
    if not fits:
        kind = "sequences of " if isinstance(space, Channels) else ""
        asked = f" with {wanted.outputs}" if outputs and isinstance(wanted, Domain) else ""
        raise DistillError(
            f"checkpoint '{path}' is a network over {kind}{space}{outputs}, and task '{task.name}' "
            f"is over {wanted}{asked}: set the task to the network's size"
        )


def answers_for(network: Domain, task: Domain) -> bool:
    """Whether a network reads what a task does; it may have answers that no task asks for."""
    more = len(network.outputs) >= len(task.outputs)
    return network.inputs == task.inputs and network.outputs.start == task.outputs.start and more


def accuracy_along(network: SequenceNetwork, task: SequenceTask) -> str:
    """The same of a network over sequences: whole sequences that it has right at every step."""
    sequences = task.sample(np.random.default_rng(0), ACCURACY_OF)
    right = int((network.run(sequences) == task.labels(sequences)).all(axis=(1, 2)).sum())
    return f"{right:,} of {len(sequences):,} sequences of {task.length} steps"


def accuracy(model: Model, task: Task) -> str:
    """How good an imported network is at a task: a layout that reads it wrongly shows here."""
    tokens = task.domain.tokens(traced_indices(task.domain))
    right = int((model.logits(tokens).argmax(axis=1) == task.labels(tokens)).sum())
    return f"{right:,} of {many(len(tokens), 'input')}"
