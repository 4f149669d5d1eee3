"""Sets of texts cut in two, and with fewer texts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy import ndarray

from .text_sets import Over, OverSets


def parted(program: OverSets, at: int, sets: ndarray, over: Over) -> Iterator[ndarray]:
    """Sets cut in two where the program's answers part: at the position with a token that leaves
    the fewest of them, into the tokens that do, and all others; in halves where none parts them.

    Positions that are chosen anyway come first, as what stands there is what is taken.
    """
    size, count = sets.shape[2], len(sets)
    left, fewest = np.arange(count), over.answers.sum(axis=1)
    where, first = sets.sum(axis=2).argmax(axis=1), np.zeros((count, size), dtype=bool)
    for positions in np.argsort(~over.chosen, axis=1, kind="stable").T:
        mine = left[sets[left, positions[left]].sum(axis=1) > 1]
        if not len(mine):
            continue
        place, rows = positions[mine], np.arange(len(mine))
        each = np.repeat(sets[mine, None], size, axis=1)
        each[rows, :, place] = np.eye(size, dtype=bool)
        answers = program.over(each.reshape(-1, *sets.shape[1:]), at).answers
        answers, allowed = answers.reshape(len(mine), size, -1), sets[mine, place]
        fewer = np.where(allowed, answers.sum(axis=2), np.iinfo(np.int64).max)
        best = fewer.argmin(axis=1)
        alike = (answers == answers[rows, best][:, None]).all(axis=2) & allowed
        better = (alike != allowed).any(axis=1) & (fewer[rows, best] < fewest[mine])
        cut = mine[better]
        fewest[cut], where[cut] = fewer[rows, best][better], place[better]
        first[cut] = alike[better]
        left = left[fewest[left] > 1]
    parts = first.any(axis=1)
    yield from _cut(sets[parts], where[parts], first[parts])
    yield from halved(sets[~parts], where[~parts])


def narrowed(program: OverSets, at: int, sets: ndarray) -> ndarray:
    """Sets of which a selection chooses one position, without the tokens with which it chooses
    another one as well, wherever they stand.
    """
    count, length, size = sets.shape
    kept = sets.copy()
    for position in range(length):
        each = np.repeat(sets, size, axis=0)
        each[:, position] = np.tile(np.eye(size, dtype=bool), (count, 1))
        kept[:, position] &= (program.over(each, at).fewest <= 1).reshape(count, size)
    return kept


def halved(sets: ndarray, at: ndarray) -> Iterator[ndarray]:
    """Sets with half of the tokens at a position each."""
    tokens = sets[np.arange(len(sets)), at]
    yield from _cut(sets, at, np.cumsum(tokens, axis=1) <= (tokens.sum(axis=1) // 2)[:, None])


def _cut(sets: ndarray, at: ndarray, first: ndarray) -> Iterator[ndarray]:
    """Sets with these tokens at a position, and with the others."""
    rows = np.arange(len(sets))
    for which in (first, ~first):
        part = sets.copy()
        part[rows, at] &= which
        yield part
