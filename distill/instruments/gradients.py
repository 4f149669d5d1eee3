"""Gradients by input: how alike they are, and quanta as clusters of them.

Quanta discovery by gradients is from Michaud et al. (arXiv 2303.13506): inputs that are served by
the same part of a network have gradients of one direction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.cluster.vq import kmeans2
from torch import Tensor
from torch.func import grad, vmap

Loss = Callable[[Mapping[str, Tensor], Any, Tensor], Tensor]
"""From parameters, one input (a tensor, or a tuple of them) and its target to a number."""


def gradients_by_input(
    loss: Loss, parameters: Mapping[str, Tensor], inputs: Any, targets: Tensor
) -> Float[Tensor, "n weights"]:
    """The gradient of the loss on every input, over all weights in the order of their names."""
    each = vmap(grad(loss), in_dims=(None, 0, 0))(dict(parameters), inputs, targets)
    return torch.cat([each[name].flatten(1) for name in sorted(each)], dim=1)


def similarity(gradients: Float[Tensor, "n weights"]) -> Float[ndarray, "n n"]:
    """Cosines between gradients; 0 where one vanishes."""
    norms = gradients.norm(dim=1, keepdim=True)
    unit = torch.where(norms > 0, gradients / norms.clamp(min=1e-30), torch.zeros(()))
    return (unit @ unit.T).numpy()


def quanta(similarities: Float[ndarray, "n n"], count: int, seed: int = 0) -> Int[ndarray, " n"]:
    """A quantum for every input: spectral clustering of angles between gradients.

    Affinities are 1 - arccos(cosine)/π, as in the paper; the leading eigenvectors of the normalised
    affinities are clustered by k-means (Ng, Jordan and Weiss, 2001).
    """
    affinity = 1 - np.arccos(np.clip(similarities.astype(np.float64), -1, 1)) / np.pi
    degrees = np.sqrt(affinity.sum(axis=1))
    _, vectors = np.linalg.eigh(affinity / degrees[:, None] / degrees[None])
    rows = vectors[:, -count:]
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    best, labels = np.inf, np.zeros(len(rows), dtype=np.int64)
    for attempt in range(20):
        centres, found = kmeans2(
            rows, count, minit="++", rng=np.random.default_rng([seed, attempt])
        )
        off = float(np.square(rows - centres[found]).sum())
        if off < best:
            best, labels = off, found.astype(np.int64)
    return labels


def adjusted_rand_index(one: Int[ndarray, " n"], other: Int[ndarray, " n"]) -> float:
    """How far two partitions agree: 1 where they are the same, 0 on average by chance.

    Hubert and Arabie (1985).
    """
    table = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(table, (one, other), 1)

    def pairs(counts: ndarray) -> float:
        return float((counts * (counts - 1) / 2).sum())

    both, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    chance = rows * columns / max(pairs(np.array([len(one)])), 1.0)
    most = (rows + columns) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)
