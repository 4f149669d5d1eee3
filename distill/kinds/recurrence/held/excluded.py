"""What no sum of some terms can answer, whatever its factors: seen before any of them is tried."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

ROUNDING = 1e-3
"""Of the largest of some integers: what least squares that have a solution leave is far below."""


def answers_differ(columns: Int[ndarray, "n length terms"], said: Int[ndarray, "n length"]) -> bool:
    """Whether the same terms have two answers somewhere, so that no function of them answers so."""
    rows = np.column_stack([columns.reshape(-1, columns.shape[2]), said.reshape(-1)])
    rows = np.unique(rows, axis=0)
    return bool((rows[1:, :-1] == rows[:-1, :-1]).all(axis=1).any())


def moves_at_rest(
    columns: Int[ndarray, "n length terms"], said: Int[ndarray, "n length"], beside: bool
) -> bool:
    """Whether answers move where no extreme of a sum does, so that no factors need be tried.

    Where a sequence has the same terms as at some step before, every sum of them has a value that
    it had already, and its largest one so far stays. What the answer moves by is then what a sum
    beside it does: nothing, or the same factors of all terms' moves.

    Args:
        columns: the terms.
        said: the answers.
        beside: whether there may be a sum beside the extreme.
    """
    there = [
        (columns[:, :t] == columns[:, t : t + 1]).all(axis=2).any(axis=1)
        for t in range(1, columns.shape[1])
    ]
    if not there:
        return False
    rest = np.stack(there, axis=1)
    moved = np.diff(said, axis=1)[rest]
    if not beside or not moved.any():
        return bool(moved.any())
    terms = np.diff(columns, axis=1)[rest].astype(float)
    left = moved - terms @ np.linalg.lstsq(terms, moved.astype(float), rcond=None)[0]
    largest = max(float(np.abs(terms).max()), float(np.abs(moved).max()))
    return bool(np.abs(left).max() > ROUNDING * largest)
