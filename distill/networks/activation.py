"""Activation functions by name, as stored architectures name them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

Activation = Literal["relu", "gelu", "square", "abs"]

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "gelu": F.gelu,
    "square": torch.square,
    "abs": torch.abs,
}
