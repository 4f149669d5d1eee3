"""How far a network is surer of its answer the further an input is from a line."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.kinds.comparison.extract import weight_vectors

LOOKED_AT = 40
"""Vectors of weights, the simplest, that logits are held against while a network is trained."""


def graded(
    form: Int[ndarray, " n"],
    margins: Float[ndarray, " n"],
    high: Bool[ndarray, " n"],
    fitted: Bool[ndarray, " n"],
) -> float | None:
    """R² of margins *among inputs of one answer*, by a function that rises with a weighted sum.

    It is fitted to the inputs of either answer by itself, so that nothing is explained by which
    answer it is.

    Args:
        form: the weighted sum.
        margins: by how much one answer's logit is above the other's.
        high: the inputs with that answer.
        fitted: the inputs that are fitted; the others are scored.

    Returns:
        Null where nothing varies.
    """
    lost = spread = 0.0
    for side in (high, ~high):
        fit, rest = side & fitted, side & ~fitted
        if not fit.any() or not rest.any():
            continue
        said = rising(form[fit], margins[fit], form[rest])
        lost += float(np.square(margins[rest] - said).sum())
        spread += float(np.square(margins[rest] - margins[rest].mean()).sum())
    size = float(np.square(margins).sum())
    return 1 - lost / spread if spread > 1e-9 * size else None


def rising(
    x: Int[ndarray, " n"], y: Float[ndarray, " n"], asked: Int[ndarray, " m"]
) -> Float[ndarray, " m"]:
    """The non-decreasing function of x that is nearest to y, at other places; linear between two
    (isotonic regression: Ayer et al., Ann. Math. Stat. 26, 1955).
    """
    from scipy.optimize import isotonic_regression

    places, where, counts = np.unique(x, return_inverse=True, return_counts=True)
    means = np.bincount(where, weights=y) / counts
    return np.interp(asked, places, isotonic_regression(means, weights=counts).x)


def graded_score(logits: Float[ndarray, "n outputs"], tokens: Int[ndarray, "n k"]) -> float:
    """The most that margins of two answers are graded by, of simple weighted sums of the inputs.

    No labels are needed: the answers are the network's own. One that knows its inputs by heart is
    as sure of one as of another, and scores about 0.
    """
    if logits.shape[1] != 2:  # of more outputs, two may lead only because training has just begun
        return 0.0
    margins = logits[:, 1] - logits[:, 0]
    high = margins > 0
    every_other = np.arange(len(tokens)) % 2 == 0
    sums = (tokens @ vector for vector in weight_vectors(tokens.shape[1])[:LOOKED_AT])
    scores = (
        graded(way, margins, high, every_other) or 0.0 for each in sums for way in (each, -each)
    )
    return max([0.0, *scores])
