"""Waves: which frequencies the logits hold once they are aligned on a coordinate.

Align every input's logits on a coordinate φ and average: m(s) = mean of logit(φ + s). If the
network computes cosines of c - φ (Nanda et al., arXiv 2301.05217), m is their sum, its discrete
Fourier transform holds amplitudes and phases, and Parseval's theorem says what part of the
variance of the logits each frequency accounts for.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.evidence.profile import aligned_profile, multiplicity
from distill.kinds.fourier.mechanism import Wave

KEY_SHARE = 0.1
"""A key frequency explains at least this part of what all weaker ones leave unexplained."""


def profile_and_constant(
    numbered: Float[ndarray, "n outputs"], phi: Int[ndarray, " n"]
) -> tuple[Float[ndarray, " outputs"], Float[ndarray, " outputs"]]:
    """The aligned profile, and what every output has on average beside it: no input moves that.

    Where some φ are more frequent than others, as in a half of the domain, the constant part
    leaks into the profile. So the profile is taken again without it.
    """
    outputs = numbered.shape[1]
    often = np.bincount(phi, minlength=outputs) / len(phi)
    profile = aligned_profile(numbered, phi)
    laid_out = np.fft.ifft(np.fft.fft(often) * np.fft.fft(profile)).real
    constant = numbered.mean(axis=0) - laid_out
    return aligned_profile(numbered - constant, phi), constant


def key_waves(
    profile: Float[ndarray, " outputs"], mean_square: float, constant: float = 0.0
) -> tuple[tuple[Wave, ...], Float[ndarray, " frequencies"]]:
    """The waves that stand out in a profile, and the share of every frequency from 0.

    The keys are the largest set whose weakest member still explains `KEY_SHARE` of what the set
    leaves unexplained: a scale-free rule, which finds a weak wave in clean logits and ignores the
    same wave in noise. Where that set is most of the spectrum the profile is a spike rather than
    a few waves, and there are none.

    Args:
        profile: the aligned mean of the logits.
        mean_square: mean over inputs of the sum of squared centred logits.
        constant: part of that which other things than constant amplitudes account for: what is
            the same for every input, and what amplitudes that depend on the inputs explain.
    """
    outputs = len(profile)
    spectrum = np.fft.rfft(profile) / outputs
    folds = multiplicity(outputs)
    shares = folds * np.abs(spectrum) ** 2 * outputs / max(mean_square, 1e-300)
    shares[0] = 0.0
    order = np.argsort(-shares, kind="stable")[: len(shares) - 1]
    count = standing_out(shares[order], KEY_SHARE, constant)
    if count > max(3, (len(shares) - 1) // 2):
        count = 0
    waves = tuple(
        Wave(
            frequency=int(k),
            amplitude=float(folds[k] * np.abs(spectrum[k])),
            phase=float(np.angle(spectrum[k])),
            share=float(shares[k]),
        )
        for k in sorted(order[:count])
    )
    return waves, shares


def standing_out(shares: Float[ndarray, " n"], least: float, constant: float = 0.0) -> int:
    """How many of these shares, largest first, stand out from what they leave unexplained.

    Args:
        shares: parts of the variance, in descending order.
        least: what the weakest of them must explain of what is left.
        constant: part of the variance that is nobody's.
    """
    left = 1.0 - constant - np.cumsum(shares)
    stands_out = np.flatnonzero((shares >= least * left) & (shares > 1e-9))
    return int(stands_out[-1]) + 1 if len(stands_out) else 0


def structure_score(logits: Float[ndarray, "n outputs"]) -> float:
    """How much of centred logits is a few directions that the network's own answer selects.

    It needs neither labels nor a coordinate. The mean logits of every answer are a matrix, answers
    by outputs; if the network works with a few waves of whatever numbering of the outputs, it has
    two singular values for each. A spike on the answer, which is what memorised inputs show, has
    a flat spectrum and scores 0.

    Returns:
        The part of the variance of the logits in the singular values that stand out, from 0 to 1.
    """
    answers, outputs = logits.argmax(axis=1), logits.shape[1]
    sums = np.zeros((outputs, outputs))
    np.add.at(sums, answers, logits)
    often = np.bincount(answers, minlength=outputs)
    means = sums / np.sqrt(np.maximum(often, 1))[:, None]
    sizes = np.linalg.svd(means, compute_uv=False)
    shares = np.square(sizes) / max(float(np.square(logits).sum()), 1e-300)
    # a wave has two singular values, so that one of them has half of what a key wave explains
    count = standing_out(shares, KEY_SHARE / 2)
    return math.fsum(shares[:count].tolist()) if count <= max(6, outputs // 2) else 0.0
