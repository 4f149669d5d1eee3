"""A trained recurrent network over integers: its parameters, one step at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.errors import DistillError
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.parameters import check_parameters, in_float64
from distill.networks.stepping import states_along


@dataclass(frozen=True)
class IntegerModel:
    """Weights of one network and the architecture that they belong to.

    Attributes:
        answers: the values that the logits of a "choice" stand for; none for a "value".

    Raises:
        DistillError: a parameter is missing, of the wrong shape, or not finite, or there are not
            as many answers as logits.
    """

    architecture: IntegerRecurrent
    parameters: Mapping[str, Tensor]
    answers: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        check_parameters(self.architecture, self.parameters)
        choices = self.architecture.n_outputs if self.architecture.readout == "choice" else 0
        if len(self.answers) != choices:
            raise DistillError(f"{len(self.answers)} answers to choose from; expected {choices}")

    @cached_property
    def weights(self) -> dict[str, ndarray]:
        """The parameters as float64 arrays."""
        return in_float64(self.parameters)

    @property
    def start(self) -> Float[ndarray, " d"]:
        """The hidden state before the first step."""
        return self.weights["h_0"]

    def step(
        self, hidden: Float[ndarray, "n d"], inputs: Int[ndarray, "n channels"]
    ) -> Float[ndarray, "n d"]:
        """The hidden states after one more step each, in float64."""
        A, B, b = (self.weights[name] for name in ("A", "B", "b"))
        driven = B.T[inputs[:, 0]] if self.architecture.one_hot else inputs @ B.T
        moved = hidden @ A.T + driven + b
        return np.maximum(moved, 0) if self.architecture.activation == "relu" else moved

    def values(self, hidden: Float[ndarray, "n d"]) -> Float[ndarray, "n outputs"]:
        """Values of y at hidden states, before rounding, or logits."""
        return hidden @ self.weights["C"].T + self.weights["d"]

    def outputs(self, hidden: Float[ndarray, "n d"]) -> Int[ndarray, "n numbers"]:
        """The answers at hidden states; a half is rounded to the even integer."""
        values = self.values(hidden)
        if self.architecture.readout == "choice":
            return np.array(self.answers)[values.argmax(axis=1)][:, None]
        return np.rint(values).astype(np.int64)

    def hidden(self, sequences: Int[ndarray, "n length channels"]) -> Float[ndarray, "n length d"]:
        """Hidden states along sequences of integers, or of symbol numbers."""
        return states_along(self.start, self.step, sequences)

    def run(self, sequences: Int[ndarray, "n length channels"]) -> Int[ndarray, "n length numbers"]:
        """The answers along sequences of integers, or of symbol numbers."""
        hidden = self.hidden(sequences)
        answers = self.outputs(hidden.reshape(-1, hidden.shape[-1]))
        return answers.reshape(*sequences.shape[:2], answers.shape[1])
