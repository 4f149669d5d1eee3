"""Perceptrons over real numbers: one number is answered to the values of the inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from distill.networks.activation import ACTIVATIONS, Activation


@dataclass(frozen=True)
class RealPerceptron:
    """Shapes of a perceptron that reads its inputs as they are, in float64.

    Parameters, by name: W_1 [n_inputs, widths[0]], b_1, W_2, b_2, ...; W_out [widths[-1], 1],
    b_out [1].
    """

    n_inputs: int
    widths: tuple[int, ...] = (24, 24)
    activation: Activation = "tanh"
    kind: Literal["real_perceptron"] = "real_perceptron"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter."""
        shapes: dict[str, tuple[int, ...]] = {}
        width = self.n_inputs
        for layer, units in enumerate(self.widths, start=1):
            shapes |= {f"W_{layer}": (width, units), f"b_{layer}": (units,)}
            width = units
        return shapes | {"W_out": (width, 1), "b_out": (1,)}

    def initialise(self, generator: torch.Generator) -> dict[str, Tensor]:
        """Uniform weights with the variance of 1 / fan-in, biases of the same size; in float64.

        For inputs from -1 to 1: biases spread the units over the box.
        """
        fresh: dict[str, Tensor] = {}
        for name, shape in self.shapes().items():
            ends = 2 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1
            fan_in = shape[0] if len(shape) > 1 else (fresh[f"W_{name[2:]}"].shape[0])
            fresh[name] = ends * (3 / fan_in) ** 0.5 if name != "b_out" else 0 * ends
        return fresh

    def hidden(
        self, parameters: dict[str, Tensor], points: Float[Tensor, "n d"]
    ) -> Float[Tensor, "n width"]:
        """The last hidden layer, or the inputs where there is none."""
        x = points
        for layer in range(1, len(self.widths) + 1):
            x = ACTIVATIONS[self.activation](
                x @ parameters[f"W_{layer}"] + parameters[f"b_{layer}"]
            )
        return x

    def values(
        self, parameters: dict[str, Tensor], points: Float[Tensor, "n d"]
    ) -> Float[Tensor, " n"]:
        """The answers at points."""
        answers = self.hidden(parameters, points) @ parameters["W_out"] + parameters["b_out"]
        return answers[:, 0]
