"""Training of recurrent networks that read integers: the narrowest that learns a task.

Widths are tried in order, each as a batched ensemble of seeds (`distill.train.integer_loop`), and
the first network that is right on every fresh sequence wins. Of linear networks, those that cannot
be right are passed over (`distill.train.linear_limits`). Nothing here is told which function it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from distill.networks.integer_recurrent import Activation, IntegerRecurrent, Readout
from distill.networks.stored import Model
from distill.train.integer_loop import IntegerData, IntegerRecipe, Parameters, train_width
from distill.train.linear_limits import LinearLimit, linear_limit

Observe = Callable[[int, int, int, int, float, float], None]
"""Number of the attempt, width, steps, steps at most, part that is right, loss."""


@dataclass(frozen=True)
class IntegerCell:
    """What is trained: all of an `IntegerRecurrent` but its sizes, and the widths in order.

    Attributes:
        n_symbols: of a network that reads one-hot vectors; 0 for one that reads integers.
    """

    activation: Activation = "linear"
    readout: Readout = "value"
    n_symbols: int = 0
    widths: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8, 10)


@dataclass(frozen=True)
class IntegerAttempt:
    """One training of an ensemble.

    Attributes:
        steps: of Adam, and iterations of L-BFGS; 0 where the width was ruled out unseen.
        right: part of the fresh sequences on which the best network answers every step right.
        loss: of that network, in units of the mean square of the answers for a "value".
        ruled_out: why no training was worth it, or null.
        seed: that its generator of weights and batches was begun with; null where it was ruled out.
    """

    number: int
    d_hidden: int
    steps: int
    right: float
    loss: float | None
    ruled_out: str | None = None
    seed: int | None = None


@dataclass(frozen=True)
class TrainedIntegers:
    """The narrowest network that learned the task, or the best of all widths.

    Attributes:
        architecture, parameters: of that network; null where every width was ruled out.
        answers: of a "choice".
        right: part of the fresh sequences on which it answers every step right.
        steps: in all.
    """

    architecture: IntegerRecurrent | None
    parameters: Parameters | None
    answers: tuple[int, ...]
    right: float
    steps: int
    attempts: tuple[IntegerAttempt, ...]

    @property
    def model(self) -> Model[IntegerRecurrent] | None:
        """The network, where there is one."""
        if self.architecture is None or self.parameters is None:
            return None
        return Model(self.architecture, self.parameters, self.answers)


def train_integers(
    cell: IntegerCell,
    data: IntegerData,
    seed: int,
    recipe: IntegerRecipe | None = None,
    observe: Observe | None = None,
) -> TrainedIntegers:
    """Train ensembles, width by width, until a network is right on all fresh sequences.

    Args:
        cell: the kind of network.
        data: what it is trained on.
        seed: of initialisations and batches.
        recipe: the settings.
        observe: told about every attempt.
    """
    recipe = recipe or IntegerRecipe()
    answers: tuple[int, ...] = ()
    if cell.readout == "choice":
        answers = tuple(int(value) for value in np.unique(data.labels))
    limit = LinearLimit(0, 0.0)
    if cell.activation == "linear" and cell.readout == "value":
        sequences = data.sequences
        if cell.n_symbols:  # of one-hot vectors, all but one number: the rest adds up with it to 1
            sequences = (sequences == np.arange(1, cell.n_symbols)).astype(np.int64)
        limit = linear_limit(sequences, data.labels)
    attempts: list[IntegerAttempt] = []
    best: tuple[float, IntegerRecurrent, Parameters] | None = None
    for number, width in enumerate(cell.widths, 1):
        why = _hopeless(width, limit, attempts)
        if why is not None:
            attempts.append(IntegerAttempt(number, width, 0, 0.0, None, why))
            continue
        architecture = _architecture(cell, data, width, len(answers))
        begun = seed * len(cell.widths) + number
        generator = torch.Generator().manual_seed(begun)
        right, loss, steps, parameters = train_width(architecture, data, answers, recipe, generator)
        attempts.append(IntegerAttempt(number, width, steps, right, loss, seed=begun))
        if observe:
            observe(number, width, steps, recipe.steps, right, loss)
        if best is None or right > best[0]:
            best = (right, architecture, parameters)
        if right == 1:
            break
    total = sum(attempt.steps for attempt in attempts)
    if best is None:
        return TrainedIntegers(None, None, answers, 0.0, total, tuple(attempts))
    return TrainedIntegers(best[1], best[2], answers, best[0], total, tuple(attempts))


def _hopeless(width: int, limit: LinearLimit, attempts: list[IntegerAttempt]) -> str | None:
    """Why a width is not worth training, or null."""
    least = limit.least_width
    if least is None:
        return "no linear network answers the sequences that are trained on"
    if width < least:
        return f"no linear network of less than {least} units answers the training sequences"
    reached = min((a.loss for a in attempts if a.loss is not None), default=math.inf)
    if limit.floor and reached < limit.floor * (1 + AT_THE_FLOOR):
        return "a narrower network is as near to the answers as linear ones can be"
    return None


AT_THE_FLOOR = 0.1
"""Part by which a loss may be above the least one and count as that: they are of other samples."""


def _architecture(
    cell: IntegerCell, data: IntegerData, width: int, choices: int
) -> IntegerRecurrent:
    return IntegerRecurrent(
        n_channels=data.sequences.shape[2],
        d_hidden=width,
        n_outputs=choices or data.labels.shape[2],
        activation=cell.activation,
        readout=cell.readout,
        one_hot=cell.n_symbols > 0,
        n_symbols=cell.n_symbols,
    )
