"""The simplest network that learns a task: widths from narrow to wide, one ensemble each.

A width that goes nowhere is given up early (`SequenceRecipe.patience`), so that a task that no
width learns costs seconds. Every attempt is recorded, those that were discarded too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.errors import DistillError
from distill.networks.second_order import Recurrent
from distill.train.sequences import (
    ObserveSteps,
    SequenceRecipe,
    TrainedRecurrent,
    train_recurrent,
)

WIDTHS = (16, 32)
"""Hidden units, in the order in which they are tried. With 8 most tasks are learned too, but in
more steps, and the boxes that such a network bears are smaller."""

Observe = Callable[[int, int, int, int, float, float], None]
"""Called with the attempt's number, d_hidden, step, most steps, the best part of the sequences
right so far, and the smallest loss of a member."""


@dataclass(frozen=True)
class SequenceAttempt:
    """One width that was tried.

    Attributes:
        number: from 1.
        d_hidden: hidden units.
        steps: optimiser steps taken, hardening included.
        right: part of the fresh sequences that its best member answers right at every step.
        learned_at: the step at which a member was right on all of them, or null.
        noise: standard deviation on the hidden state that the member was trained to bear
            after that, or null.
        radius: half-width of the boxes that it was trained to bear, or null.
        discarded: whether it learned nothing that is used.
        seed: that its generator of weights, batches and noise was begun with.
    """

    number: int
    d_hidden: int
    steps: int
    right: float
    learned_at: int | None
    noise: float | None
    radius: float | None
    discarded: bool
    seed: int


@dataclass(frozen=True)
class TrainedInOrder:
    """How the widths ended.

    Attributes:
        architecture: of the network that learned the task, or of the best one where none did.
        trained: that network.
        attempts: every width that was tried, in order.
    """

    architecture: Recurrent
    trained: TrainedRecurrent
    attempts: tuple[SequenceAttempt, ...]

    @property
    def learned(self) -> bool:
        """Whether a network answers every step of every fresh sequence right."""
        return self.trained.learned_at is not None


def train_in_order(
    n_symbols: int,
    n_outputs: int,
    sequences: Int[ndarray, "n length"],
    labels: Int[ndarray, "n length"],
    fresh: Int[ndarray, "m length"],
    fresh_labels: Int[ndarray, "m length"],
    seed: int,
    recipe: SequenceRecipe | None = None,
    widths: Sequence[int] = WIDTHS,
    observe: Observe | None = None,
) -> TrainedInOrder:
    """Train the narrowest network that learns the task.

    Args:
        n_symbols: how many symbols there are.
        n_outputs: how many answers there are.
        sequences: of symbol numbers, to train on.
        labels: output numbers at every step.
        fresh: sequences of the same length that are not trained on, which say whether a network
            has learned the task: one that answers every step of all of them right.
        fresh_labels: their output numbers.
        seed: of everything that is drawn. The same seed gives the same bytes on one thread.
        recipe: the settings.
        widths: hidden units, in the order in which they are tried.
        observe: is told at every look at fresh sequences how far it is.

    Raises:
        DistillError: no width, or sequences and labels that do not fit each other.
    """
    recipe = recipe or SequenceRecipe()
    if not widths:
        raise DistillError("no width to train: expected one or more numbers of hidden units")
    _check("sequences", sequences, n_symbols, "labels", labels, n_outputs)
    _check("fresh sequences", fresh, n_symbols, "fresh labels", fresh_labels, n_outputs)
    ended: list[tuple[Recurrent, TrainedRecurrent]] = []
    seeds: list[int] = []
    for number, d_hidden in enumerate(widths, start=1):
        architecture = Recurrent(n_symbols, n_outputs, d_hidden)
        drawn = int(np.random.default_rng([seed, number]).integers(2**31))
        seeds.append(drawn)
        trained = train_recurrent(
            architecture,
            sequences,
            labels,
            fresh,
            fresh_labels,
            recipe,
            drawn,
            _numbered(observe, number, d_hidden),
        )
        ended.append((architecture, trained))
        if trained.learned_at is not None:
            break
    chosen = max(ended, key=lambda entry: entry[1].right)
    attempts = tuple(
        SequenceAttempt(
            number,
            architecture.d_hidden,
            trained.steps,
            trained.right,
            trained.learned_at,
            trained.hardened_noise,
            trained.hardened_radius,
            trained.learned_at is None,
            seeds[number - 1],
        )
        for number, (architecture, trained) in enumerate(ended, start=1)
    )
    return TrainedInOrder(*chosen, attempts)


def _numbered(observe: Observe | None, number: int, d_hidden: int) -> ObserveSteps | None:
    """What an attempt tells, with its number and width."""
    if observe is None:
        return None

    def told(step: int, most_steps: int, right: float, loss: float) -> None:
        observe(number, d_hidden, step, most_steps, right, loss)

    return told


def _check(
    name: str,
    sequences: Int[ndarray, "n length"],
    n_symbols: int,
    labels_name: str,
    labels: Int[ndarray, "n length"],
    n_outputs: int,
) -> None:
    if sequences.shape != labels.shape or not sequences.size:
        raise DistillError(
            f"{name} are {list(sequences.shape)} and {labels_name} {list(labels.shape)}: expected "
            "equally many sequences of equally many steps, one or more"
        )
    for what, values, count in ((name, sequences, n_symbols), (labels_name, labels, n_outputs)):
        if values.min() < 0 or values.max() >= count:
            raise DistillError(
                f"{what} hold numbers from {values.min()} to {values.max()}: expected 0 to "
                f"{count - 1}"
            )
