"""How softly a head looks, token by token: weights beside those of its selection.

Scores that know the selection may know each token too, and whether a position is the query's own:
a head that counts may weigh one token a third more than another, and what reads it undoes that.
Answers then hang on these weights, and two for all positions alike do not keep them. How hard a
head looks may be another for every query: scores are products, and what a query asks for, it asks
for more or less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.checker.attended import MOST_WEIGHED
from distill.kinds.attention.learned.seen import Head, Seen
from distill.kinds.attention.learned.weights import DIGITS
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.networks.text_network import TextNetwork

MOST_LOG, RIDGE = 12.0, 1e-7
"""Weights in logarithms at most, and what holds those that nothing tells to 1."""


def weighing_of(
    seen: Sequence[Seen], name: str, head: Head, harder: bool = False
) -> tuple[float, ...]:
    """`likeliest`, of a head along texts of a network.

    Args:
        seen: attention along texts.
        name: of the selection.
        head: the head.
        harder: whether some tokens may look harder than others.
    """
    return likeliest(seen, name, head, len(seen[0].network.texts.tokens), harder)


def few_tokens(network: TextNetwork) -> bool:
    """Whether heads may be said to weigh tokens, one by one."""
    return len(network.texts.tokens) <= MOST_WEIGHED


def weighing_tokens(
    mechanism: AttentionMechanism,
    network: TextNetwork,
    batches: Sequence[Int[ndarray, "_ _"]],
    harder: bool = False,
) -> AttentionMechanism | None:
    """The mechanism with weights of tokens for its heads; null where there are too many tokens, or
    a selection has no head.

    Heads whose writing is exchanged stay as they are.

    Args:
        mechanism: whose selections have heads.
        network: what it was found in.
        batches: texts, of one length in each.
        harder: whether some tokens may look harder than others.
    """
    selections = [step for step in mechanism.steps if step.op == "select" and not step.exchanged]
    headless = any(step.head is None for step in selections)
    if not few_tokens(network) or not selections or headless:
        return None
    seen = [Seen(mechanism, network, rows) for rows in batches if len(rows) > 1]
    steps = list(mechanism.steps)
    for place, step in enumerate(steps):
        if step in selections:
            spread = tuple(weighing_of(seen, step.name, it, harder) for it in step.heads)
            steps[place] = replace(step, spread=spread)
    return replace(mechanism, steps=tuple(steps))


def likeliest(
    seen: Sequence[Seen], name: str, head: Head, tokens: int, harder: bool = False
) -> tuple[float, ...]:
    """Weights of a head under which its attention is most likely, a convex problem in their
    logarithms: of a position that is not chosen, of the token before the text (1, where there is
    one), of a position for itself, of every token as that of the query, and as that of the key;
    and of what is not chosen for every token as that of the query (1, where none looks harder).

    Args:
        seen: attention along texts.
        name: of the selection.
        head: the head.
        tokens: how many there are.
        harder: whether some tokens may look harder than others.
    """
    from scipy.optimize import minimize

    every = partial(_unlikely, seen, name, head, tokens)
    free = 2 + (3 if harder else 2) * tokens
    bounds = [(-MOST_LOG, MOST_LOG)] * free + [(0.0, 0.0)] * (2 + 3 * tokens - free)
    found = minimize(every, np.zeros(len(bounds)), jac=True, method="L-BFGS-B", bounds=bounds)
    rest, own = found.x[:2]
    queries, keys, others = np.split(found.x[2:], 3)
    middle, usual = keys.mean(), others.mean()
    rest += usual
    logs = (own, *(queries + middle), *(keys - middle), *(others - usual))
    first = float(bool(seen[0].before))
    return (
        round(float(np.exp(rest)), DIGITS),
        first,
        *(round(float(np.exp(log)), DIGITS) for log in logs),
    )


def _unlikely(
    seen: Sequence[Seen], name: str, head: Head, tokens: int, logs: Float[ndarray, " k"]
) -> tuple[float, Float[ndarray, " k"]]:
    """How unlikely attention is with such weights, and the slope of that."""
    loss, slope, count = RIDGE * float(logs @ logs), 2 * RIDGE * logs, len(seen)
    (rest, own), (queries, keys, others) = logs[:2], np.split(logs[2:], 3)
    for each in seen:
        attention, places = each.of(head)[:, each.before :], each.places
        itself = np.eye(places.shape[1], dtype=bool)
        away: Bool[ndarray, "n l l"] = ~each.chosen[name]
        scores = queries[places][:, :, None] + keys[places][:, None, :]
        scores = scores + (rest + others[places][:, :, None]) * away
        scores = np.where(each.allowed, scores + own * itself, -np.inf)
        first = np.zeros((*places.shape, each.before))
        whole = np.concatenate([first, scores], axis=2)
        whole = whole - whole.max(axis=2, keepdims=True)
        sums = np.log(np.exp(whole).sum(axis=2, keepdims=True))
        likely = whole - sums
        on = attention > 0
        loss -= float((attention[on] * likely[on]).sum()) / places.size / count
        off = np.exp(likely) * attention.sum(axis=2, keepdims=True) - attention
        off = off[:, :, each.before :] / places.size / count
        slope[0] += (off * away).sum()
        slope[1] += (off * itself).sum()
        slope[2 : 2 + tokens] += np.bincount(places.ravel(), off.sum(axis=2).ravel(), tokens)
        slope[2 + tokens : 2 + 2 * tokens] += np.bincount(
            places.ravel(), off.sum(axis=1).ravel(), tokens
        )
        slope[2 + 2 * tokens :] += np.bincount(
            places.ravel(), (off * away).sum(axis=2).ravel(), tokens
        )
    return loss, slope
