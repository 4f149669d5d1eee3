"""Perceptrons over vectors, as a batch: for studies whose inputs are bits or real numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from distill.train.together import Parameters


@dataclass(frozen=True)
class Layered:
    """Layers with a bend between them.

    Parameters: W_i [members, widths[i], widths[i + 1]] and b_i [members, widths[i + 1]].

    Attributes:
        widths: from the inputs to the outputs.
        bend: between layers; not after the last.
        scale: of the weights, in units of √(1 / fan-in).
    """

    widths: tuple[int, ...]
    bend: Callable[[Tensor], Tensor] = torch.relu
    scale: float = 2**0.5

    def initialise(self, generator: torch.Generator) -> dict[str, Tensor]:
        """Normal weights, and biases of zero."""
        parameters = {}
        for place, (before, after) in enumerate(zip(self.widths, self.widths[1:], strict=False)):
            drawn = torch.randn(before, after, generator=generator)
            parameters[f"W_{place}"] = self.scale / before**0.5 * drawn
            parameters[f"b_{place}"] = torch.zeros(after)
        return parameters

    def outputs(
        self, parameters: Parameters, inputs: Float[Tensor, "*members n inputs"]
    ) -> Float[Tensor, "members n outputs"]:
        """Outputs of every member, on the same inputs or on its own."""
        values = inputs
        last = len(self.widths) - 2
        for place in range(last + 1):
            values = values @ parameters[f"W_{place}"] + parameters[f"b_{place}"][:, None]
            if place < last:
                values = self.bend(values)
        return values
