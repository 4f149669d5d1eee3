"""The network that an argument means, and what it is a function of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.errors import DistillError
from distill.networks.black_box import BlackBox
from distill.networks.network import HasLogits
from distill.networks.stored import Model, reads_steps, reads_tokens

AnyNetwork = Model | Callable[[Tensor], Tensor]
"""A stored network, or a module or callable from tokens [n, inputs] to logits [n, outputs]."""


def over_tokens(network: AnyNetwork, domain: Domain) -> HasLogits:
    """A network over a finite domain: a stored one as it is, anything else as a black box."""
    if reads_tokens(network):
        return network
    assert not isinstance(network, Model), "a stored network reads tokens or steps"
    return BlackBox.over(network, domain)


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
