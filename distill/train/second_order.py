"""Training of second-order networks: many seeds as one batched ensemble, then hardening.

Noise on the hidden state while training keeps states apart from each other (it is what makes a
network right far beyond the training length). Once a member is right on fresh sequences, noise and
boxes grow (`distill.train.hardening`), so that every state contracts to a small region which the
proof can follow. A width that goes nowhere is given up early, so that a task that no width learns
costs seconds. Nothing here is told which machine that is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from distill.checker.scope import many
from distill.networks.second_order import Recurrent
from distill.networks.stored import Model
from distill.records.attempts import Attempt
from distill.train.data import Data
from distill.train.ensemble import (
    as_leaves,
    descend,
    draw,
    members_of,
    noisy_losses,
    one_of,
    right_part,
    right_parts,
)
from distill.train.hardening import Descent, Growth, Hardened, harden
from distill.train.trainer import Ended, Observe, TrainingState, sizes_of

WIDTHS = (16, 32)
"""Hidden units, in the order in which they are tried. With 8 most tasks are learned too, but in
more steps, and the boxes that such a network bears are smaller."""


@dataclass(frozen=True)
class SecondOrderRecipe:
    """Training settings.

    Attributes:
        members: networks of the ensemble.
        batch_size: sequences of a step, fewer where outputs are many (see `logits`).
        learning_rate: of Adam; it rises over `warmup` steps and falls along a cosine until
            `max_steps`.
        betas: of Adam.
        noise: standard deviation on the hidden state, until a member is right.
        max_steps: where learning ends without a member that is right.
        patience: learning is given up when no member has been better than before for so many
            steps: one that goes nowhere is not waited for.
        promising: a member that has this part right is waited for until `max_steps`: the last
            errors go as the learning rate falls.
        nowhere: learning is given up where no member has this part right after `patience` steps. Of
            65 networks that learned their task (MIPS and Tomita suites, seed 0) every one had
            0.58 of it after 100 steps; of a hash of the inputs 0.04 is right after 300.
        check_every: steps between two looks at fresh sequences.
        glance: fresh sequences that every member is looked at on; one that is right on these is
            tried on all.
        logits: of a batch of the whole ensemble at most: with hundreds of outputs they are what
            training costs.
        hardened_members: of the best members that are hardened; the others are dropped.
        hardened_noise: what the noise grows to once a member is right.
        noise_steps: steps of that growth at most.
        first_radius: half-width of the boxes that grow after that.
        hardened_radius: what it grows to.
        radius_steps: steps of that growth at most.
        easy: a member's noise or radius grows while its loss is below this.
        hard: it falls while the loss is above this.
        growth: factor of every such change.
    """

    members: int = 8
    batch_size: int = 256
    learning_rate: float = 1e-2
    betas: tuple[float, float] = (0.9, 0.98)
    warmup: int = 50
    noise: float = 0.1
    max_steps: int = 1000
    patience: int = 300
    promising: float = 0.9
    nowhere: float = 0.2
    check_every: int = 50
    glance: int = 1000
    logits: int = 2_000_000
    hardened_members: int = 4
    hardened_noise: float = 0.5
    noise_steps: int = 300
    first_radius: float = 0.01
    hardened_radius: float = 0.25
    radius_steps: int = 600
    easy: float = 0.03
    hard: float = 0.1
    growth: float = 1.04

    def batch_of(self, length: int, outputs: int) -> int:
        """Sequences of a step, of so many steps and answers to choose among."""
        per_sequence = self.members * length * outputs
        return max(1, min(self.batch_size, self.logits // per_sequence))

    @property
    def most_steps(self) -> int:
        """Steps of a training that is not cut short anywhere."""
        return self.max_steps + self.noise_steps + self.radius_steps


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
        """Nothing is: what such a network cannot hold shows while it trains."""
        return None

    def prefers(self, attempt: Attempt, over: Attempt) -> bool:
        """The one that is right on more of the fresh sequences."""
        return (attempt.right or 0.0) > (over.right or 0.0)

    def train(self, planned: Attempt, observe: Observe) -> tuple[Attempt, Model[Recurrent]]:
        """Train an ensemble, and choose the member that is right with most room."""
        assert planned.seed is not None, "what is planned has a seed"
        architecture = self._architecture(planned.d_hidden)
        generator = torch.Generator().manual_seed(planned.seed[0])
        learned = _learn(architecture, self._numbered, self.recipe, generator, planned, observe)
        model = Model(architecture, learned.chosen, self.data.answers)
        if learned.stopped is not None:
            right = right_part(architecture, learned.chosen, self._numbered)
            ended = replace(planned, steps=learned.step, right=right, stopped=learned.stopped)
            return ended, model
        try:
            hardened = self._hardened(architecture, learned, planned, generator, observe)
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

    def _hardened(
        self,
        architecture: Recurrent,
        learned: _Learned,
        planned: Attempt,
        generator: torch.Generator,
        observe: Observe,
    ) -> Hardened:
        """The best members, made to bear noise and boxes as long as they can."""
        recipe = self.recipe
        pace = (recipe.easy, recipe.hard, recipe.growth)
        return harden(
            architecture,
            members_of(learned.parameters, learned.order[: recipe.hardened_members]),
            learned.chosen,
            self._numbered,
            Growth(recipe.noise, recipe.hardened_noise, recipe.noise_steps, *pace),
            Growth(recipe.first_radius, recipe.hardened_radius, recipe.radius_steps, *pace),
            Descent(
                *(recipe.learning_rate, recipe.betas, _batch(architecture, self.data, recipe)),
                *(recipe.check_every, recipe.glance, generator),
            ),
            TrainingState(planned, learned.step, recipe.most_steps, learned.parameters, right=1.0),
            observe,
        )


@dataclass(frozen=True)
class _Learned:
    """An ensemble at the end of learning.

    Attributes:
        parameters: of all members.
        chosen: of the member that is right on most fresh sequences.
        order: members, the best first.
        step: steps taken.
        stopped: why no member is right on all, or null where one is.
    """

    parameters: dict[str, Tensor]
    chosen: dict[str, Tensor]
    order: list[int]
    step: int
    stopped: str | None


def _learn(
    architecture: Recurrent,
    data: Data,
    recipe: SecondOrderRecipe,
    generator: torch.Generator,
    planned: Attempt,
    observe: Observe,
) -> _Learned:
    """Train an ensemble until a member is right, or until there is no point in going on."""
    batch = _batch(architecture, data, recipe)
    parameters = as_leaves(architecture.initialise(generator, recipe.members))
    optimiser = torch.optim.Adam(parameters.values(), recipe.learning_rate, recipe.betas)
    right, chosen, best, better_at, step = 0.0, one_of(parameters, 0), 0.0, 0, 0
    order = list(range(recipe.members))
    while right < 1 and step < recipe.max_steps:
        if step == recipe.patience and best < recipe.nowhere:
            stopped = (
                f"no member was right on {recipe.nowhere:.0%} of the fresh sequences after "
                f"{many(step, 'step')}"
            )
            return _Learned(parameters, chosen, order, step, stopped)
        if best < recipe.promising and step >= better_at + recipe.patience:
            stopped = f"no member was better than before for {recipe.patience} steps"
            return _Learned(parameters, chosen, order, step, stopped)
        for group in optimiser.param_groups:
            group["lr"] = _rate(step, recipe)
        inputs, targets = draw(data, batch, generator)
        losses = noisy_losses(architecture, parameters, inputs, targets, recipe.noise, generator)
        descend(optimiser, losses)
        step += 1
        if step % recipe.check_every and step < recipe.max_steps:
            continue
        glances = right_parts(architecture, parameters, data, recipe.glance)
        order = _best_first(glances, losses.detach())
        if glances[order[0]] > best:
            best, better_at = float(glances[order[0]]), step
        if glances[order[0]] >= right:
            right, chosen = _judged(architecture, parameters, data, glances, order)
        loss = float(losses.detach().min())
        observe(TrainingState(planned, step, recipe.most_steps, parameters, loss, best))
    stopped = None if right == 1 else "no member was right at the last look"
    return _Learned(parameters, chosen, order, step, stopped)


def _batch(architecture: Recurrent, data: Data, recipe: SecondOrderRecipe) -> int:
    """Sequences of a step."""
    return recipe.batch_of(data.inputs.shape[1], architecture.n_outputs)


def _rate(step: int, recipe: SecondOrderRecipe) -> float:
    """Learning rate of a step while the task is learned."""
    fallen = 0.02 + 0.49 * (1 + math.cos(math.pi * step / recipe.max_steps))
    return recipe.learning_rate * fallen * min(1.0, (step + 1) / recipe.warmup)


def _best_first(
    glances: Float[ndarray, " members"], losses: Float[Tensor, " members"]
) -> list[int]:
    """Members by the part they have right, and among equals by their loss."""
    return sorted(range(len(glances)), key=lambda e: (-float(glances[e]), float(losses[e])))


def _judged(
    architecture: Recurrent,
    parameters: dict[str, Tensor],
    data: Data,
    glances: Float[ndarray, " members"],
    order: list[int],
) -> tuple[float, dict[str, Tensor]]:
    """The best member and the part that it has right: of all fresh sequences where the glance
    found no fault.
    """
    tried = []
    for member in order:
        if glances[member] < 1:
            break
        chosen = one_of(parameters, member)
        tried.append((right_part(architecture, chosen, data), chosen))
        if tried[-1][0] == 1:
            break
    if not tried:
        return float(glances[order[0]]), one_of(parameters, order[0])
    return max(tried, key=lambda entry: entry[0])
