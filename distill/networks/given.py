"""The network that an argument means, and what it is a function of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from numpy import ndarray

from distill.checker.scope import many
from distill.domains.boxes import Box
from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.errors import DistillError, shown
from distill.networks.answering import Fitted
from distill.networks.calling import answers_of, call, convention_of
from distill.networks.recognised import NotRecognisedError, recognised
from distill.networks.sequence_boxes import Whole, check_among, stepped
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import Model, reads_steps, reads_tokens

AnyNetwork = Model | Callable[..., Any] | tuple[Any, ...] | Fitted
"""A stored network; a module or callable from tokens [n, inputs] to logits [n, outputs], or over
sequences; three callables over sequences, which start, step and answer; or an estimator of
scikit-learn."""

AnyDomain = Domain | Channels | Sequence[range] | Box | Mapping[str, Any]
"""A domain, or the range of every input; channels; a box, or both ends of every input by its name.
"""

TRUSTED_LENGTH = 10
"""Of the sequences that a network is trusted on where nothing else is said."""

LENGTHS = range(1, 201)
"""Of the sequences that a network can be said to be trusted on."""


def space_of(
    network: AnyNetwork,
    domain: AnyDomain,
    outputs: range | None,
    length: int | None,
) -> Domain | Channels | Box:
    """What a network is a function of, as it was given."""
    if isinstance(domain, Box | Mapping):
        return domain if isinstance(domain, Box) else Box.of(domain)
    if reads_steps(network):
        if isinstance(domain, Domain):
            raise DistillError("a recurrent network reads sequences: give its Channels, no Domain")
        return domain if isinstance(domain, Channels) else Channels(tuple(domain))
    if reads_tokens(network) and (length is not None or isinstance(domain, Channels)):
        raise DistillError(
            f"a network of kind '{network.architecture.kind}' reads a finite domain, where there "
            "are no lengths and no channels: give its Domain"
        )
    if isinstance(domain, Domain):
        if length is not None or isinstance(network, tuple):
            raise DistillError(
                f"length={length!r} is of a network over sequences, and a Domain was given for "
                f"this {type(network).__name__}: give the ranges of its channels, or no length"
            )
        return domain
    if isinstance(domain, Channels) or length is not None or isinstance(network, tuple):
        return domain if isinstance(domain, Channels) else Channels(tuple(domain))
    if outputs is None:
        raise DistillError(
            "outputs is missing: give the range of the outputs or a Domain; or length=..., if the "
            "network reads sequences"
        )
    return Domain(tuple(domain), outputs)


@dataclass(frozen=True)
class OverSequences:
    """A network over sequences, as it will be read.

    Attributes:
        remarks: what it was read as, and what was taken for granted.
        length: of the sequences that it is trusted on.
    """

    network: SequenceNetwork
    remarks: tuple[str, ...]
    length: int


def over_sequences(
    network: AnyNetwork, channels: Channels, outputs: range | None, length: int | None
) -> OverSequences:
    """A network over sequences: a stored one as it is, a module by its layers, or a black box.

    Args:
        network: as it was given.
        channels: what is read.
        outputs: the values that a network which chooses stands for; null for 0, 1, 2, ...
        length: of the sequences that it is trusted on; null for `TRUSTED_LENGTH`.

    Raises:
        DistillError: it cannot be called, is no causal function of a sequence, or answers with
            something else than the outputs.
    """
    length = TRUSTED_LENGTH if length is None else length
    if isinstance(length, bool) or not isinstance(length, int) or length not in LENGTHS:
        raise DistillError(f"length = {length!r}: expected 1 to {LENGTHS[-1]} steps")
    if reads_steps(network):
        if outputs is not None and network.answers != tuple(outputs):
            raise DistillError(
                f"outputs={outputs} beside a network that says itself what its outputs stand for, "
                f"{shown(network.answers)}: leave outputs out, or change its answers"
            )
        return OverSequences(SequenceNetwork(network, channels), (), length)
    if isinstance(network, tuple):
        box = stepped(network, channels, outputs)
        return OverSequences(SequenceNetwork(box, channels), (), length)
    assert not isinstance(network, Model), "a stored network reads tokens or steps"
    if not callable(network):
        raise DistillError("an estimator reads a finite domain: give its Domain, and no length")
    return _called(network, channels, outputs, length)


def _called(
    network: Callable[..., Any], channels: Channels, outputs: range | None, length: int
) -> OverSequences:
    """A module or a callable over whole sequences."""
    convention = convention_of(network, channels)
    columns, one = convention.columns or 1, (convention.columns or 1) == 1
    readout, remark = "choice", ""
    if convention.labels and not one:
        raise DistillError(
            f"the network gives {many(columns, 'integer')} a step: expected one, or logits"
        )
    if convention.labels:
        readout = "labels"
    elif one and outputs is not None and len(outputs) == 2:
        readout = "sign"
        remark = "; its one output is read as a logit, for the second answer where it is above 0"
    elif channels.outputs > 1 or one:
        readout, remark = "value", "; its outputs are read as numbers, to the nearest integers"
        if columns != channels.outputs or outputs is not None:
            raise DistillError(
                f"the network gives {columns} output{'s' if columns > 1 else ''} a step: expected "
                f"{many(channels.outputs, 'number')}, and no range of outputs for them"
            )
    elif outputs is not None and len(outputs) != columns:
        raise DistillError(
            f"the network gives {many(columns, 'output')} a step, and outputs={outputs} are "
            f"{many(len(outputs), 'answer')}: expected as many"
        )
    how, why = f"{convention}{remark}", "it is no module"
    if isinstance(network, torch.nn.Module) and convention.labels:
        why = "its module gives labels, and layers are held against the logits that they give"
    if isinstance(network, torch.nn.Module) and not convention.labels:
        try:
            read = recognised(network, channels, convention, readout, length)
        except NotRecognisedError as error:
            why = str(error)
        else:
            model = read.model
            if outputs is not None:
                model = replace(model, answers=tuple(outputs))
            over = SequenceNetwork(model, channels)
            return OverSequences(over, (f"{read.remark}; {how}",), length)
    if channels.outputs > 1:
        raise DistillError(
            f"the network gives {many(channels.outputs, 'number')} a step, and is not one of this "
            f"package's ({why}): give three callables, (start, step, answer)"
        )
    answers = None if outputs is None or convention.labels else np.array(outputs)

    def ask(words: Int[ndarray, "n length"]) -> Int[ndarray, "n *length"]:
        said = answers_of(call(network, words, channels, convention), readout)
        if convention.labels and outputs is not None:
            check_among(said, outputs)
        return said if answers is None else answers[said]

    if readout == "sign":
        _check_logit(network, channels, convention)
    box = Whole(channels, ask, convention.at_the_end, 10 * length)
    remarks = (f"read as a black box over sequences, {how}: {why}",)
    return OverSequences(SequenceNetwork(box, channels), remarks, length)


def _check_logit(network: Callable[..., Any], channels: Channels, convention: Any) -> None:
    """A probability is above 0 wherever it is: it must not be taken for a logit."""
    rng = np.random.default_rng(0)
    said = call(network, rng.integers(0, channels.size, (64, 8)), channels, convention)
    if bool(((said >= 0) & (said <= 1)).all()):
        raise DistillError(
            "the network's one output lies between 0 and 1 everywhere, as a probability does: "
            "give the logit, logits of both answers, or labels"
        )
