"""Layers one behind the other, from wherever they come, as a stored `FeedForward`.

A checkpoint, an `nn.Sequential` in memory, scikit-learn's perceptron and a graph of known operators
all come to this: something that reads the inputs, and layers. What follows no activation is
multiplied out in float64 (a batch norm, which in evaluation is a scale and a shift), and every
other tensor is kept as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from distill.checker.scope import many
from distill.errors import DistillError
from distill.networks.feedforward import LINEAR, NORM, SHIFT, FeedForward
from distill.networks.stored import Model

Reads = Literal["onehot", "added", "numbers"]


@dataclass(frozen=True)
class Linear:
    """x @ weight + bias."""

    weight: Float[Tensor, "inputs outputs"]
    bias: Float[Tensor, " outputs"] | None = None


@dataclass(frozen=True)
class Norm:
    """A layer norm with the usual epsilon."""

    weight: Float[Tensor, " width"]
    bias: Float[Tensor, " width"]


@dataclass(frozen=True)
class Scale:
    """x * by + plus, entry by entry, in float64."""

    by: Float[Tensor, " width"]
    plus: Float[Tensor, " width"]


@dataclass(frozen=True)
class Function:
    """An activation by name."""

    name: str


Layer = Linear | Norm | Scale | Function


@dataclass(frozen=True)
class Tables:
    """What the inputs are read by.

    Attributes:
        rows: a table for every input, or one for all of them.
        combine: whether the rows of the inputs are added or stand side by side.
    """

    rows: tuple[Float[Tensor, "_ d"], ...]
    combine: Literal["sum", "concat"]


def batch_norm(
    weight: Tensor | None, bias: Tensor | None, mean: Tensor, variance: Tensor, epsilon: float
) -> Scale:
    """What a batch norm does in evaluation, where its mean and variance are stored."""
    by = 1 / (variance.double() + epsilon).sqrt()
    by = by if weight is None else by * weight.double()
    plus = -mean.double() * by
    return Scale(by, plus if bias is None else plus + bias.double())


def tables_of(first: Linear, sizes: Sequence[int], reads: Reads) -> Tables:
    """A linear layer on vectors of the inputs, as tables: one row for every value.

    Args:
        first: the layer, without its bias.
        sizes: how many values every input has.
        reads: one-hot vectors side by side, or added, or the tokens as numbers side by side.

    Raises:
        DistillError: the layer reads another number of values.
    """
    found, alike = len(first.weight), len(set(sizes)) == 1
    wanted = {"onehot": sum(sizes), "added": sizes[0], "numbers": len(sizes)}[reads]
    if found != wanted or (reads == "added" and not alike):
        raise DistillError(
            f"the first layer reads {many(found, 'number')}: expected {wanted} for inputs of "
            f"{' and '.join(map(str, sizes))} values ({reads})"
        )
    if reads == "added":
        return Tables((first.weight,), "sum")
    if reads == "numbers":
        weight = first.weight.double()
        rows = [
            torch.arange(size, dtype=torch.float64)[:, None] * row
            for size, row in zip(sizes, weight, strict=True)
        ]
    else:
        rows = list(first.weight.split(list(sizes)))
    most = max(sizes)  # rows that no value has are zero, and never read
    padded = [torch.cat([it, it.new_zeros(most - len(it), it.shape[1])]) for it in rows]
    return Tables(tuple(padded), "sum")


def assembled(tables: Tables, layers: Sequence[Layer], inputs: int) -> Model[FeedForward]:
    """A network from what its inputs are read by, and the layers behind it.

    Raises:
        DistillError: there is no layer to answer with, or sizes do not follow one another.
    """
    layers = _without_scales(list(layers))
    if layers and isinstance(layers[-1], Linear):
        *layers, last = layers
    elif not layers and tables.combine == "sum":
        width = tables.rows[0].shape[1]
        last = Linear(torch.eye(width))
    else:
        raise DistillError("the last layer is no linear one: expected one that gives the logits")
    assert isinstance(last, Linear)
    width = tables.rows[0].shape[1] * (inputs if tables.combine == "concat" else 1)
    names: list[str] = []
    shared = len(tables.rows) == 1
    made: dict[str, Tensor] = {
        "W_E" if shared else f"W_E{i}": rows for i, rows in enumerate(tables.rows)
    }
    for k, layer in enumerate([*layers, last], start=1):
        end = layer is last
        if isinstance(layer, Linear):
            if len(layer.weight) != width:
                raise DistillError(
                    f"a linear layer reads {many(len(layer.weight), 'number')} behind "
                    f"{width}: expected "
                    "as many; the layers are not one behind the other"
                )
            width = layer.weight.shape[1]
            bias = layer.weight.new_zeros(width) if layer.bias is None else layer.bias
            made |= {"W_U" if end else f"W_{k}": layer.weight, "b_U" if end else f"b_{k}": bias}
            names += [] if end else [f"{LINEAR} {width}"]
        elif isinstance(layer, Norm):
            made |= {f"weight_{k}": layer.weight, f"bias_{k}": layer.bias}
            names.append(NORM)
        elif isinstance(layer, Scale):
            made |= {f"b_{k}": layer.plus}
            names.append(SHIFT)
        else:
            names.append(layer.name)
    shape = FeedForward(
        n_inputs=inputs,
        n_tokens=len(tables.rows[0]),
        n_outputs=width,
        layers=tuple(names),
        d_embed=tables.rows[0].shape[1],
        combine=tables.combine,
        shared=shared,
    )
    return Model(shape, {name: value.detach().contiguous() for name, value in made.items()})


def shift(bias: Float[Tensor, " width"]) -> Scale:
    """A bias alone."""
    return Scale(torch.ones_like(bias, dtype=torch.float64), bias)


def _without_scales(layers: list[Layer]) -> list[Layer]:
    """Scales multiplied into a linear layer before or behind them; plain shifts stay."""
    made: list[Layer] = []
    for at, layer in enumerate(layers):
        before = made[-1] if made else None
        if not isinstance(layer, Scale) or (not made and _only_shifts(layer)):
            made.append(layer)
        elif isinstance(before, Linear):
            bias = 0 if before.bias is None else before.bias.double()
            made[-1] = Linear(before.weight.double() * layer.by, bias * layer.by + layer.plus)
        elif at + 1 < len(layers) and isinstance(behind := layers[at + 1], Linear):
            weight = behind.weight.double()
            bias = 0 if behind.bias is None else behind.bias.double()
            folded = Linear(layer.by[:, None] * weight, bias + layer.plus @ weight)
            layers[at + 1] = replace(behind, weight=folded.weight, bias=folded.bias)
        else:
            raise DistillError(
                "a batch norm stands where no linear layer is next to it: expected one before or "
                "behind it, to be multiplied into"
            )
    return made


def _only_shifts(layer: Scale) -> bool:
    return bool((layer.by == 1).all())
