"""An ensemble of second-order networks that learns: until a member is right, or it is given up.

What learns slowly may be set aside for others and go on later, from where it was: the same steps
are taken as if there had been no pause.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from distill.checker.scope import many
from distill.networks.second_order import Recurrent
from distill.records.attempts import Attempt
from distill.train.data import Data
from distill.train.ensemble import (
    as_leaves,
    descend,
    draw,
    noisy_losses,
    one_of,
    right_part,
    right_parts,
)
from distill.train.trainer import Observe, TrainingState


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
        asked: steps, and the part that a member must have right by then: a training that is slower
            is set aside, and goes on once other networks were tried. None is set aside without.
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
    asked: tuple[tuple[int, float], ...] = ()
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
class Halt:
    """Why learning ended without a member that is right.

    Attributes:
        aside: it may go on, once other networks were tried.
    """

    why: str
    aside: bool = False


class Learning:
    """An ensemble that learns.

    Args:
        architecture: of every member.
        data: with the numbers of symbols as inputs, and places of answers as labels.
        recipe: the settings.
        generator: of weights, batches and noise.

    Attributes:
        parameters: of all members.
        order: members, the best first.
        right: the part of fresh sequences that the chosen member is right on.
        chosen: the parameters of that one, the member that is right on most.
        step: steps taken.
    """

    def __init__(
        self,
        architecture: Recurrent,
        data: Data,
        recipe: SecondOrderRecipe,
        generator: torch.Generator,
    ) -> None:
        self.architecture, self.data, self.recipe = architecture, data, recipe
        self.generator = generator
        self.parameters = as_leaves(architecture.initialise(generator, recipe.members))
        self.order = list(range(recipe.members))
        self.right, self.chosen, self.step = 0.0, one_of(self.parameters, 0), 0
        self._optimiser = torch.optim.Adam(
            self.parameters.values(), recipe.learning_rate, recipe.betas
        )
        self._best, self._better_at = 0.0, 0
        self._asked = dict(recipe.asked)

    def go_on(self, planned: Attempt, observe: Observe) -> Halt | None:
        """Train until a member is right, or until there is no point in going on for now.

        Args:
            planned: what observers are told is trained.
            observe: told at every look at fresh sequences.

        Returns:
            Why no member is right on all, or null where one is.
        """
        recipe = self.recipe
        while self.right < 1 and self.step < recipe.max_steps:
            if (halt := self._halt()) is not None:
                return halt
            self._descend()
            if self.step % recipe.check_every and self.step < recipe.max_steps:
                continue
            loss = self._look()
            state = TrainingState(
                planned, self.step, recipe.most_steps, self.parameters, loss, self._best
            )
            observe(state)
        return None if self.right == 1 else Halt("no member was right at the last look")

    def _halt(self) -> Halt | None:
        """Why it does not go on from this step, if it does not."""
        recipe, step, best = self.recipe, self.step, self._best
        if step == recipe.patience and best < recipe.nowhere:
            return Halt(
                f"no member was right on {recipe.nowhere:.0%} of the fresh sequences after "
                f"{many(step, 'step')}"
            )
        if best < recipe.promising and step >= self._better_at + recipe.patience:
            return Halt(f"no member was better than before for {recipe.patience} steps")
        asked = self._asked.get(step, 0.0)
        if asked < 1 and best >= asked:
            return None
        self._asked = {}  # what is taken up again goes on to its end
        part = "all" if asked == 1 else f"{asked:.0%}"
        return Halt(
            f"set aside, as no member was right on {part} of the "
            f"fresh sequences after {many(step, 'step')}",
            aside=True,
        )

    def _descend(self) -> None:
        """One step of every member."""
        for group in self._optimiser.param_groups:
            group["lr"] = _rate(self.step, self.recipe)
        count = self.recipe.batch_of(self.data.inputs.shape[1], self.architecture.n_outputs)
        inputs, targets = draw(self.data, count, self.generator)
        losses = noisy_losses(
            *(self.architecture, self.parameters, inputs, targets),
            *(self.recipe.noise, self.generator),
        )
        descend(self._optimiser, losses)
        self._losses = losses.detach()
        self.step += 1

    def _look(self) -> float:
        """Who is right on fresh sequences; the least loss of a member."""
        glances = right_parts(self.architecture, self.parameters, self.data, self.recipe.glance)
        self.order = _best_first(glances, self._losses)
        first = float(glances[self.order[0]])
        if first > self._best:
            self._best, self._better_at = first, self.step
        if first >= self.right:
            self.right, self.chosen = self._judged(glances)
        return float(self._losses.min())

    def _judged(self, glances: Float[ndarray, " members"]) -> tuple[float, dict[str, Tensor]]:
        """The best member and the part that it has right: of all fresh sequences where the glance
        found no fault.
        """
        tried = []
        for member in self.order:
            if glances[member] < 1:
                break
            chosen = one_of(self.parameters, member)
            tried.append((right_part(self.architecture, chosen, self.data), chosen))
            if tried[-1][0] == 1:
                break
        if not tried:
            best = self.order[0]
            return float(glances[best]), one_of(self.parameters, best)
        return max(tried, key=lambda entry: entry[0])


def _rate(step: int, recipe: SecondOrderRecipe) -> float:
    """Learning rate of a step while the task is learned."""
    fallen = 0.02 + 0.49 * (1 + math.cos(math.pi * step / recipe.max_steps))
    return recipe.learning_rate * fallen * min(1.0, (step + 1) / recipe.warmup)


def _best_first(
    glances: Float[ndarray, " members"], losses: Float[Tensor, " members"]
) -> list[int]:
    """Members by the part they have right, and among equals by their loss."""
    return sorted(range(len(glances)), key=lambda e: (-float(glances[e]), float(losses[e])))
