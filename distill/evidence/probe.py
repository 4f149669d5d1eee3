"""A linear probe: what is read of a variable from activations by a linear map (Alain and Bengio,
arXiv 1610.01644).

The map, with a constant, is fitted on some rows and scored on the others alone, by R²: the part of
the variance there that it accounts for. A layer of many directions holds much that a network makes
no use of, so a score says little by itself. Whoever probes puts a decoy through the very same
probe, another variable that is wrong and alike (of other frequencies, along other transitions, of
shuffled sequences), and tells its score beside. That a network *uses* what is read is not shown by
reading: that is for interventions (`distill.evidence.continued`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Real
from numpy import ndarray


@dataclass(frozen=True)
class Reading:
    """What a linear probe reads in place of its targets.

    Attributes:
        read: on all rows.
        targets: what was to be read.
        fitted: the rows on which the map was fitted.
    """

    read: Float[ndarray, "n targets"]
    targets: Float[ndarray, "n targets"]
    fitted: Bool[ndarray, " n"]

    def score(self, groups: Int[ndarray, " targets"] | None = None) -> Float[ndarray, " groups"]:
        """R² on the rows that were not fitted."""
        return r_squared(self.read[~self.fitted], self.targets[~self.fitted], groups)

    def fit(self, groups: Int[ndarray, " targets"] | None = None) -> Float[ndarray, " groups"]:
        """R² on the fitted rows: no evidence, but what may be chosen by."""
        return r_squared(self.read[self.fitted], self.targets[self.fitted], groups)


def linear_reading(
    activations: Float[ndarray, "n d"],
    targets: Real[ndarray, "n targets"],
    fitted: Bool[ndarray, " n"],
    ridge: float = 0.0,
) -> Reading:
    """Fit a linear map with a constant from activations to every target, and read all rows.

    Args:
        activations: one row for each place that is read.
        targets: what is to be read there; each is fitted by itself.
        fitted: the rows of the fit.
        ridge: added to the diagonal of the normal equations. At 0 it is the least squares with the
            smallest weights.
    """
    design = np.column_stack([activations, np.ones(len(activations))])
    targets = targets.astype(float)
    if ridge:
        gram = design[fitted].T @ design[fitted] + ridge * np.eye(design.shape[1])
        weights = np.linalg.solve(gram, design[fitted].T @ targets[fitted])
    else:
        weights = np.linalg.lstsq(design[fitted], targets[fitted], rcond=None)[0]
    read = np.empty(targets.shape)
    for rows in (fitted, ~fitted):
        read[rows] = design[rows] @ weights
    return Reading(read, targets, fitted)


def r_squared(
    read: Float[ndarray, "n targets"],
    targets: Float[ndarray, "n targets"],
    groups: Int[ndarray, " targets"] | None = None,
) -> Float[ndarray, " groups"]:
    """The part of the variance of targets that is read: 1 - Σ(read - target)² / Σ(target - mean)².

    Args:
        read: in place of the targets.
        targets: what was to be read.
        groups: the number of every target's group; the targets of one are scored together, as the
            cosine and the sine of an angle are. Null scores every target by itself.

    Returns:
        The score of every group; 0 for one that does not vary on these rows: nothing was read.
    """
    group = np.arange(targets.shape[1]) if groups is None else groups
    each_lost = np.square(targets - read).sum(axis=0)
    each_spread = np.square(targets - targets.mean(axis=0)).sum(axis=0)
    lost, spread = (np.bincount(group, weights=sums) for sums in (each_lost, each_spread))
    varies = spread > 0
    return np.where(varies, 1 - lost / np.where(varies, spread, 1), 0.0)


def rows_along(
    hidden: Float[ndarray, "n length d"],
) -> tuple[Float[ndarray, "rows d"], Bool[ndarray, " rows"]]:
    """Hidden states along sequences as rows, and which of these are fitted: the first half of the
    sequences, since the steps of one sequence are no independent rows.
    """
    n, length, size = hidden.shape
    return hidden.reshape(-1, size), np.arange(n * length) < n // 2 * length


def read_along(
    hidden: Float[ndarray, "n length d"], variable: Real[ndarray, "n length"]
) -> tuple[Float[ndarray, "n length"], float]:
    """A number of every step, as it is read from the hidden state, and R² on the sequences that
    were not fitted.

    What the number of the step alone tells of it is taken out before it is read, and put back: a
    sum grows with the steps, and so does the sum of anything else. R² is of what is left; of a
    number that is the same in every sequence nothing would be, and all of it is read.
    """
    mean = variable.mean(axis=0)
    if np.any(variable - mean):
        hidden = hidden - hidden.mean(axis=0)
    else:
        mean = np.zeros(variable.shape[1])
    rows, fitted = rows_along(hidden)
    reading = linear_reading(rows, (variable - mean).reshape(-1, 1), fitted)
    return reading.read.reshape(variable.shape) + mean, float(reading.score()[0])


def slight_ridge(activations: Float[ndarray, "n d"], fitted: Bool[ndarray, " n"]) -> float:
    """A ridge far below the scale of the activations: with dead units the normal equations would
    else be singular.
    """
    rows, size = int(fitted.sum()), activations.shape[1] + 1
    return 1e-6 * (float(np.square(activations[fitted]).sum()) + rows) / size


def readable_directions(
    activations: Float[ndarray, "n d"], fitted: Bool[ndarray, " n"]
) -> Float[ndarray, "n directions"]:
    """As many directions of a layer as the fitted rows can hold a map of.

    A layer with more units than half the fitted rows would fit anything there: of it the leading
    principal directions are read, a quarter as many as there are fitted rows. They are of the
    layer alone and know nothing of what is read.
    """
    count = int(fitted.sum())
    if count >= 2 * (activations.shape[1] + 1):
        return activations
    centred = activations - activations[fitted].mean(axis=0)
    directions = np.linalg.svd(centred[fitted], full_matrices=False)[2][: max(1, count // 4)]
    return centred @ directions.T
