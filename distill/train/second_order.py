"""Training of second-order networks: many seeds as one batched ensemble, then hardening.

Noise on the hidden state while training keeps states apart from each other (it is what makes a
network right far beyond the training length). Once a member is right on fresh sequences, noise and
boxes grow (`distill.train.hardening`), so that every state contracts to a small region which the
proof can follow. A width that goes nowhere is given up early, so that a task that no width learns
costs seconds; one that learns slowly may be set aside (`distill.train.learning`). Nothing here is
told which machine that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property

import numpy as np
import torch

from distill.networks.second_order import Recurrent
from distill.networks.stored import Model
from distill.records.attempts import Attempt
from distill.train.data import Data
from distill.train.ensemble import members_of, right_part
from distill.train.hardening import Descent, Growth, Hardened, harden
from distill.train.learning import Learning, SecondOrderRecipe
from distill.train.trainer import Ended, Observe, TrainingState, sizes_of

WIDTHS = (16, 32)
"""Hidden units, in the order in which they are tried. With 8 most tasks are learned too, but in
more steps, and the boxes that such a network bears are smaller."""


@dataclass(frozen=True)
class SecondOrderTrainer:
    """Trains ensembles of second-order networks, from the narrowest on.

    Attributes:
        n_symbols: how many symbols there are.
        data: sequences of the numbers of symbols [n, length, 1], and answers of one number.
        seed: of everything that is drawn. The same seed gives the same bytes on one thread.
        recipe: the settings.
        widths: hidden units, in the order in which they are tried.
    """

    n_symbols: int
    data: Data
    seed: int
    recipe: SecondOrderRecipe = field(default_factory=SecondOrderRecipe)
    widths: tuple[int, ...] = WIDTHS
    _aside: list[tuple[Attempt, Learning]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    @cached_property
    def _numbered(self) -> Data:
        return self.data.by_answer()

    def _architecture(self, d_hidden: int) -> Recurrent:
        return Recurrent(self.n_symbols, len(self.data.answers), d_hidden)

    def planned(self) -> tuple[Attempt, ...]:
        """A training for every width."""
        count, length = self.data.inputs.shape[:2]
        recipe = {"sequences": count, "length": length} | asdict(self.recipe)
        recipe["batch_size"] = self.recipe.batch_of(length, len(self.data.answers))
        return tuple(
            Attempt(
                place,
                "second-order",
                sizes_of(self._architecture(d_hidden)),
                "cross-entropy",
                "fresh sequences",
                "Adam",
                recipe,
                (int(np.random.default_rng([self.seed, place]).integers(2**31)),),
            )
            for place, d_hidden in enumerate(self.widths, 1)
        )

    def ruled_out(self, planned: Attempt, tried: Sequence[Attempt]) -> str | None:
        """A wider one waits with one that passed all looks but the last and was set aside."""
        if planned.d_hidden not in self._waiting():
            return None
        return "set aside with a narrower network, which has nearly learned the task"

    def _waiting(self) -> tuple[int, ...]:
        """Widths that are to be begun after those that were set aside."""
        last = max((step for step, _ in self.recipe.asked), default=0)
        near = [attempt.d_hidden for attempt, _ in self._aside if attempt.steps >= last]
        return tuple(width for width in self.widths if near and width > min(near))

    def prefers(self, attempt: Attempt, over: Attempt) -> bool:
        """The one that is right on more of the fresh sequences."""
        return (attempt.right or 0.0) > (over.right or 0.0)

    def train(self, planned: Attempt, observe: Observe) -> tuple[Attempt, Model[Recurrent]]:
        """Train an ensemble, and choose the member that is right with most room."""
        assert planned.seed is not None, "what is planned has a seed"
        architecture = self._architecture(planned.d_hidden)
        generator = torch.Generator().manual_seed(planned.seed[0])
        return self.train_on(
            Learning(architecture, self._numbered, self.recipe, generator), planned, observe
        )

    def set_aside(self) -> TakenUp | None:
        """What was set aside and may be trained on, the most promising first; null for nothing."""
        if not self._aside:
            return None
        aside = sorted(self._aside, key=lambda entry: -(entry[0].right or 0.0))
        waiting = [a for a in self.planned() if a.d_hidden in self._waiting()]
        return TakenUp(self, tuple(aside), tuple(waiting))

    def train_on(
        self, learned: Learning, planned: Attempt, observe: Observe
    ) -> tuple[Attempt, Model[Recurrent]]:
        """Train an ensemble from where it is, and choose the member that is right with most room.

        Args:
            learned: the ensemble, as far as it has come.
            planned: what observers are told is trained.
            observe: told at every look at fresh sequences.
        """
        halt = learned.go_on(planned, observe)
        model = Model(learned.architecture, learned.chosen, self.data.answers)
        if halt is not None:
            right = right_part(learned.architecture, learned.chosen, self._numbered)
            ended = replace(planned, steps=learned.step, right=right, stopped=halt.why)
            if halt.aside:
                self._aside.append((ended, learned))
            return ended, model
        try:
            hardened = self._hardened(learned, planned, observe)
        except Ended as end:  # it is right already, if not as sure as it would become
            at = learned.step
            return replace(planned, steps=at, right=1.0, reached_at=at, stopped=str(end)), model
        ended = replace(
            planned,
            steps=learned.step + hardened.steps,
            right=1.0,
            reached_at=learned.step,
            noise=hardened.noise,
            radius=hardened.radius,
        )
        return ended, replace(model, parameters=hardened.parameters)

    def _hardened(self, learned: Learning, planned: Attempt, observe: Observe) -> Hardened:
        """The best members, made to bear noise and boxes as long as they can."""
        recipe = self.recipe
        count = recipe.batch_of(self.data.inputs.shape[1], len(self.data.answers))
        pace = (recipe.easy, recipe.hard, recipe.growth)
        return harden(
            learned.architecture,
            members_of(learned.parameters, learned.order[: recipe.hardened_members]),
            learned.chosen,
            self._numbered,
            Growth(recipe.noise, recipe.hardened_noise, recipe.noise_steps, *pace),
            Growth(recipe.first_radius, recipe.hardened_radius, recipe.radius_steps, *pace),
            Descent(
                *(recipe.learning_rate, recipe.betas, count),
                *(recipe.check_every, recipe.glance, learned.generator),
            ),
            TrainingState(planned, learned.step, recipe.most_steps, learned.parameters, right=1.0),
            observe,
        )


@dataclass(frozen=True)
class TakenUp:
    """Trains on what was set aside, from where it was.

    Attributes:
        trainer: who set it aside.
        aside: how far each had come, and the ensemble; the one to go on first comes first.
        waiting: what is begun after those.
    """

    trainer: SecondOrderTrainer
    aside: tuple[tuple[Attempt, Learning], ...]
    waiting: tuple[Attempt, ...]

    def planned(self) -> tuple[Attempt, ...]:
        """The trainings that were set aside, and those that were not begun."""
        begun = (replace(attempt, stopped=None, right=None) for attempt, _ in self.aside)
        return (*begun, *self.waiting)

    def ruled_out(self, planned: Attempt, tried: Sequence[Attempt]) -> str | None:
        """Nothing is."""
        return None

    def prefers(self, attempt: Attempt, over: Attempt) -> bool:
        """The one that is right on more of the fresh sequences."""
        return (attempt.right or 0.0) > (over.right or 0.0)

    def train(self, planned: Attempt, observe: Observe) -> tuple[Attempt, Model[Recurrent]]:
        """Train on or begin, and choose the member that is right with most room."""
        for attempt, learning in self.aside:
            if attempt.sizes == planned.sizes:
                return self.trainer.train_on(learning, planned, observe)
        begun = replace(self.trainer, recipe=replace(self.trainer.recipe, asked=()))
        told = next(each for each in begun.planned() if each.sizes == planned.sizes)
        return begun.train(replace(told, number=planned.number), observe)
