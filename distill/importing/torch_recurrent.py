"""PyTorch's own recurrent state dicts: a layout made for what stands in one.

`weight_ih_l0` and so on below any prefix say by their shapes which cell it is, and the order of
gates and the place of the reset gate stand in the library's documentation. What stands around the
layer, an embedding and linear layers, is told apart by shapes, or else not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import permutations
from pathlib import Path

from torch import Tensor

from distill.importing.recurrent_layout import RecurrentLayout
from distill.importing.values import LayoutError
from distill.networks.library_cells import PARTS
from distill.networks.recurrent_layers import GATES, Cell

TORCH = "torch_recurrent"
"""The layout of PyTorch's own state dicts, whatever stands around the recurrent layer."""

CONVENTIONS: Mapping[Cell, tuple[str, ...]] = {
    "rnn": (),
    "gru": ("gates in PyTorch's order r, z, n", "the reset gate on the product, as PyTorch has it"),
    "lstm": ("gates in PyTorch's order i, f, g, o",),
}


def library_layout(tensors: Mapping[str, Tensor], path: Path) -> RecurrentLayout | None:
    """The layout of a state dict with one recurrent layer of PyTorch's; null where there is none.

    Raises:
        LayoutError: there are several, or what stands around it can be read in two ways.
    """
    firsts = [key for key in tensors if re.search(r"(^|\.)weight_ih_l0$", key)]
    if not firsts:
        return None
    if len(firsts) > 1:
        raise LayoutError(
            f"checkpoint '{path}' has {len(firsts)} recurrent layers ({', '.join(firsts[:4])}): "
            "expected one, of any number of num_layers; write a layout file for several"
        )
    prefix = firsts[0].removesuffix("weight_ih_l0")
    odd = [
        key for key in tensors if re.fullmatch(re.escape(prefix) + r".*(_reverse|_hr_l\d+)", key)
    ]
    if odd:
        raise LayoutError(
            f"checkpoint '{path}' has {odd[0]}: a recurrent layer that is bidirectional or has a "
            "projection, where one is expected that goes along the sequence once"
        )
    hidden = tensors.get(f"{prefix}weight_hh_l0")
    fused = tensors[firsts[0]]
    counts: dict[int, Cell] = {len(gates): cell for cell, gates in GATES.items()}
    sizes = None if hidden is None or hidden.ndim != 2 else hidden.shape
    cell = None if sizes is None else counts.get(sizes[0] // max(1, sizes[1]))
    if sizes is None or cell is None or fused.ndim != 2 or len(fused) != sizes[0]:
        raise LayoutError(
            f"checkpoint '{path}': {firsts[0]} {list(fused.shape)} and weight_hh_l0 "
            f"{list(sizes or ())} are of no recurrent layer of PyTorch's: expected 1, 3 or 4 times "
            "as many rows as weight_hh_l0 has columns"
        )
    gates, parameters = ",".join(GATES[cell]), dict[str, tuple[str, str]]()
    for ours, theirs in PARTS.items():
        axes = "(g h) x -> g h x" if ours.startswith("W") else "(g h) -> g h"
        if f"{prefix}{theirs}_l0" in tensors:
            parameters[f"layers.*.{ours}{{{gates}}}"] = f"{prefix}{theirs}_l*", axes
    biases = [f"{prefix}{PARTS[ours]}_l0" for ours in PARTS if ours.startswith("b")]
    missing = [key for key in biases if key not in tensors]
    if 0 < len(missing) < len(biases):
        raise LayoutError(
            f"checkpoint '{path}' has no {missing[0]}: PyTorch's recurrent layers have a bias for "
            "the input and one for the state, or none; a cell with one is read by a layout file"
        )
    others = {key: it for key, it in tensors.items() if not key.startswith(f"{prefix}weight_")}
    others = {key: it for key, it in others.items() if not key.startswith(f"{prefix}bias_")}
    parameters |= _around(others, fused.shape[1], sizes[1], path)
    values = {"cell": str(cell), "readout": "choice"}
    values |= {"reset": "after", "update": "keeps"} if cell == "gru" else {}
    rows = next((len(tensors[key]) for o, (key, _) in parameters.items() if o == "W_out"), 2)
    if rows == 1:
        del values["readout"]
    return RecurrentLayout(TORCH, parameters, values, conventions=CONVENTIONS[cell])


def _around(
    others: Mapping[str, Tensor], width: int, d: int, path: Path
) -> dict[str, tuple[str, str]]:
    """The embedding and the linear layers, told apart by their shapes."""
    weights = [key for key, it in others.items() if it.ndim == 2 and key.endswith("weight")]
    found = [*_assignments(weights, others, width, d)]
    named = [each for each in found if each[0] is None or "emb" in each[0].lower()]
    fitting = named if len(found) > 1 and len(named) == 1 else found
    if len(fitting) != 1:
        what = "in two ways" if fitting else "in no way"
        shapes = ", ".join(f"{key} {list(it.shape)}" for key, it in list(others.items())[:6])
        raise LayoutError(
            f"checkpoint '{path}': {shapes} beside a recurrent layer of {width} inputs and {d} "
            f"units can be read {what} as an embedding before and linear layers behind it: say "
            "which is which in a layout file (--layout FILE)"
        )
    embedding, chain = fitting[0]
    entries = {} if embedding is None else {"W_E": (embedding, "v e -> v e")}
    for place, key in enumerate(chain):
        last = place == len(chain) - 1
        entries["W_out" if last else f"head.{place}.W"] = key, "a h -> a h"
        bias = f"{key.removesuffix('weight')}bias"
        if bias in others:
            entries["b_out" if last else f"head.{place}.b"] = bias, "a -> a"
    return entries


def _assignments(
    weights: list[str], others: Mapping[str, Tensor], width: int, d: int
) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """Ways to read tensors as an embedding, or none, and a chain of linear layers."""
    biased = {key for key in weights if f"{key.removesuffix('weight')}bias" in others}
    if len(weights) > 4:
        return
    for embedding in (None, *(key for key in weights if key not in biased)):
        if embedding is not None and others[embedding].shape[1] != width:
            continue
        for chain in permutations([key for key in weights if key != embedding]):
            widths = [d, *(len(others[key]) for key in chain)]
            if all(others[key].shape[1] == w for key, w in zip(chain, widths, strict=False)):
                yield embedding, chain
