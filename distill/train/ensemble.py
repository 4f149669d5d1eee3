"""An ensemble of recurrent networks that is trained as one batch: losses, a step, who is right."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.second_order import Recurrent
from distill.train.data import Data

LOGITS = 4_000_000
"""Logits that are held at once when sequences are answered: answers may be in the hundreds."""


def noisy_losses(
    architecture: Recurrent,
    parameters: dict[str, Tensor],
    inputs: Int[Tensor, "n length"],
    targets: Int[Tensor, "n length"],
    noise: float | Float[Tensor, " members"],
    generator: torch.Generator,
) -> Float[Tensor, " members"]:
    """Mean cross-entropy of every member, with noise on its hidden state."""
    hidden = architecture.hidden(parameters, inputs, noise=noise, generator=generator)
    return mean_cross_entropy(architecture.logits(parameters, hidden), targets)


def box_losses(
    architecture: Recurrent,
    parameters: dict[str, Tensor],
    inputs: Int[Tensor, "n length"],
    targets: Int[Tensor, "n length"],
    radius: Float[Tensor, " members"],
    noise: float,
    generator: torch.Generator,
) -> Float[Tensor, " members"]:
    """Mean cross-entropy of every member at the worst logits over the boxes that it may be in.

    Every logit is bounded on its own, which bounds the worst point of the box from above.
    """
    centre, half = architecture.boxes(parameters, inputs, radius, noise, generator)
    middle = architecture.logits(parameters, centre)
    reach = torch.einsum("mnld,mod->mnlo", half, parameters["W_out"].abs())
    is_target = one_hot(targets, architecture.n_outputs).bool()
    return mean_cross_entropy(torch.where(is_target, middle - reach, middle + reach), targets)


def integer_losses(
    architecture: IntegerRecurrent,
    parameters: dict[str, Tensor],
    inputs: Float[Tensor, "n length inputs"],
    targets: Tensor,
) -> Float[Tensor, " members"]:
    """Mean squared error of every member, or mean cross-entropy where it chooses."""
    y = architecture.outputs(parameters, architecture.hidden(parameters, inputs))
    if architecture.readout == "value":
        return (y - targets).square().mean(dim=(1, 2, 3))
    return mean_cross_entropy(y, targets)


def mean_cross_entropy(
    logits: Float[Tensor, "members n length outputs"], targets: Int[Tensor, "n length"]
) -> Float[Tensor, " members"]:
    """Mean cross-entropy of every member; the targets are the same for all."""
    members = len(logits)
    spread = targets.expand(members, *targets.shape)
    losses = cross_entropy(logits.flatten(0, 2), spread.flatten(), reduction="none")
    return losses.view(members, -1).mean(dim=1)


def descend(optimiser: torch.optim.Optimizer, losses: Float[Tensor, " members"]) -> None:
    """One optimiser step for every member on its own.

    The gradient of every member is scaled to a norm of at most 1; one that overflowed counts as 0.
    """
    optimiser.zero_grad(set_to_none=True)
    losses.sum().backward()
    leaves = [leaf for group in optimiser.param_groups for leaf in group["params"]]
    gradients = [leaf.grad for leaf in leaves if leaf.grad is not None]
    squares = [gradient.flatten(1).square().sum(dim=1) for gradient in gradients]
    norms = torch.stack(squares).sum(dim=0).sqrt()
    scales = torch.nan_to_num(1 / norms.clamp(min=1.0), nan=0.0, posinf=0.0)
    for gradient in gradients:
        gradient.nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0)
        gradient.mul_(scales.view(-1, *[1] * (gradient.ndim - 1)))
    optimiser.step()


def draw(
    data: Data, count: int, generator: torch.Generator
) -> tuple[Int[Tensor, "n length"], Int[Tensor, "n length"]]:
    """A batch of sequences of symbols, and the places of their answers."""
    rows = torch.randint(len(data.inputs), (count,), generator=generator).numpy()
    return torch.from_numpy(data.inputs[rows][..., 0]), torch.from_numpy(data.labels[rows][..., 0])


def right_parts(
    architecture: Recurrent, parameters: dict[str, Tensor], data: Data, glance: int | None = None
) -> Float[ndarray, " members"]:
    """Part of the fresh sequences on which every member answers every step right.

    Args:
        architecture: of every member.
        parameters: of the ensemble.
        data: with the numbers of symbols as inputs, and places of answers as labels.
        glance: sequences that are looked at, the first ones; null for all.
    """
    sequences, labels = data.fresh[:glance, :, 0], data.fresh_labels[:glance, :, 0]
    members, length = len(parameters["h_0"]), sequences.shape[1]
    at_once = max(1, LOGITS // (members * length * architecture.n_outputs))
    right = np.zeros(members)
    with torch.no_grad():
        for start in range(0, len(sequences), at_once):
            some = torch.from_numpy(sequences[start : start + at_once])
            due = torch.from_numpy(labels[start : start + at_once])
            hidden = architecture.hidden(parameters, some)
            answers = architecture.logits(parameters, hidden).argmax(dim=-1)
            right += (answers == due).all(dim=-1).sum(dim=1).numpy()
    return right / len(sequences)


def right_part(architecture: Recurrent, member: dict[str, Tensor], data: Data) -> float:
    """Part of all fresh sequences on which one network answers every step right."""
    alone = {name: weights[None] for name, weights in member.items()}
    return float(right_parts(architecture, alone, data)[0])


def members_of(parameters: dict[str, Tensor], members: list[int]) -> dict[str, Tensor]:
    """A copy of some members, as an ensemble."""
    return {name: weights[members].detach().clone() for name, weights in parameters.items()}


def one_of(parameters: dict[str, Tensor], member: int) -> dict[str, Tensor]:
    """A copy of one member's parameters."""
    return {name: weights[member].detach().clone() for name, weights in parameters.items()}


def as_leaves(parameters: dict[str, Tensor]) -> dict[str, Tensor]:
    """The parameters, set up to receive gradients."""
    return {name: weights.detach().requires_grad_() for name, weights in parameters.items()}
