"""Levenberg-Marquardt for an ensemble: residuals to the last digits of float64.

Gradient descent ends where float32 or its patience does. For small networks the Jacobian is at
hand, and steps of damped least squares converge quadratically near an exact fit (Levenberg, 1944;
Marquardt, 1963). Systems are solved by QR of the stacked Jacobian and damping, as normal equations
would square their condition.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import jacfwd, vmap

Residuals = Callable[[Tensor], Tensor]
"""From the weights of one member [w] to its residuals [n]."""


def levenberg_marquardt(
    residuals: Residuals, weights: Float[Tensor, "members w"], steps: int, damping: float = 1e-2
) -> tuple[Float[Tensor, "members w"], Float[Tensor, " members"]]:
    """Minimise the sum of squared residuals of every member.

    Args:
        residuals: of one member.
        weights: to begin with, in float64.
        steps: tried; one that does not lessen the sum is not taken, and damps the next.
        damping: at first, as a part of the norms of the Jacobian's columns.

    Returns:
        Weights, and the root of the mean square of the residuals.
    """
    jacobian, values = vmap(jacfwd(residuals)), vmap(residuals)
    left = values(weights)
    square = left.square().sum(dim=1)
    damped = torch.full_like(square, damping)
    for _ in range(steps):
        slopes = jacobian(weights)
        scale = slopes.square().sum(dim=1).sqrt().clamp(min=1e-12)
        rows = torch.diag_embed(damped[:, None].sqrt() * scale)
        stacked = torch.cat([slopes, rows], dim=1)
        goal = torch.cat([-left, torch.zeros_like(scale)], dim=1)
        q, r = torch.linalg.qr(stacked)
        step = torch.linalg.solve_triangular(r, q.mT @ goal[..., None], upper=True)[..., 0]
        moved = weights + torch.nan_to_num(step, nan=0.0, posinf=0.0, neginf=0.0)
        there = values(moved)
        now = there.square().sum(dim=1)
        better = now < square
        weights = torch.where(better[:, None], moved, weights)
        left = torch.where(better[:, None], there, left)
        square = torch.where(better, now, square)
        damped = torch.where(better, damped / 4, damped * 3).clamp(1e-16, 1e8)
    return weights, (square / left.shape[1]).sqrt()
