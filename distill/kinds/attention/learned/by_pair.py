"""How a head that looks at everything alike weighs pairs of tokens a little more or less.

Its scores are products, so that what a query asks for may be more of one token and less of another.
A few parts in a hundred are as much as a count of one more or less in a long text, and what reads
the head undoes them, for it knows the token of the query as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.checker.attended import MOST_UNEVEN, is_even
from distill.kinds.attention.learned.by_token import RIDGE, few_tokens
from distill.kinds.attention.learned.seen import Head, Seen
from distill.kinds.attention.learned.weights import DIGITS
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.networks.text_network import TextNetwork

MOST_LOG = 3.0


def weighing_pairs(
    mechanism: AttentionMechanism, network: TextNetwork, batches: Sequence[Int[ndarray, "_ _"]]
) -> AttentionMechanism | None:
    """The mechanism with weights of pairs of tokens for its even heads; null where there are no
    such heads, too many tokens, or some pair weighs too much more than another.

    Args:
        mechanism: whose selections have heads.
        network: what it was found in.
        batches: texts, of one length in each.
    """
    even = [step for step in mechanism.steps if step.op == "select" and is_even(asdict(step))]
    if not even or not few_tokens(network):
        return None
    seen = [Seen(mechanism, network, rows) for rows in batches if len(rows) > 1]
    steps = list(mechanism.steps)
    for place, step in enumerate(steps):
        if step in even:
            each = [pairs_of(seen, head, len(network.texts.tokens)) for head in step.heads]
            if any(max(weights) > MOST_UNEVEN * min(weights) for weights in each):
                return None
            spread = ((1.0, float(bool(network.shape.before))),) * len(each)
            steps[place] = replace(step, spread=spread, by_pair=tuple(each))
    return replace(mechanism, steps=tuple(steps))


def pairs_of(seen: Sequence[Seen], head: Head, tokens: int) -> tuple[float, ...]:
    """What a position weighs by the token of the query and its own, beside the token before the
    text (1, where there is one): the weights under which attention is most likely, for every token
    as the query's those of all as the key's.

    Args:
        seen: attention along texts.
        head: the head.
        tokens: how many there are.
    """
    from scipy.optimize import minimize

    parts = [_by_tokens(it, head, tokens) for it in seen]
    at, counts, taken, firsts = (np.concatenate(each) for each in zip(*parts, strict=True))
    start = float(bool(seen[0].before))

    def unlikely(logs: Float[ndarray, " k"]) -> tuple[float, ndarray]:
        weights = np.exp(logs).reshape(tokens, tokens)[at]
        total = start + (counts * weights).sum(axis=1)
        mass = taken.sum(axis=1) + firsts
        loss = mass @ np.log(total) - (taken * np.log(weights)).sum()
        slope = np.zeros((tokens, tokens))
        np.add.at(slope, at, counts * weights * (mass / total)[:, None] - taken)
        ridge = RIDGE * logs
        return float(loss) / len(at) + float(ridge @ logs), slope.ravel() / len(at) + 2 * ridge

    bounds = [(-MOST_LOG, MOST_LOG)] * tokens**2
    found = minimize(unlikely, np.zeros(tokens**2), jac=True, method="L-BFGS-B", bounds=bounds)
    return tuple(round(float(it), DIGITS) for it in np.exp(found.x))


def _by_tokens(seen: Seen, head: Head, tokens: int) -> tuple[ndarray, ...]:
    """For every query its token, how many of each it sees, how much of its attention is on each,
    and how much is on the token before the text.
    """
    attention, before = seen.of(head), seen.before
    inner = attention[:, before:, before:]
    each = np.eye(tokens)[seen.places]
    counts, taken = seen.allowed.astype(float) @ each, inner @ each
    firsts = attention[:, before:, 0] if before else np.zeros(inner.shape[:2])
    flat = (-1, tokens)
    return seen.places.ravel(), counts.reshape(flat), taken.reshape(flat), firsts.ravel()
