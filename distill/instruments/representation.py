"""Parallelograms of an embedding, and what they allow a decoder (Liu et al., arXiv 2205.10343).

Where a decoder reads the sum of two embeddings, inputs (i, j) and (m, n) with the same answer pull
E_i + E_j and E_m + E_n together. The equations E_i + E_j = E_m + E_n of the trained inputs leave a
space of embeddings; where it has two dimensions, the embedding is a line up to shift and scale, and
whatever else lies at the same place comes out right without having been trained on.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

CLOSE = 1e-9


def parallelograms(
    pairs: Sequence[tuple[int, int]], answers: Sequence[int], tokens: int
) -> Float[ndarray, "equations tokens"]:
    """The equations that trained pairs give: rows r with r · E = 0.

    Args:
        pairs: trained inputs.
        answers: of each; pairs of the same answer are pulled together.
        tokens: how many there are.
    """
    first: dict[int, tuple[int, int]] = {}
    rows = []
    for pair, answer in zip(pairs, answers, strict=True):
        if answer not in first:
            first[answer] = pair
            continue
        row = np.zeros(tokens)
        np.add.at(row, list(pair), 1.0)
        np.subtract.at(row, list(first[answer]), 1.0)
        rows.append(row)
    return np.array(rows) if rows else np.zeros((0, tokens))


def nullity(equations: Float[ndarray, "equations tokens"]) -> int:
    """Dimension of the space of embeddings that fulfil all equations; 2 is a line, unique."""
    rank = int(np.linalg.matrix_rank(equations)) if len(equations) else 0
    return equations.shape[1] - rank


def right_by_parallelograms(
    equations: Float[ndarray, "equations tokens"],
    pairs: Int[ndarray, "n 2"],
    answers: Int[ndarray, " n"],
    trained: Bool[ndarray, " n"],
) -> Bool[ndarray, " n"]:
    """Which inputs come out right: those that are trained on, and those that lie where such one of
    the same answer does in every embedding that fulfils the equations.
    """
    tokens = equations.shape[1]
    basis = np.eye(tokens)
    if len(equations):
        _, sizes, rows = np.linalg.svd(equations, full_matrices=True)
        basis = rows[(sizes > CLOSE).sum() :]
    sums = basis[:, pairs[:, 0]] + basis[:, pairs[:, 1]]  # [nullity, n]
    apart = np.abs(sums[:, :, None] - sums[:, None, trained]).max(axis=0)
    same = answers[:, None] == answers[trained][None]
    return trained | ((apart < CLOSE * 100) & same).any(axis=1)


def right_by_place(
    sums: Float[ndarray, " n"],
    trained: Bool[ndarray, " n"],
    answers: Int[ndarray, " n"],
    close: float,
) -> Bool[ndarray, " n"]:
    """Which inputs come out right by where a learned embedding puts them (equation 4).

    Args:
        sums: E_i + E_j of every input, for embeddings of one number with a spread of 1.
        trained: which are trained on: these come out right.
        answers: of every input.
        close: how near an input must lie to a trained one of the same answer.
    """
    near = np.abs(sums[:, None] - sums[None, trained]) < close
    same = answers[:, None] == answers[None, trained]
    return trained | (near & same).any(axis=1)
