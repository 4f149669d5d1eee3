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
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from scipy.optimize import minimize
from torch import Tensor

from distill.checker.attended import resampled, weighed
from distill.kinds.attention.learned.asked import Asked
from distill.kinds.attention.learned.hints import Hints, attention_along
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.running import selections_of
from distill.networks.text_network import TextNetwork

Head = tuple[int, int]
LIKE, VERY_LIKE = 0.25, 0.6
"""Correlation of attention with a selection from which a head may be one of its own, and from which
it is one unless more answers stay without."""
DIGITS = 4


def with_heads(
    mechanism: AttentionMechanism,
    network: TextNetwork,
    heads: Sequence[Head],
    batches: Sequence[Int[ndarray, "_ _"]],
) -> tuple[float, AttentionMechanism]:
    """The mechanism with the heads of its selections, and the answers that stay with them alone.

    Those that look alike are taken, and then one is taken on, given another selection, or let go
    as long as more answers stay, while all others have their attention along another text, a
    position further on.

    Args:
        mechanism: without heads.
        network: what it was found in.
        heads: those that matter.
        batches: texts, of one length in each.
    """
    soft = tuple(
        replace(step, spread=((0.0, 0.0),)) if step.op == "select" else step
        for step in mechanism.steps
    )
    drawn = replace(mechanism, steps=soft)  # as heads of their own would look
    seen = [_Seen(drawn, network, rows) for rows in batches if rows.shape[1] > 1 and len(rows) > 1]
    names = [step.name for step in soft if step.op == "select"]
    if not names or not heads or not seen:
        return 0.0, mechanism
    like = np.mean([each.like(names, heads) for each in seen], axis=0)
    ways = [
        (names[which], heads[place]) for which, place in zip(*np.nonzero(like >= LIKE), strict=True)
    ]
    spreads = {way: _spread(*way, seen) for way in ways}
    own: dict[Head, str] = {}
    for place, head in enumerate(heads):
        if like[:, place].max() >= VERY_LIKE:
            own[head] = names[int(like[:, place].argmax())]
    best = _stays(seen, own, spreads)
    while True:
        more = [{**own, head: name} for name, head in ways if own.get(head) != name]
        less = [{h: n for h, n in own.items() if h != head} for head in own]
        less = [moved for moved in less if {*moved.values()} == {*own.values()}]
        tried = [(_stays(seen, moved, spreads) - LEAST_GAIN, moved) for moved in more]
        tried += [(_stays(seen, moved, spreads) - LET_GO, moved) for moved in less]
        if not tried or (most := max(tried, key=lambda it: it[0]))[0] <= best:
            break
        own = most[1]
        best = _stays(seen, own, spreads)
    steps = list(mechanism.steps)
    for place, step in enumerate(steps):
        mine = sorted(head for head, name in own.items() if name == step.name)
        if mine:
            which = like[names.index(step.name)]
            mine.sort(key=lambda head: -which[heads.index(head)])
            spread = tuple(spreads[step.name, head] for head in mine)
            steps[place] = replace(step, head=mine[0], also=tuple(mine[1:]), spread=spread)
    return best, replace(mechanism, steps=tuple(steps))


LEAST_GAIN, LET_GO = 1e-3, 0.01
"""Part of the answers that another head must keep, and that must stay without one."""


def _stays(
    seen: Sequence[_Seen],
    own: Mapping[Head, str],
    spreads: Mapping[tuple[str, Head], tuple[float, float]],
) -> float:
    """Answers that stay where heads have their selections, and all others carry nothing."""
    parts = [each.stays(own, spreads) for each in seen]
    return float(np.concatenate(parts).mean())


class _Seen:
    """Attention and selections along texts of one length."""

    def __init__(
        self, mechanism: AttentionMechanism, network: TextNetwork, rows: Int[ndarray, "n length"]
    ) -> None:
        self.chosen: Mapping[str, Bool[ndarray, "n l l"]] = selections_of(mechanism, rows)
        self.attention = attention_along(network, rows)
        self.network, self.rows, self.answers = network, rows, None
        self.n_heads, self.before = network.shape.n_heads, network.shape.before
        self.others: dict[int, Tensor] = {}
        length = rows.shape[1]
        allowed = np.ones((length, length), dtype=bool)
        self.allowed = np.broadcast_to(
            np.tril(allowed) if network.shape.causal else allowed, (len(rows), length, length)
        )

    def stays(
        self,
        own: Mapping[Head, str],
        spreads: Mapping[tuple[str, Head], tuple[float, float]],
    ) -> Bool[ndarray, " m"]:
        """Which answers stay where heads have their selections, and all others another text's."""
        if self.answers is None:
            self.answers = self.network.run(self.rows)
        patterns = {
            head: torch.from_numpy(
                weighed(
                    self.chosen[name], self.before, self.network.shape.causal, spreads[name, head]
                )
            )
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
        return self.network.same(then, self.answers).ravel()

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


def _spread(name: str, head: Head, seen: Sequence[_Seen]) -> tuple[float, float]:
    """What a position that is not chosen weighs, and the token before the text, beside 1.

    The weights under which the attention is most likely: a convex problem in their logarithms.
    """
    parts = list[ndarray]()
    for each in seen:
        attention, before = each.of(head), each.before
        inner, chosen = attention[:, before:, before:], each.chosen[name] & each.allowed
        others = each.allowed & ~chosen
        columns = [chosen.sum(axis=2), others.sum(axis=2)]
        columns += [(inner * chosen).sum(axis=2), (inner * others).sum(axis=2)]
        columns.append(attention[:, before:, 0] if before else 0.0 * columns[0])
        parts.append(np.stack(columns, axis=-1).reshape(-1, 5))
    many, few, on, off, first = np.concatenate(parts).T
    some = float(bool(seen[0].before))

    def unlikely(logs: Float[ndarray, " 2"]) -> tuple[float, ndarray]:
        rest, start = np.exp(logs)
        total = many + few * rest + some * start
        loss = (on + off + first) * np.log(total) - off * logs[0] - first * logs[1]
        slope = [(on + off + first) * few * rest / total - off]
        slope.append((on + off + first) * some * start / total - first)
        return float(loss.mean()), np.array(slope).mean(axis=1)

    found = minimize(unlikely, np.zeros(2), jac=True, method="L-BFGS-B", bounds=[(-12, 6)] * 2)
    rest, start = np.exp(found.x)
    rest = rest if few.any() else 0.0
    return round(float(rest), DIGITS), round(float(start) * some, DIGITS)


def texts_for(asked: Asked, most: int = 60) -> list[Int[ndarray, "_ _"]]:
    """The texts of a sample by their lengths, those lengths that are met most often."""
    lengths = asked.there.sum(axis=1)
    found, counts = np.unique(lengths, return_counts=True)
    order = [int(n) for n in found[np.argsort(-counts * found, kind="stable")][:4]]
    return [asked.tokens[lengths == n][:most, :n] for n in order]
