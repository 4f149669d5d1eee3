"""A recurrent network of any kind, as a function from the values of channels to answers.

What extraction and verification see of it: it starts, it steps, it answers, and it can be less or
more sure of that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.channels import Channels
from distill.checker.draws import numbers
from distill.errors import DistillError
from distill.recurrent_model import RecurrentModel


@dataclass(frozen=True)
class SequenceNetwork:
    """A network and what the numbers that it reads stand for.

    Raises:
        DistillError: the network does not read that many symbols.
    """

    model: RecurrentModel
    channels: Channels

    def __post_init__(self) -> None:
        if self.model.architecture.n_symbols != self.channels.size:
            raise DistillError(
                f"the network reads {self.model.architecture.n_symbols} symbols, and "
                f"{self.channels} are {self.channels.size}"
            )

    @property
    def start(self) -> Float[ndarray, " d"]:
        """The hidden state before the first step."""
        return self.model.start

    def read(self, sequences: Int[ndarray, "n length channels"]) -> Int[ndarray, "n length"]:
        """Sequences as the network takes them: the numbers of their symbols."""
        return numbers(sequences, self.channels.inputs)

    def hidden(self, sequences: Int[ndarray, "n length channels"]) -> Float[ndarray, "n length d"]:
        """Hidden states after every step."""
        return self.model.hidden(self.read(sequences))

    def step(
        self, hidden: Float[ndarray, "n d"], values: Int[ndarray, "n channels"]
    ) -> Float[ndarray, "n d"]:
        """The hidden states after one more step each."""
        return self.model.step(hidden, numbers(values, self.channels.inputs))

    def outputs(self, hidden: Float[ndarray, "n d"]) -> Int[ndarray, "n outputs"]:
        """The answers at hidden states."""
        return self.model.outputs(hidden)[:, None]

    def run(self, sequences: Int[ndarray, "n length channels"]) -> Int[ndarray, "n length outputs"]:
        """The answers along sequences."""
        hidden = self.hidden(sequences)
        said = self.outputs(hidden.reshape(-1, hidden.shape[-1]))
        return said.reshape(*sequences.shape[:2], said.shape[1])

    def lead(self, sequences: Int[ndarray, "n length channels"]) -> Float[ndarray, "n length"]:
        """How far the answer leads over the runner-up at every step."""
        hidden = self.hidden(sequences)
        logits = self.model.logits(hidden.reshape(-1, hidden.shape[-1]))
        if logits.shape[1] < 2:
            return np.full(sequences.shape[:2], np.inf)
        top_two = np.partition(logits, -2, axis=1)[:, -2:]
        return (top_two[:, 1] - top_two[:, 0]).reshape(sequences.shape[:2])
