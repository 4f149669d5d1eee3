"""The network that an argument means, and what it is a function of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.errors import DistillError
from distill.networks.answering import Fitted
from distill.networks.stored import Model, reads_steps

AnyNetwork = Model | Callable[..., Any] | Fitted
"""A stored network, a module or callable from tokens [n, inputs] to logits [n, outputs], or an
estimator of scikit-learn."""


def space_of(
    network: AnyNetwork,
    domain: Domain | Channels | Sequence[range],
    outputs: range | None,
    length: int | None,
) -> Domain | Channels:
    """What a network is a function of, as it was given."""
    if reads_steps(network):
        if isinstance(domain, Domain):
            raise DistillError("a recurrent network reads sequences: give its Channels, no Domain")
        return domain if isinstance(domain, Channels) else Channels(tuple(domain))
    if length is not None:
        raise DistillError(
            f"length={length!r} is of a network over sequences, and this network is a "
            f"{type(network).__name__}: over a finite domain there are no lengths"
        )
    if isinstance(domain, Channels):
        raise DistillError("channels are for sequences: give the Domain of this network")
    if isinstance(domain, Domain):
        return domain
    if outputs is None:
        raise DistillError("outputs is missing: give the range of the outputs, or a Domain")
    return Domain(tuple(domain), outputs)
