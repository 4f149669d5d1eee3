"""Survival of the fittest frequencies (Ding et al., arXiv 2405.17420).

Frequencies compete for a network's capacity. Their signals s_k(t) grow about linearly in each other
at first, ds/dt = A s, so that who survives can be told from the start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray
from scipy.stats import rankdata

ROUNDS = 2000
"""Steps of coordinate-wise shrinkage, which is long after they have settled."""


def survivors(
    signal: Float[ndarray, "*members frequencies"], times: float = 2.0
) -> Bool[ndarray, "*members frequencies"]:
    """Which frequencies have, at the end, more than so many times the mean signal."""
    return signal > times * signal.mean(axis=-1, keepdims=True)


def area_under_curve(scores: Float[ndarray, " n"], positive: Bool[ndarray, " n"]) -> float:
    """Chance that a random positive has a greater score than a random negative; ties are half.

    The Mann-Whitney form of the area under the receiver operating characteristic. NaN where there
    are none of either.
    """
    ranks = rankdata(scores)
    count, others = int(positive.sum()), int((~positive).sum())
    if not count or not others:
        return float("nan")
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * others))


@dataclass(frozen=True)
class GrowthLaw:
    """Linear equations s(t + 1) - s(t) = A s(t) + c, fitted with an L1 penalty on A.

    Attributes:
        matrix: A.
        constant: c.
        one_step_r2: part of the variance of the steps that is explained.
        rollout_r2: part of the variance of the signals, when only s(0) is given.
        used: part of A that is not zero.
    """

    matrix: Float[ndarray, "frequencies frequencies"]
    constant: Float[ndarray, " frequencies"]
    one_step_r2: float
    rollout_r2: float
    used: float


def growth_law(signals: Float[ndarray, "times frequencies"], penalty: float = 0.01) -> GrowthLaw:
    """Fit the linear equations of growth, and run them from the start.

    The lasso of every frequency, min ‖y - Xw - c‖²/2n + λ‖w‖₁, on standardised signals, by
    accelerated proximal gradient. A penalty of 0 is least squares.
    """
    before, steps = signals[:-1], np.diff(signals, axis=0)
    mean, scale = before.mean(axis=0), before.std(axis=0) + 1e-12
    target_mean, target_scale = steps.mean(axis=0), steps.std(axis=0) + 1e-12
    x, y = (before - mean) / scale, (steps - target_mean) / target_scale
    weights = _lasso(x, y, penalty) if penalty else np.linalg.lstsq(x, y, rcond=None)[0]
    matrix = (weights * target_scale / scale[:, None]).T
    constant = target_mean - matrix @ mean
    told = before @ matrix.T + constant
    one_step = 1 - ((steps - told) ** 2).sum() / ((steps - target_mean) ** 2).sum()
    rolled = [signals[0]]
    for _ in range(len(steps)):
        rolled.append(rolled[-1] + matrix @ rolled[-1] + constant)
    off = ((signals - np.array(rolled)) ** 2).sum()
    whole = ((signals - signals.mean(axis=0)) ** 2).sum()
    used = float((weights != 0).mean())
    return GrowthLaw(matrix, constant, float(one_step), float(1 - off / whole), used)


def _lasso(
    x: Float[ndarray, "n frequencies"], y: Float[ndarray, "n targets"], penalty: float
) -> Float[ndarray, "frequencies targets"]:
    """FISTA (Beck and Teboulle, 2009) for all targets at once."""
    gram, product = x.T @ x / len(x), x.T @ y / len(x)
    step = 1 / max(float(np.linalg.eigvalsh(gram)[-1]), 1e-12)
    weights = moved = np.zeros_like(product)
    pace = 1.0
    for _ in range(ROUNDS):
        free = moved - step * (gram @ moved - product)
        shrunk = np.sign(free) * np.maximum(np.abs(free) - step * penalty, 0.0)
        faster = (1 + (1 + 4 * pace**2) ** 0.5) / 2
        moved = shrunk + (pace - 1) / faster * (shrunk - weights)
        weights, pace = shrunk, faster
    return weights
