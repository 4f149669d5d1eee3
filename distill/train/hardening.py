"""Hardening: a network that is right is made right with room, so that a proof can follow it.

Two things grow while an ensemble stays right, each for every member at its own pace. First noise
on the hidden state, which draws the states apart. Then boxes: every step may be off by a radius in
every coordinate, and the answers must hold at the worst point (interval bound propagation). A
network that bears a radius r keeps the images of boxes of half-width r small, which is what the
induction over all lengths needs.

A member that errs stops growing and steps back, so that what it learned is not lost. Whatever
happens, what comes out is right on all fresh sequences: copies are kept on the way, and the one
that bears most is tried first, down to the network before the hardening.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from distill.networks.second_order import Recurrent
from distill.train.data import Data
from distill.train.ensemble import (
    as_leaves,
    box_losses,
    descend,
    draw,
    members_of,
    noisy_losses,
    one_of,
    right_part,
    right_parts,
)
from distill.train.trainer import Observe, TrainingState, unobserved

Losses = Callable[
    [dict[str, Tensor], Int[Tensor, "n length"], Int[Tensor, "n length"], Tensor], Tensor
]
"""From parameters, inputs, targets and the level of every member to the members' losses."""


@dataclass(frozen=True)
class Growth:
    """How a level grows.

    Attributes:
        least: the level of every member at first; it never falls below.
        most: where it stops growing.
        steps: optimiser steps at most; it ends before that when a member has reached `most`.
        easy: below this loss a member's level grows.
        hard: above this loss it steps back.
        factor: of every change.
    """

    least: float
    most: float
    steps: int
    easy: float
    hard: float
    factor: float


@dataclass(frozen=True)
class Descent:
    """How an optimiser descends, and how often somebody looks.

    Attributes:
        rate: the learning rate of Adam at first; it falls to a twentieth.
        betas: of Adam.
        batch: sequences of a step.
        check_every: steps between two looks at fresh sequences.
        glance: fresh sequences that members are looked at on, before one is tried on all.
        generator: of batches and noise.
    """

    rate: float
    betas: tuple[float, float]
    batch: int
    check_every: int
    glance: int
    generator: torch.Generator


@dataclass(frozen=True)
class Hardened:
    """A network that is right on all fresh sequences, and what it bears.

    Attributes:
        parameters: of the member that was chosen.
        noise: standard deviation on the hidden state that it was trained to bear; null where the
            network from before the hardening is the one that is right.
        radius: half-width of the boxes that it was trained to bear; null where none.
        steps: optimiser steps that the hardening took.
    """

    parameters: dict[str, Tensor]
    noise: float | None
    radius: float | None
    steps: int


@dataclass(frozen=True)
class _Copy:
    """A member that was right on the first fresh sequences, the level that it bore, and when."""

    parameters: dict[str, Tensor]
    member: int
    level: float
    step: int


@dataclass(frozen=True)
class _Grown:
    """The member that bore most at every look, of those that were right; the levels of all at the
    end; and the steps taken by then.
    """

    copies: list[_Copy]
    levels: Float[Tensor, " members"]
    taken: int

    def most_first(self) -> list[_Copy]:
        """By what they bear; of equals the later one first."""
        return sorted(self.copies, key=lambda copy: (copy.level, copy.step), reverse=True)


def harden(
    architecture: Recurrent,
    ensemble: dict[str, Tensor],
    learned: dict[str, Tensor],
    data: Data,
    noise: Growth,
    boxes: Growth,
    descent: Descent,
    begun: TrainingState,
    observe: Observe = unobserved,
) -> Hardened:
    """Let noise and boxes grow, and choose the network that bears most among those still right.

    Args:
        architecture: of every member.
        ensemble: parameters of the members, most of which have learned the task.
        learned: parameters of a network that is right on all fresh sequences.
        data: what is trained on, and held against: symbols and places of answers.
        noise: the growth of the noise.
        boxes: the growth of the radius.
        descent: how the optimiser descends.
        begun: where the training is; what is observed goes on from there.
        observe: is told at every look.
    """
    generator = descent.generator

    def noisy(p: dict[str, Tensor], x: Tensor, y: Tensor, level: Tensor) -> Tensor:
        return noisy_losses(architecture, p, x, y, level, generator)

    def boxed(p: dict[str, Tensor], x: Tensor, y: Tensor, level: Tensor) -> Tensor:
        return box_losses(architecture, p, x, y, level, noise.least, generator)

    parameters = as_leaves(members_of(ensemble, list(range(len(ensemble["h_0"])))))
    shaken = _grow(architecture, parameters, noisy, noise, data, descent, 0, begun, observe)
    if not shaken.copies:  # noise lost what was learned: the boxes start from before it
        parameters = as_leaves(ensemble)
        shaken = _Grown([], torch.full_like(shaken.levels, noise.least), shaken.taken)
    boxed_in = _grow(
        architecture, parameters, boxed, boxes, data, descent, shaken.taken, begun, observe
    )
    taken = boxed_in.taken
    for copy in boxed_in.most_first():
        if right_part(architecture, copy.parameters, data) == 1:
            return Hardened(copy.parameters, float(shaken.levels[copy.member]), copy.level, taken)
    for copy in shaken.most_first():
        if right_part(architecture, copy.parameters, data) == 1:
            return Hardened(copy.parameters, copy.level, None, taken)
    return Hardened(learned, None, None, taken)


def _grow(
    architecture: Recurrent,
    parameters: dict[str, Tensor],
    losses: Losses,
    growth: Growth,
    data: Data,
    descent: Descent,
    taken: int,
    begun: TrainingState,
    observe: Observe,
) -> _Grown:
    """Train the parameters in place while the level of every member grows."""
    level = torch.full((len(parameters["h_0"]),), growth.least)
    optimiser = torch.optim.Adam(parameters.values(), lr=descent.rate, betas=descent.betas)
    copies: list[_Copy] = []
    for step in range(growth.steps):
        fallen = 0.05 + 0.475 * (1 + math.cos(math.pi * step / growth.steps))
        for group in optimiser.param_groups:
            group["lr"] = descent.rate * fallen
        loss = losses(parameters, *draw(data, descent.batch, descent.generator), level)
        descend(optimiser, loss)
        loss, taken = loss.detach(), taken + 1
        grown = (level * growth.factor).clamp(max=growth.most)
        shrunk = (level / growth.factor).clamp(min=growth.least)
        level = torch.where(loss > growth.hard, shrunk, level)
        level = torch.where(loss < growth.easy, grown, level)
        if taken % descent.check_every and step + 1 < growth.steps:
            continue
        observe(
            replace(begun, step=begun.step + taken, parameters=parameters, loss=float(loss.min()))
        )
        right = right_parts(architecture, parameters, data, descent.glance) == 1
        # among members of the same level the one of the smaller loss
        order = sorted(range(len(level)), key=lambda e: (-float(level[e]), float(loss[e])))
        best = next((member for member in order if right[member]), None)
        if best is None:
            continue
        copies.append(_Copy(one_of(parameters, best), best, float(level[best]), step))
        if level[best] >= growth.most and loss[best] < growth.easy:
            break
    return _Grown(copies, level, taken)
