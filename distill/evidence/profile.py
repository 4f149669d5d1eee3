"""Logits aligned on a number of every input, and the frequencies of their mean.

m(s) is the mean logit of the output whose number is s beyond that of the input. The number may be
a coordinate that was read, or the network's own answer where nothing was.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray


def aligned_profile(
    logits: Float[ndarray, "n outputs"], phi: Int[ndarray, " n"]
) -> Float[ndarray, " outputs"]:
    """m(s): the mean logit of the output whose number is s beyond φ, modulo that of outputs.

    Args:
        logits: by the number of the output.
        phi: the number of every input.
    """
    outputs = logits.shape[1]
    columns = (phi[:, None] + np.arange(outputs)[None, :]) % outputs
    return np.take_along_axis(logits, columns, axis=1).mean(axis=0)


def amplitudes(profile: Float[ndarray, " p"]) -> Float[ndarray, " frequencies"]:
    """Of the frequencies 1, 2, ..., p // 2 in a profile."""
    return (multiplicity(len(profile)) * np.abs(np.fft.rfft(profile)) / len(profile))[1:]


def multiplicity(outputs: int) -> Float[ndarray, " frequencies"]:
    """How often the spectrum of a real signal of this length holds the frequencies 0, 1, ...:
    twice, but for 0 and half the length.
    """
    times = np.full(outputs // 2 + 1, 2.0)
    times[0] = 1.0
    if outputs % 2 == 0:
        times[-1] = 1.0
    return times


def mean_square(logits: Float[ndarray, "n outputs"]) -> float:
    """Mean over inputs of the sum of squared logits: what shares are shares of."""
    return float(np.square(logits).sum() / max(len(logits), 1))
