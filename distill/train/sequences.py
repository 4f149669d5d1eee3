"""Training of recurrent networks: many seeds as one batched ensemble, then hardening.

Noise on the hidden state while training keeps states apart from each other (it is what makes a
network right far beyond the training length). Once a member is right on fresh sequences, noise and
boxes grow (`distill.train.hardening`), so that every state contracts to a small region which the
proof can follow. Nothing here is told which machine that is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.networks.second_order import Recurrent
from distill.train.ensemble import as_leaves, descend, members_of, noisy_losses, one_of
from distill.train.hardening import Descent, Growth, Sequences, harden

ObserveSteps = Callable[[int, int, float, float], None]
"""Called with step, most steps, the best part right so far and the smallest loss of a member."""


@dataclass(frozen=True)
class SequenceRecipe:
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
class TrainedRecurrent:
    """How the training of an ensemble ended.

    Attributes:
        parameters: of the member that was chosen, or of the best where none is right.
        right: part of the fresh sequences on which that member answers every step right.
        steps: optimiser steps taken in all.
        learned_at: the step at which a member was first right on all, or null.
        hardened_noise: standard deviation on the hidden state that the member was trained to bear
            after that, or null where hardening did not keep it right.
        hardened_radius: half-width of the boxes that it was trained to bear, or null.
    """

    parameters: dict[str, Tensor]
    right: float
    steps: int
    learned_at: int | None
    hardened_noise: float | None
    hardened_radius: float | None

    @property
    def hardened(self) -> bool:
        """Whether the member is from after the hardening."""
        return self.hardened_noise is not None


def train_recurrent(
    architecture: Recurrent,
    sequences: Int[ndarray, "n length"],
    labels: Int[ndarray, "n length"],
    fresh: Int[ndarray, "m length"],
    fresh_labels: Int[ndarray, "m length"],
    recipe: SequenceRecipe,
    seed: int,
    observe: ObserveSteps | None = None,
) -> TrainedRecurrent:
    """Train an ensemble, and choose the member that is right with most room.

    Args:
        architecture: of every member.
        sequences: of symbol numbers, to train on.
        labels: output numbers at every step.
        fresh: sequences of the same length that are not trained on, which say when a member has
            learned the task.
        fresh_labels: their output numbers.
        recipe: the settings.
        seed: of initialisation, batches and noise.
        observe: is told at every look at fresh sequences how far it is.
    """
    generator = torch.Generator().manual_seed(seed)
    batch = recipe.batch_of(sequences.shape[1], architecture.n_outputs)
    data = Sequences(
        sequences, labels, fresh, fresh_labels, batch, recipe.glance, recipe.check_every
    )
    parameters = as_leaves(architecture.initialise(generator, recipe.members))
    optimiser = torch.optim.Adam(parameters.values(), recipe.learning_rate, recipe.betas)
    right, chosen, best, better_at, step = 0.0, one_of(parameters, 0), 0.0, 0, 0
    order = list(range(recipe.members))
    while right < 1 and step < recipe.max_steps:
        if best < recipe.promising and step >= better_at + recipe.patience:
            break
        for group in optimiser.param_groups:
            group["lr"] = _rate(step, recipe)
        inputs, targets = data.draw(generator)
        losses = noisy_losses(architecture, parameters, inputs, targets, recipe.noise, generator)
        descend(optimiser, losses)
        step += 1
        if step % recipe.check_every and step < recipe.max_steps:
            continue
        glances = data.glances(architecture, parameters)
        order = _best_first(glances, losses.detach())
        if glances[order[0]] > best:
            best, better_at = float(glances[order[0]]), step
        if glances[order[0]] >= right:
            right, chosen = _judged(architecture, parameters, data, glances, order)
        if observe is not None:
            observe(step, recipe.most_steps, best, float(losses.detach().min()))
    if right < 1:
        right = data.right(architecture, chosen)
        return TrainedRecurrent(chosen, right, step, None, None, None)

    def told(taken: int, loss: float) -> None:
        if observe is not None:
            observe(step + taken, recipe.most_steps, 1.0, loss)

    pace = (recipe.easy, recipe.hard, recipe.growth)
    hardened = harden(
        architecture,
        members_of(parameters, order[: recipe.hardened_members]),
        chosen,
        data,
        Growth(recipe.noise, recipe.hardened_noise, recipe.noise_steps, *pace),
        Growth(recipe.first_radius, recipe.hardened_radius, recipe.radius_steps, *pace),
        Descent(recipe.learning_rate, recipe.betas, generator),
        told,
    )
    return TrainedRecurrent(
        hardened.parameters,
        1.0,
        step + hardened.steps,
        step,
        hardened.noise,
        hardened.radius,
    )


def _rate(step: int, recipe: SequenceRecipe) -> float:
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
    data: Sequences,
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
        tried.append((data.right(architecture, chosen), chosen))
        if tried[-1][0] == 1:
            break
    if not tried:
        return float(glances[order[0]]), one_of(parameters, order[0])
    return max(tried, key=lambda entry: entry[0])


def label_numbers(
    labels: Int[ndarray, "n length"],
) -> tuple[Int[ndarray, "n length"], tuple[int, ...]]:
    """Labels as numbers of the values that occur, and these values."""
    values, numbers = np.unique(labels, return_inverse=True)
    return numbers.reshape(labels.shape), tuple(int(value) for value in values)
