"""Training of recurrent networks: many seeds as one batched ensemble, then hardening.

Noise on the hidden state while training keeps states apart from each other (it is what makes a
network right far beyond the training length). Once a member is right on fresh sequences the noise
grows, so that every state contracts to a small region which the proof can follow. Nothing here is
told which machine that is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor
from torch.nn.functional import cross_entropy

from distill.architecture.recurrent import Recurrent


@dataclass(frozen=True)
class SequenceRecipe:
    """Training settings.

    Attributes:
        members: networks of the ensemble.
        noise: standard deviation on the hidden state, until a member is right.
        hardened_noise: what it grows to after that.
        hardening: steps of that growth.
        max_steps: where training ends without a member that is right.
        check_every: steps between two looks at fresh sequences.
        glance: fresh sequences that every member is looked at on; one that is right on these is
            tried on all.
    """

    members: int = 8
    batch_size: int = 256
    learning_rate: float = 1e-2
    betas: tuple[float, float] = (0.9, 0.98)
    warmup: int = 50
    noise: float = 0.1
    hardened_noise: float = 0.5
    hardening: int = 300
    max_steps: int = 1500
    check_every: int = 50
    glance: int = 1000


@dataclass(frozen=True)
class TrainedRecurrent:
    """How the training of an ensemble ended.

    Attributes:
        parameters: of the member that was chosen, or of the best where none is right.
        right: part of the fresh sequences on which that member answers every step right.
        steps: optimiser steps taken in all.
        learned_at: the step at which a member was first right on all, or null.
        hardened: whether the member is from after the hardening.
    """

    parameters: dict[str, Tensor]
    right: float
    steps: int
    learned_at: int | None
    hardened: bool


def train_recurrent(
    architecture: Recurrent,
    sequences: Int[ndarray, "n length"],
    labels: Int[ndarray, "n length"],
    fresh: Int[ndarray, "m length"],
    fresh_labels: Int[ndarray, "m length"],
    recipe: SequenceRecipe,
    seed: int,
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
    """
    generator = torch.Generator().manual_seed(seed)
    parameters = architecture.initialise(generator, recipe.members)
    leaves = [weights.requires_grad_() for weights in parameters.values()]
    optimiser = torch.optim.Adam(leaves, lr=recipe.learning_rate, betas=recipe.betas)
    inputs, targets = torch.from_numpy(sequences), torch.from_numpy(labels)
    step, learned_at, kept = 0, None, (0.0, _member(parameters, 0))
    while step < recipe.max_steps and not _hardened(step, learned_at, recipe):
        noise, rate = _schedule(step, learned_at, recipe)
        for group in optimiser.param_groups:
            group["lr"] = rate
        batch = torch.randint(len(inputs), (recipe.batch_size,), generator=generator)
        loss = _losses(architecture, parameters, inputs[batch], targets[batch], noise, generator)
        optimiser.zero_grad(set_to_none=True)
        loss.sum().backward()
        _clip(leaves)
        optimiser.step()
        step += 1
        if learned_at is None and step % recipe.check_every == 0:
            kept = _best(architecture, parameters, fresh, fresh_labels, loss.detach(), recipe)
            learned_at = step if kept[0] == 1 else None
    right, chosen, hardened = *kept, False
    if learned_at is not None:
        batch = torch.arange(min(len(inputs), 4 * recipe.batch_size))
        with torch.no_grad():
            loss = _losses(
                architecture,
                parameters,
                inputs[batch],
                targets[batch],
                recipe.hardened_noise,
                generator,
            )
        after = _best(architecture, parameters, fresh, fresh_labels, loss, recipe)
        if after[0] == 1:
            right, chosen, hardened = *after, True
    return TrainedRecurrent(chosen, right, step, learned_at, hardened)


def _hardened(step: int, learned_at: int | None, recipe: SequenceRecipe) -> bool:
    return learned_at is not None and step - learned_at >= recipe.hardening


def _schedule(step: int, learned_at: int | None, recipe: SequenceRecipe) -> tuple[float, float]:
    """Noise and learning rate of a step."""
    if learned_at is None:
        return recipe.noise, recipe.learning_rate * min(1.0, (step + 1) / recipe.warmup)
    done = (step - learned_at) / recipe.hardening
    # the noise is at its largest for the second half, while the rate falls
    noise = recipe.noise + (recipe.hardened_noise - recipe.noise) * min(1.0, 2 * done)
    return noise, recipe.learning_rate * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * done)))


def _losses(
    architecture: Recurrent,
    parameters: dict[str, Tensor],
    inputs: Int[Tensor, "n length"],
    targets: Int[Tensor, "n length"],
    noise: float,
    generator: torch.Generator,
) -> Float[Tensor, " members"]:
    """Mean cross-entropy of every member."""
    hidden = architecture.hidden(parameters, inputs, noise=noise, generator=generator)
    logits = architecture.logits(parameters, hidden)
    members = len(logits)
    spread = targets.expand(members, *targets.shape)
    losses = cross_entropy(logits.flatten(0, 2), spread.flatten(), reduction="none")
    return losses.view(members, -1).mean(dim=1)


def _clip(leaves: list[Tensor]) -> None:
    """Scale the gradient of every member to a norm of at most 1; one that overflowed to 0."""
    gradients = [leaf.grad for leaf in leaves if leaf.grad is not None]
    squares = [gradient.flatten(1).square().sum(dim=1) for gradient in gradients]
    norms = torch.stack(squares).sum(dim=0).sqrt()
    scales = torch.nan_to_num(1 / norms.clamp(min=1.0), nan=0.0, posinf=0.0)
    for gradient in gradients:
        gradient.nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0)
        gradient.mul_(scales.view(-1, *[1] * (gradient.ndim - 1)))


def _best(
    architecture: Recurrent,
    parameters: dict[str, Tensor],
    fresh: Int[ndarray, "m length"],
    labels: Int[ndarray, "m length"],
    losses: Float[Tensor, " members"],
    recipe: SequenceRecipe,
) -> tuple[float, dict[str, Tensor]]:
    """The member that is right on most fresh sequences, the one of the smallest loss among
    equals, and that part.
    """
    glance = _right(architecture, parameters, fresh[: recipe.glance], labels[: recipe.glance])
    order = sorted(range(len(losses)), key=lambda e: (-float(glance[e]), float(losses[e])))
    best = (float(glance[order[0]]), _member(parameters, order[0]))
    for member in order:
        if glance[member] < 1:
            break
        chosen = _member(parameters, member)
        alone = {name: weights[None] for name, weights in chosen.items()}
        right = float(_right(architecture, alone, fresh, labels)[0])
        if right == 1:
            return right, chosen
        best = (right, chosen) if member == order[0] else max(best, (right, chosen), key=_part)
    return best


def _part(entry: tuple[float, dict[str, Tensor]]) -> float:
    return entry[0]


def _right(
    architecture: Recurrent,
    parameters: dict[str, Tensor],
    sequences: Int[ndarray, "m length"],
    labels: Int[ndarray, "m length"],
) -> Float[Tensor, " members"]:
    """Part of the sequences on which every member answers every step right."""
    with torch.no_grad():
        hidden = architecture.hidden(parameters, torch.from_numpy(sequences))
        answers = architecture.logits(parameters, hidden).argmax(dim=-1)
    return (answers == torch.from_numpy(labels)).all(dim=-1).double().mean(dim=1)


def _member(parameters: dict[str, Tensor], member: int) -> dict[str, Tensor]:
    return {name: weights[member].detach().clone() for name, weights in parameters.items()}


def label_numbers(
    labels: Int[ndarray, "n length"],
) -> tuple[Int[ndarray, "n length"], tuple[int, ...]]:
    """Labels as numbers of the values that occur, and these values."""
    values, numbers = np.unique(labels, return_inverse=True)
    return numbers.reshape(labels.shape), tuple(int(value) for value in values)
