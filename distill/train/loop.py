"""The training loop: minibatch AdamW until the network is structured, then a cosine tail.

Nanda et al. (arXiv 2301.05217) train on the full batch at a learning rate of 1e-3 for ten
thousand epochs and more. Batches of 512 at ten times the learning rate reach the same circuits in
under a thousand steps. What stops the run names no answer: every few steps the network is run on
unlabelled inputs, and a score says how structured its logits are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from numpy import ndarray
from torch.nn.functional import cross_entropy

from distill.architecture import Architecture, Parameters, StoredArchitecture
from distill.model import Model

STRUCTURED = {"transformer": 0.9, "mlp": 0.85}
"""The score from which the tail begins, by kind of architecture: the rectified sums of a perceptron
keep harmonics that no few directions hold, and its score hardly rises beyond this while the
learning rate is high."""


@dataclass(frozen=True)
class Recipe:
    """Training settings.

    Attributes:
        warmup: steps of linear warm-up.
        check_every: steps between two takings of the structure score.
        structured: the score from which the tail begins.
        tail: steps of cosine decay, to `final_learning_rate` times the learning rate.
        max_steps: where training ends without a structured network.
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


@dataclass(frozen=True)
class TrainingState:
    """What an observer sees before every step: it must not change the parameters."""

    step: int
    parameters: Parameters
    batch_loss: float | None
    structure: float
    tail_done: float
    """Part of the tail that is behind, from 0 to 1."""


@dataclass(frozen=True)
class Trained:
    """A trained model, and how training ended.

    Attributes:
        steps: optimiser steps taken.
        tail_from: the step at which the score was reached, or null where it never was.
        structure: the last score. It was used to stop, so it is not evidence.
    """

    model: Model
    steps: int
    tail_from: int | None
    structure: float


def train(
    architecture: StoredArchitecture,
    tokens: Int[ndarray, "n k"],
    labels: Int[ndarray, " n"],
    probe: Int[ndarray, "m k"],
    score: Callable[[ndarray], float],
    recipe: Recipe,
    seed: Sequence[int],
    observe: Callable[[TrainingState], None] = lambda state: None,
) -> Trained:
    """Train one network.

    Args:
        architecture: what is trained.
        tokens: the training inputs.
        labels: their labels.
        probe: unlabelled inputs that the structure score is taken on.
        score: maps centred logits [m, outputs] to a number from 0 to 1.
        recipe: the settings.
        seed: of the initialisation and of the batches, as entropy for a `SeedSequence`.
        observe: called before every step, and once after the last.
    """
    init_seed, batch_seed = (int(s) for s in np.random.SeedSequence(list(seed)).generate_state(2))
    parameters = architecture.initialise(torch.Generator().manual_seed(init_seed))
    leaves = [weights.requires_grad_() for weights in parameters.values()]
    optimiser = torch.optim.AdamW(
        leaves,
        lr=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        betas=recipe.betas,
        fused=True,
    )
    batches = torch.Generator().manual_seed(batch_seed)
    inputs, targets = torch.from_numpy(tokens), torch.from_numpy(labels)
    probe_inputs = torch.from_numpy(probe)
    size = min(recipe.batch_size, len(inputs))
    order, cursor = torch.empty(0, dtype=torch.int64), 0
    step, tail_from, structure, loss = 0, None, 0.0, None

    while step < recipe.max_steps and not _tail_is_over(step, tail_from, recipe):
        observe(_state(step, parameters, loss, structure, tail_from, recipe))
        if cursor + size > len(order):  # the last partial batch of an epoch is dropped
            order, cursor = torch.randperm(len(inputs), generator=batches), 0
        batch = order[cursor : cursor + size]
        cursor += size
        for group in optimiser.param_groups:
            group["lr"] = recipe.learning_rate * _schedule(step, tail_from, recipe)
        batch_loss = cross_entropy(architecture.logits(parameters, inputs[batch]), targets[batch])
        optimiser.zero_grad(set_to_none=True)
        batch_loss.backward()
        optimiser.step()
        loss = batch_loss.item()
        step += 1
        if tail_from is None and step % recipe.check_every == 0:
            structure = _structure(architecture, parameters, probe_inputs, score)
            if structure >= recipe.structured and loss < 1.0:
                tail_from = step

    observe(_state(step, parameters, loss, structure, tail_from, recipe))
    structure = _structure(architecture, parameters, probe_inputs, score)
    stored = {name: weights.detach().clone() for name, weights in parameters.items()}
    return Trained(Model(architecture, stored), step, tail_from, structure)


def _tail_is_over(step: int, tail_from: int | None, recipe: Recipe) -> bool:
    return tail_from is not None and step - tail_from >= recipe.tail


def _schedule(step: int, tail_from: int | None, recipe: Recipe) -> float:
    if tail_from is None:
        return min((step + 1) / recipe.warmup, 1.0)
    done = (step - tail_from) / recipe.tail
    low = recipe.final_learning_rate
    return low + (1 - low) * 0.5 * (1 + math.cos(math.pi * done))


def _structure(
    architecture: Architecture,
    parameters: Parameters,
    probe: torch.Tensor,
    score: Callable[[ndarray], float],
) -> float:
    with torch.no_grad():
        logits = architecture.logits(parameters, probe).double()
    return score((logits - logits.mean(dim=1, keepdim=True)).numpy())


def _state(
    step: int,
    parameters: Parameters,
    loss: float | None,
    structure: float,
    tail_from: int | None,
    recipe: Recipe,
) -> TrainingState:
    done = 0.0 if tail_from is None else min((step - tail_from) / recipe.tail, 1.0)
    return TrainingState(step, parameters, loss, structure, done)
