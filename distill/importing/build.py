"""From parameters and values to an architecture: sizes are read off the tensors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from distill.importing.layout import Layout
from distill.importing.values import LayoutError
from distill.networks.architecture import MLP, Transformer

Built = tuple[Transformer | MLP, dict[str, Tensor], int]
"""Shape, parameters, and how many values an input has."""


def build(layout: Layout, parameters: dict[str, Tensor], values: Mapping[str, Any]) -> Built:
    """A transformer or a perceptron, with zeros for what a layout says is zero.

    Raises:
        LayoutError: the vocabulary or the positions are too few, or do not divide.
        KeyError: a parameter is missing, by its name.
        IndexError, ValueError: one has another number of axes than the architecture's.
    """
    made = _transformer if layout.architecture == "transformer" else _mlp
    shape, found, count = made(parameters, values)
    absent = {
        name: torch.zeros(size)
        for name, size in shape.shapes().items()
        if name in layout.zero and name not in found
    }
    return shape, {**found, **absent}, count


def _transformer(parameters: dict[str, Tensor], values: Mapping[str, Any]) -> Built:
    n_vocab, d_model = parameters["W_E"].shape
    special, separate, inputs = (
        values[name] for name in ("special_tokens", "separate_inputs", "inputs")
    )
    count, rest = divmod(n_vocab - special, inputs if separate else 1)
    if rest or count < 1:
        raise LayoutError(
            f"the vocabulary has {n_vocab} rows: expected {inputs} inputs of as many rows each"
            f" and {special} special tokens (separate_inputs, special_tokens)"
        )
    heads, _, d_head = parameters["blocks.0.W_Q"].shape
    shape = Transformer(
        n_inputs=inputs,
        n_vocab=n_vocab,
        n_outputs=parameters["W_U"].shape[1],
        offsets=tuple(count * i if separate else 0 for i in range(inputs)),
        suffix=tuple(range(n_vocab - special, n_vocab)),
        d_model=d_model,
        n_heads=heads,
        d_mlp=parameters["blocks.0.W_in"].shape[1],
        n_layers=sum(name.endswith("W_Q") for name in parameters),
        d_head=d_head,
        activation=values["activation"],
        attention_coefficient=values["attention_coefficient"],
        masked=values["masked"],
        biases="b_U" in parameters or "blocks.0.b_Q" in parameters,
        layer_norm=values["normalization"] != "none",
    )
    rows = parameters["W_pos"].shape[0]
    if rows < shape.positions:
        raise LayoutError(
            f"the position table has {rows} rows, and {inputs} inputs with {special} special "
            f"tokens are {shape.positions} positions: say how many inputs there are, inputs=N"
        )
    norms = {}
    if values["normalization"] == "LNPre":
        norms = {
            name: torch.ones(size) if name.endswith("_weight") else torch.zeros(size)
            for name, size in shape.shapes().items()
            if "ln_" in name
        }
    W_pos = parameters["W_pos"][: shape.positions].contiguous()
    return shape, {**parameters, **norms, "W_pos": W_pos}, count


def _mlp(parameters: dict[str, Tensor], values: Mapping[str, Any]) -> Built:
    embedding = parameters["W_E"] if "W_E" in parameters else parameters["W_E0"]
    layers = sum(re.fullmatch(r"W_\d+", name) is not None for name in parameters)
    shape = MLP(
        n_inputs=2,
        n_tokens=embedding.shape[0],
        n_outputs=parameters["W_U"].shape[1],
        d_embed=embedding.shape[1],
        widths=tuple(parameters[f"W_{i + 1}"].shape[1] for i in range(layers)),
        combine=values["combine"],
        shared="W_E" in parameters,
        activation=values["activation"],
    )
    return shape, parameters, embedding.shape[0]
