"""One ensemble of recurrent networks over integers: Adam on all, the best polished.

Inputs and outputs are scaled to a mean square of 1 while training; afterwards the scales go into
the weights, so that what is returned is a plain network on integers. Adam brings the ensemble into
the right basin, L-BFGS its best members near the bottom, and Gauss-Newton steps to it: to the last
digits of float64, so that the network can be read as integers and stays right for long.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.stored import Model
from distill.train.ensemble import descend, mean_cross_entropy, one_of

Parameters = dict[str, Tensor]


@dataclass(frozen=True)
class IntegerData:
    """Sequences of integers (or of symbol numbers), and the answers that are due at every step.

    Attributes:
        fresh: sequences of the same length that are not trained on, which say when a network has
            learned the task.
    """

    sequences: Int[ndarray, "n length channels"]
    labels: Int[ndarray, "n length outputs"]
    fresh: Int[ndarray, "m length channels"]
    fresh_labels: Int[ndarray, "m length outputs"]


@dataclass(frozen=True)
class IntegerRecipe:
    """Training settings.

    Attributes:
        members: networks of the ensemble.
        steps: of Adam, for a value.
        choice_steps: of Adam at most, for a choice, which nothing polishes.
        finalists: members that L-BFGS is tried on, best first.
        polish_steps: iterations of L-BFGS at most, for each of them.
        polished_on: sequences that it sees.
        enough: a loss at which it stops, for Gauss and Newton to take over.
        sharpenings: of their steps at most; each squares the error, or nearly so.
        check_every: steps between two looks at fresh sequences, of a choice.
        glance: fresh sequences that are looked at first.
    """

    members: int = 8
    batch_size: int = 128
    learning_rate: float = 1e-2
    betas: tuple[float, float] = (0.9, 0.98)
    warmup: int = 20
    steps: int = 400
    choice_steps: int = 800
    finalists: int = 3
    polish_steps: int = 300
    polished_on: int = 384
    enough: float = 1e-10
    sharpenings: int = 10
    check_every: int = 100
    glance: int = 1000


@dataclass(frozen=True)
class _Scaled:
    """Sequences and targets as the optimiser sees them, and the scales that were taken off."""

    inputs: Float[Tensor, "n length inputs"]
    targets: Tensor
    input_scale: Float[Tensor, " inputs"]
    output_scale: Float[Tensor, " outputs"]


def train_width(
    architecture: IntegerRecurrent,
    data: IntegerData,
    answers: tuple[int, ...],
    recipe: IntegerRecipe,
    generator: torch.Generator,
) -> tuple[float, float, int, Parameters]:
    """Part right, loss, steps and parameters of the best network of one width."""
    scaled = _scale(architecture, data, answers)
    parameters = architecture.initialise(generator, recipe.members)
    leaves = [weights.requires_grad_() for weights in parameters.values()]
    optimiser = torch.optim.Adam(leaves, lr=recipe.learning_rate, betas=recipe.betas)
    losses = torch.full((recipe.members,), math.inf, dtype=torch.float64)
    most = recipe.choice_steps if architecture.readout == "choice" else recipe.steps
    for step in range(1, most + 1):
        for group in optimiser.param_groups:
            group["lr"] = recipe.learning_rate * _rate(step, most, recipe)
        batch = torch.randint(len(scaled.inputs), (recipe.batch_size,), generator=generator)
        loss = _losses(architecture, parameters, scaled.inputs[batch], scaled.targets[batch])
        descend(optimiser, loss)
        losses = torch.nan_to_num(loss.detach(), nan=math.inf)
        if architecture.readout == "choice" and step % recipe.check_every == 0:
            found = _right_member(architecture, parameters, losses, scaled, data, answers, recipe)
            if found is not None and found[0] == 1:
                return found[0], found[1], step, found[2]
    if architecture.readout == "choice":
        found = _right_member(architecture, parameters, losses, scaled, data, answers, recipe)
        return found[0], found[1], most, found[2]
    return _polish(architecture, parameters, losses, scaled, data, recipe)


def _right_member(
    architecture: IntegerRecurrent,
    parameters: Parameters,
    losses: Float[Tensor, " members"],
    scaled: _Scaled,
    data: IntegerData,
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
    data: IntegerData,
    recipe: IntegerRecipe,
) -> tuple[float, float, int, Parameters]:
    """L-BFGS on the best members, one after another, until one of them is right."""
    inputs, targets = scaled.inputs[: recipe.polished_on], scaled.targets[: recipe.polished_on]
    found, steps = [], recipe.steps
    for member in losses.argsort().tolist()[: recipe.finalists]:
        polished, loss, taken = _polished(
            architecture, one_of(parameters, member), inputs, targets, recipe
        )
        polished, loss, sharpened = _sharpened(
            architecture, polished, loss, inputs, targets, recipe
        )
        steps += taken + sharpened
        alone = _unscaled(polished, scaled)
        found.append((_right(architecture, alone, (), data, recipe), loss, alone))
        if found[-1][0] == 1:
            break
    right, loss, alone = max(found, key=lambda entry: (entry[0], -entry[1]))
    return right, loss, steps, alone


def _polished(
    architecture: IntegerRecurrent,
    alone: Parameters,
    inputs: Float[Tensor, "n length inputs"],
    targets: Tensor,
    recipe: IntegerRecipe,
) -> tuple[Parameters, float, int]:
    """One member after L-BFGS, its loss and the iterations that were taken."""
    together = {name: weights[None].requires_grad_() for name, weights in alone.items()}
    optimiser = torch.optim.LBFGS(
        list(together.values()),
        max_iter=POLISH_BLOCK,
        history_size=30,
        tolerance_grad=1e-14,
        tolerance_change=1e-18,
        line_search_fn="strong_wolfe",
    )

    def closure() -> float:
        optimiser.zero_grad()
        loss = _losses(architecture, together, inputs, targets).sum()
        loss.backward()
        for leaf in together.values():  # L-BFGS flattens gradients by a view
            leaf.grad = None if leaf.grad is None else leaf.grad.contiguous()
        return float(loss.detach())

    best, loss, taken = one_of(together, 0), math.inf, 0
    while taken < recipe.polish_steps:
        optimiser.step(closure)
        taken += POLISH_BLOCK
        with torch.no_grad():
            now = float(_losses(architecture, together, inputs, targets)[0])
        if not now < loss:
            break
        stuck = now > STUCK * loss
        best, loss = one_of(together, 0), now
        if loss < recipe.enough or stuck:
            break
    return best, loss, taken


def _sharpened(
    architecture: IntegerRecurrent,
    alone: Parameters,
    loss: float,
    inputs: Float[Tensor, "n length inputs"],
    targets: Tensor,
    recipe: IntegerRecipe,
) -> tuple[Parameters, float, int]:
    """The member after Gauss-Newton steps, as long as they help; its loss, and their number.

    Of the many equal networks that a change of basis gives, the least squares choose the nearest.
    """
    taken = 0
    while taken < recipe.sharpenings:
        y, slopes = _slopes(architecture, alone, inputs)
        if not bool(torch.isfinite(slopes).all()):
            break
        wrong = (y - targets).flatten().numpy()
        change = np.linalg.lstsq(slopes.numpy(), wrong, rcond=1e-10)[0]
        parts = torch.from_numpy(change).split([weights.numel() for weights in alone.values()])
        tried = {
            name: weights - part.view(weights.shape)
            for (name, weights), part in zip(alone.items(), parts, strict=True)
        }
        together = {name: weights[None] for name, weights in tried.items()}
        now = float(_losses(architecture, together, inputs, targets)[0])
        if not now < loss * STUCK:
            break
        alone, loss, taken = tried, now, taken + 1
    return alone, loss, taken


def _slopes(
    architecture: IntegerRecurrent, alone: Parameters, inputs: Float[Tensor, "n length inputs"]
) -> tuple[Float[Tensor, "n length outputs"], Float[Tensor, "r p"]]:
    """Y along sequences, and the derivatives of all of it to all parameters, carried along."""
    A, B, C = (alone[name].mT for name in ("A", "B", "C"))
    directions = torch.eye(sum(weights.numel() for weights in alone.values()), dtype=A.dtype)
    parts = directions.split([weights.numel() for weights in alone.values()], dim=1)
    d = {
        name: part.view(-1, *weights.shape)
        for (name, weights), part in zip(alone.items(), parts, strict=True)
    }
    hidden = alone["h_0"].expand(len(inputs), -1)
    moved = d["h_0"][:, None].expand(-1, len(inputs), -1)
    values, slopes = [], []
    for x in inputs.unbind(dim=1):
        moved = moved @ A + hidden @ d["A"].mT + x @ d["B"].mT + d["b"][:, None]
        hidden = hidden @ A + x @ B + alone["b"]
        if architecture.activation == "relu":
            moved, hidden = moved * (hidden > 0), torch.relu(hidden)
        values.append(hidden @ C + alone["d"])
        slopes.append(moved @ C + hidden @ d["C"].mT + d["d"][:, None])
    return torch.stack(values, dim=1), torch.stack(slopes, dim=2).flatten(1).T


POLISH_BLOCK = 25
"""Iterations of L-BFGS between two looks at the loss."""

STUCK = 0.99
"""Part of the loss that is left after such a block when there is no point in going on."""


def _rate(step: int, most: int, recipe: IntegerRecipe) -> float:
    """Part of the learning rate: a short warm-up, then half a cosine down to a twentieth."""
    fall = 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / most))
    return min(1.0, step / recipe.warmup) * fall


def _scale(architecture: IntegerRecurrent, data: IntegerData, answers: tuple[int, ...]) -> _Scaled:
    inputs = architecture.encoded(torch.from_numpy(data.sequences))
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


def _losses(
    architecture: IntegerRecurrent,
    parameters: Parameters,
    inputs: Float[Tensor, "n length inputs"],
    targets: Tensor,
) -> Float[Tensor, " members"]:
    """Mean squared error of every member, or mean cross-entropy of a choice."""
    y = architecture.outputs(parameters, architecture.hidden(parameters, inputs))
    if architecture.readout == "value":
        return (y - targets).square().mean(dim=(1, 2, 3))
    return mean_cross_entropy(y, targets)


def _right(
    architecture: IntegerRecurrent,
    alone: Parameters,
    answers: tuple[int, ...],
    data: IntegerData,
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
