"""Variables of finitely many values, found in a residual stream whose basis is not known.

Whoever writes to the stream (the embedding of tokens, that of positions, a head, a group of hidden
units) writes one of finitely many vectors at a position: a variable. Whoever reads it sees a
projection, in which some of the values may fall together: a view, which is a partition of the
values. Nothing else is assumed, so a rotation of the stream changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

Label = Any
"""An integer, a truth, a float, or a tuple of these: what a value is called in a program."""

MOST_CELLS = 400_000
"""Of a product of views."""


@dataclass(frozen=True)
class Variable:
    """Something that is written at every position.

    Attributes:
        vectors: what each value writes.
        labels: what each value is called.
        along: which value it has in the sampled texts, length by length.
    """

    vectors: Float[ndarray, "values d"]
    labels: tuple[Label, ...]
    along: tuple[Int[ndarray, "_ _"], ...]

    def __len__(self) -> int:
        """How many values it has."""
        return len(self.vectors)


@dataclass(frozen=True)
class View:
    """What a reader sees of a variable: which of its values are the same to it.

    Attributes:
        variable: which, by its place.
        classes: of every value, from 0 on without gaps.
        first: a value of every class.
    """

    variable: int
    classes: Int[ndarray, " values"]

    @property
    def count(self) -> int:
        """How many values are told apart."""
        return int(self.classes.max()) + 1

    @property
    def first(self) -> Int[ndarray, " classes"]:
        """A value of every class."""
        return np.unique(self.classes, return_index=True)[1]


class NotReadError(Exception):
    """Why a network is not read as a program of selections: one reason, with its numbers."""


def grouped(rows: Float[ndarray, "n d"], tolerance: float) -> Int[ndarray, " n"]:
    """Rows that are the same up to a tolerance in every place: the number of each one's group.

    Groups are numbered in the order in which they are first met.
    """
    if not rows.size:
        return np.zeros(len(rows), dtype=np.int64)
    classes = np.full(len(rows), -1)
    left, count, work = np.arange(len(rows)), 0, 0
    first = rows[:, int(np.ptp(rows, axis=0).argmax())]  # tells most apart, before all is compared
    while len(left):
        near = np.abs(first[left] - first[left[0]]) <= tolerance
        some = np.flatnonzero(near)
        near[some] = np.abs(rows[left[some]] - rows[left[0]]).max(axis=1) <= tolerance
        work += len(left) + len(some) * rows.shape[1]
        classes[left[near]] = count
        left, count = left[~near], count + 1
        if count > MOST_GROUPS or work > MOST_COMPARED:
            raise NotReadError(f"a writer with more than {count - 1:,} values that are told apart")
    return classes


MOST_GROUPS = 4_000
MOST_COMPARED = 300_000_000
"""Numbers that are compared until the values of a writer are told apart: some seconds."""


def between(sizes: Float[ndarray, "..."], about: float) -> float:
    """A bound about some size that leaves most room on both sides: what noise makes lies together.

    Of all that is within a factor of `AROUND` of it, in logarithms.
    """
    near = sizes[(sizes > about / AROUND) & (sizes < about * AROUND)]
    ends = np.log(np.concatenate([[about / AROUND], np.sort(near.ravel()), [about * AROUND]]))
    widest = int(np.diff(ends).argmax())
    return float(np.exp((ends[widest] + ends[widest + 1]) / 2))


AROUND = 5.0
"""Factor by which a bound may be moved to where nothing is."""


def renumbered(classes: Int[ndarray, " n"]) -> Int[ndarray, " n"]:
    """Numbers in the order in which they are first met, without gaps."""
    _, first, inverse = np.unique(classes, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse.reshape(-1)]


def cells(views: tuple[View, ...]) -> int:
    """How many combinations of values views tell apart.

    Raises:
        NotReadError: there are too many to go through.
    """
    count = int(np.prod([float(view.count) for view in views])) if views else 1
    if count > MOST_CELLS:
        raise NotReadError(f"a reader that tells {count:,} combinations of values apart")
    return count


def summed(
    views: tuple[View, ...],
    projected: tuple[Float[ndarray, "_ k"], ...],
    base: Float[ndarray, " k"],
) -> Float[ndarray, "cells k"]:
    """The sum of what views contribute, for every combination; the last view varies fastest."""
    cells(views)
    total = base[None]
    for view, part in zip(views, projected, strict=True):
        total = (total[:, None] + part[view.first][None]).reshape(-1, len(base))
    return total


def seen(
    variables: list[Variable], views: tuple[View, ...], batch: int, shape: tuple[int, ...]
) -> Int[ndarray, "n length"]:
    """Which combination of views holds at every position of the sampled texts of one length."""
    index = np.zeros(shape, dtype=np.int64)
    for view in views:
        index = index * view.count + view.classes[variables[view.variable].along[batch]]
    return index


def labels_of(variables: list[Variable], view: View) -> tuple[Label, ...]:
    """What the classes of a view are called: by their first values."""
    return tuple(variables[view.variable].labels[value] for value in view.first)
