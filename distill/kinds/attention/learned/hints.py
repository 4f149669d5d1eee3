"""What attention says of where a program should look: heads that matter, beside selections."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.networks.text_network import TextNetwork

MATTERS = 0.002
"""Part of the answers that another text's attention changes in a head that matters."""


def attention_along(
    network: TextNetwork, rows: Int[ndarray, "n length"]
) -> Float[ndarray, "heads n positions positions"]:
    """The attention of every head along texts of one length, layer by layer."""
    found = list[ndarray]()

    def keep(site: str, there: Tensor) -> Tensor:
        if site.startswith("attention"):
            found.append(there.numpy().swapaxes(0, 1))
        return there

    network.logits(rows, keep)
    return np.concatenate(found)


def that_matter(
    network: TextNetwork, batches: Sequence[Int[ndarray, "_ _"]]
) -> list[tuple[int, int]]:
    """Heads that answers need: all but those that may look at another text's positions, one on, or
    at themselves alone, all at once.

    Heads that do the same stand in for each other, so they are let go one by one, the least needed
    first, as long as answers stay.
    """
    batches = [rows for rows in batches if rows.shape[1] > 1 and len(rows) > 1][-FEW:]
    said = [network.run(rows) for rows in batches]
    total = sum(int(network.read_at(rows).sum()) for rows in batches)

    def changed(gone: set[tuple[int, int]]) -> float:
        return max(astray(gone, alone=False), astray(gone, alone=True))

    def astray(gone: set[tuple[int, int]], alone: bool) -> float:
        def elsewhere(site: str, there: Tensor) -> Tensor:
            kind, layer = site.split()
            heads = [head for at, head in gone if kind == "attention" and at == int(layer)]
            if heads:
                there = there.clone()
                itself = torch.eye(there.shape[3], dtype=there.dtype)
                there[:, heads] = itself if alone else there[:, heads].roll((1, 1), (0, 3))
            return there

        pairs = zip(batches, said, strict=True)
        then = (
            network.same(network.said(network.logits(rows, elsewhere)), it) for rows, it in pairs
        )
        return sum(int((~same).sum()) for same in then) / max(1, total)

    every = list(np.ndindex(network.shape.n_layers, network.shape.n_heads))
    needed = {head: changed({head}) for head in every}
    gone = set[tuple[int, int]]()
    for head in sorted(every, key=lambda it: needed[it]):
        if changed({*gone, head}) <= MATTERS:
            gone.add(head)
    return [(layer, head) for layer, head in every if (layer, head) not in gone]


FEW = 6
"""Lengths of texts along which heads are let go."""


class Hints:
    """How much selections have in common with attention: a correlation along rows.

    Every row is centred over the positions that it may look at, so that attention that is spread
    over what is chosen, and over what is not, is not held against a selection.
    """

    def __init__(
        self, attention: Float[ndarray, "heads n length length"], allowed: ndarray
    ) -> None:
        self.allowed = allowed
        self.counts = np.maximum(1, allowed.sum(axis=-1, keepdims=True))
        centred = self._centred(attention)
        size = np.sqrt((centred**2).sum(axis=1, keepdims=True))
        self.heads = centred / np.maximum(size, 1e-9)

    def _centred(self, rows: ndarray) -> Float[ndarray, "k m"]:
        inside = np.where(self.allowed, rows, 0.0).astype(np.float32)
        mean = inside.sum(axis=-1, keepdims=True) / self.counts
        return np.where(self.allowed, inside - mean, 0.0)[:, self.allowed].astype(np.float32)

    def of(self, choice: ndarray) -> Float[ndarray, "k heads"]:
        """The correlation of selections with every head."""
        centred = self._centred(choice)
        size = np.sqrt((centred**2).sum(axis=1, keepdims=True))
        return (centred / np.maximum(size, 1e-9)) @ self.heads.T
