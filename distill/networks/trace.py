"""What extraction may look at: a network's logits over its domain, half of it set aside.

A trace holds the whole domain where that fits, otherwise a seeded sample of it. Mechanisms are
fitted on one half, `fitted`, and scored on the other; the half is drawn from the size of the
domain alone, so that training, which is stopped by a score over inputs of the fitted half, never
touches the logits that are scored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.checker.scope import many
from distill.domains.finite import Domain, choose
from distill.domains.sequences import Channels
from distill.domains.texts import Texts
from distill.errors import DistillError
from distill.networks.architecture import IntegerRecurrent, RecurrentLayers
from distill.networks.function import RealFunction, StoredFunction, shape_in_words
from distill.networks.network import HasLogits
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import Model, reads_tokens
from distill.networks.text_network import TextNetwork

FIT_SEED = 1
"""Of the draw of the fitted half."""

TRACE_LIMIT = 16_000_000
"""Logits that a trace may hold; a larger domain is sampled."""

LARGEST, SMALLEST = 1e30, 1e-30
"""Logits whose squares float32 and float64 both hold."""

ROUNDING = 2.0**-48
"""Differences of the logits of an input, as a part of them, that are rounding and nothing else."""


class _Shown:
    """A view, of which more than answers can be looked at unless it says otherwise."""

    @property
    def shows(self) -> bool:
        """Whether more than answers can be looked at."""
        return True


@dataclass(frozen=True)
class Trace(_Shown):
    """Centred logits of a network over its domain or a sample of it.

    Attributes:
        indices: the traced inputs, as row-major positions in the domain, ascending.
        logits: float64, the mean over the outputs subtracted.
        fitted: the inputs that may be fitted on.
    """

    domain: Domain
    network: HasLogits
    indices: Int[ndarray, " n"]
    logits: Float[ndarray, "n outputs"]
    fitted: Bool[ndarray, " n"]

    @property
    def whole(self) -> bool:
        """Whether every input of the domain was traced."""
        return len(self.indices) == self.domain.size

    @property
    def summary(self) -> str:
        """What was traced, in a few words."""
        part = "every input" if self.whole else f"a sample of {len(self.indices):,} inputs"
        return f"logits of {part}"

    @cached_property
    def tokens(self) -> Int[ndarray, "n k"]:
        """Tokens of the traced inputs."""
        return self.domain.tokens(self.indices)

    @cached_property
    def outputs(self) -> Int[ndarray, " n"]:
        """The network's answers: arg max of the logits."""
        return self.logits.argmax(axis=1)

    @property
    def stored(self) -> Model | None:
        """The network, where it can be stored: no callable in memory can."""
        return self.network if reads_tokens(self.network) else None

    @property
    def in_words(self) -> str | None:
        """The network's architecture; null of a callable in memory."""
        return None if self.stored is None else self.stored.architecture.in_words


def fitted_half(size: int) -> Bool[ndarray, " size"]:
    """The half of so many traced inputs that may be fitted on."""
    return choose(size, size // 2, FIT_SEED)


def traced_indices(domain: Domain) -> Int[ndarray, " n"]:
    """Which inputs of a domain are traced: all, or a seeded sample of as many as fit."""
    room = TRACE_LIMIT // len(domain.outputs)
    if domain.size <= room:
        return np.arange(domain.size)
    return np.flatnonzero(choose(domain.size, room, FIT_SEED))


def trace(network: HasLogits, domain: Domain) -> Trace:
    """Run a network over its domain.

    Raises:
        DistillError: its logits are too large or too small to calculate with.
    """
    indices = traced_indices(domain)
    raw = network.logits(domain.tokens(indices))
    logits = raw - raw.mean(axis=1, keepdims=True)
    size, room = float(np.abs(logits).max()), float(np.abs(raw).max())
    if size <= ROUNDING * room:
        logits = np.zeros_like(logits)
    elif size < SMALLEST or room > LARGEST:
        raise DistillError(
            f"the network's logits are as large as {room:.3g} and differ by {size:.3g}: expected "
            f"sizes from {SMALLEST:g} to {LARGEST:g}, whose squares are numbers; rescale them"
        )
    return Trace(domain, network, indices, logits, fitted_half(len(indices)))


@dataclass(frozen=True)
class SequenceTrace(_Shown):
    """What extraction may look at over sequences: the network itself, and how far it is trusted.

    Attributes:
        network: it can be stepped from any hidden state, along any sequence.
        length: of the sequences that it was trained on, or can be trusted on.
        given: whether somebody else trained it: such a network may be right on shorter sequences
            alone, and a machine that it follows on those is a reading of it too.
        max_states: of a machine that is read.
        parted: steps of a longer sequence, on which a program of longer ones was seen to part from
            the network; none where none was.
    """

    network: SequenceNetwork
    length: int
    given: bool = False
    max_states: int | None = None
    parted: tuple[tuple[int, ...], ...] = ()

    @property
    def channels(self) -> Channels:
        """What is read at every step, and how many numbers answer."""
        return self.network.channels

    @property
    def stored(self) -> Model | None:
        """The network, where it can be stored."""
        return self.network.stored

    @property
    def shows(self) -> bool:
        """Whether its hidden states can be looked at: those of a black box cannot."""
        return self.network.reached

    @property
    def in_words(self) -> str | None:
        """The network's architecture; null of a callable in memory."""
        if self.stored is None:
            return None
        shape = self.stored.architecture
        kind = "second-order"
        if isinstance(shape, IntegerRecurrent):
            sums = shape.one_hot and shape.readout == "value"
            kind = f"{shape.activation} {'sum' if sums else shape.readout}"
        if isinstance(shape, RecurrentLayers):
            kind = shape.in_words
        return f"{kind}, {many(shape.d_hidden, 'unit')}"


@dataclass(frozen=True)
class TextTrace(_Shown):
    """What extraction may look at over texts: the network itself, and what it reads."""

    network: TextNetwork

    @property
    def texts(self) -> Texts:
        """What a text is made of."""
        return self.network.texts

    @property
    def stored(self) -> Model:
        """The network."""
        return self.network.model

    @property
    def in_words(self) -> str:
        """The network's architecture."""
        shape = self.network.shape
        kind = "causal transformer" if shape.causal else "transformer"
        return f"{kind} over texts, {many(shape.n_layers, 'layer')}, {many(shape.n_heads, 'head')}"


@dataclass(frozen=True)
class BoxTrace(_Shown):
    """What extraction may look at over a box: the network's values and gradients, anywhere in it.

    It is a `RealView`, and may be handed on as one.

    Attributes:
        engine: which engine proposes formulas; `auto` for all that are on this machine.
    """

    network: RealFunction
    engine: str = "auto"

    @property
    def box(self) -> Mapping[str, tuple[float, float]]:
        """Both ends of every input, by its name, in the order of the columns of points."""
        return self.network.box

    @property
    def noise(self) -> float | None:
        """How far the values are off, as whoever made the network says; null if nothing is said."""
        return self.network.noise

    def values(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, " n"]:
        """The answers at points of the box."""
        return self.network.values(points)

    def gradients(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, "n d"]:
        """The derivative of the answer by every input, at points of the box."""
        return self.network.gradients(points)

    def units(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, "n width"] | None:
        """The last hidden layer at points of the box; null where none is reached."""
        return self.network.units(points)

    @property
    def stored(self) -> Model | None:
        """The network, where it can be stored: no callable in memory can."""
        return self.network.model if isinstance(self.network, StoredFunction) else None

    @property
    def in_words(self) -> str | None:
        """The network's architecture; null of a callable in memory."""
        return None if self.stored is None else shape_in_words(self.stored.architecture)


View = Trace | SequenceTrace | TextTrace | BoxTrace
"""What extraction may look at, by what the network is a function of."""
