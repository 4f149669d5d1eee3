"""Whether heads look where the program says, and the network answers so when that is all they do.

Every head that a selection was read from is given the selection itself in place of its attention:
the same weight on every position that is chosen, and on the token before the text where none is.
Every other head is given its attention along another text of the same length. A decoy has its
selections from another text too: the network must not answer so.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Bool, Int
from numpy import ndarray
from torch import Tensor

from distill.evidence.figures import Measure, Measured
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.running import selections_of
from distill.kinds.attention.sample import sampled
from distill.networks.text_network import TextNetwork
from distill.networks.trace import TextTrace

SEED, OF_A_LENGTH = 9_001, 60


def replaced(mechanism: AttentionMechanism, view: TextTrace) -> Measured:
    """Answers that stay when attention is what the program selects; of texts that are not alike."""
    if not mechanism.remembered:
        return {}
    stays, decoys, total = 0, 0, 0
    for rows in sampled(view.texts, seed=SEED, count=OF_A_LENGTH):
        if len(rows) < 2:
            continue
        said = view.network.run(rows)
        chosen = selections_of(mechanism, rows)
        other = np.roll(np.arange(len(rows)), 1)
        decoy = {name: each[other] for name, each in chosen.items()}
        for selected, place in ((chosen, 0), (decoy, 1)):
            answers = _answered(mechanism, view.network, rows, selected, rows[other])
            count = int(view.network.same(answers, said).sum())
            stays, decoys = (stays + count, decoys) if place == 0 else (stays, decoys + count)
        total += said.size
    return {"replaced_accuracy": Measure(stays / total, decoys / total)}


def _answered(
    mechanism: AttentionMechanism,
    network: TextNetwork,
    rows: Int[ndarray, "n length"],
    chosen: dict[str, Bool[ndarray, "n length length"]],
    others: Int[ndarray, "n length"],
) -> ndarray:
    """Answers with every head's attention put in its place."""
    kept: dict[str, Tensor] = {}

    def keep(site: str, there: Tensor) -> Tensor:
        kept[site] = there
        return there

    network.logits(others, keep)

    def edit(site: str, there: Tensor) -> Tensor:
        kind, layer = site.split()
        if kind != "attention":
            return there
        patched = kept[site].clone()
        for step in mechanism.steps:
            if step.op == "select" and step.head is not None and step.head[0] == int(layer):
                patched[:, step.head[1]] = _pattern(network, chosen[step.name], step.start)
        return patched

    return network.said(network.logits(rows, edit))


def _pattern(network: TextNetwork, chosen: Bool[ndarray, "n length length"], start: bool) -> Tensor:
    """A selection as attention; what the token before the text looks at is itself."""
    before, (count, length, _) = network.shape.before, chosen.shape
    whole = torch.zeros((count, length + before, length + before), dtype=torch.float64)
    whole[:, before:, before:] = torch.from_numpy(chosen.astype(float))
    if before:
        whole[:, 0, 0] = 1.0
        none = whole.sum(dim=2) == 0
        whole[:, :, 0] += (torch.ones_like(none) if start else none).double()
        whole[:, 0, 0] = 1.0
    return whole / whole.sum(dim=2, keepdim=True).clamp(min=1.0)
