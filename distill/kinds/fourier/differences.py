"""Clock or pizza, for each frequency: how its wave depends on the difference of the inputs.

A network that adds angles (a clock) writes A_k cos(2πk(c - φ)/p) with a constant A_k. One that
averages its two embeddings (a pizza; Zhong et al., arXiv 2306.17844) finds the right direction in
the plane of k, but its length is that of the middle of two points on a circle, |cos(πkd/p)|, with
d the difference of the two terms of φ = u·a + v·b + w; the logits inherit it.

In the full logits frequencies make up for each other, so that neither is seen there. The label of
a frequency is read from the network with an embedding that holds the plane of this one alone.
What the full logits do depend on is fitted apart from it, and is what the program says.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Complex, Float, Int
from numpy import ndarray

from distill.domains.finite import choose
from distill.evidence.profile import mean_square
from distill.kinds.fourier.coordinate import Coordinate
from distill.kinds.fourier.mechanism import GOOD_R2, Label, Wave, mechanism_logits, midpoint_radius
from distill.kinds.fourier.planes import EmbeddingPlanes, has_embedding
from distill.kinds.fourier.waves import key_waves, profile_and_constant
from distill.networks.trace import FIT_SEED, Trace

MIN_GAIN = 0.005
"""Part of the variance of the fitted logits that a dependence on d must explain to be written."""

REFINEMENTS = 2
"""Passes of the last fit."""

ISOLATION_INPUTS = 16_384
"""Traced inputs, about, on which a frequency is isolated: every d up to p = 128."""


def projections(
    logits: Float[ndarray, "n outputs"],
    phi: Int[ndarray, " n"],
    psi: Int[ndarray, " outputs"],
    frequencies: Sequence[int],
) -> Complex[ndarray, "n frequencies"]:
    """A e^{iθ} of the wave A cos(2πk(ψ - φ)/p + θ) in the logits of every input, for each k.

    ψ is the number of every output, one to one.
    """
    p, keys = len(psi), np.array(frequencies)
    norm = np.where(2 * keys == p, 1, 2) / p
    waves = np.exp(-2j * np.pi * (np.outer(psi, keys) % p) / p)
    turned = np.exp(2j * np.pi * (np.outer(phi, keys) % p) / p)
    return norm * turned * (logits @ waves)


def fit_differences(
    logits: Float[ndarray, "n outputs"],
    coordinate: Coordinate,
    values: Int[ndarray, "n k"],
    outputs: range,
    waves: tuple[Wave, ...],
    only: frozenset[int] | None = None,
) -> tuple[Wave, ...]:
    """Fit amplitude + pizza · |cos(πkd/p)| to each wave, by least squares.

    Waves of different frequencies are orthogonal over the outputs, so each is fitted for itself.

    Args:
        logits: centred.
        coordinate: φ and ψ.
        values: of the inputs.
        outputs: the values of the output.
        waves: as fitted with constant amplitudes; one keeps its constant where the dependence
            on d explains less than `MIN_GAIN` of the logits.
        only: fit these frequencies whatever the gain, and no others.
    """
    if coordinate.difference is None or not waves:
        return waves
    p, difference = coordinate.modulus, coordinate.difference.phi(values)
    keys = [wave.frequency for wave in waves]
    found = projections(logits, coordinate.phi(values), coordinate.output_numbers(outputs), keys)
    total = float(np.square(logits).sum())
    fitted = []
    for wave, projected in zip(waves, found.T, strict=True):
        sizes = (projected * np.exp(-1j * wave.phase)).real
        radius = midpoint_radius(wave.frequency, difference, p)
        spread = radius - radius.mean()
        slope = float(sizes @ spread) / max(float(spread @ spread), 1e-300)
        energy = p if 2 * wave.frequency == p else p / 2
        gain = energy * slope**2 * float(spread @ spread) / max(total, 1e-300)
        if gain >= MIN_GAIN if only is None else wave.frequency in only:
            constant = float(sizes.mean() - slope * radius.mean())
            wave = replace(wave, amplitude=constant, pizza=slope, share=wave.share + gain)
        fitted.append(wave)
    return tuple(fitted)


def key_differences(
    logits: Float[ndarray, "n outputs"],
    coordinate: Coordinate,
    values: Int[ndarray, "n k"],
    outputs: range,
    waves: tuple[Wave, ...],
) -> tuple[Wave, ...]:
    """Fit how the keys depend on d, and add the keys that stand out once that is explained.

    A constant amplitude leaves 1 - 8/π², a fifth, of a pizza unexplained, and keys are chosen by
    what is left unexplained: beside strong pizzas a weak wave drowns in what is no noise. So what
    the fit explains, and the constant part beside it, is taken off, and the keys are chosen again
    until no more stand out. They only ever grow in number, so that it ends.

    Args:
        logits: centred.
        coordinate: φ and ψ.
        values: of the inputs.
        outputs: the values of the output.
        waves: the keys by their constant amplitudes alone.
    """
    numbered = coordinate.by_number(logits, outputs)
    profile, _ = profile_and_constant(numbered, coordinate.phi(values))
    scale = mean_square(logits)
    while True:
        fitted = fit_differences(logits, coordinate, values, outputs, waves)
        if fitted == waves:
            break
        rest = logits - mechanism_logits(coordinate, fitted, values, outputs)
        left = mean_square(rest - rest.mean(axis=0)) / scale
        explained = 1 - left - math.fsum(wave.share for wave in waves)
        more, _ = key_waves(profile, scale, explained)
        if len(more) <= len(waves):
            break
        waves = more
    return _refined(logits, coordinate, values, outputs, fitted)


def _refined(
    logits: Float[ndarray, "n outputs"],
    coordinate: Coordinate,
    values: Int[ndarray, "n k"],
    outputs: range,
    waves: tuple[Wave, ...],
) -> tuple[Wave, ...]:
    """Fit sizes and phases once more, without the constant part of what the waves leave.

    A half of the inputs does not hold every φ with every d equally often. The constant part, seen
    on them, is mixed with the waves; each pass makes what is mixed smaller by that imbalance.
    """
    psi, phi = coordinate.output_numbers(outputs), coordinate.phi(values)
    keys = [wave.frequency for wave in waves]
    steps = None if coordinate.difference is None else coordinate.difference.phi(values)
    for _ in range(REFINEMENTS):
        said = mechanism_logits(coordinate, waves, values, outputs)
        found = projections(logits - (logits - said).mean(axis=0), phi, psi, keys)
        fitted = []
        for wave, projected in zip(waves, found.T, strict=True):
            basis = np.ones((len(values), 1))
            if wave.pizza and steps is not None:
                radius = midpoint_radius(wave.frequency, steps, coordinate.modulus)
                basis = np.column_stack([basis, radius])
            sizes, *_ = np.linalg.lstsq(basis, projected, rcond=None)
            phase = float(np.angle(basis.mean(axis=0) @ sizes))
            along = (sizes * np.exp(-1j * phase)).real
            pizza = float(along[1]) if len(along) > 1 else 0.0
            fitted.append(replace(wave, amplitude=float(along[0]), pizza=pizza, phase=phase))
        waves = tuple(fitted)
    return waves


def label_waves(trace: Trace, coordinate: Coordinate, waves: tuple[Wave, ...]) -> tuple[Wave, ...]:
    """Say of every wave whether it is a clock or a pizza, where the network can be operated on."""
    if coordinate.difference is None or not has_embedding(trace.network, trace.domain):
        return waves
    tokens = _isolation_tokens(trace, coordinate.difference)
    values = trace.domain.values(tokens)
    phi, difference = coordinate.phi(values), coordinate.difference.phi(values)
    psi = coordinate.output_numbers(trace.domain.outputs)
    labelled = []
    for wave in waves:
        k = wave.frequency
        planes = EmbeddingPlanes(trace.network, coordinate, [k], trace.domain)
        found = projections(planes.alone().logits(tokens), phi, psi, [k])[:, 0]
        profile = difference_profile(found, difference, coordinate.modulus)
        clock_r2, pizza_r2 = isolated_fits(profile, k)
        label = label_of(clock_r2, pizza_r2)
        labelled.append(replace(wave, label=label, clock_r2=clock_r2, pizza_r2=pizza_r2))
    return tuple(labelled)


def _isolation_tokens(trace: Trace, difference: Coordinate) -> Int[ndarray, "n k"]:
    """All traced inputs, or where these are many, all with a few of the values of d.

    What else the logits of an input hold turns with φ, and cancels only over all of them. Nothing
    is fitted to the traced logits here, so that the unfitted half is not spared.
    """
    p = difference.modulus
    found = difference.phi(trace.domain.values(trace.tokens))
    few = min(p, max(2, round(p * ISOLATION_INPUTS / len(found))))
    return trace.tokens[choose(p, few, FIT_SEED)[found]]


def difference_profile(
    projected: Complex[ndarray, " n"], difference: Int[ndarray, " n"], modulus: int
) -> Float[ndarray, " modulus"]:
    """A(d): the mean size of a wave at each difference, along its mean phase; NaN at no input."""
    count = np.bincount(difference, minlength=modulus)
    along = (projected * np.exp(-1j * np.angle(projected.sum()))).real
    sums = np.bincount(difference, weights=along, minlength=modulus)
    return np.where(count > 0, sums / np.maximum(count, 1), np.nan)


def isolated_fits(profile: Float[ndarray, " modulus"], frequency: int) -> tuple[float, float]:
    """R² of a constant and of |cos(πkd/p)| as A(d): 1 - |A - s · basis|² / |A|², s fitted."""
    seen = np.flatnonzero(~np.isnan(profile))
    sizes, radius = profile[seen], midpoint_radius(frequency, seen, len(profile))
    return _along(sizes, np.ones(len(seen))), _along(sizes, radius)


def _along(sizes: Float[ndarray, " n"], basis: Float[ndarray, " n"]) -> float:
    """The squared cosine of the angle between two vectors: the R² of the best multiple."""
    total = float(sizes @ sizes) * float(basis @ basis)
    return float(sizes @ basis) ** 2 / total if total > 0 else 0.0


def label_of(clock_r2: float, pizza_r2: float) -> Label:
    """The better fit, if it is clearly good."""
    if max(clock_r2, pizza_r2) < GOOD_R2:
        return "mixed"
    return "clock" if clock_r2 >= pizza_r2 else "pizza"
