"""Outputs that are no answers: dropped only where it is shown that they never are one.

Some networks have an output for every token, and no input's answer is "=". What a network answers
is the arg max over all of its outputs; the others may be left out only if none of them is ever it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from distill.checker.forward import SINGLE
from distill.checker.perceptrons import FORWARD_PASSES
from distill.domains.finite import Domain
from distill.importing.values import LayoutError
from distill.networks.stored import Model

MAX_INPUTS = 500_000
"""Inputs that can be gone through in a minute."""

BATCH = 16384


class Undroppable(LayoutError):  # noqa: N818  what the outputs are
    """Outputs that are answers, or may be; the message says on how many inputs."""


@dataclass(frozen=True)
class Dropped:
    """Outputs that were left out.

    Attributes:
        first, last: of the outputs of the file.
        lead: rigorous lower bound on how far the best of the others leads, on every input, for any
            evaluation in float32 or better.
    """

    first: int
    last: int
    lead: float
    inputs: int

    def __str__(self) -> str:
        one = self.first == self.last
        which = f"output {self.first}" if one else f"outputs {self.first} to {self.last}"
        return (
            f"{which} of the file: on none of the {self.inputs:,} inputs the answer "
            f"({'it is' if one else 'they are'} behind by {self.lead:.3g} or more)"
        )


def without_last_outputs(model: Model, domain: Domain) -> tuple[Model, Dropped]:
    """The network with as many outputs as the domain has answers.

    Args:
        model: with all the outputs of its file.
        domain: whose outputs are the first of them.

    Raises:
        Undroppable: one of the others is the answer somewhere, or that cannot be excluded.
    """
    count, total = len(domain.outputs), model.architecture.n_outputs
    if domain.size > MAX_INPUTS:
        raise Undroppable(
            f"there are {total} for {count} values, and {domain.size:,} inputs are too many to "
            "show that the others are never the answer"
        )
    forward = FORWARD_PASSES[model.architecture.kind](
        vars(model.architecture),
        {name: weights.numpy() for name, weights in model.parameters.items()},
        SINGLE,
    )
    least, wins = np.inf, 0
    for start in range(0, domain.size, BATCH):
        tokens = domain.tokens(np.arange(start, min(start + BATCH, domain.size)))
        with np.errstate(all="ignore"):  # what overflows leads nowhere
            logits = forward(tokens)
        kept = (logits.mid - logits.rad)[:, :count].max(axis=1)
        lead = kept - (logits.mid + logits.rad)[:, count:].max(axis=1)
        least = min(least, float(lead.min()))
        wins += int((~(lead > 0)).sum())
    if wins:
        raise Undroppable(
            f"there are {total} for {count} values, and one of those beyond is, or may be, the "
            f"answer on {wins:,} of {domain.size:,} inputs"
        )
    shape = dataclasses.replace(model.architecture, n_outputs=count)
    parameters = dict(model.parameters)
    for name in {"W_U", "b_U"} & set(parameters):
        parameters[name] = parameters[name][..., :count].contiguous()
    return Model(shape, parameters), Dropped(count, total - 1, least, domain.size)
