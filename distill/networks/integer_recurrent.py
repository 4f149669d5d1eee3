"""Recurrent networks that read integers: one map of the hidden state, driven by the inputs.

    h_t = σ(A h_{t-1} + B x_t + b),    y_t = C h_t + d

With σ the identity this is a linear system in the sense of control theory, which holds running
sums, delays and mechanics exactly; with a ReLU it also holds what compares. x_t are the integers of
the channels, or the one-hot vector of a symbol.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.errors import DistillError

Activation = Literal["linear", "relu"]
Readout = Literal["value", "choice"]

SPECTRAL_RADIUS = 0.9
"""Of A before training: near 1, so that gradients reach back to the first step."""


@dataclass(frozen=True)
class IntegerRecurrent:
    """Shapes of a recurrent network over integers.

    Parameters, by name: A [d_hidden, d_hidden], B [d_hidden, inputs], b [d_hidden], h_0
    [d_hidden], C [n_outputs, d_hidden], d [n_outputs], where there are as many inputs as channels,
    or as symbols with `one_hot`. An ensemble of m networks has the same with a first axis of m.

    Attributes:
        n_channels: integers of a step; 1, the symbol's number, with `one_hot`.
        n_outputs: numbers of an answer ("value"), or answers to choose from ("choice").
        activation: σ.
        readout: whether the answer is y rounded to the nearest integers, or the one of the
            largest logit y.
        one_hot: whether x_t is the one-hot vector of a symbol.
        n_symbols: how many symbols there are; 0 without `one_hot`.

    Raises:
        DistillError: symbols without `one_hot`, or the other way round.
    """

    n_channels: int
    d_hidden: int
    n_outputs: int
    activation: Activation = "linear"
    readout: Readout = "value"
    one_hot: bool = False
    n_symbols: int = 0
    kind: Literal["integer_recurrent"] = "integer_recurrent"

    def __post_init__(self) -> None:
        if self.one_hot != (self.n_symbols > 0) or (self.one_hot and self.n_channels != 1):
            raise DistillError(
                f"one_hot = {self.one_hot}, {self.n_symbols} symbols and {self.n_channels} "
                "channels: a one-hot network reads one channel of symbol numbers, and others have "
                "no symbols"
            )

    @property
    def reads_symbols(self) -> bool:
        """Whether it takes the numbers of symbols, and not the values of channels."""
        return self.one_hot

    @property
    def step_shape(self) -> tuple[int, ...]:
        """Of what is read at a step: a number for every channel."""
        return (self.n_channels,)

    @property
    def n_inputs(self) -> int:
        """Columns of B."""
        return self.n_symbols if self.one_hot else self.n_channels

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter."""
        d = self.d_hidden
        return {
            "A": (d, d),
            "B": (d, self.n_inputs),
            "b": (d,),
            "h_0": (d,),
            "C": (self.n_outputs, d),
            "d": (self.n_outputs,),
        }

    def initialise(self, generator: torch.Generator, members: int) -> dict[str, Tensor]:
        """Fresh float64 parameters of an ensemble: A a multiple of an orthogonal matrix.

        Everything else is small, and 0 where it does not break a symmetry.
        """
        scales = {"B": 0.5 * self.n_inputs**-0.5, "C": self.d_hidden**-0.5}
        drawn = {
            name: torch.randn((members, *shape), generator=generator, dtype=torch.float64)
            for name, shape in self.shapes().items()
        }
        parameters = {name: value * scales.get(name, 0.0) for name, value in drawn.items()}
        parameters["A"] = torch.linalg.qr(drawn["A"])[0] * SPECTRAL_RADIUS
        return parameters

    def start(self, weights: Mapping[str, ndarray]) -> Float[ndarray, " d"]:
        """The hidden state of one network before the first step."""
        return weights["h_0"]

    def step(
        self,
        weights: Mapping[str, ndarray],
        hidden: Float[ndarray, "n d"],
        inputs: Int[ndarray, "n channels"],
    ) -> Float[ndarray, "n d"]:
        """The hidden states of one network after one more step each, in float64."""
        A, B, b = (weights[name] for name in ("A", "B", "b"))
        driven = B.T[inputs[:, 0]] if self.one_hot else inputs @ B.T
        moved = hidden @ A.T + driven + b
        return np.maximum(moved, 0) if self.activation == "relu" else moved

    def values(
        self, weights: Mapping[str, ndarray], hidden: Float[ndarray, "n d"]
    ) -> Float[ndarray, "n outputs"]:
        """Values of y of one network at hidden states, before rounding, or logits."""
        return hidden @ weights["C"].T + weights["d"]

    def encoded(self, sequences: Int[Tensor, "n length channels"]) -> Float[Tensor, "n length x"]:
        """What the network reads: the integers, or the one-hot vectors of symbol numbers."""
        if self.one_hot:
            return torch.nn.functional.one_hot(sequences[..., 0], self.n_symbols).double()
        return sequences.double()

    def hidden(
        self, parameters: dict[str, Tensor], inputs: Float[Tensor, "n length inputs"]
    ) -> Float[Tensor, "m n length d"]:
        """Hidden states after every step, of inputs as `encoded` gives them."""
        members, count = len(parameters["h_0"]), len(inputs)
        driven = inputs.flatten(0, 1) @ parameters["B"].mT + parameters["b"][:, None]
        driven = driven.view(members, count, -1, self.d_hidden)
        hidden = parameters["h_0"][:, None].expand(members, count, self.d_hidden)
        states = []
        for step in driven.unbind(dim=2):
            hidden = self._moved(parameters, hidden, step)
            states.append(hidden)
        return torch.stack(states, dim=2)

    def outputs(
        self, parameters: dict[str, Tensor], hidden: Float[Tensor, "m n length d"]
    ) -> Float[Tensor, "m n length outputs"]:
        """Values of y at hidden states, before rounding, or logits."""
        members, count, length, d = hidden.shape
        y = torch.baddbmm(
            parameters["d"][:, None], hidden.reshape(members, -1, d), parameters["C"].mT
        )
        return y.view(members, count, length, self.n_outputs)

    def _moved(
        self,
        parameters: dict[str, Tensor],
        hidden: Float[Tensor, "m n d"],
        driven: Float[Tensor, "m n d"],
    ) -> Float[Tensor, "m n d"]:
        moved = torch.baddbmm(driven, hidden, parameters["A"].mT)
        return torch.relu(moved) if self.activation == "relu" else moved
