"""PyTorch's recurrent layers, their fused tensors taken apart gate by gate.

`weight_ih_l0` [gates * d_hidden, inputs], `weight_hh_l0`, `bias_ih_l0` and `bias_hh_l0` hold the
gates one after another: r, z, n of a GRU and i, f, g, o of an LSTM, as the documentation of
`torch.nn.GRU` and `torch.nn.LSTM` says. `torch.nn.GRUCell` and the like have the same tensors
without the number of a layer.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from distill.networks.recurrent_layers import GATES, Cell

PARTS = {"W_x": "weight_ih", "W_h": "weight_hh", "b_x": "bias_ih", "b_h": "bias_hh"}
"""The library's name of a fused tensor, by ours of its gates."""

RecurrentModule = torch.nn.RNNBase | torch.nn.RNNCellBase


def cell_of(module: RecurrentModule) -> Cell:
    """Which cell a module of the library is made of."""
    if isinstance(module, torch.nn.GRU | torch.nn.GRUCell):
        return "gru"
    return "lstm" if isinstance(module, torch.nn.LSTM | torch.nn.LSTMCell) else "rnn"


def taken_apart(cell: Cell, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of the library's names, `weight_ih_l0` or `weight_ih`, by ours; the starts at 0."""
    found: dict[str, Tensor] = {}
    for ours, theirs in PARTS.items():
        for name, fused in tensors.items():
            stem, _, layer = name.partition("_l")
            if stem == theirs:
                gates = fused.chunk(len(GATES[cell]))
                found |= {
                    f"layers.{layer or 0}.{ours}{gate}": part.contiguous()
                    for gate, part in zip(GATES[cell], gates, strict=True)
                }
    for name, weights in list(found.items()):
        layer, _, tensor = name.rpartition(".")
        if tensor.startswith("W_h"):
            states = ("h", "c") if cell == "lstm" else ("h",)
            found |= {f"{layer}.{state}_0": weights.new_zeros(len(weights)) for state in states}
    return found
