"""Which heads look where a program's selections look, and how softly.

A head is a selection's if its attention goes with what is chosen there more than with any other
selection of the program, or against it: one that looks at all others tells as much. What it puts on
positions that are not chosen, and on the token before the text, is two weights beside 1 for a
position that is chosen: attention of scores that know nothing but the selection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor

from distill.checker.attended import elsewhere, resampled, weighed
from distill.kinds.attention.learned.asked import Asked
from distill.kinds.attention.learned.hints import Hints, attention_along
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.running import selections_of
from distill.networks.text_network import TextNetwork

Head = tuple[int, int]
LIKE, VERY_LIKE = 0.25, 0.6
"""Correlation of attention with a selection from which a head may be one of its own, and from which
it is one unless more answers stay without."""
STANDS_IN = 0.85
"""The same of a head without which answers stay: it may do what another does."""
DIGITS = 4


def with_heads(
    mechanism: AttentionMechanism,
    network: TextNetwork,
    heads: Sequence[Head],
    batches: Sequence[Int[ndarray, "_ _"]],
) -> tuple[float, AttentionMechanism]:
    """The mechanism with the heads of its selections, and the answers that stay with them alone.

    Those that look alike are taken, of heads that do not matter too where they look very much so:
    they stand in for those that do. Then one is taken on, given another selection, or let go
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
    every = list(np.ndindex(network.shape.n_layers, network.shape.n_heads))
    like = np.abs(np.mean([each.like(names, every) for each in seen], axis=0))
    alike = zip(*np.nonzero(like >= LIKE), strict=True)
    alike = sorted(alike, key=lambda it: -like[it])
    ways = [(names[which], every[place]) for which, place in alike if every[place] in heads]
    spreads = {way: _spread(*way, seen) for way in ways}
    own: dict[Head, str] = {}
    for place, head in enumerate(every):
        if like[:, place].max() >= (VERY_LIKE if head in heads else STANDS_IN):
            own[head] = names[int(like[:, place].argmax())]
            spreads[own[head], head] = _spread(own[head], head, seen)
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
    own = _that_lead_to_others(seen, own, spreads, ways, best)
    spreads = _sharing(seen, own, spreads)
    own = _that_do_something(seen, own, spreads)
    steps = list(mechanism.steps)
    for place, step in enumerate(steps):
        mine = sorted(head for head, name in own.items() if name == step.name)
        if mine:
            which = like[names.index(step.name)].round(ALIKE_DIGITS)
            # of two that are as much like it, the one that looks harder
            mine.sort(key=lambda it: (-which[every.index(it)], spreads[step.name, it]))
            spread = tuple(spreads[step.name, head] for head in mine)
            steps[place] = replace(step, head=mine[0], also=tuple(mine[1:]), spread=spread)
    return best, replace(mechanism, steps=tuple(steps))


ALIKE_DIGITS = 3
"""Digits in which two heads are as much like a selection."""

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


def _sharing(
    seen: Sequence[_Seen],
    own: Mapping[Head, str],
    spreads: Mapping[tuple[str, Head], tuple[float, float]],
) -> dict[tuple[str, Head], tuple[float, float]]:
    """The weights of heads under which more of their attention is shared, where answers stay.

    Where a head looks somewhere else now and then, the weights that make its attention most likely
    are spread over everything, and it would carry less with them than it does.
    """
    kept = dict(spreads)
    stays = _stays(seen, own, kept)
    for head, name in own.items():
        rest, start = kept[name, head]
        ways = {(round(rest * a, DIGITS), round(start * b, DIGITS)) for a in LESS for b in LESS}

        def shared(spread: tuple[float, float], name: str = name, head: Head = head) -> float:
            return float(np.mean([it.shares(name, head, spread) for it in seen]))

        most = max(sorted(ways), key=shared)
        tried = {**kept, (name, head): most}
        if shared(most) > shared((rest, start)) and _stays(seen, own, tried) >= stays - LEAST_GAIN:
            kept = tried
    return kept


LESS = (1.0, 0.5, 0.25, 0.125, 0.0)
"""Parts of the likeliest weights that are tried."""


def _that_lead_to_others(
    seen: Sequence[_Seen],
    own: Mapping[Head, str],
    spreads: Mapping[tuple[str, Head], tuple[float, float]],
    ways: Sequence[tuple[str, Head]],
    best: float,
) -> dict[Head, str]:
    """Heads with those of selections that have none yet: what is read by other selections alone
    keeps no answer more, once these stand in their places, and is what they are made of.

    Args:
        seen: attention along texts.
        own: the selections of heads so far.
        spreads: the weights of all ways.
        ways: selections and heads that look alike, the most alike first.
        best: part of the answers that stay without.
    """
    kept = dict(own)
    for name, head in ways:
        if head in kept or name in kept.values():
            continue
        more = {**kept, head: name}
        needed = any(it.needs(name, head, spreads[name, head], {}) for it in seen)
        if needed and _stays(seen, more, spreads) >= best - LET_GO:
            kept = more
    return kept


def _that_do_something(
    seen: Sequence[_Seen],
    own: Mapping[Head, str],
    spreads: Mapping[tuple[str, Head], tuple[float, float]],
) -> dict[Head, str]:
    """Heads without those that only look as the others of their selection do."""
    kept = dict(own)
    for head, name in own.items():
        others = {
            each: spreads[name, each] for each, its in kept.items() if its == name and each != head
        }
        if others and not any(it.needs(name, head, spreads[name, head], others) for it in seen):
            del kept[head]
    return kept


class _Seen:
    """Attention and selections along texts of one length."""

    def __init__(
        self, mechanism: AttentionMechanism, network: TextNetwork, rows: Int[ndarray, "n length"]
    ) -> None:
        self.mechanism = mechanism
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

    def shares(self, name: str, head: Head, spread: tuple[float, float]) -> float:
        """The part of a head's attention that is where its selection has it."""
        causal = self.network.shape.causal
        given = weighed(self.chosen[name], self.before, causal, spread)
        both = np.minimum(given, self.of(head)).sum(axis=2)
        return float(both[:, self.before :].mean())

    def needs(
        self,
        name: str,
        head: Head,
        spread: tuple[float, float],
        others: Mapping[Head, tuple[float, float]],
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

    def _astray(self, name: str, heads: Mapping[Head, tuple[float, float]]) -> ndarray:
        """Answers where heads of a selection look elsewhere."""
        (step,) = (step for step in self.mechanism.steps if step.name == name)
        other = elsewhere(asdict(step), self.mechanism.data, self.chosen[name])
        before, causal = self.before, self.network.shape.causal
        patterns = {
            head: torch.from_numpy(weighed(other, before, causal, spread))
            for head, spread in heads.items()
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

    from scipy.optimize import minimize

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
