"""What may follow a recurrent layer: the linear layers that are called behind it, in order.

Between them there may be an activation that no module shows, and behind none of them there may
be nothing, or an embedding that is used again: all of these are readings, to be tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import get_args

import torch
from jaxtyping import Float
from torch import Tensor

from distill.networks.library_cells import RecurrentModule, cell_of
from distill.networks.recurrent_layers import HeadActivation, RecurrentLayers
from distill.networks.stored import Model


def readings(
    layer: RecurrentModule,
    parameters: Mapping[str, Tensor],
    module: torch.nn.Module,
    called: list[str],
    table: Float[Tensor, "symbols width"],
    readout: str,
) -> Iterator[Model[RecurrentLayers]]:
    """Networks that the module may be: the linear layers behind its recurrent one, in order."""
    d, cell, places = int(layer.hidden_size), cell_of(layer), dict(module.named_modules())
    linear = [_linear(places[name], d) for name in called]
    if not linear:
        ties = [each.weight for each in places.values() if isinstance(each, torch.nn.Embedding)]
        linear_options = [[(torch.eye(d), torch.zeros(d))]]
        linear_options += [[(t.detach().cpu(), torch.zeros(len(t)))] for t in ties]
    else:
        linear_options = [linear]
    for option in linear_options:
        widths = tuple(len(W) for W, _ in option)
        if [W.shape[1] for W, _ in option] != [d, *widths[:-1]]:
            continue
        W, b = option[-1]
        if readout == "sign":
            W, b = torch.cat([torch.zeros_like(W), W]), torch.cat([torch.zeros_like(b), b])
        shape = RecurrentLayers(
            n_symbols=len(table),
            n_outputs=len(W),
            d_input=table.shape[1],
            cell=cell,
            d_hidden=d,
            n_layers=int(getattr(layer, "num_layers", 1)),
            biases=2 if layer.bias else 0,
            activation=getattr(layer, "nonlinearity", "tanh") if cell == "rnn" else "tanh",
            head=widths[:-1],
            readout="value" if readout == "value" else "choice",
        )
        tensors = {**parameters, "W_out": W, "b_out": b}
        for place, (W, b) in enumerate(option[:-1]):
            tensors |= {f"head.{place}.W": W, f"head.{place}.b": b}
        answers = () if readout == "value" else tuple(range(shape.n_outputs))
        for activation in get_args(HeadActivation) if shape.head else ("relu",):
            yield Model(replace(shape, head_activation=activation), tensors, answers)
        if shape.head:  # linear layers with nothing between them are one
            yield _folded(shape, option, tensors, readout, answers)


def _folded(
    shape: RecurrentLayers,
    option: list[tuple[Tensor, Tensor]],
    tensors: Mapping[str, Tensor],
    readout: str,
    answers: tuple[int, ...],
) -> Model[RecurrentLayers]:
    """The linear layers of a head as one, their product in double precision."""
    W, b = (part.double() for part in option[0])
    for more, beside in option[1:]:
        W, b = more.double() @ W, more.double() @ b + beside.double()
    if readout == "sign":
        W, b = torch.cat([torch.zeros_like(W), W]), torch.cat([torch.zeros_like(b), b])
    kept = {name: value for name, value in tensors.items() if not name.startswith("head.")}
    return Model(replace(shape, head=()), {**kept, "W_out": W, "b_out": b}, answers)


def _linear(module: torch.nn.Module, d: int) -> tuple[Tensor, Tensor]:
    """Weights and bias of a linear layer, a bias that it has not as zeros."""
    assert isinstance(module, torch.nn.Linear), "only linear layers are noted"
    wide = torch.promote_types(module.weight.dtype, torch.float32)
    W = module.weight.detach().to("cpu", wide)
    b = (
        torch.zeros(len(W), dtype=wide)
        if module.bias is None
        else module.bias.detach().to("cpu", wide)
    )
    return W, b
