"""Networks that differ by seed or setting, trained as one batch.

Parameters have a first axis of members. The losses of all members are summed, so that each gets its
own gradient, and a step of the optimiser treats each on its own, with settings of its own. So ten
networks need as many calls as one does. What is drawn for a member (weights, batches) comes from a
generator of its seed alone: it gets the same numbers in every company.

Where networks are so large that calls are not what they cost, a batch saves nothing, and what it
needs does not fit into a processor's cache. Then the losses of members can be worked out one after
another, or by several threads: numbers are the same to the bit, whoever goes along.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

Parameters = dict[str, Tensor]
"""By name, each [members, ...]."""

Losses = Callable[[Parameters, int], Float[Tensor, " members"]]
"""From parameters and the number of a step to the loss of every member."""


def stacked(
    make: Callable[[torch.Generator], dict[str, Tensor]], seeds: Sequence[int]
) -> Parameters:
    """Fresh parameters of one member for every seed."""
    each = [make(torch.Generator().manual_seed(seed)) for seed in seeds]
    return {name: torch.stack([one[name] for one in each]) for name in each[0]}


def member(parameters: Parameters, place: int) -> dict[str, Tensor]:
    """A copy of one member's parameters."""
    return {name: weights[place].detach().clone() for name, weights in parameters.items()}


def _by_member(value: float | Tensor, like: Tensor) -> float | Tensor:
    """A setting in a shape that meets the parameters' first axis."""
    return value.view(-1, *[1] * (like.ndim - 1)) if isinstance(value, Tensor) else value


@dataclass
class AdamW:
    """Adam with decoupled weight decay (arXiv 1711.05101), with settings by member.

    Attributes:
        learning_rate, weight_decay: one for all, or [members].
        undecayed: names of parameters that do not decay.
        paces: factors of the learning rate, by the names of parameters; 1 for others.
    """

    learning_rate: float | Tensor = 1e-3
    weight_decay: float | Tensor = 0.0
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8
    undecayed: frozenset[str] = frozenset()
    paces: Mapping[str, float] = field(default_factory=dict)
    _moments: dict[str, tuple[Tensor, Tensor]] = field(default_factory=dict)
    _steps: int = 0

    def step(self, parameters: Parameters) -> None:
        """Take one step along the gradients that the parameters hold."""
        self._steps += 1
        first, second = self.betas
        for name, weights in parameters.items():
            gradient = _gradient(name, weights)
            if name not in self._moments:
                self._moments[name] = torch.zeros_like(weights), torch.zeros_like(weights)
            mean, square = self._moments[name]
            mean.lerp_(gradient, 1 - first)
            square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
            rate = _by_member(self.learning_rate, weights) * self.paces.get(name, 1.0)
            if name not in self.undecayed:
                weights.mul_(1 - rate * _by_member(self.weight_decay, weights))
            spread = (square / (1 - second**self._steps)).sqrt_().add_(self.epsilon)
            weights.sub_(mean / spread * (rate / (1 - first**self._steps)))


@dataclass
class SGD:
    """Plain gradient descent, with a learning rate by member."""

    learning_rate: float | Tensor

    def step(self, parameters: Parameters) -> None:
        """Take one step along the gradients that the parameters hold."""
        for name, weights in parameters.items():
            weights.sub_(_by_member(self.learning_rate, weights) * _gradient(name, weights))


Rule = AdamW | SGD


def train_together(
    parameters: Parameters,
    losses: Losses,
    rule: Rule,
    steps: int,
    observe: Callable[[int, Parameters, Tensor | None], bool | None] | None = None,
    after: Callable[[Parameters], None] | None = None,
    threads: int | None = None,
) -> Parameters:
    """Train all members.

    Args:
        parameters: to begin with; they are not changed.
        losses: of every member.
        rule: of the steps.
        steps: how many.
        observe: told before every step, and once after the last, of the step, the parameters and
            the losses of the step before; what it keeps it must copy. Training ends where it
            answers True.
        after: changes the parameters in place after every step, as a projection does.
        threads: that work out the losses of one member after another; null for those of all at
            once. The losses of a member alone must not depend on who it is.

    Returns:
        The parameters at the end.
    """
    leaves = {
        name: weights.detach().clone().requires_grad_() for name, weights in parameters.items()
    }
    last: Tensor | None = None
    with _gradients(leaves, losses, threads) as descended:
        for step in range(steps):
            if observe is not None and observe(step, leaves, last):
                break
            last = descended(step)
            with torch.no_grad():
                rule.step(leaves)
                if after is not None:
                    after(leaves)
        else:
            if observe is not None:
                observe(steps, leaves, last)
    return {name: weights.detach() for name, weights in leaves.items()}


@contextlib.contextmanager
def _gradients(
    leaves: Parameters, losses: Losses, threads: int | None
) -> Iterator[Callable[[int], Float[Tensor, " members"]]]:
    """What gives the leaves their gradients at a step, and tells the losses."""

    def of(some: Parameters, step: int) -> Tensor:
        for weights in some.values():
            weights.grad = None
        value = losses(some, step)
        value.sum().backward()
        return value.detach()

    if threads is None:
        yield lambda step: of(leaves, step)
        return
    members = len(next(iter(leaves.values())))
    alone = [  # the same memory
        {
            name: weights.detach()[place : place + 1].requires_grad_()
            for name, weights in leaves.items()
        }
        for place in range(members)
    ]
    with ThreadPoolExecutor(threads) as pool:

        def in_turn(step: int) -> Tensor:
            each = (map if threads == 1 else pool.map)(lambda one: of(one, step), alone)
            last = torch.cat(list(each))
            for name, weights in leaves.items():
                weights.grad = torch.cat([_gradient(name, one[name]) for one in alone])
            return last

        yield in_turn


def _gradient(name: str, weights: Tensor) -> Tensor:
    assert weights.grad is not None, f"there is a gradient of '{name}'"
    return weights.grad
