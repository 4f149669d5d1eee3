"""The table of a group with a few wrong answers, put right by what its other answers say.

Of a Latin square with mistakes some rows and columns are without: divided by one of each, it is a
loop in which most products are right, and x y is what most z say of it as (x z) (z^-1 y).
"""

from __future__ import annotations

from itertools import product

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.groups.table import fault_of

TRIED = 3
"""Rows and columns that are divided by."""


def repaired(table: Int[ndarray, "n n"], most: int) -> Int[ndarray, "n n"] | None:
    """The table of a law that differs from a table in at most so many answers; null if none does.

    It is isotopic to a group.
    """
    every = np.arange(len(table))
    rows = np.flatnonzero((np.sort(table, axis=1) == every).all(axis=1))[:TRIED]
    columns = np.flatnonzero((every == np.sort(table, axis=0).T).all(axis=1))[:TRIED]
    for row, column in product(rows.tolist(), columns.tolist()):
        found = _by_votes(table, row, column)
        if found is not None and (found != table).sum() <= most:
            return found
    return None


def _by_votes(table: Int[ndarray, "n n"], row: int, column: int) -> Int[ndarray, "n n"] | None:
    """The table of the group that most products are of, if they are of one."""
    order = len(table)
    loop = table[np.argsort(table[:, column])][:, np.argsort(table[row])]
    inverse = (loop == table[row, column]).argmax(axis=1)
    voted = np.empty_like(loop)
    for x in range(order):
        said = loop[loop[x], loop[inverse].T]  # [y, z]: (x z) (z^-1 y)
        votes = np.zeros((order, order), dtype=np.int64)
        np.add.at(votes, (np.arange(order)[:, None], said), 1)
        voted[x] = votes.argmax(axis=1)
    if fault_of(voted) is not None:
        return None
    return voted[table[:, column][:, None], table[row]]
