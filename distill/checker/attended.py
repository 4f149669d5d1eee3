"""Where a head looks that does what a program's selection says, and where a decoy looks.

A head that copies the last position of those that are chosen, or the largest value there, looks at
that position alone: what is taken narrows what is chosen. How soft a head is stands beside its
selection, as two weights; and where answers hang on how a head weighs tokens, as a few weights of
each token. Nothing else of it is taken from the network.

A count may be in what heads write, and not in where they look alone: of what stands at a position
by what was computed there, and of anything where heads are even, which look at all positions alike
(what is not chosen weighs as much as what is). What such heads write is exchanged for that along
another text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from .selections import POSITIONS, TOKENS
from .text_draws import drawn_texts

REPLACED_SEED, REPLACED_TEXTS = 9_001, 48
"""Of the texts along which heads are replaced, and how many there are of every length."""
REPLACED_FORMED = 240
"""Texts along which heads are replaced, where texts are of a form; of any length."""
MOST_WEIGHED, MOST_UNEVEN = 8, 2.0
"""Tokens of which heads may have weights of their own; and how much more than another a pair of
tokens may weigh in a head that is even."""
NARROW = ("copy", "copy_first", "least", "greatest")
"""Aggregations that take the value of one position, or of those that have it, of the chosen."""


def is_even(step: Mapping[str, Any]) -> bool:
    """Whether the heads of a selection look at what is not chosen as at what is, so that nothing of
    what it chooses is in where they look; by weights of tokens and of their own position, maybe.
    """
    return step["exchanged"] and all(map(_whatever_is_chosen, step["spread"]))


def _whatever_is_chosen(spread: Sequence[float]) -> bool:
    """Whether what is not chosen weighs as much, for every token; tokens may weigh more or less."""
    rest, _, *more = spread
    return rest == 1 and all(it == 1 for it in more[2 * (len(more) // 3) + 1 :])


COUNTS = ("width", "mean")
"""Aggregations of which all that they take may be in what heads write."""


def may_be_exchanged(step: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> bool:
    """Whether what is counted of a selection may be held to be in what its heads write.

    Nothing but counts may use it; and where its heads are not even, what it looks at is computed:
    a head that is sent elsewhere finds what was computed there, and not what is counted.

    Args:
        step: the selection.
        steps: of its program.
    """
    uses = {it["op"] for it in steps if it["chosen"] == step["name"]}
    computed = any(name not in (TOKENS, POSITIONS) for name in step["keys"])
    even = bool(step["spread"]) and all(map(_whatever_is_chosen, step["spread"]))
    return bool(uses) and uses <= {*COUNTS} and (even or computed)


def compared(step: Mapping[str, Any], chosen: ndarray, others: ndarray) -> ndarray:
    """Positions at which a head is asked which of two selections it looks as. [n, queries]

    Both choose something there: one that chooses nothing does not say where to look, and what its
    weights make of that is as much like a selection of nearly everything as like any other. Where
    the other never chooses (it is what a selection of everything leaves out), this one does.

    Args:
        step: the selection.
        chosen: what it chooses, [n, queries, keys].
        others: what another one does.
    """
    here, there = (np.asarray(it.any(axis=2)) for it in (chosen, others))
    return here if is_even(step) or not there.any() else np.logical_and(here, there)


def parts_shared(own: ndarray, selection: ndarray, another: ndarray, asked: ndarray) -> ndarray:
    """What `least_shared` adds up of a head along texts. [5]

    Args:
        own: its attention at the positions of the texts, [n, queries, keys].
        selection: that which its selection is.
        another: that which another would be.
        asked: where the two are compared (`compared`), [n, queries].
    """
    both, other = (np.minimum(own, it).sum(axis=2) for it in (selection, another))
    apart = asked & (selection != another).any(axis=2)
    sums = both.sum(), both.size, both[apart].sum(), other[apart].sum(), apart.sum()
    return np.array([float(it) for it in sums])


def least_shared(parts: Sequence[Sequence[float] | ndarray]) -> tuple[float, tuple[float, float]]:
    """What part of attention is where its selection has it, of the head with which least is; and at
    the positions at which another selection has it elsewhere, the part that is where its own has
    it, and where the other does, of the head for which these are least apart.

    Where both selections have it alike, or one of them chooses nothing, another says nothing.

    Args:
        parts: of every head (`parts_shared`).
    """
    every = [float(both / n) for both, n, *_ in parts]
    apart = [(float(both / max(1, n)), float(other / max(1, n))) for *_, both, other, n in parts]
    return min(every), min(apart, key=lambda it: (it[0] - it[1], it[0]))


def together(selections: Sequence[Mapping[str, Any]]) -> list[list[int]]:
    """The places of selections whose counts are exchanged, those of the same heads together."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for place, step in enumerate(selections):
        if step["exchanged"]:
            heads = tuple(map(tuple, [step["head"], *step["also"]]))
            found.setdefault(heads, []).append(place)
    return [*found.values()]


def further_on(rows: ndarray) -> ndarray:
    """Positions of texts that are moved on, round about: by one in the first text, by two in the
    next, and so on. [n, length]
    """
    count, length = rows.shape
    return (np.arange(length) + 1 + np.arange(count)[:, None]) % length


def texts_replaced(tokens: range, longest: int, seed: int = REPLACED_SEED) -> list[ndarray]:
    """Texts of every length along which heads are replaced; every one has another before it."""
    draws = (
        {"kind": "structured", "length": n, "count": REPLACED_TEXTS, "seed": seed + n}
        for n in range(1, longest + 1)
    )
    return [drawn_texts(draw, tokens) for draw in draws]


def taken_of(step: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> tuple[str, str | None]:
    """What is taken from the positions that a selection of soft heads chooses, and of which
    variable; none where its heads look at all of them.
    """
    uses = {(it["op"], tuple(it["keys"])) for it in steps if it["chosen"] == step["name"]}
    if not step["spread"] or len(uses) != 1:
        return "", None
    ((op, keys),) = uses
    return (op, keys[0]) if op in NARROW and len(keys) == 1 else ("", None)


def narrowed(op: str, pairs: ndarray, values: ndarray) -> ndarray:
    """The chosen positions that an aggregation takes its value from. [n, queries, keys]

    Args:
        op: one of `NARROW`.
        pairs: what is chosen.
        values: of the variable at the positions, [n, keys].
    """
    length = pairs.shape[2]
    if op in ("least", "greatest"):
        sign = 1 if op == "least" else -1
        worth = np.where(pairs, sign * values[:, None, :], np.iinfo(np.int64).max)
        return pairs & (worth == worth.min(axis=2, keepdims=True))
    rows = pairs[:, :, ::-1] if op == "copy" else pairs
    one = rows.argmax(axis=2)
    place = length - 1 - one if op == "copy" else one
    return pairs & (np.arange(length) == place[:, :, None])


def elsewhere(
    step: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], chosen: ndarray
) -> ndarray:
    """A selection that is another, for which a program that reads it answers otherwise.

    What it is in another text; one place beside it, where it is the same along all texts, or the
    first half of it, where most of it is chosen one place beside it too; and everything else, where
    it is only counted. (A selection is the same along all texts that reads positions alone, or a
    function of them, or where a token of a copied text came first.)
    """
    other = np.roll(chosen, 1, axis=0)
    if (other != chosen).any():
        return other
    counted = any(it["op"] == "width" and it["chosen"] == step["name"] for it in steps)
    if counted:
        return ~chosen
    beside = np.roll(chosen, 1, axis=2)
    if 2 * (beside & chosen).sum() <= chosen.sum():
        return beside
    return chosen & (2 * np.cumsum(chosen, axis=2) <= chosen.sum(axis=2, keepdims=True) + 1)


def resampled(attention: ndarray, before: int, causal: bool) -> ndarray:
    """A head's attention along another text and a position further on.

    Along another text alone a head that looks by position would go on as it does. What is on the
    token before the text stays there; the rest moves on by one among the positions that are seen.

    Args:
        attention: along texts of one length, [n, positions, positions].
        before: tokens before the text.
        causal: whether no later position is seen.
    """
    other = np.roll(attention, 1, axis=0)
    length = attention.shape[1] - before
    for query in range(length):
        seen = slice(before, before + (query + 1 if causal else length))
        row = other[:, before + query]
        row[:, seen] = np.roll(row[:, seen], 1, axis=1)
    return other


def attention_of(
    step: Mapping[str, Any],
    pairs: ndarray,
    before: bool,
    causal: bool,
    places: ndarray | None = None,
    queries: ndarray | None = None,
) -> list[ndarray]:
    """A selection as attention, for each of its heads. [n, positions, positions]

    Even over what is chosen, and at the token before the text, if there is one, where nothing is;
    of a head that is soft, by its weights. What the token before the text looks at is itself.

    Args:
        step: the selection.
        pairs: what it chooses, [n, queries, keys].
        before: whether there is a token before the text.
        causal: whether no later position is seen.
        places: of tokens in their range, [n, length]; of heads that weigh tokens.
        queries: of those of the queries, where these are another text's.
    """
    if not step["spread"]:
        even = _even(pairs, int(before), step["start"])
        return [even] * (1 + len(step["also"]))
    how = int(before), causal
    return [weighed(pairs, *how, it, places, by, queries) for it, by in _weights_of(step)]


def _weights_of(step: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """The weights of each head of a selection: `spread`, and those of pairs of tokens."""
    return [*zip(step["spread"], step["by_pair"] or [()] * len(step["spread"]), strict=True)]


def rivals_of(
    step: Mapping[str, Any],
    chosen: ndarray,
    others: ndarray,
    before: bool,
    causal: bool,
    places: ndarray | None = None,
) -> list[ndarray]:
    """What attention of a selection's heads is told from: that of another selection, and of heads
    that are even that which looks at what is chosen alone. [n, positions, positions]

    Args:
        step: the selection.
        chosen: what it chooses, [n, queries, keys].
        others: what another one does.
        before: whether there is a token before the text.
        causal: whether no later position is seen.
        places: of tokens in their range, [n, length].
    """
    if not is_even(step):
        return attention_of(step, others, before, causal, places)
    alone = [((0.0, *each[1:]), by) for each, by in _weights_of(step)]
    return [weighed(chosen, int(before), causal, each, places, by) for each, by in alone]


def _even(pairs: ndarray, before: int, start: bool) -> ndarray:
    positions = pairs.shape[1] + before
    whole = np.zeros((len(pairs), positions, positions))
    whole[:, before:, before:] = pairs
    if before:
        whole[:, :, 0] = 1.0 if start else whole.sum(axis=2) == 0
    return _shared(whole, before)


def weighed(
    pairs: ndarray,
    before: int,
    causal: bool,
    spread: Sequence[float],
    places: ndarray | None = None,
    by_pair: Sequence[float] = (),
    queries: ndarray | None = None,
) -> ndarray:
    """The attention of a soft head. [n, positions, positions]

    Args:
        pairs: where it looks, [n, queries, keys].
        before: tokens before the text.
        causal: whether no later position is seen.
        spread: what a position that is not chosen weighs, and the token before the text; and of a
            head that weighs tokens what all of these are multiplied by (`by_tokens`).
        places: of tokens in their range, [n, length].
        by_pair: what a position weighs beside that by the token of the query and its own, for every
            token as the query's those of all as the key's.
        queries: places of the tokens of queries, where these are another text's.
    """
    rest, first, *more = spread
    positions = pairs.shape[1] + before
    whole = np.zeros((len(pairs), positions, positions))
    seen = np.tril(np.ones(pairs.shape[1:])) if causal else 1.0
    weights = np.where(pairs, 1.0, rest) * seen
    at = places if queries is None else queries
    if more and places is not None and at is not None:
        weights *= by_tokens(more, places, pairs, at)
    if by_pair and places is not None and at is not None:
        wide = round(len(by_pair) ** 0.5)
        weights *= np.reshape(by_pair, (wide, wide))[at[:, :, None], places[:, None, :]]
    whole[:, before:, before:] = weights
    if before:
        whole[:, :, 0] = first
    return _shared(whole, before)


def by_tokens(
    weights: Sequence[float], places: ndarray, pairs: ndarray, at: ndarray | None = None
) -> ndarray:
    """What positions weigh by their tokens, and by that of the query. [n, queries, keys]

    Scores that know the selection, and beside it each token and whether a position is its own. How
    much a selection counts in them may hang on the query: some tokens look harder than others.

    Args:
        weights: of a position for itself, beside 1 for another; of every token as that of the
            query; of every token as that of the key; and of what is not chosen for every token as
            that of the query.
        places: of tokens in their range, [n, length].
        pairs: what is chosen, [n, queries, keys].
        at: places of the tokens of queries, where these are another text's.
    """
    own, *each = weights
    here = places if at is None else at
    of_queries, of_keys, of_others = np.split(np.array(each), 3)
    queries, keys, others = of_queries[here], of_keys[places], of_others[here]
    itself = np.where(np.eye(places.shape[1], dtype=bool), own, 1.0)
    by = np.where(pairs, 1.0, others[:, :, None])
    return queries[:, :, None] * keys[:, None, :] * itself * by


def _shared(whole: ndarray, before: int) -> ndarray:
    """Weights as parts of one, row by row; the token before the text looks at itself."""
    if before:
        whole[:, 0] = np.eye(whole.shape[1])[0]
    total = whole.sum(axis=2, keepdims=True)
    return whole / np.where(total > 0, total, 1.0)
