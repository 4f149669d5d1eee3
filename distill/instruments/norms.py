"""Norms of weights."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor


def weight_norms(parameters: Mapping[str, Tensor]) -> Float[Tensor, " members"]:
    """Euclidean norm of all weights of every member of an ensemble.

    Args:
        parameters: by name, each [members, ...].
    """
    squares = [weights.detach().flatten(1).square().sum(dim=1) for weights in parameters.values()]
    return torch.stack(squares).sum(dim=0).sqrt()
