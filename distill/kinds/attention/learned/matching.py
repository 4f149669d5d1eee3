"""Which heads look where a program's selections look, and how softly.

A head is a selection's if its attention goes with what is chosen there more than with any other
selection of the program. What it puts on positions that are not chosen, and on the token before
the text, is two weights beside 1 for a position that is chosen: attention of scores that know
nothing but the selection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.kinds.attention.learned.asked import Asked
from distill.kinds.attention.learned.hints import Hints, attention_along
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.running import selections_of
from distill.networks.text_network import TextNetwork

Head = tuple[int, int]
LIKE = 0.25
"""Correlation of attention with a selection from which a head may be one of its own."""
DIGITS = 4


def with_heads(
    mechanism: AttentionMechanism,
    network: TextNetwork,
    heads: Sequence[Head],
    batches: Sequence[Int[ndarray, "_ _"]],
) -> AttentionMechanism:
    """The mechanism with the heads of its selections, as far as there are any.

    Args:
        mechanism: without heads.
        network: what it was found in.
        heads: those that matter.
        batches: texts, of one length in each.
    """
    names = [step.name for step in mechanism.steps if step.op == "select"]
    seen = [_Seen(mechanism, network, rows) for rows in batches if rows.shape[1] > 1]
    if not names or not heads or not seen:
        return mechanism
    like = np.mean([each.like(names, heads) for each in seen], axis=0)
    own: dict[str, list[Head]] = {name: [] for name in names}
    for place, head in enumerate(heads):
        best = int(like[:, place].argmax())
        if like[best, place] >= LIKE:
            own[names[best]].append(head)
    steps = list(mechanism.steps)
    for place, step in enumerate(steps):
        mine = own.get(step.name, [])
        if mine:
            spread = tuple(_spread(step.name, head, seen) for head in mine)
            steps[place] = replace(step, head=mine[0], also=tuple(mine[1:]), spread=spread)
    return replace(mechanism, steps=tuple(steps))


class _Seen:
    """Attention and selections along texts of one length."""

    def __init__(
        self, mechanism: AttentionMechanism, network: TextNetwork, rows: Int[ndarray, "n length"]
    ) -> None:
        self.chosen: Mapping[str, Bool[ndarray, "n l l"]] = selections_of(mechanism, rows)
        self.attention = attention_along(network, rows)
        self.n_heads, self.before = network.shape.n_heads, network.shape.before
        length = rows.shape[1]
        allowed = np.ones((length, length), dtype=bool)
        self.allowed = np.broadcast_to(
            np.tril(allowed) if network.shape.causal else allowed, (len(rows), length, length)
        )

    def of(self, head: Head) -> Float[ndarray, "n positions positions"]:
        """The attention of a head."""
        return self.attention[head[0] * self.n_heads + head[1]]

    def like(self, names: Sequence[str], heads: Sequence[Head]) -> Float[ndarray, "names heads"]:
        """How much selections have in common with heads."""
        inner = np.stack([self.of(head)[:, self.before :, self.before :] for head in heads])
        choice = np.stack([self.chosen[name] for name in names])
        return Hints(inner, np.ascontiguousarray(self.allowed)).of(choice)


def _spread(name: str, head: Head, seen: Sequence[_Seen]) -> tuple[float, float]:
    """What a position that is not chosen weighs, and the token before the text, beside 1.

    Weights that make the attention most likely, of rows in which something is chosen.
    """
    rest, start = list[ndarray](), list[ndarray]()
    for each in seen:
        attention, before = each.of(head), each.before
        inner = attention[:, before:, before:]
        chosen = each.chosen[name] & each.allowed
        others = each.allowed & ~chosen
        many, few = chosen.sum(axis=2), others.sum(axis=2)
        on = (inner * chosen).sum(axis=2) / np.maximum(1, many)
        off = (inner * others).sum(axis=2) / np.maximum(1, few)
        both = (many > 0) & (few > 0)
        rest.append((off / np.maximum(on, 1e-12))[both])
        if before:
            start.append((attention[:, before:, 0] / np.maximum(on, 1e-12))[many > 0])
    return _middle(rest), _middle(start)


def _middle(parts: Sequence[ndarray]) -> float:
    """The geometric mean of positive numbers; 0 of none."""
    every = np.concatenate([*parts, np.zeros(0)])
    if not len(every):
        return 0.0
    return round(float(np.exp(np.log(np.clip(every, 1e-6, 1e6)).mean())), DIGITS)


def texts_for(asked: Asked, most: int = 60) -> list[Int[ndarray, "_ _"]]:
    """The texts of a sample by their lengths, those lengths that are met most often."""
    lengths = asked.there.sum(axis=1)
    found, counts = np.unique(lengths, return_counts=True)
    order = [int(n) for n in found[np.argsort(-counts * found, kind="stable")][:4]]
    return [asked.tokens[lengths == n][:most, :n] for n in order]
