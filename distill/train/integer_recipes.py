"""Settings of the training of recurrent networks over integers, by what such a network answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class IntegerRecipe:
    """Training settings that all networks on integers have.

    Attributes:
        members: networks of the ensemble.
        steps: of Adam at most.
        glance: fresh sequences that are looked at first.
    """

    members: int = 8
    batch_size: int = 128
    learning_rate: float = 1e-2
    betas: tuple[float, float] = (0.9, 0.98)
    warmup: int = 20
    steps: int = 400
    glance: int = 1000


@dataclass(frozen=True)
class ValueRecipe(IntegerRecipe):
    """Settings for networks that answer with a number.

    Attributes:
        finalists: members that L-BFGS is tried on, best first.
        polish_steps: iterations of L-BFGS at most, for each of them.
        polished_on: sequences that it sees.
        enough: a loss at which it stops, for Gauss and Newton to take over.
        sharpenings: of their steps at most; each squares the error, or nearly so.
    """

    finalists: int = 3
    polish_steps: int = 300
    polished_on: int = 384
    enough: float = 1e-10
    sharpenings: int = 10


@dataclass(frozen=True)
class ChoiceRecipe(IntegerRecipe):
    """Settings for networks that choose among answers, which nothing polishes.

    Attributes:
        check_every: steps between two looks at fresh sequences.
        patience: training is given up after so many steps where no member is nearly right.
        nearly: the part of fresh sequences that is asked for then. The most frequent of 3 or 4
            values is learned by networks that have 0.97 right after 250 steps; medians and
            spreads, which none learns, are at 0.62 at most after 300.
    """

    steps: int = 800
    check_every: int = 100
    patience: int = 300
    nearly: float = 0.75
