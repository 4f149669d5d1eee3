"""The local learning coefficient λ, by Langevin dynamics (Lau et al., arXiv 2308.12108).

λ says how the volume of weights with a loss below L(w*) + ε shrinks: as ε^λ. A regular minimum of d
weights has d/2, a degenerate one less. By Watanabe's theorem nβ(E[L(w)] - L(w*)) is λ, where the
mean is over weights near w* with density exp(-nβL(w) - γ‖w - w*‖²/2). Chains are drawn by
unadjusted Langevin steps, as in SGLD (Welling and Teh, 2011):

    w ← w - ε/2 (nβ ∇L(w) + γ(w - w*)) + √ε N(0, 1)

Held in the tests against closed forms: quadratic forms, w⁴, reduced-rank regression (Aoyagi and
Watanabe, 2005).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor

Losses = Callable[[dict[str, Tensor], int], Float[Tensor, " members"]]
"""From parameters [members, ...] and the number of a step to the loss of every member; the step is
for those that draw batches."""


def learning_coefficient(
    losses: Losses,
    at: Mapping[str, Tensor],
    temperature: float,
    step: float,
    generator: torch.Generator,
    draws: int = 500,
    burn_in: int = 200,
    pull: float = 0.0,
    start: Float[Tensor, " members"] | None = None,
    thin: int = 1,
    begin: Mapping[str, Tensor] | None = None,
) -> Float[Tensor, " members"]:
    """λ of every member of an ensemble, by a chain for each.

    Several chains for one network are several members that begin alike: their mean is its estimate.

    Args:
        losses: mean losses.
        at: w*, by name, each [members, ...].
        temperature: nβ, n/log n in the paper.
        step: ε, small beside 1/(nβ · the largest curvature).
        generator: of the noise.
        draws: losses that are averaged.
        burn_in: steps before these.
        pull: γ.
        start: L(w*); taken at the first step if not given.
        thin: steps from one draw to the next.
        begin: where chains begin; at w* if not given.
    """
    centre = {name: weights.detach() for name, weights in at.items()}
    if start is None:
        with torch.no_grad():
            start = losses(centre, 0)
    origin = centre if begin is None else begin
    now = {name: weights.detach().clone().requires_grad_() for name, weights in origin.items()}
    total = torch.zeros_like(start)
    for place in range(burn_in + draws * thin):
        value = losses(now, place)
        if place >= burn_in and (place - burn_in) % thin == 0:
            total += value.detach()
        slopes = torch.autograd.grad(value.sum(), list(now.values()))
        with torch.no_grad():
            for (name, weights), slope in zip(now.items(), slopes, strict=True):
                drift = temperature * slope + pull * (weights - centre[name])
                noise = torch.randn(weights.shape, generator=generator, dtype=weights.dtype)
                weights.add_(-step / 2 * drift + step**0.5 * noise)
    return temperature * (total / draws - start)
