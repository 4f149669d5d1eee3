"""The simplest network that learns a task: widths in order, each a batched ensemble of seeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Int
from numpy import ndarray

from distill.architecture.recurrent import Recurrent
from distill.train.sequences import SequenceRecipe, TrainedRecurrent, train_recurrent

WIDTHS = (8, 16)

Observe = Callable[[int, int, int, int, float, float], None]


@dataclass(frozen=True)
class SequenceAttempt:
    """One training of an ensemble of recurrent networks.

    Attributes:
        d_hidden: units of every network.
        right: part of fresh sequences on which the best network answers every step right; training
            stops on it.
        learned_at: the step at which a network was right on all of them, or null.
        noise: on the hidden state at the end of its hardening, or null where it was not hardened.
    """

    number: int
    d_hidden: int
    steps: int
    right: float
    learned_at: int | None
    noise: float | None
    discarded: bool


@dataclass(frozen=True)
class TrainedInOrder:
    """The first network that learned the task, or the best of the last width."""

    architecture: Recurrent
    trained: TrainedRecurrent
    attempts: tuple[SequenceAttempt, ...]


def train_in_order(
    n_symbols: int,
    n_outputs: int,
    sequences: Int[ndarray, "n length"],
    labels: Int[ndarray, "n length"],
    fresh: Int[ndarray, "m length"],
    fresh_labels: Int[ndarray, "m length"],
    seed: int,
    recipe: SequenceRecipe,
    widths: tuple[int, ...] = WIDTHS,
    observe: Observe | None = None,
) -> TrainedInOrder:
    """Train."""
    attempts = []
    for number, width in enumerate(widths, 1):
        architecture = Recurrent(n_symbols, n_outputs, width)
        t = train_recurrent(architecture, sequences, labels, fresh, fresh_labels, recipe, seed)
        if observe:
            observe(number, width, t.steps, recipe.max_steps, t.right, 0.0)
        done = t.right == 1 or width == widths[-1]
        noise = recipe.hardened_noise if t.hardened else None
        attempts.append(
            SequenceAttempt(number, width, t.steps, t.right, t.learned_at, noise, not done)
        )
        if done:
            return TrainedInOrder(architecture, t, tuple(attempts))
    raise AssertionError
