"""One head as a selection and what is taken from it.

Scores are taken against that of the token before the text, where there is one: what is above it is
chosen, and where nothing is, the head looks there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.kinds.attention.graph import HeadNode, Selection
from distill.kinds.attention.variables import (
    NotReadError,
    Variable,
    View,
    grouped,
    labels_of,
    summed,
)

if TYPE_CHECKING:
    from distill.kinds.attention.reading import Reader

NEAR, ABOVE = 0.7, 0.3
"""In logarithms of weights: what is so close to the largest counts as looked at alike; what is no
further below the token before the text is chosen."""
SOFT, LEAST_OF_COPY = 0.2, 0.5
"""Attention on what is not chosen, or missing on what is, up to which a selection is hard; a copy
is told from others by what is largest in it, and may leak more. Half of it is missing where the
token before the text is looked at beside what is chosen, now and then."""


def read_head(
    reader: Reader, layer: int, head: int, makes: int
) -> tuple[HeadNode, Variable] | None:
    """What a head computes; null where it writes the same everywhere, which is added up.

    Raises:
        NotReadError: it does not choose, or what it takes is of no known kind.
    """
    block = {
        name: reader.weights[f"blocks.{layer}.{name}"][head]
        for name in ("W_Q", "W_K", "W_V", "W_O", "b_Q", "b_K", "b_V")
    }
    OV = block["W_V"] @ block["W_O"]
    stream = reader.before(layer)
    before = None if stream is None else stream @ OV
    size = float(np.abs(OV).max(initial=0.0))
    views, parts, rest = reader.views(OV, max(1e-4 * size, reader.grain.same * size, 1e-9))
    given = summed(views, parts, rest)
    bias = block["b_V"] @ block["W_O"]
    start = rest if before is None else before
    if not views and float(np.abs(start - rest).max()) <= max(1e-4 * size, 1e-9):
        reader.constant = reader.constant + rest + bias
        return None
    selection, chosen = _selection(reader, block, layer, head)
    taken = tuple(reader.combined(views, batch) for batch in range(len(reader.texts)))
    made = _taken(reader, makes, selection, chosen, views, given, taken, start)
    reader.constant = reader.constant + start + bias
    return made


def _selection(
    reader: Reader, block: dict[str, ndarray], layer: int, head: int
) -> tuple[Selection, list[Bool[ndarray, "_ _ _"]]]:
    """What is looked at, as a table, and along the sampled texts."""
    root = block["W_Q"].shape[1] ** 0.5
    query = [v.vectors @ block["W_Q"] / root for v in reader.variables]
    key = [v.vectors @ block["W_K"] for v in reader.variables]
    q0 = (reader.constant @ block["W_Q"] + block["b_Q"]) / root + sum(q.mean(0) for q in query)
    k0 = reader.constant @ block["W_K"] + block["b_K"] + sum(k.mean(0) for k in key)
    query, key = ([part - part.mean(0) for part in parts] for parts in (query, key))
    stream = reader.before(layer)
    if stream is not None:
        k0 = k0 - (stream @ block["W_K"] + block["b_K"])
    least = reader.grain.score
    every_key = np.concatenate([*key, k0[None]]) if reader.start else np.concatenate(key)
    every_query = np.concatenate([*query, q0[None]])
    queries = _told(query, every_key, least)
    keys = _told(key, every_query, least)
    base = summed(queries, tuple(query[v.variable] for v in queries), q0)
    seen = summed(keys, tuple(key[v.variable] for v in keys), k0)
    if len(base) * len(seen) > MOST_SCORES:
        raise NotReadError(f"head {head} of layer {layer} scores {len(base)} by {len(seen)} pairs")
    scores = base @ seen.T
    chosen, along, with_start, leaks = _hard(reader, scores, queries, keys, (layer, head))
    causal = reader.network.shape.causal
    return Selection((layer, head), queries, keys, chosen, causal, with_start, leaks), along


MOST_SCORES = 3_000_000


def _told(parts: list[ndarray], others: ndarray, least: float) -> tuple[View, ...]:
    """The variables whose values move a score by more than the least that counts."""
    found = list[View]()
    for place, part in enumerate(parts):
        moved = part @ others.T
        if np.abs(moved).max(initial=0.0) > least:
            found.append(View(place, grouped(moved, least)))
    return tuple(found)


def _hard(
    reader: Reader,
    scores: Float[ndarray, "queries keys"],
    queries: tuple[View, ...],
    keys: tuple[View, ...],
    head: tuple[int, int],
) -> tuple[Bool[ndarray, "queries keys"], list[Bool[ndarray, "_ _ _"]], bool, float]:
    """What is chosen, for every pair and along the texts; and whether the start is, beside it.

    Raises:
        NotReadError: attention is spread over what differs in its scores.
    """
    above = scores > -ABOVE if reader.start else np.ones(scores.shape, dtype=bool)
    along, worst, tied, apart = list[ndarray](), 0.0, 0, 0
    for batch, rows in enumerate(reader.texts):
        q, k = reader.combined(queries, batch), reader.combined(keys, batch)
        length = rows.shape[1]
        given = scores[q[:, :, None], k[:, None, :]]
        allowed = np.ones((length, length), dtype=bool)
        allowed = np.tril(allowed) if reader.network.shape.causal else allowed
        given = np.where(allowed, given, -np.inf)
        known = np.zeros((*q.shape, 1)) if reader.start else np.full((*q.shape, 1), -np.inf)
        whole = np.concatenate([known, given], axis=2)
        top = whole.max(axis=2, keepdims=True)
        near = whole >= top - NEAR
        soft = np.exp(whole - top)
        soft /= soft.sum(axis=2, keepdims=True)
        worst = max(worst, float(np.abs(near / near.sum(axis=2, keepdims=True) - soft).max()))
        chosen = above[q[:, :, None], k[:, None, :]] & allowed
        if (near[:, :, 1:] != chosen).any():
            raise NotReadError(
                f"head {head[1]} of layer {head[0]} looks at whichever of the "
                "positions scores best, and not at all that fit: no condition on two positions "
                "says which that is"
            )
        some = chosen.any(axis=2)
        tied += int((near[:, :, 0] & some).sum())
        apart += int((~near[:, :, 0] & some).sum())
        along.append(chosen)
    worst = max(worst, 0.5 * bool(tied and apart))
    return above, along, bool(tied and not apart), worst


def _taken(
    reader: Reader,
    makes: int,
    selection: Selection,
    chosen: list[Bool[ndarray, "_ _ _"]],
    views: tuple[View, ...],
    given: Float[ndarray, "cells d"],
    taken: tuple[Int[ndarray, "_ _"], ...],
    start: Float[ndarray, " d"],
) -> tuple[HeadNode, Variable]:
    """What is taken from the positions that are chosen."""
    moved = given - start
    size = float(np.abs(moved).max(initial=0.0))
    everything = np.concatenate([moved, np.zeros((1, moved.shape[1]))])
    groups = grouped(everything[::-1], max(reader.grain.same * size, 1e-9))[::-1]
    of_cell, count = groups[:-1], int(groups.max()) + 1  # group 0 is what the start gives
    longest = reader.network.texts.longest
    if selection.leaks > LEAST_OF_COPY:
        raise _spread(selection)
    if selection.start and len(np.unique(of_cell)) == 1:
        vector = moved[0]
        vectors = np.stack([n * vector / (n + 1) for n in range(longest + 1)])
        along = tuple(rows.sum(axis=2) for rows in chosen)
        variable = Variable(vectors, tuple(range(longest + 1)), along)
        return HeadNode(makes, selection, (), "width", np.zeros(1), 0.0), variable
    pure, along = True, list[ndarray]()
    for rows, cell in zip(chosen, taken, strict=True):
        group = np.where(rows, of_cell[cell][:, None, :], -1)
        high = group.max(axis=2)
        low = np.where(rows, group, count).min(axis=2)
        pure = pure and bool((rows.any(axis=2) <= (high == low)).all())
        along.append(np.where(rows.any(axis=2), high, 0))
    if pure and not selection.start:
        first = [int(np.argmax(groups == group)) for group in range(count)]
        names = _names(reader, views, first, len(moved))
        variable = Variable(everything[first], names, tuple(along))
        return HeadNode(makes, selection, views, "copy", of_cell.astype(float), 0.0), variable
    if selection.leaks > SOFT:
        raise _spread(selection)
    if selection.start:
        raise NotReadError("a mean with the token before the text in it")
    return _mean(reader, makes, selection, chosen, views, moved, taken)


def _spread(selection: Selection) -> NotReadError:
    layer, head = selection.head
    return NotReadError(
        f"head {head} of layer {layer} spreads its attention: up to {selection.leaks:.2f} of it is "
        "not on what it chooses"
    )


def _names(reader: Reader, views: tuple[View, ...], first: list[int], cell_count: int) -> tuple:
    """What the values of a copy are called: as what is copied."""
    parts = [labels_of(reader.variables, view) for view in views]
    names = list[object]()
    for cell in first:
        if cell == cell_count:
            names.append(None)
            continue
        sizes = [view.count for view in views]
        places = np.unravel_index(cell, sizes) if sizes else ()
        named = tuple(part[place] for part, place in zip(parts, places, strict=True))
        names.append(named[0] if len(named) == 1 else named)
    return tuple(names)


def _mean(
    reader: Reader,
    makes: int,
    selection: Selection,
    chosen: list[Bool[ndarray, "_ _ _"]],
    views: tuple[View, ...],
    moved: Float[ndarray, "cells d"],
    taken: tuple[Int[ndarray, "_ _"], ...],
) -> tuple[HeadNode, Variable]:
    """The mean of a number, which all that is written lies along."""
    largest = int(np.abs(moved).max(axis=1).argmax())
    direction = moved[largest]
    numbers = moved @ direction / (direction @ direction)
    off = float(np.abs(moved - numbers[:, None] * direction).max())
    if off > max(reader.grain.same * 10, 1e-6) * float(np.abs(direction).max()):
        raise NotReadError("a head takes a mixture of several values that is no mean of a number")
    numbers = fractions(numbers, reader.grain.same)
    means = list[ndarray]()
    for rows, cell in zip(chosen, taken, strict=True):
        total = (rows * numbers[cell][:, None, :]).sum(axis=2)
        means.append(total / np.maximum(1, rows.sum(axis=2)))
    known = np.unique(np.round(np.concatenate([m.ravel() for m in means]), 9))
    if set(np.round(numbers, 9).tolist()) <= {0.0, 1.0}:
        longest = reader.network.texts.longest
        known = np.array(sorted({k / n for n in range(1, longest + 1) for k in range(n + 1)}))
    if len(known) > 4000:
        raise NotReadError(f"a head's mean has more than {len(known):,} values")
    along = tuple(np.clip(np.searchsorted(known, m - 1e-7), 0, len(known) - 1) for m in means)
    variable = Variable(known[:, None] * direction, tuple(known.tolist()), along)
    return HeadNode(makes, selection, views, "mean", numbers, 0.0), variable


def fractions(numbers: Float[ndarray, " n"], same: float) -> Float[ndarray, " n"]:
    """Numbers that are simple fractions of the largest, as these; else whole ones as whole ones.

    Args:
        numbers: in parts of the largest.
        same: by how much they may differ from what they are.
    """
    for below in range(1, 61):
        whole = np.round(numbers * below)
        if np.abs(whole / below - numbers).max() <= max(same, 1e-6):
            return whole / below + 0.0  # no -0.0
    whole = np.round(numbers)
    return np.where(np.abs(whole - numbers) <= ROUNDING, whole, numbers) + 0.0


ROUNDING = 1e-12
"""Of a number that a projection gives, in parts of the largest."""
