"""What no linear network can learn, seen before one is trained.

A linear network answers y_t = z_t + Σ_j M_j x_{t-j}: some function of the step, and lags with the
same weights at every step. Its answers are right if they are nowhere off by 1/2, so

*   if the least squares over all such functions leave a mean square above 1/4, or if a linear
    program over a few sequences finds no function within 1/2, then no linear network is right;
*   the lags of a network that is right are near those of the least squares: what they can add to
    the mean square is at most 1/4. A network of width d has a Hankel matrix [M_{i+j}] of rank d at
    most, and the distance of a matrix to rank d is its singular value d + 1 (Eckart and Young,
    Psychometrika 1, 1936). So the singular values bound the width from below.

Both hold for the sequences that are looked at, and hence for any set that contains them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

SEQUENCES, ENTRIES = 2000, 4_000_000
"""Sequences that the least squares are taken over at most, and numbers of their table: fewer
sequences where a step has many numbers."""

PROGRAMMED = 60
"""Sequences of the linear program."""

SLACK = 1e-6
"""Room below 1/2 that an answer must have: no training finds less, and the solver errs by less."""


@dataclass(frozen=True)
class LinearLimit:
    """What linear networks cannot do better than.

    Attributes:
        least_width: no network of a smaller width is right; whether one of this width is, is not
            said. Null where none of any width is right.
        floor: the least mean square of the errors, in units of that of the labels.
    """

    least_width: int | None
    floor: float


def linear_limit(
    sequences: Int[ndarray, "n length channels"], labels: Int[ndarray, "n length outputs"]
) -> LinearLimit:
    """What linear networks of any width cannot do better than, on these sequences."""
    _, length, channels = sequences.shape
    most = min(SEQUENCES, ENTRIES // (length * length * channels))
    sequences, labels = sequences[:most], labels[:most]
    lags = _lagged(sequences.astype(float))
    n, length, size = lags.shape
    rows = (lags - lags.mean(axis=0)).reshape(n * length, size)
    targets = (labels - labels.mean(axis=0)).reshape(n * length, -1)
    weights, *_ = np.linalg.lstsq(rows, targets, rcond=None)
    left = np.square(targets - rows @ weights).sum(axis=0)
    sizes = np.square(labels.astype(float)).sum(axis=(0, 1))
    floor = float(np.mean(left / np.where(sizes > 0, sizes, 1.0)))
    room = len(rows) / 4 - left
    if (room < 0).any() or not _programmable(lags[:PROGRAMMED], labels[:PROGRAMMED]):
        return LinearLimit(None, floor)
    markov = weights.T.reshape(labels.shape[2], length, sequences.shape[2])
    tall = (length + 1) // 2
    wide = length - tall + 1
    hankel = np.block([[markov[:, i + j] for j in range(wide)] for i in range(tall)])
    occurs = np.array([sum(0 <= j - i < wide for i in range(tall)) for j in range(length)])
    gram = rows.T @ rows
    if np.linalg.matrix_rank(gram, hermitian=True) < size:
        return LinearLimit(0, floor)  # lags that the sequences do not tell apart
    from scipy.linalg import eigh

    spread = np.diag(np.repeat(occurs, sequences.shape[2]).astype(float))
    farthest = float(eigh(spread, gram, eigvals_only=True)[-1]) * float(room.sum())
    least = int((np.linalg.svd(hankel, compute_uv=False) > np.sqrt(farthest)).sum())
    return LinearLimit(least, floor)


def _lagged(sequences: Float[ndarray, "n length channels"]) -> Float[ndarray, "n length lags"]:
    """For every step the inputs 0, 1, ... steps ago, and 0 before the start."""
    n, length, channels = sequences.shape
    lags = np.zeros((n, length, length, channels))
    for lag in range(length):
        lags[:, lag:, lag] = sequences[:, : length - lag]
    return lags.reshape(n, length, -1)


def _programmable(
    lags: Float[ndarray, "n length lags"], labels: Int[ndarray, "n length outputs"]
) -> bool:
    """Whether some z_t and M_j answer all of these sequences with errors below 1/2."""
    from scipy.optimize import linprog

    n, length, size = lags.shape
    steps = np.tile(np.eye(length), (n, 1))
    matrix = np.hstack([lags.reshape(-1, size), steps])
    ones = np.ones((len(matrix), 1))
    bounded = np.block([[matrix, -ones], [-matrix, -ones]])
    objective = np.r_[np.zeros(size + length), 1.0]
    for output in range(labels.shape[2]):
        targets = labels[:, :, output].ravel().astype(float)
        solved = linprog(
            objective,
            A_ub=bounded,
            b_ub=np.r_[targets, -targets],
            bounds=[(None, None)] * (size + length) + [(0, None)],
            method="highs",
        )
        if solved.status == 0 and solved.fun > 0.5 - SLACK:
            return False
    return True
