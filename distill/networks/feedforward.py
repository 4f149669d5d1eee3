"""Perceptrons as people write them: layers in any order, one-hot inputs, norms between.

A linear layer on one-hot vectors is a table for every input, added: so networks on one-hot inputs,
side by side or added, are read without a one-hot vector. Where `MLP` is the perceptron that is
trained here, this one says which layer follows which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor

from distill.checker.scope import many
from distill.domains.finite import Domain
from distill.networks.activation import ACTIVATIONS
from distill.networks.network import HIDDEN
from distill.networks.transformer import NORM_EPSILON

LINEAR, SHIFT, NORM = "linear", "shift", "layer_norm"


@dataclass(frozen=True)
class FeedForward:
    """Shapes and layers of a perceptron.

    Parameters, by name: W_E [n_tokens, d_embed] where the inputs share a table, otherwise W_E0,
    W_E1, ...; for layer k, from 1, W_k [in, out] and b_k [out] if it is linear, b_k [in] if it is a
    shift, weight_k and bias_k [in] if it is a layer norm; W_U [in, n_outputs], b_U.

    Attributes:
        layers: between the embedded inputs and the readout: "linear N", to N units, "shift", which
            adds a bias, "layer_norm", or the name of an activation.
        combine: whether the embedded inputs are summed or concatenated.
    """

    n_inputs: int
    n_tokens: int
    n_outputs: int
    layers: tuple[str, ...]
    d_embed: int = 256
    combine: Literal["sum", "concat"] = "sum"
    shared: bool = False
    kind: Literal["feedforward"] = "feedforward"

    @classmethod
    def for_domain(cls, domain: Domain) -> FeedForward:
        """One hidden layer of ReLU units over one-hot inputs."""
        sizes = len(domain.inputs), max(domain.shape), len(domain.outputs)
        return cls(*sizes, layers=(SHIFT, "relu"))

    @property
    def embeddings(self) -> tuple[str, ...]:
        """Name of the table of every input."""
        return tuple("W_E" if self.shared else f"W_E{i}" for i in range(self.n_inputs))

    @property
    def in_words(self) -> str:
        """How inputs are read, the units of every layer, and the outputs.

        "perceptron on 2 one-hot inputs of 12 values: 32 relu, 2 outputs"
        """
        said, linear = list[str](), False
        width = self.d_embed * (self.n_inputs if self.combine == "concat" else 1)
        for layer in self.layers:
            name, _, units = layer.partition(" ")
            if name in ACTIVATIONS:
                said.append(f"{width:,} {name}")
            elif linear:  # two in a row
                said.append(f"{width:,} linear")
            if name == NORM:
                said.append("layer norm")
            width, linear = int(units or width), name == LINEAR
        if linear:
            said.append(f"{width:,} linear")
        read = f"{many(self.n_inputs, 'one-hot input')} of {many(self.n_tokens, 'value')}"
        if self.combine == "concat":
            read = f"{many(self.n_inputs, 'input')} in {many(self.d_embed, 'number')} each"
            read = many(self.n_inputs, "number") if self.d_embed == 1 else read
        return f"perceptron on {read}: {', '.join([*said, many(self.n_outputs, 'output')])}"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter."""
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys(
            self.embeddings, (self.n_tokens, self.d_embed)
        )
        width = self.d_embed * (self.n_inputs if self.combine == "concat" else 1)
        for k, layer in enumerate(self.layers, start=1):
            name, _, units = layer.partition(" ")
            if name == LINEAR:
                shapes |= {f"W_{k}": (width, int(units)), f"b_{k}": (int(units),)}
                width = int(units)
            elif name == SHIFT:
                shapes |= {f"b_{k}": (width,)}
            elif name == NORM:
                shapes |= {f"weight_{k}": (width,), f"bias_{k}": (width,)}
        return shapes | {"W_U": (width, self.n_outputs), "b_U": (self.n_outputs,)}

    def initialise(self, generator: torch.Generator) -> dict[str, Tensor]:
        """Normal weights with the variance of 1 / fan-in, norms that change nothing, biases zero.

        A table's fan-in is that of one-hot vectors: as many values as there are inputs.
        """
        made: dict[str, Tensor] = {}
        for name, shape in self.shapes().items():
            if name.startswith("W"):
                fan_in = self.n_inputs if name.startswith("W_E") else shape[0]
                made[name] = torch.randn(shape, generator=generator) / fan_in**0.5
            else:
                made[name] = torch.full(shape, float(name.startswith("weight_")))
        return made

    @property
    def places(self) -> tuple[str, ...]:
        """Where activations can be asked for: behind every layer, and the last as "hidden"."""
        return (*(f"layer {number}" for number in range(1, len(self.layers))), HIDDEN)

    def embedded(self, place: int) -> tuple[str, int]:
        """The parameter that embeds an input, and the row of its token 0."""
        return self.embeddings[place], 0

    def activations(
        self, place: str, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"]
    ) -> Float[Tensor, "n width"]:
        """Activations at one of the places."""
        return self._after(parameters, tokens, 1 + self.places.index(place))

    def logits(
        self, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"]
    ) -> Float[Tensor, "n outputs"]:
        """Logits of every row of tokens."""
        hidden = self._after(parameters, tokens, len(self.layers))
        return hidden @ parameters["W_U"] + parameters["b_U"]

    def _after(
        self, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"], count: int
    ) -> Float[Tensor, "n width"]:
        """What stands behind so many layers."""
        embedded = [parameters[name][tokens[:, i]] for i, name in enumerate(self.embeddings)]
        x = torch.cat(embedded, dim=1) if self.combine == "concat" else torch.stack(embedded).sum(0)
        for k, layer in enumerate(self.layers[:count], start=1):
            name = layer.partition(" ")[0]
            if name == LINEAR:
                x = x @ parameters[f"W_{k}"] + parameters[f"b_{k}"]
            elif name == SHIFT:
                x = x + parameters[f"b_{k}"]
            elif name == NORM:
                centred = x - x.mean(-1, keepdim=True)
                spread = (centred.square().mean(-1, keepdim=True) + NORM_EPSILON).sqrt()
                x = centred / spread * parameters[f"weight_{k}"] + parameters[f"bias_{k}"]
            else:
                x = ACTIVATIONS[name](x)
        return x
