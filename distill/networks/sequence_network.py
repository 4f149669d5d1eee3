"""A recurrent network of any kind, as a function from the values of channels to answers.

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
from distill.networks.integer_model import IntegerModel
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.recurrent_model import RecurrentModel
from distill.networks.stepping import states_along


@runtime_checkable
class Answering(Protocol):
    """What answers sequences: all that counting agreements takes."""

    @property
    def channels(self) -> Channels:
        """What it reads."""
        ...

    def run(
        self, sequences: Int[ndarray, "n length channels"], /
    ) -> Int[ndarray, "n length outputs"]:
        """The answers along sequences."""
        ...


@runtime_checkable
class Stepped(Protocol):
    """What is stepped by the numbers of symbols and gives one answer a step."""

    @property
    def start(self) -> Float[ndarray, " d"]:
        """The state before the first symbol."""
        ...

    def step(
        self, hidden: Float[ndarray, "n d"], symbols: Int[ndarray, " n"], /
    ) -> Float[ndarray, "n d"]:
        """The states after one more symbol each."""
        ...

    def outputs(self, hidden: Float[ndarray, "n d"]) -> Int[ndarray, " n"]:
        """The answers at states."""
        ...

    def run(self, sequences: Int[ndarray, "n length"]) -> Int[ndarray, "n length"]:
        """The answers along sequences."""
        ...


@runtime_checkable
class SymbolNetwork(Stepped, Protocol):
    """A network that is stepped by the numbers of symbols: its states are hidden states."""

    def hidden(self, sequences: Int[ndarray, "n length"]) -> Float[ndarray, "n length d"]:
        """Hidden states after every symbol."""
        ...


@dataclass(frozen=True)
class SequenceNetwork:
    """A network and what the numbers that it reads stand for.

    Raises:
        DistillError: the network does not read these channels.
    """

    model: RecurrentModel | IntegerModel
    channels: Channels

    def __post_init__(self) -> None:
        shape = self.model.architecture
        if self.reads_symbols:
            if shape.n_symbols != self.channels.size:
                raise DistillError(
                    f"the network reads {shape.n_symbols} symbols, and {self.channels} are "
                    f"{self.channels.size}"
                )
        elif isinstance(shape, IntegerRecurrent) and shape.n_channels != len(self.channels.inputs):
            raise DistillError(
                f"the network reads {shape.n_channels} channels, and {self.channels} are "
                f"{len(self.channels.inputs)}"
            )

    @property
    def reads_symbols(self) -> bool:
        """Whether the network takes the numbers of symbols, and not the values of channels."""
        shape = self.model.architecture
        return not isinstance(shape, IntegerRecurrent) or shape.one_hot

    @property
    def start(self) -> Float[ndarray, " d"]:
        """The hidden state before the first step."""
        return self.model.start

    def hidden(self, sequences: Int[ndarray, "n length channels"]) -> Float[ndarray, "n length d"]:
        """Hidden states after every step."""
        return states_along(self.start, self.step, sequences)

    def step(
        self, hidden: Float[ndarray, "n d"], values: Int[ndarray, "n channels"]
    ) -> Float[ndarray, "n d"]:
        """The hidden states after one more step each."""
        read = numbers(values, self.channels.inputs) if self.reads_symbols else values
        if isinstance(self.model, RecurrentModel):
            return self.model.step(hidden, read)
        return self.model.step(hidden, read[:, None] if self.reads_symbols else read)

    def outputs(self, hidden: Float[ndarray, "n d"]) -> Int[ndarray, "n outputs"]:
        """The answers at hidden states."""
        said = self.model.outputs(hidden)
        return said[:, None] if said.ndim == 1 else said

    def run(self, sequences: Int[ndarray, "n length channels"]) -> Int[ndarray, "n length outputs"]:
        """The answers along sequences."""
        hidden = self.hidden(sequences)
        said = self.outputs(hidden.reshape(-1, hidden.shape[-1]))
        return said.reshape(*sequences.shape[:2], said.shape[1])

    def lead(self, sequences: Int[ndarray, "n length channels"]) -> Float[ndarray, "n length"]:
        """How far the answer leads at every step.

        Over the runner-up where the network chooses among answers; where it gives numbers, how
        far they are from being rounded to others.
        """
        hidden = self.hidden(sequences)
        flat = hidden.reshape(-1, hidden.shape[-1])
        if isinstance(self.model, RecurrentModel):
            logits = self.model.logits(flat)
        else:
            logits = self.model.values(flat)
            if self.model.architecture.readout == "value":
                lead = (0.5 - np.abs(logits - np.rint(logits))).min(axis=1)
                return lead.reshape(sequences.shape[:2])
        if logits.shape[1] < 2:
            return np.full(sequences.shape[:2], np.inf)
        top_two = np.partition(logits, -2, axis=1)[:, -2:]
        return (top_two[:, 1] - top_two[:, 0]).reshape(sequences.shape[:2])

    def over_symbols(self) -> SymbolNetwork:
        """The same network, stepped by the numbers of symbols.

        Raises:
            DistillError: its answers have several numbers.
        """
        if isinstance(self.model, RecurrentModel):
            return self.model
        if self.channels.outputs > 1:
            raise DistillError(f"answers of {self.channels.outputs} numbers are no machine's")
        return _OverSymbols(self)


@dataclass(frozen=True)
class _OverSymbols:
    network: SequenceNetwork

    @property
    def start(self) -> Float[ndarray, " d"]:
        return self.network.start

    def step(
        self, hidden: Float[ndarray, "n d"], read: Int[ndarray, " n"]
    ) -> Float[ndarray, "n d"]:
        return self.network.step(hidden, symbols(read, self.network.channels.inputs))

    def outputs(self, hidden: Float[ndarray, "n d"]) -> Int[ndarray, " n"]:
        return self.network.outputs(hidden)[:, 0]

    def hidden(self, sequences: Int[ndarray, "n length"]) -> Float[ndarray, "n length d"]:
        return self.network.hidden(symbols(sequences, self.network.channels.inputs))

    def run(self, sequences: Int[ndarray, "n length"]) -> Int[ndarray, "n length"]:
        return self.network.run(symbols(sequences, self.network.channels.inputs))[..., 0]
