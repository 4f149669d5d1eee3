"""A trained recurrent network: its parameters, one step at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.architecture.recurrent import Recurrent
from distill.errors import DistillError


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
        expected = self.architecture.shapes()
        found = {name: tuple(weights.shape) for name, weights in self.parameters.items()}
        if found != expected:
            raise DistillError(f"the parameters have shapes {found}; expected {expected}")
        for name, weights in self.parameters.items():
            if not bool(torch.isfinite(weights).all()):
                raise DistillError(f"parameter '{name}' holds values that are not finite")
        if len(self.answers) != self.architecture.n_outputs:
            raise DistillError(
                f"{len(self.answers)} answers for {self.architecture.n_outputs} outputs"
            )

    @cached_property
    def _weights(self) -> dict[str, ndarray]:
        return {name: weights.double().numpy() for name, weights in self.parameters.items()}

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
        state = np.repeat(self.start[None], len(sequences), axis=0)
        states = np.empty((*sequences.shape, len(self.start)))
        for t, symbols in enumerate(sequences.T):
            states[:, t] = state = self.step(state, symbols)
        return states

    def run(self, sequences: Int[ndarray, "n length"]) -> Int[ndarray, "n length"]:
        """The answers along sequences of symbol numbers."""
        hidden = self.hidden(sequences)
        return self.outputs(hidden.reshape(-1, hidden.shape[-1])).reshape(sequences.shape)
