"""Architectures: how parameters and tokens become logits, as values without parameters."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from distill.networks.choice import ALIASES, architecture_for, describe
from distill.networks.mlp import MLP
from distill.networks.transformer import Transformer

__all__ = [
    "ALIASES",
    "MLP",
    "Architecture",
    "Parameters",
    "StoredArchitecture",
    "Transformer",
    "architecture_for",
    "describe",
]

Parameters = dict[str, Tensor]


@runtime_checkable
class Architecture(Protocol):
    """What training, tracing and the stores need of an architecture."""

    @property
    def kind(self) -> str:
        """Name under which it is stored."""
        ...

    def initialise(self, generator: torch.Generator) -> Parameters:
        """Fresh parameters, drawn from the generator."""
        ...

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter."""
        ...

    def logits(
        self, parameters: Parameters, tokens: Int[Tensor, "n k"]
    ) -> Float[Tensor, "n outputs"]:
        """Logits of every row of tokens."""
        ...

    def hidden(
        self, parameters: Parameters, tokens: Int[Tensor, "n k"]
    ) -> Float[Tensor, "n hidden"]:
        """Activations of the last hidden layer, where program variables are decoded from."""
        ...


StoredArchitecture = Transformer | MLP
"""What `certificate.json` may hold, told apart by `kind`."""
