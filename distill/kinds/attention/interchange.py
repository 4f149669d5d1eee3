"""A network whose heads look where they are told: what it answers then.

What is put in place of the attention of a head is along all texts at once; heads that nothing is
said of look where they do with that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor

from distill.checker.attended import attention_of, resampled
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.networks.text_network import TextNetwork

Patterns = dict[tuple[int, int], Tensor]
"""Attention by layer and head, [n, queries, keys]."""


def as_it_is(network: TextNetwork, rows: Int[ndarray, "n length"]) -> tuple[ndarray, Patterns]:
    """Answers to texts, and the attention of every head along them."""
    own: Patterns = {}

    def keep(site: str, there: Tensor) -> Tensor:
        kind, layer = site.split()
        if kind == "attention":
            own.update({(int(layer), head): there[:, head] for head in range(there.shape[1])})
        return there

    return network.said(network.logits(rows, keep)), own


def all_resampled(network: TextNetwork, own: Patterns) -> Patterns:
    """Attention along another text and a position further on, for every head."""
    before, causal = network.shape.before, network.shape.causal
    return {
        head: torch.from_numpy(resampled(attention.numpy(), before, causal))
        for head, attention in own.items()
    }


def answered_with(
    network: TextNetwork, rows: Int[ndarray, "n length"], patterns: Patterns
) -> ndarray:
    """Answers where attention is what is given, and that of other heads what it is with that."""

    def edit(site: str, there: Tensor) -> Tensor:
        kind, layer = site.split()
        if kind != "attention":
            return there
        put = [patterns.get((int(layer), head), it) for head, it in enumerate(there.unbind(1))]
        return torch.stack(put, dim=1)

    return network.said(network.logits(rows, edit))


def patterns_of(
    network: TextNetwork, step: Step, chosen: Bool[ndarray, "n length length"]
) -> Patterns:
    """A selection as the attention of each of its heads."""
    shape = network.shape
    given = attention_of(asdict(step), chosen, shape.before > 0, shape.causal)
    return {head: torch.from_numpy(it) for head, it in zip(step.heads, given, strict=True)}


def attended_elsewhere(
    mechanism: AttentionMechanism,
    network: TextNetwork,
    rows: Int[ndarray, "n length"],
    chosen: Mapping[str, Bool[ndarray, "n length length"]],
) -> Float[ndarray, "n answers"]:
    """What a network answers when the heads of selections look where it is said, by their names,
    and every other head along another text, a position further on.
    """
    put: Patterns = {}
    for step in mechanism.steps:
        if step.name in chosen:
            put.update(patterns_of(network, step, chosen[step.name]))
    _, own = as_it_is(network, rows)
    return answered_with(network, rows, {**all_resampled(network, own), **put})
