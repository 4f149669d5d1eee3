"""A recurrent network as a function from the values of channels to answers.

What extraction and verification see of it: it starts, it steps, it answers, and it can be less or
more sure of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.checker.draws import numbers, symbols
from distill.domains.sequences import Channels
from distill.errors import DistillError
from distill.networks.architecture import StepArchitecture
from distill.networks.network import HasSteps, Network
from distill.networks.sequence_boxes import SequenceBox, Whole
from distill.networks.stored import Model, reads_steps


@runtime_checkable
class Answering(Network, Protocol):
    """What answers sequences of channels: all that counting agreements takes."""

    @property
    def channels(self) -> Channels:
        """What it reads."""
        ...


@dataclass(frozen=True)
class SequenceNetwork(HasSteps):
    """A network and what the numbers that it reads stand for.

    Attributes:
        model: a stored network; or a black box, which answers and has no values.

    Raises:
        DistillError: the network does not read sequences of these channels.
    """

    model: Model[StepArchitecture] | SequenceBox
    channels: Channels

    def __post_init__(self) -> None:
        if isinstance(self.model, Model) and not reads_steps(self.model):
            kind = self.model.architecture.kind
            raise DistillError(f"a network of kind '{kind}' reads no sequences of {self.channels}")
        read = self.reads.n_inputs
        what = "symbols" if self.reads_symbols else "channels"
        given = self.channels.size if self.reads_symbols else len(self.channels.inputs)
        if read != given:
            raise DistillError(f"the network reads {read} {what}, and {self.channels} are {given}")

    @property
    def reads(self) -> StepArchitecture | SequenceBox:
        """What says what is read and answered: the architecture, or a black box itself."""
        return self.model.architecture if isinstance(self.model, Model) else self.model

    @property
    def stored(self) -> Model[StepArchitecture] | None:
        """The network where it can be stored: no black box can."""
        return self.model if isinstance(self.model, Model) else None

    @property
    def reached(self) -> bool:
        """Whether hidden states can be looked at and moved, as those of a stored network can."""
        return isinstance(self.model, Model) or self.model.reached

    @property
    def reads_symbols(self) -> bool:
        """Whether the network takes the numbers of symbols, and not the values of channels."""
        return self.reads.reads_symbols

    @property
    def start(self) -> Float[ndarray, " d"]:
        """The hidden state before the first step."""
        return self.model.start

    def step(
        self, hidden: Float[ndarray, "n d"], inputs: Int[ndarray, "n channels"], /
    ) -> Float[ndarray, "n d"]:
        """The hidden states after one more step each."""
        read = numbers(inputs, self.channels.inputs) if self.reads_symbols else inputs
        return self.model.step(hidden, read.reshape(-1, *self.reads.step_shape))

    def outputs(self, hidden: Float[ndarray, "n d"], /) -> Int[ndarray, "n outputs"]:
        """The answers at hidden states."""
        answers = self.model.outputs(hidden)
        return answers[:, None] if answers.ndim == 1 else answers

    def run(self, inputs: Int[ndarray, "n length channels"], /) -> Int[ndarray, "n length outputs"]:
        """The answers after every step."""
        if not isinstance(self.model, Whole):
            return super().run(inputs)
        read = numbers(inputs, self.channels.inputs)
        return self.model.run(read.reshape(inputs.shape[:2]))[..., None]

    def lead(self, sequences: Int[ndarray, "n length channels"]) -> Float[ndarray, "n length"]:
        """How far the answer leads at every step.

        Over the runner-up where the network chooses among answers; where it gives numbers, how
        far they are from being rounded to others. Without end where nothing is known of it.
        """
        if not isinstance(self.model, Model):
            return np.full(sequences.shape[:2], np.inf)
        hidden = self.hidden(sequences)
        values = self.model.values(hidden.reshape(-1, hidden.shape[-1]))
        if self.model.architecture.readout == "value":
            lead = (0.5 - np.abs(values - np.rint(values))).min(axis=1)
            return lead.reshape(sequences.shape[:2])
        if values.shape[1] < 2:
            return np.full(sequences.shape[:2], np.inf)
        top_two = np.partition(values, -2, axis=1)[:, -2:]
        return (top_two[:, 1] - top_two[:, 0]).reshape(sequences.shape[:2])

    def over_symbols(self) -> HasSteps:
        """The same network, stepped by the numbers of symbols, with one number as its answer.

        Raises:
            DistillError: its answers have several numbers.
        """
        if not self.reads.step_shape:
            return self.model
        if self.channels.outputs > 1:
            raise DistillError(f"answers of {self.channels.outputs} numbers are no machine's")
        return _OverSymbols(self)


@dataclass(frozen=True)
class _OverSymbols(HasSteps):
    network: SequenceNetwork

    @property
    def start(self) -> Float[ndarray, " d"]:
        return self.network.start

    def step(
        self, hidden: Float[ndarray, "n d"], inputs: Int[ndarray, " n"], /
    ) -> Float[ndarray, "n d"]:
        return self.network.step(hidden, symbols(inputs, self.network.channels.inputs))

    def outputs(self, hidden: Float[ndarray, "n d"], /) -> Int[ndarray, " n"]:
        return self.network.outputs(hidden)[:, 0]
