"""Coordinates: what function φ of the inputs do the logits turn with?

If logit(c) is a sum of cos(2πk(c - φ)/p) with φ = u·a + v·b + w, the Fourier transform of the
logits over inputs and output peaks at (k·u, k·v, -k). So the peaks propose the coefficients
(u, v) = -(k1, k2) / k3, for any u and v and without a list to choose from. Only the fitted inputs
are transformed; the others are left at zero, which blurs the peaks but does not move them.
"""

from __future__ import annotations

from dataclasses import replace
from math import gcd

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.domains.finite import Domain
from distill.evidence.profile import aligned_profile
from distill.kinds.fourier.coordinate import Coordinate, balanced

PROPOSALS = 6
"""Peaks of the input spectrum that are followed."""

SPECTRUM_LIMIT = 8_000_000
"""Frequencies of the inputs beyond which no spectrum is taken, for its memory."""


def propose_affine(
    logits: Float[ndarray, "n outputs"], tokens: Int[ndarray, "n k"], domain: Domain
) -> list[Coordinate]:
    """Affine coordinates that the strongest Fourier peaks of the logits point to, strongest first.

    The frequency of an input is taken modulo the number of outputs p, so an input may have any
    number of values; where it has p of them the transform is the exact discrete one.
    """
    modulus = len(domain.outputs)
    if modulus ** len(domain.inputs) > SPECTRUM_LIMIT:
        return []
    spectrum = _input_spectrum(logits, tokens, domain)
    flat = np.argsort(-spectrum, axis=None, kind="stable")
    proposals: list[Coordinate] = []
    seen: set[tuple[int, ...]] = set()
    for position in flat[: 8 * PROPOSALS]:
        peak = tuple(int(k) for k in np.unravel_index(position, spectrum.shape))
        if not any(peak) or peak in seen:
            continue
        seen.update({peak, tuple(-k % modulus for k in peak)})
        coordinate = _follow(peak, logits, domain.values(tokens), domain)
        if coordinate is not None and coordinate not in proposals:
            proposals.append(coordinate)
        if len(seen) >= 2 * PROPOSALS:
            break
    return proposals


def _input_spectrum(
    logits: Float[ndarray, "n outputs"], tokens: Int[ndarray, "n k"], domain: Domain
) -> Float[ndarray, "..."]:
    """Power of the logits at every frequency of the inputs, summed over a few random mixes of the
    outputs (the peaks are the same for every output; a mix of all cannot miss them).
    """
    modulus = len(domain.outputs)
    mixes = np.random.default_rng(0).standard_normal((logits.shape[1], 4))
    mixed = logits @ mixes
    power = np.zeros((modulus,) * len(domain.inputs))
    columns = tuple(domain.values(tokens).T % modulus)
    for mix in mixed.T:
        grid = np.zeros(power.shape)
        np.add.at(grid, columns, mix)
        power += np.abs(np.fft.fftn(grid)) ** 2
    return power


def _follow(
    peak: tuple[int, ...],
    logits: Float[ndarray, "n outputs"],
    values: Int[ndarray, "n k"],
    domain: Domain,
) -> Coordinate | None:
    """The coordinate of one input peak: find the output frequency and divide."""
    modulus = len(domain.outputs)
    turns = values @ np.array(peak) % modulus / modulus
    over_outputs = np.exp(-2j * np.pi * turns) @ logits
    power = np.abs(np.fft.fft(over_outputs))
    power[0] = 0.0
    output_frequency = int(power.argmax())
    if output_frequency == 0 or gcd(output_frequency, modulus) != 1:
        return None
    inverse = pow(-output_frequency, -1, modulus)
    weights = tuple(balanced(k * inverse, modulus) for k in peak)
    return placed(Coordinate(weights, 0, modulus), logits, values, domain.outputs)


def placed(
    coordinate: Coordinate,
    logits: Float[ndarray, "n outputs"],
    values: Int[ndarray, "n k"],
    outputs: range,
) -> Coordinate:
    """A coordinate, shifted to where the aligned logits are largest."""
    unshifted = replace(coordinate, offset=0)
    profile = aligned_profile(unshifted.by_number(logits, outputs), unshifted.phi(values))
    return replace(coordinate, offset=balanced(int(profile.argmax()), coordinate.modulus))
