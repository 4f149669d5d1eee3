"""A trained recurrent network: its parameters, one step at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.errors import DistillError
from distill.networks.parameters import check_parameters, in_float64
from distill.networks.second_order import Recurrent
from distill.networks.stepping import states_along


@dataclass(frozen=True)
class RecurrentModel:
    """Weights of one network and the architecture that they belong to.

    Attributes:
        answers: the values that the outputs stand for: logit j belongs to answers[j].

    Raises:
        DistillError: a parameter is missing, of the wrong shape, or not finite.
    """

    architecture: Recurrent
    parameters: Mapping[str, Tensor]
    answers: tuple[int, ...]

    def __post_init__(self) -> None:
        check_parameters(self.architecture, self.parameters)
        if len(self.answers) != self.architecture.n_outputs:
            raise DistillError(
                f"{len(self.answers)} answers for {self.architecture.n_outputs} outputs"
            )

    @cached_property
    def _weights(self) -> dict[str, ndarray]:
        return in_float64(self.parameters)

    @property
    def start(self) -> Float[ndarray, " d"]:
        """The hidden state before the first symbol."""
        return self._weights["h_0"]

    def step(
        self, hidden: Float[ndarray, "n d"], symbols: Int[ndarray, " n"]
    ) -> Float[ndarray, "n d"]:
        """The hidden states after one more symbol each, in float64."""
        W, b = self._weights["W"], self._weights["b"]
        moved = np.empty_like(hidden)
        for symbol in np.unique(symbols):
            here = symbols == symbol
            moved[here] = hidden[here] @ W[symbol].T + b[symbol]
        return np.tanh(moved)

    def logits(self, hidden: Float[ndarray, "n d"]) -> Float[ndarray, "n outputs"]:
        """Logits at hidden states."""
        return hidden @ self._weights["W_out"].T + self._weights["b_out"]

    def outputs(self, hidden: Float[ndarray, "n d"]) -> Int[ndarray, " n"]:
        """The answers at hidden states."""
        return np.array(self.answers)[self.logits(hidden).argmax(axis=1)]

    def hidden(self, sequences: Int[ndarray, "n length"]) -> Float[ndarray, "n length d"]:
        """Hidden states along sequences of symbol numbers."""
        return states_along(self.start, self.step, sequences)

    def run(self, sequences: Int[ndarray, "n length"]) -> Int[ndarray, "n length"]:
        """The answers along sequences of symbol numbers."""
        hidden = self.hidden(sequences)
        return self.outputs(hidden.reshape(-1, hidden.shape[-1])).reshape(sequences.shape)
