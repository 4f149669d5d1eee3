"""Whether heads look where the program says, and the network answers so when that is all they do.

Every head that a selection was read from is given the selection itself in place of its attention:
the same weight on every position that is chosen, and on the token before the text where none is.
Every other head is given its attention along another text of the same length. A decoy chooses
elsewhere (`distill.checker.attention.elsewhere`), and the network must not answer so. Heads of one
selection for which no answer changes are read by nothing: they share nothing with it. And neither
do those of a selection that no answer of the program hangs on (`0 * x` uses nothing).
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import torch
from jaxtyping import Bool, Int
from numpy import ndarray
from torch import Tensor

from distill.checker.attention import elsewhere, texts_replaced
from distill.evidence.figures import Measure, Measured
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.running import reads, selections_of
from distill.networks.text_network import TextNetwork
from distill.networks.trace import TextTrace

Patterns = dict[tuple[int, int], Tensor]
"""Attention by layer and head, [n, queries, keys]."""


def replaced(mechanism: AttentionMechanism, view: TextTrace) -> Measured:
    """Answers that stay when attention is what the program selects, and how far it is that."""
    selections = [step for step in mechanism.steps if step.op == "select"]
    if not selections:
        return {}
    network, total, positions = view.network, 0, 0
    stays, shared = [0, 0], np.zeros((2, len(selections)))
    matters, read = np.zeros((2, len(selections)), dtype=bool)
    for rows in texts_replaced(view.texts.tokens, view.texts.longest):
        said, own = _as_it_is(network, rows)
        chosen = selections_of(mechanism, rows)
        decoys = {
            step.name: elsewhere(asdict(step), mechanism.data, chosen[step.name])
            for step in selections
        }
        for place, pairs in enumerate((chosen, decoys)):
            patterns = [_pattern(network, pairs[step.name], step.start) for step in selections]
            put = {
                head: pattern
                for step, pattern in zip(selections, patterns, strict=True)
                for head in step.heads
            }
            answers = _answered(network, rows, {**_resampled(own), **put})
            stays[place] += int(network.same(answers, said).sum())
            for which, (step, pattern) in enumerate(zip(selections, patterns, strict=True)):
                least = torch.stack([torch.minimum(own[head], pattern) for head in step.heads])
                both = least.amin(dim=0).sum(dim=2)
                shared[place, which] += float(both[:, network.shape.before :].sum())
        for which in np.flatnonzero(~matters):
            step = selections[which]
            astray = _pattern(network, decoys[step.name], step.start)
            answers = _answered(network, rows, {**own, **dict.fromkeys(step.heads, astray)})
            matters[which] = not network.same(answers, said).all()
        for which in np.flatnonzero(~read):
            name = selections[which].name
            read[which] = reads(mechanism, name, rows, decoys[name])
        total, positions = total + said.size, positions + rows.size
    value, decoy = (count / total for count in stays)
    least, beside = (float((each * matters * read).min() / positions) for each in shared)
    return {
        "replaced_accuracy": Measure(value, decoy),
        "attention_shared": Measure(least, beside),
    }


def _as_it_is(network: TextNetwork, rows: Int[ndarray, "n length"]) -> tuple[ndarray, Patterns]:
    """Answers to texts, and the attention of every head along them."""
    own: Patterns = {}

    def keep(site: str, there: Tensor) -> Tensor:
        kind, layer = site.split()
        if kind == "attention":
            own.update({(int(layer), head): there[:, head] for head in range(there.shape[1])})
        return there

    return network.said(network.logits(rows, keep)), own


def _resampled(own: Patterns) -> Patterns:
    """Attention along another text, for every one."""
    return {head: attention.roll(1, 0) for head, attention in own.items()}


def _answered(network: TextNetwork, rows: Int[ndarray, "n length"], patterns: Patterns) -> ndarray:
    """Answers where every head's attention is what is given."""

    def edit(site: str, there: Tensor) -> Tensor:
        kind, layer = site.split()
        if kind != "attention":
            return there
        heads = range(there.shape[1])
        return torch.stack([patterns[int(layer), head] for head in heads], dim=1)

    return network.said(network.logits(rows, edit))


def _pattern(network: TextNetwork, chosen: Bool[ndarray, "n length length"], start: bool) -> Tensor:
    """A selection as attention; what the token before the text looks at is itself."""
    before, (count, length, _) = network.shape.before, chosen.shape
    whole = torch.zeros((count, length + before, length + before), dtype=torch.float64)
    whole[:, before:, before:] = torch.from_numpy(chosen.astype(float))
    if before:
        none = whole.sum(dim=2) == 0
        whole[:, :, 0] = (torch.ones_like(none) if start else none).double()
        whole[:, 0] = 0.0
        whole[:, 0, 0] = 1.0
    return whole / whole.sum(dim=2, keepdim=True).clamp(min=1.0)
