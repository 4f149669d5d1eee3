"""Tensors of a file that are no parameters, and what they must hold to change nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from distill.networks.architecture import MLP, Transformer

MASKING = -1e4
"""Scores below this leave no weight: exp of it is zero in float64."""


def _causal(mask: Tensor, shape: Transformer | MLP, _: Mapping[str, Tensor]) -> bool:
    """Ones where a causal network looks; of one layer that is read last, the last row is all."""
    if not isinstance(shape, Transformer) or not shape.masked:
        return True
    used = shape.positions
    while mask.dim() > 2 and len(mask) == 1:
        mask = mask[0]
    if mask.dim() != 2 or min(mask.shape) < used:
        return False
    wanted = torch.ones(used, used).tril()
    first = used - 1 if shape.n_layers == 1 else 0
    return torch.equal(mask[first:used, :used].to(torch.float32), wanted[first:])


def _masking(score: Tensor, shape: Transformer | MLP, _: Mapping[str, Tensor]) -> bool:
    return score.numel() == 1 and float(score) <= MASKING


def _embedding(copy: Tensor, shape: Transformer | MLP, parameters: Mapping[str, Tensor]) -> bool:
    return torch.equal(copy.to(parameters["W_E"].dtype), parameters["W_E"])


BUFFERS: dict[str, Callable[[Tensor, Transformer | MLP, Mapping[str, Tensor]], bool]] = {
    "causal mask": _causal,
    "masked score": _masking,
    "copy of W_E": _embedding,
}
"""Whether a tensor is what a layout says, in a network as it was read."""
