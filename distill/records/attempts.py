"""Trainings of a run: what was tried."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attempt:
    """One training of the network; a discarded one never became structured.

    Attributes:
        heldout_accuracy: on inputs that were not trained on, taken after training; nothing stops
            on it or is chosen by it. Null in runs that were stored without it.
    """

    number: int
    steps: int
    tail_from: int | None
    structure_used_to_stop: float
    discarded: bool
    heldout_accuracy: float | None = None


@dataclass(frozen=True)
class CellAttempt:
    """One training of an ensemble of networks of one kind and width.

    Attributes:
        cell: the kind.
        right: part of fresh sequences on which the best network answers every step right; training
            stops on it.
        learned_at: the step at which a network was right on all of them, or null.
        noise: on the hidden state that it was trained to bear after that, or null.
        radius: half-width of the boxes around it that it was trained to bear, or null.
        ruled_out: why no training was worth it, or null.
        discarded: whether nothing of it is used; the network of the run is of the one that is not.
        seed: that the generator of its weights, batches and noise was begun with; null where
            nothing was trained.
    """

    cell: str
    d_hidden: int
    steps: int
    right: float
    learned_at: int | None = None
    noise: float | None = None
    radius: float | None = None
    ruled_out: str | None = None
    discarded: bool = True
    seed: int | None = None
