"""Kinds of networks over a finite domain, in the order in which they are tried.

Which network learns a task is not known beforehand. A perceptron that reads numbers learns what
goes by the order of values (max, a < b, parities and majorities of bits) in a second or two, and
what goes by residues or by a group not at all: its loss stays high, and it is given up soon. A
transformer or a perceptron on embeddings learns these. Nothing that is held out chooses between
them: the next one is tried where the last did not get its training inputs right, or where nothing
was found in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import torch

from distill.networks import numbers
from distill.networks.architecture import Parameters, TokenArchitecture
from distill.networks.choice import NUMBERS, architecture_for, describe
from distill.tasks.finite import Task
from distill.train.schedule import Recipe

Begin = Callable[[torch.Generator], Parameters]
"""Fresh parameters."""

BY_NUMBERS = Recipe(
    weight_decay=0.3, structured=0.0, tail=1200, max_steps=2400, given_up=400, rounds=2
)
"""Of a perceptron that reads numbers: no score of structure is waited for, and what has a loss
above `Recipe.lost` after 400 steps is no task of numbers."""

TRIED_AGAIN = 3
"""Trainings of such a perceptron after one whose program has exceptions: each takes 2 s."""

PATIENT = 1000
"""Steps at the full learning rate at least, where a network that was structured sooner had no
program: what it was still wrong on it then learns. (Measured: (a - b)^2 mod 59 by a perceptron is
right on 99.9% of the inputs after 400 of them, and on 98% after as few as the score asks for.)"""

STALLED, MOST = 1000, 3500
"""Of such a training, after others that came to nothing: steps without a rise, and in all."""


@dataclass(frozen=True)
class Design:
    """What is trained, and how.

    Attributes:
        name: as `--arch` takes it.
        begin: fresh parameters; null for the architecture's own.
        fixed: names of parameters that are not trained.
        first: which of the seeds that follow from that of the run its first training gets.
        at_most: trainings of it; another begins only if the last never became structured.
        again: what is tried next where its network was right on the training inputs, and yet no
            program was found, or one with exceptions, as it is quick, and near: the first of these
            designs; all of them where the program had exceptions, and then nothing else.
    """

    name: str
    architecture: TokenArchitecture
    recipe: Recipe
    begin: Begin | None = None
    fixed: frozenset[str] = frozenset()
    first: int = 0
    at_most: int = 1
    again: tuple[Design, ...] = ()

    def later(self, by: int) -> Design:
        """The same from seeds that come so much later."""
        again = tuple(each.later(by) for each in self.again)
        return replace(self, first=self.first + by, again=again)


def designs_for(
    task: Task, chosen: str | None = None, recipe: Recipe | None = None, at_most: int = 2
) -> tuple[Design, ...]:
    """What is tried for a task, in order.

    Args:
        task: the task; nothing but its domain and how much of it is trained on is looked at.
        chosen: instead of the task's own architecture, as `--arch` takes it.
        recipe: training settings instead of those of each design; then there is one design.
        at_most: trainings of one architecture.

    Raises:
        DistillError: there is no such architecture, or it is too large.
    """
    named = chosen or task.architecture
    names = ("transformer",) if named is None and recipe is not None else (named,)
    if names != (None,):
        first = _design(task, str(names[0]), recipe, 0)
        again = [] if recipe is not None else [_patient(first, at_most)]
        return (replace(first, at_most=at_most), *again)
    tried = [
        _design(task, NUMBERS),
        transformer := _design(task, "transformer"),
        _patient(_design(task, "mlp"), 0),
    ]
    return (*tried, *([_patient(transformer, 1)] if at_most > 1 else []))


def _patient(design: Design, first: int) -> Design:
    """The same with more time at the full learning rate; from another seed where none is lost."""
    if design.recipe.given_up is not None:
        return replace(design.later(first + len(design.again)), again=())
    recipe = replace(design.recipe, least=PATIENT, stalled=STALLED, max_steps=MOST)
    return replace(design, recipe=recipe, first=first)


def _design(task: Task, name: str, recipe: Recipe | None = None, first: int = 0) -> Design:
    architecture = architecture_for(name, task.domain)
    if name == NUMBERS:
        assert isinstance(architecture, numbers.FeedForward), "it is a perceptron"
        begin = partial(numbers.begun, architecture, task.domain)
        given: Mapping[str, object] = numbers.given_parameters(architecture, task.domain)
        plain = Design(name, architecture, recipe or BY_NUMBERS, begin, frozenset(given), first)
        if recipe is not None:
            return plain
        sharper = replace(
            plain,
            begin=partial(numbers.begun, architecture, task.domain, sharpness=numbers.SHARPER),
            recipe=replace(BY_NUMBERS, lost=BY_NUMBERS.lost * numbers.SHARPER / numbers.SHARPNESS),
        )
        ways = [sharper, plain, sharper][:TRIED_AGAIN]
        again = [replace(way, first=first + place) for place, way in enumerate(ways, 1)]
        return replace(plain, again=tuple(again))
    made = Recipe.for_data(task.train_count, task.domain.size, architecture.kind)
    return Design(describe(architecture), architecture, recipe or made, first=first)
