"""A network over integers, taken to the bottom that it is near: L-BFGS, then Gauss-Newton steps."""

from __future__ import annotations

import math

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from distill.networks.architecture import Parameters
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.train.ensemble import integer_losses, one_of
from distill.train.integer_recipes import ValueRecipe

POLISH_BLOCK = 25
"""Iterations of L-BFGS between two looks at the loss."""

STUCK = 0.99
"""Part of the loss that is left after such a block when there is no point in going on."""


def polished(
    architecture: IntegerRecurrent,
    alone: Parameters,
    inputs: Float[Tensor, "n length inputs"],
    targets: Tensor,
    recipe: ValueRecipe,
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
        loss = integer_losses(architecture, together, inputs, targets).sum()
        loss.backward()
        for leaf in together.values():  # L-BFGS flattens gradients by a view
            leaf.grad = None if leaf.grad is None else leaf.grad.contiguous()
        return float(loss.detach())

    best, loss, taken = one_of(together, 0), math.inf, 0
    while taken < recipe.polish_steps:
        optimiser.step(closure)
        taken += POLISH_BLOCK
        with torch.no_grad():
            now = float(integer_losses(architecture, together, inputs, targets)[0])
        if not now < loss:
            break
        stuck = now > STUCK * loss
        best, loss = one_of(together, 0), now
        if loss < recipe.enough or stuck:
            break
    return best, loss, taken


def sharpened(
    architecture: IntegerRecurrent,
    alone: Parameters,
    loss: float,
    inputs: Float[Tensor, "n length inputs"],
    targets: Tensor,
    recipe: ValueRecipe,
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
        now = float(integer_losses(architecture, together, inputs, targets)[0])
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
