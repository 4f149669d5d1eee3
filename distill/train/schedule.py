"""How long a training over a finite domain goes on, and at what learning rate: settings and clocks.

A full learning rate until the network is structured, then a cosine tail; and again where the
network is unsure of its answers. Where nothing moves any more, training is given up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

STRUCTURED = {"transformer": 0.9, "mlp": 0.85, "feedforward": 0.85}
"""The score from which the tail begins, by kind of architecture: the rectified sums of a perceptron
keep harmonics that no few directions hold, and its score hardly rises beyond this while the
learning rate is high."""

RISE = 0.1
"""By how much the score of a network that will be structured rises: that of networks which learn a
table by heart creeps up by 0.07 in 1,500 steps."""


NEARLY = 0.8
"""The part of the score of a structured network from which one is waited for beyond `max_steps`:
of 576 pairs of 5a - 2b modulo 31 a network is at 0.82 by step 4,000, and done by 5,000."""


@dataclass(frozen=True)
class Recipe:
    """Training settings.

    Attributes:
        warmup: steps of linear warm-up.
        check_every: steps between two takings of the structure score.
        structured: the score from which the tail begins.
        tail: steps of cosine decay, to `final_learning_rate` times the learning rate.
        max_steps: where training ends without a structured network; half as many are added where
            one is near (`NEARLY`).
        least: steps before the first tail may begin.
        lost: the loss from which on nothing is learned yet, so that no tail begins.
        given_up: steps by which the first tail has begun, or training ends; null for `max_steps`.
        stalled: steps in which the best score of structure has risen by `RISE`, or training ends;
            after the first tail, steps by which the next has begun.
        clear: the smallest lead of an answer, as a part of the median lead, from which a network
            is finished: trained ones that are right everywhere have 0.25 and more, those that are
            wrong where they need not be less than this.
        again: steps at the full learning rate before another tail, a quarter as long, may begin.
        rounds: how often an unfinished network is trained on.
    """

    learning_rate: float = 1e-2
    weight_decay: float = 1.0
    betas: tuple[float, float] = (0.9, 0.98)
    batch_size: int = 512
    warmup: int = 10
    check_every: int = 50
    structured: float = 0.9
    tail: int = 600
    final_learning_rate: float = 0.05
    max_steps: int = 4000
    least: int = 0
    lost: float = 1.0
    given_up: int | None = None
    stalled: int = 1500
    clear: float = 0.1
    again: int = 100
    rounds: int = 3

    def most(self, score: float) -> int:
        """Steps at most, by the score of structure at `max_steps`."""
        near = 0 < self.structured * NEARLY <= score
        return self.max_steps + self.max_steps // 2 if near else self.max_steps

    def batch_of(self, count: int) -> int:
        """Inputs of a step, where there are so many to train on."""
        return min(self.batch_size, count)

    @classmethod
    def for_data(cls, train_count: int, domain_size: int, kind: str = "transformer") -> Recipe:
        """The default settings of a kind of architecture, scaled to how much there is to learn.

        Measured on modular addition: an epoch of more than about ten batches is too noisy for the
        learning rate. The more of the domain is trained on, the less weight decay it takes to keep
        a network from memorising: at 40% a decay of 1 keeps a difference of the inputs, which needs
        their positions, from becoming clean, and half of it does not.
        """
        fraction = train_count / domain_size
        return cls(
            batch_size=min(max(512, train_count // 8), 4096),
            weight_decay=min(1.0, max(0.5, (0.3 / fraction) ** 2)),
            structured=STRUCTURED[kind],
        )


@dataclass
class Round:
    """A time at the full learning rate, and the tail after it.

    Attributes:
        start: the step at which it began.
        least: steps before its tail may begin.
        tail: steps of its tail.
        tail_from: where that began.
    """

    start: int
    least: int
    tail: int
    tail_from: int | None = None

    def over(self, step: int) -> bool:
        """Whether the tail is."""
        return self.tail_from is not None and step - self.tail_from >= self.tail

    def done(self, step: int) -> float:
        """Part of the tail that is behind."""
        return 0.0 if self.tail_from is None else min((step - self.tail_from) / self.tail, 1.0)

    def learning_rate(self, step: int, recipe: Recipe) -> float:
        """As a part of the recipe's: warm-up, full, and a cosine down."""
        if self.tail_from is None:
            return min((step - self.start + 1) / recipe.warmup, 1.0)
        low = recipe.final_learning_rate
        return low + (1 - low) * 0.5 * (1 + math.cos(math.pi * self.done(step)))


def is_late(recipe: Recipe, step: int) -> bool:
    """Whether a tail should have begun."""
    return recipe.given_up is not None and step >= recipe.given_up


@dataclass
class Risen:
    """When a score last rose, by so much that it counts."""

    within: int
    score: float = 0.0
    at: int = 0

    def stalled(self, step: int, score: float) -> bool:
        """Whether it has not for too long; told the score at a step."""
        if score >= self.score + RISE:
            self.score, self.at = score, step
        return step - self.at > self.within
