"""One ensemble of recurrent networks over integers: Adam on all, the best polished.

Inputs and outputs are scaled to a mean square of 1 while training; afterwards the scales go into
the weights, so that what is returned is a plain network on integers. Adam brings the ensemble into
the right basin, L-BFGS its best members near the bottom, and Gauss-Newton steps to it: to the last
digits of float64, so that the network can be read as integers and stays right for long.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from distill.networks.architecture import Parameters
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.stored import Model
from distill.train.data import Data
from distill.train.ensemble import descend, integer_losses, one_of
from distill.train.integer_recipes import ChoiceRecipe, IntegerRecipe, ValueRecipe
from distill.train.polishing import polished, sharpened


@dataclass(frozen=True)
class Width:
    """The best network of one width.

    Attributes:
        right: part of the fresh sequences on which it answers every step right.
        loss: in units of the mean square of the answers for a value.
        steps: of Adam, L-BFGS and Gauss-Newton.
    """

    parameters: Parameters
    right: float
    loss: float
    steps: int


@dataclass(frozen=True)
class _Scaled:
    """Sequences and targets as the optimiser sees them, and the scales that were taken off."""

    inputs: Float[Tensor, "n length inputs"]
    targets: Tensor
    input_scale: Float[Tensor, " inputs"]
    output_scale: Float[Tensor, " outputs"]


def train_value(
    architecture: IntegerRecurrent, data: Data, recipe: ValueRecipe, generator: torch.Generator
) -> Width:
    """Train networks that answer with a number, and polish the best."""
    scaled = _scale(architecture, data, ())
    *_, (_, parameters, losses) = _adam(architecture, scaled, recipe, generator)
    return _polish(architecture, parameters, losses, scaled, data, recipe)


def train_choice(
    architecture: IntegerRecurrent,
    data: Data,
    answers: tuple[int, ...],
    recipe: ChoiceRecipe,
    generator: torch.Generator,
) -> Width:
    """Train networks that choose among these answers, until one is right or none is nearly so."""
    scaled = _scale(architecture, data, answers)
    found = None
    for step, parameters, losses in _adam(architecture, scaled, recipe, generator):
        if step % recipe.check_every == 0 or step == recipe.steps:
            right, loss, alone = _right_member(
                architecture, parameters, losses, scaled, data, answers, recipe
            )
            found = Width(alone, right, loss, step)
            if right == 1 or (step == recipe.patience and right < recipe.nearly):
                break
    assert found is not None, "the last step is looked at"
    return found


def _adam(
    architecture: IntegerRecurrent,
    scaled: _Scaled,
    recipe: IntegerRecipe,
    generator: torch.Generator,
) -> Iterator[tuple[int, Parameters, Float[Tensor, " members"]]]:
    """Every step of Adam on a fresh ensemble: its number, all parameters, the members' losses."""
    parameters = architecture.initialise(generator, recipe.members)
    leaves = [weights.requires_grad_() for weights in parameters.values()]
    optimiser = torch.optim.Adam(leaves, lr=recipe.learning_rate, betas=recipe.betas)
    for step in range(1, recipe.steps + 1):
        for group in optimiser.param_groups:
            group["lr"] = recipe.learning_rate * _rate(step, recipe)
        batch = torch.randint(len(scaled.inputs), (recipe.batch_size,), generator=generator)
        loss = integer_losses(architecture, parameters, scaled.inputs[batch], scaled.targets[batch])
        descend(optimiser, loss)
        yield step, parameters, torch.nan_to_num(loss.detach(), nan=math.inf)


def _right_member(
    architecture: IntegerRecurrent,
    parameters: Parameters,
    losses: Float[Tensor, " members"],
    scaled: _Scaled,
    data: Data,
    answers: tuple[int, ...],
    recipe: IntegerRecipe,
) -> tuple[float, float, Parameters]:
    """The first member, by loss, that is right on all fresh sequences, or the one right on most."""
    found = []
    for member in losses.argsort().tolist():
        alone = _unscaled(one_of(parameters, member), scaled)
        right = _right(architecture, alone, answers, data, recipe)
        found.append((right, float(losses[member]), alone))
        if right == 1:
            return found[-1]
    return max(found, key=lambda entry: entry[0])


def _polish(
    architecture: IntegerRecurrent,
    parameters: Parameters,
    losses: Float[Tensor, " members"],
    scaled: _Scaled,
    data: Data,
    recipe: ValueRecipe,
) -> Width:
    """L-BFGS on the best members, one after another, until one of them is right."""
    inputs, targets = scaled.inputs[: recipe.polished_on], scaled.targets[: recipe.polished_on]
    found, steps = [], recipe.steps
    for member in losses.argsort().tolist()[: recipe.finalists]:
        alone, loss, taken = polished(
            architecture, one_of(parameters, member), inputs, targets, recipe
        )
        alone, loss, further = sharpened(architecture, alone, loss, inputs, targets, recipe)
        steps += taken + further
        alone = _unscaled(alone, scaled)
        found.append((_right(architecture, alone, (), data, recipe), loss, alone))
        if found[-1][0] == 1:
            break
    right, loss, alone = max(found, key=lambda entry: (entry[0], -entry[1]))
    return Width(alone, right, loss, steps)


def _rate(step: int, recipe: IntegerRecipe) -> float:
    """Part of the learning rate: a short warm-up, then half a cosine down to a twentieth."""
    fall = 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / recipe.steps))
    return min(1.0, step / recipe.warmup) * fall


def _scale(architecture: IntegerRecurrent, data: Data, answers: tuple[int, ...]) -> _Scaled:
    inputs = architecture.encoded(torch.from_numpy(data.inputs))
    ones = torch.ones(architecture.n_inputs, dtype=torch.float64)
    scale = ones if architecture.one_hot else _size(inputs)
    if architecture.readout == "choice":
        targets = torch.from_numpy(np.searchsorted(answers, data.labels[:, :, 0]))
        units = torch.ones(architecture.n_outputs, dtype=torch.float64)
    else:
        labels = torch.from_numpy(data.labels).double()
        units = _size(labels)
        targets = labels / units
    return _Scaled(inputs / scale, targets, scale, units)


def _size(values: Float[Tensor, "n length k"]) -> Float[Tensor, " k"]:
    """Root mean square of every channel; 1 for one that is 0 throughout."""
    size = values.square().mean(dim=(0, 1)).sqrt()
    return torch.where(size > 0, size, torch.ones_like(size))


def _unscaled(alone: Parameters, scaled: _Scaled) -> Parameters:
    """The network on integers: what was divided by goes into the weights."""
    parameters = dict(alone)
    parameters["B"] = alone["B"] / scaled.input_scale
    parameters["C"] = alone["C"] * scaled.output_scale[:, None]
    parameters["d"] = alone["d"] * scaled.output_scale
    return parameters


def _right(
    architecture: IntegerRecurrent,
    alone: Parameters,
    answers: tuple[int, ...],
    data: Data,
    recipe: IntegerRecipe,
) -> float:
    """Part of the fresh sequences on which every step is right; few are seen if some are wrong."""
    if not all(bool(torch.isfinite(weights).all()) for weights in alone.values()):
        return 0.0
    model = Model(architecture, alone, answers)
    for count in (recipe.glance, len(data.fresh)):
        same = model.run(data.fresh[:count]) == data.fresh_labels[:count]
        right = float(same.all(axis=(1, 2)).mean())
        if right < 1:
            return right
    return right
