"""Which sequences a program and its network are held against."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.draws import drawn
from distill.domains.sequences import Channels
from distill.tasks.sequences import SequenceTask

FRESH = 10_000
STRESS = 2_000
LONGER = 300
"""Sequences of the training length, of those that random ones almost never contain, and of every
longer length."""

TIMES = (2, 5, 10)
"""Longer lengths, in training lengths."""

MAX_EVERY = 20_000
"""Sequences of the training length up to which all are gone through."""

SEED = 2


@dataclass(frozen=True)
class SequenceDraw:
    """Sequences as data (`distill.checker.draws`).

    Attributes:
        count: how many; null for all of a length.
        listed: the values, separated by spaces, of sequences that a task's own sampler drew.
    """

    kind: Literal["every", "uniform", "stress", "listed"]
    length: int
    count: int | None = None
    seed: int | None = None
    listed: str | None = None

    def sequences(self, channels: Channels) -> Int[ndarray, "n length channels"]:
        """The sequences themselves."""
        return drawn(asdict(self), channels.inputs)


@dataclass(frozen=True)
class Draws:
    """All that is drawn: at the training length, under stress there, and longer."""

    fresh: SequenceDraw
    stress: SequenceDraw
    longer: tuple[SequenceDraw, ...]


def planned(channels: Channels, length: int, task: SequenceTask | None) -> Draws:
    """Draws for a network that was trained on sequences of a length.

    A task with a sampler of its own is held against sequences of that; they are listed, since no
    checker can draw them again.
    """
    longer = tuple(_drawn(channels, task, times * length, LONGER, SEED + times) for times in TIMES)
    if length * np.log(channels.size) <= np.log(MAX_EVERY):
        fresh = SequenceDraw("every", length)
    else:
        fresh = _drawn(channels, task, length, FRESH, SEED)
    return Draws(fresh, SequenceDraw("stress", length, STRESS, SEED), longer)


def _drawn(
    channels: Channels, task: SequenceTask | None, length: int, count: int, seed: int
) -> SequenceDraw:
    if task is None or task.sampler is None:
        return SequenceDraw("uniform", length, count, seed)
    sequences = task.sample(np.random.default_rng(seed), count, length)
    listed = " ".join(map(str, sequences.reshape(-1).tolist()))
    return SequenceDraw("listed", length, count, None, listed)
