"""Levenberg-Marquardt for perceptrons over reals: what takes a network to six digits and beyond.

Gradient descent stalls at three or four digits, since the loss is flat along most directions of
weight space (arXiv 2210.13026). Least squares knows of every point how every weight moves its
answer, and solves for the step: (JᵀJ + λ diag) δ = -Jᵀr, with λ raised where a step fails and
lowered where it does what it promised (Marquardt 1963; Nielsen 1999). The valley of the loss is
narrow and bends: a step along its tangent has to be short. So every step is bent as the answers
are, by their second derivative along it (geodesic acceleration: Transtrum and Sethna, arXiv
1201.5885); training takes a third of the time, and ends lower. Small networks are solved by an
orthogonal factorisation, which loses no digits to squaring.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from distill.networks.activation import ACTIVATIONS
from distill.networks.real_perceptron import RealPerceptron

EXACT = 120
"""Weights up to which a step is solved by an orthogonal factorisation."""

FIRST, LEAST, MOST = 1e-3, 1e-16, 1e12
"""Damping at first, and between which it stays: beyond, no step helps any more."""

AHEAD, BENT = 0.1, 0.75
"""Part of a step at which answers are looked at for how they bend, and how long what follows from
that may be, in parts of half the step."""

LONGEST = 10.0
"""What a step changes a weight by, at most: a longer one leaves units that are steps, with weights
of thousands that cancel each other, and no bound of what such a network answers says anything."""

PATIENCE, PROMISING = 50, 0.02
"""Steps after which the loss must have fallen by this part, or it ends."""

Solve = Callable[[Tensor], Tensor]
"""From residuals [n] to a step [weights]."""


@dataclass(frozen=True)
class Progress:
    """Where an optimisation is.

    Attributes:
        step: how many were taken; loss: mean square of the residuals.
    """

    step: int
    loss: float


def jacobian(
    shape: RealPerceptron, parameters: dict[str, Tensor], points: Float[Tensor, "n d"]
) -> tuple[Float[Tensor, " n"], Float[Tensor, "n weights"]]:
    """The answers at points, and how every weight moves each: layer by layer, backwards.

    The columns are those of the parameters, one after the other in their order.
    """
    function = ACTIVATIONS[shape.activation]
    layers = range(1, len(shape.widths) + 1)
    read, slopes = [points], list[Tensor]()
    for layer in layers:
        before = (read[-1] @ parameters[f"W_{layer}"] + parameters[f"b_{layer}"]).requires_grad_()
        after = function(before)
        slopes.append(torch.autograd.grad(after.sum(), before)[0])
        read.append(after.detach())
    answers = (read[-1] @ parameters["W_out"] + parameters["b_out"])[:, 0]
    columns = {"W_out": read[-1], "b_out": torch.ones(len(points), 1, dtype=points.dtype)}
    back = parameters["W_out"][:, 0].expand(len(points), -1)
    for layer in reversed(layers):
        back = back * slopes[layer - 1]
        columns[f"b_{layer}"] = back
        columns[f"W_{layer}"] = (read[layer - 1][:, :, None] * back[:, None, :]).flatten(1)
        back = back @ parameters[f"W_{layer}"].T
    return answers, torch.cat([columns[name] for name in shape.shapes()], dim=1)


def least_squares(
    shape: RealPerceptron,
    parameters: dict[str, Tensor],
    points: Float[Tensor, "n d"],
    targets: Float[Tensor, " n"],
    steps: int,
    good: float,
    watch: Callable[[Progress], None],
) -> tuple[dict[str, Tensor], Progress]:
    """Fit a perceptron to targets.

    Args:
        shape: of the perceptron.
        parameters: where it begins.
        points: the inputs, of size about 1.
        targets: the answers, of size about 1.
        steps: at most.
        good: root mean square of the residuals that is good enough.
        watch: told after every step; what it raises is passed on.

    Returns:
        The parameters and where it ended.
    """

    def missed(weights: Float[Tensor, " weights"]) -> Float[Tensor, " n"]:
        with torch.no_grad():
            return shape.values(_parted(shape, weights), points) - targets

    weights = torch.cat([parameters[name].flatten() for name in shape.shapes()])
    system = _System.of(shape, parameters, points, targets)
    loss, damping, raised = float(system.off.square().mean()), FIRST, 2.0
    history, step = [loss], 0
    while step < steps and loss > good**2 and damping < MOST:
        step += 1
        solved = system.damped(damping)
        straight = solved(system.off)
        change = straight + _bend(system, solved, straight, missed(weights + AHEAD * straight))
        found = float(missed(weights + change).square().mean())
        if found < loss and float(change.abs().max()) <= LONGEST:
            promised = loss - float((system.off + system.slopes @ straight).square().mean())
            gained = (loss - found) / promised if promised > 0 else 0.0
            damping = max(LEAST, damping * max(0.2, 1 - (2 * gained - 1) ** 3))
            weights, loss, raised = weights + change, found, 2.0
            system = _System.of(shape, _parted(shape, weights), points, targets)
        else:
            damping, raised = damping * raised, raised * 2
        history.append(loss)
        watch(Progress(step, loss))
        past = history[-1 - PATIENCE] if len(history) > PATIENCE else None
        if past is not None and loss > past * (1 - PROMISING):
            break
    return _parted(shape, weights), Progress(step, loss)


@dataclass(frozen=True)
class _System:
    """The linear problem at one point of weight space, whatever the damping.

    Attributes:
        off: residuals [n].
        slopes: how every weight moves them [n, weights].
        normal: products of the slopes [weights, weights], of which the upper half is right; null
            where there are so few weights that they are not needed.
    """

    off: Tensor
    slopes: Tensor
    normal: ndarray | None

    @classmethod
    def of(
        cls,
        shape: RealPerceptron,
        parameters: dict[str, Tensor],
        points: Tensor,
        targets: Tensor,
    ) -> _System:
        """The problem at these parameters."""
        from scipy.linalg import get_blas_funcs

        answers, slopes = jacobian(shape, parameters, points)
        few = slopes.shape[1] <= EXACT
        turned = slopes.numpy().T
        syrk = get_blas_funcs(("syrk",), (turned,))[0]  # takes half of what a product does
        normal = None if few else syrk(1.0, turned)
        return cls(answers - targets, slopes, normal)

    def damped(self, damping: float) -> Solve:
        """What takes residuals to the step of damped least squares; a step of nothing where the
        matrix is not positive.
        """
        added = damping * self.slopes.square().sum(dim=0).clamp(min=1e-12)
        if self.normal is None:
            rows = torch.cat([self.slopes, torch.diag(added.sqrt())])
            orthogonal, triangle = torch.linalg.qr(rows)
            above = orthogonal[: len(self.slopes)].T

            def by_triangle(off: Tensor) -> Tensor:
                told = -(above @ off)[:, None]
                return torch.linalg.solve_triangular(triangle, told, upper=True)[:, 0]

            return by_triangle
        matrix = torch.from_numpy(np.array(self.normal))
        matrix.diagonal().add_(added)
        factor, failed = torch.linalg.cholesky_ex(matrix, upper=True)
        if int(failed):
            return lambda off: torch.zeros_like(added)
        return lambda off: torch.cholesky_solve(
            -(self.slopes.T @ off)[:, None], factor, upper=True
        )[:, 0]


def _bend(
    system: _System,
    solved: Solve,
    straight: Float[Tensor, " weights"],
    ahead: Float[Tensor, " n"],
) -> Float[Tensor, " weights"]:
    """What is added to a step because the answers bend along it; nothing where they bend so much
    that more than the second derivative matters.

    Args:
        system: the problem at the beginning of the step.
        solved: its damped least squares.
        straight: the step.
        ahead: residuals after the part `AHEAD` of it.
    """
    curvature = 2 / AHEAD * ((ahead - system.off) / AHEAD - system.slopes @ straight)
    bend = solved(curvature) / 2
    sizes = system.slopes.square().sum(dim=0).sqrt()
    fine = 2 * (sizes * bend).norm() <= BENT * (sizes * straight).norm()
    return bend if bool(fine) else torch.zeros_like(bend)


def _parted(shape: RealPerceptron, weights: Float[Tensor, " weights"]) -> dict[str, Tensor]:
    """Parameters by name, of all weights in a row."""
    parameters, start = {}, 0
    for name, size in shape.shapes().items():
        count = int(torch.tensor(size).prod())
        parameters[name] = weights[start : start + count].reshape(size)
        start += count
    return parameters
