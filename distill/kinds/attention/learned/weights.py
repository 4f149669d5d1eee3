"""How softly a head looks where its selection says: two weights beside 1 for what is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.kinds.attention.learned.seen import Head, Seen, Spread, Spreads, stays_of

DIGITS = 4
LEAST_GAIN = 1e-3
"""Part of the answers that another head, or other weights, must keep."""


def likeliest(name: str, head: Head, seen: Sequence[Seen]) -> Spread:
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


def nearby(
    seen: Sequence[Seen],
    own: Mapping[Head, str],
    spreads: Spreads,
) -> dict[tuple[str, Head], Spread]:
    """The weights of heads, near the likeliest, under which most answers stay.

    Heads weigh tokens a little differently, and the likeliest weights are a mean of theirs; where
    answers hang on a sum of eight of them, a tenth more or less says another number.
    """
    kept = dict(spreads)
    stays = stays_of(seen, own, kept)
    for head, name in _of_two(own, kept) if stays < WELL else ():
        rest, start = kept[name, head]
        least = min(LEAST_SHARED, shared_by(seen, name, head, kept[name, head]))
        for a, b in product(MORE_OR_LESS, LITTLE_MORE_OR_LESS):
            spread = round(rest * a, DIGITS), round(start * b, DIGITS)
            kept, stays = _moved(seen, own, kept, stays, (name, head), spread, least)
    return kept


def _moved(
    seen: Sequence[Seen],
    own: Mapping[Head, str],
    kept: dict[tuple[str, Head], Spread],
    stays: float,
    which: tuple[str, Head],
    spread: Spread,
    least: float,
) -> tuple[dict[tuple[str, Head], Spread], float]:
    """With one weight moved, where more answers stay and attention is still where it is to be."""
    tried = {**kept, which: spread}
    now = stays_of(seen, own, tried)
    if now >= stays + LEAST_GAIN and shared_by(seen, *which, spread) >= least:
        return tried, now
    return kept, stays


def _of_two(own: Mapping[Head, str], spreads: Spreads) -> list[tuple[Head, str]]:
    """Heads of two weights, with their selections; those of others have theirs of each token."""
    return [(head, name) for head, name in own.items() if len(spreads[name, head]) == 2]


def shared_by(seen: Sequence[Seen], name: str, head: Head, spread: Spread) -> float:
    """The part of a head's attention that is where its selection has it."""
    return float(np.mean([it.shares(name, head, spread) for it in seen]))


WELL = 0.99
"""Part of the answers that stay with which no other weights are looked for."""
MORE_OR_LESS, LITTLE_MORE_OR_LESS = (1.0, 0.5, 2.0, 0.0), (1.0, 0.9, 1.1, 0.8, 1.25, 0.65, 1.5)


def sharing(
    seen: Sequence[Seen],
    own: Mapping[Head, str],
    spreads: Spreads,
) -> dict[tuple[str, Head], Spread]:
    """The weights of heads under which more of their attention is shared, where answers stay.

    Where a head looks somewhere else now and then, the weights that make its attention most likely
    are spread over everything, and it would carry less with them than it does.
    """
    kept = dict(spreads)
    stays = stays_of(seen, own, kept)
    for head, name in _of_two(own, kept):
        rest, start = kept[name, head]
        ways = {(round(rest * a, DIGITS), round(start * b, DIGITS)) for a in LESS for b in LESS}

        def shared(spread: Spread, name: str = name, head: Head = head) -> float:
            return shared_by(seen, name, head, spread)

        most = max(sorted(ways), key=shared)
        tried = {**kept, (name, head): most}
        if (
            shared(most) > shared((rest, start))
            and stays_of(seen, own, tried) >= stays - LEAST_GAIN
        ):
            kept = tried
    return kept


LESS = (1.0, 0.5, 0.25, 0.125, 0.0)
"""Parts of the likeliest weights that are tried."""


def keeping_more(
    seen: Sequence[Seen], own: Mapping[Head, str], spreads: Spreads
) -> tuple[dict[tuple[str, Head], Spread], float]:
    """Weights with which more answers stay, and the part of them that do.

    The likeliest weights are those of all positions alike, and answers may hang on a few. One
    weight after another is moved, as long as attention stays where the selection has it.
    """
    kept, best = dict(spreads), stays_of(seen, own, spreads)
    if not FEWEST_STAY <= best < ENOUGH_STAY:
        return kept, best

    for _ in range(TURNS):
        before = best
        for head, name in _of_two(own, kept):
            least = min(LEAST_SHARED, shared_by(seen, name, head, kept[name, head]))
            for a, b in (*((it, 1.0) for it in FACTORS), *((1.0, it) for it in FACTORS)):
                rest, start = kept[name, head]
                spread = round(a * rest, DIGITS), round(b * start, DIGITS)
                kept, best = _moved(seen, own, kept, best, (name, head), spread, least)
        if best == before or best >= ENOUGH_STAY:
            break
    return kept, best


FEWEST_STAY, ENOUGH_STAY = 0.8, 0.95
"""Part of the answers from which on, and up to which, other weights are looked for: few more stay
with them, and every try is a pass of the network."""
FACTORS, TURNS = (0.25, 0.5, 0.8, 0.95, 1.05, 1.25, 2.0, 4.0), 6
LEAST_SHARED = 0.53
"""Of a head's attention, that must stay where its selection has it."""
