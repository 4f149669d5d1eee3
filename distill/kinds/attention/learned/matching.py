"""Which heads look where a program's selections look, and how softly.

A head is a selection's if its attention goes with what is chosen there more than with any other
selection of the program, or against it: one that looks at all others tells as much. What it puts on
positions that are not chosen, and on the token before the text, is two weights beside 1 for a
position that is chosen: attention of scores that know nothing but the selection.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.attended import least_shared
from distill.checker.kind import CLEAR
from distill.kinds.attention.learned.even import even_heads
from distill.kinds.attention.learned.seen import EVERYTHING, Head, Seen, Spreads, stays_of
from distill.kinds.attention.learned.weights import (
    LEAST_GAIN,
    keeping_more,
    likeliest,
    nearby,
    sharing,
)
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.networks.text_network import TextNetwork

LIKE, VERY_LIKE = 0.25, 0.6
"""Correlation of attention with a selection from which a head may be one of its own, and from which
it is one unless more answers stay without."""
STANDS_IN = 0.85
"""The same of a head without which answers stay: it may do what another does."""


def with_heads(
    mechanism: AttentionMechanism,
    network: TextNetwork,
    heads: Sequence[Head],
    batches: Sequence[Int[ndarray, "_ _"]],
    counted: Sequence[str] = (),
    weighing: bool = False,
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
        counted: selections that are told in what even heads take; all such heads are theirs.
        weighing: whether even heads may weigh tokens.
    """
    soft = tuple(
        replace(step, spread=((0.0, 0.0),)) if step.op == "select" else step
        for step in mechanism.steps
    )
    drawn = replace(mechanism, steps=soft)  # as heads of their own would look
    seen = [Seen(drawn, network, rows) for rows in batches if rows.shape[1] > 1 and len(rows) > 1]
    names = [step.name for step in soft if step.op == "select" and step.name not in counted]
    even = even_heads(seen, heads, weighing) if counted else {}
    if not (names or even) or not heads or not seen or (counted and not even):
        return 0.0, mechanism
    every = list(np.ndindex(network.shape.n_layers, network.shape.n_heads))
    like = np.zeros((0, len(every)))
    if names:
        like = np.abs(np.mean([each.like(names, every) for each in seen], axis=0))
    like[:, [every.index(head) for head in even]] = 0.0  # they have theirs
    alike = zip(*np.nonzero(like >= LIKE), strict=True)
    alike = sorted(alike, key=lambda it: -like[it])
    ways = [(names[which], every[place]) for which, place in alike if every[place] in heads]
    spreads = {way: likeliest(*way, seen) for way in ways}
    spreads |= {(EVERYTHING, head): spread for head, spread in even.items()}
    own: dict[Head, str] = dict.fromkeys(even, EVERYTHING)
    for place, head in enumerate(every):
        if like[:, place].max(initial=0.0) >= (VERY_LIKE if head in heads else STANDS_IN):
            own[head] = names[int(like[:, place].argmax())]
            spreads[own[head], head] = likeliest(own[head], head, seen)
    own, best = _moved(seen, own, spreads, ways, even)
    own = _that_lead_to_others(seen, own, spreads, ways, best)
    spreads, best = keeping_more(seen, own, sharing(seen, own, nearby(seen, own, spreads)))
    very = [way for way in ways if like[names.index(way[0]), every.index(way[1])] >= VERY_LIKE]
    if (back := taken_back(seen, own, spreads, very, best)) != own:
        own = back
        spreads, best = keeping_more(seen, own, spreads)
    own = that_do_something(seen, own, spreads)
    steps = list(mechanism.steps)
    for place, step in enumerate(steps):
        mine = sorted(head for head, name in own.items() if name == step.name)
        if step.name in counted:
            firsts = tuple((1.0, *spreads[EVERYTHING, head][1:]) for head in even)
            head, *also = even
            more = {"head": head, "also": tuple(also), "spread": firsts, "exchanged": True}
            steps[place] = replace(step, **more)
        if mine:
            which = like[names.index(step.name)].round(ALIKE_DIGITS)
            # of two that are as much like it, the one that looks harder
            mine.sort(key=lambda it: (-which[every.index(it)], spreads[step.name, it]))
            spread = tuple(spreads[step.name, head] for head in mine)
            steps[place] = replace(step, head=mine[0], also=tuple(mine[1:]), spread=spread)
    return best, replace(mechanism, steps=tuple(steps))


def _moved(
    seen: Sequence[Seen],
    own: dict[Head, str],
    spreads: Spreads,
    ways: Sequence[tuple[str, Head]],
    fixed: Collection[Head],
) -> tuple[dict[Head, str], float]:
    """Heads of selections with one more or less, as long as more answers stay; and how many do.

    Args:
        seen: the network along texts.
        own: the selection of every head.
        spreads: of heads as selections.
        ways: selections that heads may be given.
        fixed: heads that keep theirs.
    """
    best = stays_of(seen, own, spreads)
    while True:
        more = [{**own, head: name} for name, head in ways if own.get(head) != name]
        less = [{h: n for h, n in own.items() if h != head} for head in own if head not in fixed]
        less = [moved for moved in less if {*moved.values()} == {*own.values()}]
        tried = [(stays_of(seen, moved, spreads) - LEAST_GAIN, moved) for moved in more]
        tried += [(stays_of(seen, moved, spreads) - LET_GO, moved) for moved in less]
        if not tried or (most := max(tried, key=lambda it: it[0]))[0] <= best:
            return own, best
        own = most[1]
        best = stays_of(seen, own, spreads)


ALIKE_DIGITS = 3
"""Digits in which two heads are as much like a selection."""

LET_GO = 0.01
"""Part of the answers that must stay without a head that is let go."""


def taken_back(
    seen: Sequence[Seen],
    own: Mapping[Head, str],
    spreads: Spreads,
    ways: Sequence[tuple[str, Head]],
    best: float,
) -> dict[Head, str]:
    """Heads with those that were let go, where more answers stay with them now that others have
    the weights they have.

    Args:
        seen: attention along texts.
        own: the selections of heads so far.
        spreads: the weights of all ways.
        ways: selections and heads that look very much alike, the most alike first.
        best: part of the answers that stay without.
    """
    kept = dict(own)
    for name, head in ways:
        if head not in kept and name in kept.values():
            more = {**kept, head: name}
            if (stays := stays_of(seen, more, spreads)) >= best + LEAST_GAIN:
                kept, best = more, stays
    return kept


def _that_lead_to_others(
    seen: Sequence[Seen],
    own: Mapping[Head, str],
    spreads: Spreads,
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
        if needed and stays_of(seen, more, spreads) >= best - LET_GO:
            kept = more
    return kept


def that_do_something(
    seen: Sequence[Seen],
    own: Mapping[Head, str],
    spreads: Spreads,
) -> dict[Head, str]:
    """Heads without those that only look as the others of their selection do, or no more so than
    as another selection does, as long as answers stay.

    Args:
        seen: attention along texts.
        own: the selections of heads.
        spreads: their weights.
    """
    kept = dict(own)
    for head, name in own.items():
        if name == EVERYTHING:
            continue
        others = {
            each: spreads[name, each] for each, its in kept.items() if its == name and each != head
        }
        if others and not any(it.needs(name, head, spreads[name, head], others) for it in seen):
            del kept[head]
    stays = stays_of(seen, kept, spreads)
    for head, name in own.items():
        less = {each: its for each, its in kept.items() if each != head}
        if name == EVERYTHING or name not in less.values() or head not in kept:
            continue
        parts = np.sum([it.parts(name, head, spreads[name, head]) for it in seen], axis=0)
        _, (share, other) = least_shared([parts])
        if share - other < CLEAR and stays_of(seen, less, spreads) >= stays - LET_GO:
            kept = less
    return kept
