"""Trainings of a run: what was tried, with what, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

Objective = Literal["cross-entropy", "squared error"]
Judged = Literal["held-out inputs", "fresh sequences", "fresh points"]

ENDED_EARLY = "training was ended early: "
"""How the remark begins that the clock, or a hand, ended the training of a run."""

UNLEARNED = "no network "
"""How the reason of a refusal begins where there is no network to explain."""


@dataclass(frozen=True)
class Attempt:
    """One training, of a network or of an ensemble of networks that differ in what was drawn.

    What does not apply is null: a network over a finite domain bears no boxes, and one that was
    ruled out has no seed. What an earlier version did not record is null too.

    Attributes:
        number: from 1, over all trainings of the run.
        kind: of network: as `--arch` takes it ("transformer") or a kind of recurrent network
            ("second-order", "linear sum").
        sizes: of the network, by the names of its architecture: widths, counts.
        objective: the loss that was descended.
        judged_on: what `right` is a part of. Training stops on fresh sequences; nothing stops on
            held-out inputs or is chosen by them.
        optimiser: by name.
        recipe: the settings that were used, and no others.
        seed: what the generators of weights, batches and noise were begun with; of several
            numbers as entropy for a `SeedSequence`.
        steps: of the optimiser, in all, those before a pause too; 0 where the network was ruled
            out.
        right: part that the best network answers right: of sequences, at every step. Null over a
            finite domain of which all is trained on.
        trained_right: part of the inputs of a finite domain that it was trained on.
        loss: of that network, in units of the mean square of the answers for a squared error.
        reached_at: the step at which the network became what training goes for: structured, or
            right on all fresh sequences.
        structure: the last score of how structured the logits are. Training stopped on it, so
            that it is no evidence.
        noise: standard deviation on the hidden state that it was trained to bear in the end.
        radius: half-width of the boxes around the hidden state that it was trained to bear.
        ruled_out: why no training was worth it.
        stopped: why training ended before the network was what it goes for.
        goes_on: the number of the attempt whose network it went on with; null where it began anew.
        discarded: whether nothing of it is used; the network of the run is of the one that is not.
    """

    number: int
    kind: str
    sizes: dict[str, int | tuple[int, ...]]
    objective: Objective
    judged_on: Judged
    optimiser: str | None = None
    recipe: dict[str, Any] | None = None
    seed: tuple[int, ...] | None = None
    steps: int = 0
    right: float | None = None
    loss: float | None = None
    reached_at: int | None = None
    structure: float | None = None
    noise: float | None = None
    radius: float | None = None
    ruled_out: str | None = None
    stopped: str | None = None
    discarded: bool = True
    trained_right: float | None = None
    goes_on: int | None = None

    @property
    def d_hidden(self) -> int:
        """Hidden units of a recurrent network; 0 for any other."""
        size = self.sizes.get("d_hidden", 0)
        return size if isinstance(size, int) else 0


def keep(attempts: Iterable[Attempt], number: int) -> tuple[Attempt, ...]:
    """The attempts, of which the one with this number made the network of the run."""
    return tuple(replace(attempt, discarded=attempt.number != number) for attempt in attempts)


def used(attempts: Iterable[Attempt]) -> Attempt | None:
    """The attempt that made the network of the run; null where none did."""
    return next((attempt for attempt in attempts if not attempt.discarded), None)


def shown_part(right: float) -> str:
    """A part in percent, rounded down: 100.0% only where all are right."""
    return f"{math.floor(right * 1000) / 10:.1f}%"
