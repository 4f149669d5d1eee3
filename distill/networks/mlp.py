"""Multilayer perceptrons over embedded inputs: summed or concatenated, shared or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor

from distill.checker.scope import many
from distill.domains.finite import Domain
from distill.networks.activation import ACTIVATIONS, Activation
from distill.networks.network import HIDDEN


@dataclass(frozen=True)
class MLP:
    """Shapes of a perceptron.

    Parameters, by name: W_E [n_tokens, d_embed] where the inputs share an embedding, otherwise
    W_E0, W_E1, ...; W_1 [in, widths[0]], b_1, W_2, b_2, ...; W_U [widths[-1], n_outputs], b_U.

    Attributes:
        combine: whether the embedded inputs are summed or concatenated.
    """

    n_inputs: int
    n_tokens: int
    n_outputs: int
    d_embed: int = 64
    widths: tuple[int, ...] = (256,)
    combine: Literal["sum", "concat"] = "sum"
    shared: bool = True
    activation: Activation = "relu"
    kind: Literal["mlp"] = "mlp"

    @classmethod
    def for_domain(cls, domain: Domain) -> MLP:
        """Default widths, and one embedding for all inputs."""
        return cls(len(domain.inputs), max(domain.shape), len(domain.outputs))

    @property
    def embeddings(self) -> tuple[str, ...]:
        """Name of the embedding of every input."""
        return tuple("W_E" if self.shared else f"W_E{i}" for i in range(self.n_inputs))

    @property
    def in_words(self) -> str:
        """How inputs are read, the units of every layer, and the outputs.

        "perceptron on 2 inputs, embedded in 64 numbers and added: 256 relu, 59 outputs"
        """
        together = "side by side" if self.combine == "concat" else "added"
        own = "" if self.shared else ", each by a table of its own,"
        layers = [f"{units:,} {self.activation}" for units in self.widths]
        return (
            f"perceptron on {many(self.n_inputs, 'input')}, embedded in "
            f"{many(self.d_embed, 'number')}{own} and {together}: "
            f"{', '.join([*layers, many(self.n_outputs, 'output')])}"
        )

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter."""
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys(
            self.embeddings, (self.n_tokens, self.d_embed)
        )
        width = self.d_embed * (self.n_inputs if self.combine == "concat" else 1)
        for layer, units in enumerate(self.widths, start=1):
            shapes |= {f"W_{layer}": (width, units), f"b_{layer}": (units,)}
            width = units
        return shapes | {"W_U": (width, self.n_outputs), "b_U": (self.n_outputs,)}

    def initialise(self, generator: torch.Generator) -> dict[str, Tensor]:
        """Normal weights with the variance of 1 / fan-in, biases zero."""
        return {
            name: torch.randn(shape, generator=generator)
            / (self.d_embed if name.startswith("W_E") else shape[0]) ** 0.5
            if name.startswith("W")
            else torch.zeros(shape)
            for name, shape in self.shapes().items()
        }

    @property
    def places(self) -> tuple[str, ...]:
        """Where activations can be asked for: every hidden layer, and the last as "hidden"."""
        return (*(f"layer {number}" for number in range(1, len(self.widths))), HIDDEN)

    def embedded(self, place: int) -> tuple[str, int]:
        """The parameter that embeds an input, and the row of its token 0."""
        return self.embeddings[place], 0

    def activations(
        self, place: str, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"]
    ) -> Float[Tensor, "n width"]:
        """Activations at one of the places."""
        return self._units(parameters, tokens, 1 + self.places.index(place))

    def _units(
        self, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"], layers: int
    ) -> Float[Tensor, "n width"]:
        """Hidden units after so many layers."""
        embedded = [parameters[name][tokens[:, i]] for i, name in enumerate(self.embeddings)]
        x = torch.cat(embedded, dim=1) if self.combine == "concat" else torch.stack(embedded).sum(0)
        for layer in range(1, layers + 1):
            x = ACTIVATIONS[self.activation](
                x @ parameters[f"W_{layer}"] + parameters[f"b_{layer}"]
            )
        return x

    def logits(
        self, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"]
    ) -> Float[Tensor, "n outputs"]:
        """Logits of every row of tokens."""
        hidden = self._units(parameters, tokens, len(self.widths))
        return hidden @ parameters["W_U"] + parameters["b_U"]
