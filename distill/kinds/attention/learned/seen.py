"""A network and a program along the same texts: what stays where heads look as it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor

from distill.checker.attended import compared, parts_shared, resampled, weighed
from distill.kinds.attention.learned.asked import Asked
from distill.kinds.attention.learned.hints import Hints, attention_along
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.running import looked_at
from distill.networks.text_network import TextNetwork

Head = tuple[int, int]
Spread = tuple[float, ...]
"""What a position that is not chosen weighs, and the token before the text, beside 1; and of a head
that weighs tokens, by what."""
Spreads = Mapping[tuple[str, Head], Spread]
"""Those of heads as heads of selections, by their names."""

EVERYTHING = "*"
"""Stands for the selection of all positions that are seen; no step of a program is called so."""


class Seen:
    """Attention and selections along texts of one length."""

    def __init__(
        self, mechanism: AttentionMechanism, network: TextNetwork, rows: Int[ndarray, "n length"]
    ) -> None:
        self.mechanism = mechanism
        self.chosen, self.elsewhere = looked_at(mechanism, rows)
        self.attention = attention_along(network, rows)
        self.network, self.rows, self.answers = network, rows, None
        self.n_heads, self.before = network.shape.n_heads, network.shape.before
        self.places = rows - network.texts.tokens.start
        self.others: dict[int, Tensor] = {}
        length = rows.shape[1]
        allowed = np.ones((length, length), dtype=bool)
        self.allowed = np.broadcast_to(
            np.tril(allowed) if network.shape.causal else allowed, (len(rows), length, length)
        )
        self.chosen[EVERYTHING] = self.allowed

    def stays(
        self,
        own: Mapping[Head, str],
        spreads: Spreads,
    ) -> Bool[ndarray, " m"]:
        """Which answers stay where heads have their selections, and all others another text's; of
        those that are read.
        """
        if self.answers is None:
            self.answers = self.network.run(self.rows)
        patterns = {
            head: torch.from_numpy(self._weighed(self.chosen[name], spreads[name, head]))
            for head, name in own.items()
        }

        def edit(site: str, there: Tensor) -> Tensor:
            kind, layer = site.split()
            if kind != "attention":
                return there
            other = self.resampled(int(layer))
            return torch.stack(
                [patterns.get((int(layer), h), other[:, h]) for h in range(self.n_heads)], dim=1
            )

        then = self.network.said(self.network.logits(self.rows, edit))
        return self.network.same(then, self.answers)[self.network.read_at(self.rows)]

    def shares(self, name: str, head: Head, spread: Spread) -> float:
        """The part of a head's attention that is where its selection has it."""
        given = self._weighed(self.chosen[name], spread)
        both = np.minimum(given, self.of(head)).sum(axis=2)
        return float(both[:, self.before :].mean())

    def parts(self, name: str, head: Head, spread: Spread) -> Float[ndarray, " 5"]:
        """What of a head's attention is where its selection has it, and where another has it, as
        `distill.checker.attended.least_shared` takes it.
        """
        pairs = self.chosen[name], self.elsewhere[name]
        (step,) = (asdict(it) for it in self.mechanism.steps if it.name == name)
        both = (self._weighed(it, spread) for it in pairs)
        looks, those, others = (it[:, self.before :] for it in (self.of(head), *both))
        return parts_shared(looks, those, others, compared(step, *pairs))

    def needs(
        self,
        name: str,
        head: Head,
        spread: Spread,
        others: Mapping[Head, Spread],
    ) -> bool:
        """Whether answers change where a head of a selection looks elsewhere, or where it alone
        does not: heads that do the same stand in for each other.
        """
        if self.answers is None:
            self.answers = self.network.run(self.rows)
        same = self.network.same
        if not same(self._astray(name, {head: spread}), self.answers).all():
            return True
        every = self._astray(name, {**others, head: spread})
        return not same(self._astray(name, others), every).all()

    def _astray(self, name: str, heads: Mapping[Head, Spread]) -> ndarray:
        """Answers where heads of a selection look elsewhere."""
        other = self.elsewhere[name]
        patterns = {
            head: torch.from_numpy(self._weighed(other, spread)) for head, spread in heads.items()
        }

        def edit(site: str, there: Tensor) -> Tensor:
            kind, layer = site.split()
            here = {h: it for (at, h), it in patterns.items() if at == int(layer)}
            if kind != "attention" or not here:
                return there
            there = there.clone()
            for at, pattern in here.items():
                there[:, at] = pattern.to(there.dtype)
            return there

        return self.network.said(self.network.logits(self.rows, edit))

    def _weighed(self, pairs: ndarray, spread: Spread) -> Float[ndarray, "n positions positions"]:
        """The attention of a soft head."""
        return weighed(pairs, self.before, self.network.shape.causal, spread, self.places)

    def resampled(self, layer: int) -> Tensor:
        """The attention of a layer's heads along another text, a position further on."""
        if layer not in self.others:
            some = self.attention[layer * self.n_heads : (layer + 1) * self.n_heads]
            causal = self.network.shape.causal
            moved = [resampled(each, self.before, causal) for each in some]
            self.others[layer] = torch.from_numpy(np.stack(moved, axis=1))
        return self.others[layer]

    def of(self, head: Head) -> Float[ndarray, "n positions positions"]:
        """The attention of a head."""
        return self.attention[head[0] * self.n_heads + head[1]]

    def like(self, names: Sequence[str], heads: Sequence[Head]) -> Float[ndarray, "names heads"]:
        """How much selections have in common with heads."""
        inner = np.stack([self.of(head)[:, self.before :, self.before :] for head in heads])
        choice = np.stack([self.chosen[name] for name in names])
        found = Hints(inner, np.ascontiguousarray(self.allowed)).of(choice)
        for place, pairs in enumerate(choice):
            if (pairs == self.allowed).all():  # no row has anything that is not chosen
                even = self.allowed / self.allowed.sum(axis=2, keepdims=True)
                part = inner / np.maximum(inner.sum(axis=3, keepdims=True), 1e-9)
                found[place] = np.minimum(part, even).sum(axis=3).mean(axis=(1, 2))
        return found


def stays_of(
    seen: Sequence[Seen],
    own: Mapping[Head, str],
    spreads: Spreads,
) -> float:
    """Answers that stay where heads have their selections, and all others carry nothing."""
    parts = [each.stays(own, spreads) for each in seen]
    return float(np.concatenate(parts).mean())


def texts_for(asked: Asked, most: int = 60) -> list[Int[ndarray, "_ _"]]:
    """Some texts of a sample by their lengths, those lengths that are met most often."""
    lengths = asked.there.sum(axis=1)
    found, counts = np.unique(lengths, return_counts=True)
    order = [int(n) for n in found[np.argsort(-counts * found, kind="stable")][:4]]
    mixed = np.random.default_rng(MIXED_SEED).permutation(len(lengths))  # of every sort
    rows = [np.sort(mixed[lengths[mixed] == n][:most]) for n in order]
    return [asked.tokens[some, :n] for n, some in zip(order, rows, strict=True)]


MIXED_SEED = 811
