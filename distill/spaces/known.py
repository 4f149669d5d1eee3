"""The spaces, in one list: which of them a task, a domain or a view is of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from distill.domains.boxes import Box
from distill.errors import DistillError
from distill.importing import AboutTexts, Imported, import_model, import_over_box
from distill.networks.trace import View
from distill.spaces.boxes import Boxes
from distill.spaces.finite import Finite
from distill.spaces.sequences import Sequences
from distill.spaces.space import Space
from distill.spaces.texts import OverTexts
from distill.tasks.built import BuiltTask

SPACES: tuple[Space, ...] = (Finite(), Sequences(), OverTexts(), Boxes())


def space_of_task(task: BuiltTask) -> Space:
    """What a task is a function of."""
    return next(space for space in SPACES if isinstance(task, space.task))


def space_of_domain(domain: Any) -> Space:
    """What a domain is one of."""
    return next(space for space in SPACES if isinstance(domain, space.domain))


def space_of_view(view: View) -> Space:
    """What a network is a function of, by what may be looked at."""
    return next(space for space in SPACES if isinstance(view, space.view))


def imported_for(
    path: str | Path,
    task: BuiltTask | None,
    layout: str | None,
    at: int | None,
    about: AboutTexts,
    box: Box | None,
) -> Imported:
    """The network of a file; over a box where one is given, or the task has one.

    Raises:
        DistillError: the file cannot be read, or its network does not fit the task.
    """
    if box is not None:
        imported = import_over_box(path, box, layout, at)
    elif task is None:
        imported = import_model(path, layout, at=at, about=about)
    else:
        imported = space_of_task(task).imported(path, task, layout, at, about)
    if task is not None:
        check_fits(path, imported.domain, task)
    return imported


def check_fits(path: str | Path, domain: Any, task: BuiltTask) -> None:
    """A task that is of another size than a checkpoint, or over something else, is none of its.

    Raises:
        DistillError: it is.
    """
    network, other = space_of_domain(domain), space_of_task(task)
    wanted = other.of_task(task)
    if network is other and network.fits(domain, wanted):
        return
    raise DistillError(
        f"checkpoint '{path}' is a network over {network.told(domain)}, and task '{task.name}' is "
        f"over {other.told(wanted)}: {network.mend if network is other else 'leave it out'}"
    )
