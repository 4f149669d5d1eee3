"""Activation functions by name, as stored architectures name them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

Activation = Literal[
    "relu",
    "gelu",
    "square",
    "abs",
    "gelu_tanh",
    "silu",
    "tanh",
    "sigmoid",
    "leaky_relu",
    "elu",
    "identity",
]

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "gelu": F.gelu,
    "square": torch.square,
    "abs": torch.abs,
    "gelu_tanh": partial(F.gelu, approximate="tanh"),
    "silu": F.silu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "identity": lambda x: x,
}
"""Where a function has a number of its own (a slope, an alpha), it is torch's default."""
