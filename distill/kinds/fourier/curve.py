"""What a Fourier mechanism explains of a network's logits while it trains.

Restricted and excluded loss and the amplitude of every frequency (Nanda et al., arXiv 2301.05217,
section 5) follow from it.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.kinds.fourier.differences import fit_differences
from distill.kinds.fourier.mechanism import FourierMechanism, Wave, mechanism_logits
from distill.kinds.fourier.waves import aligned_profile
from distill.records.explained import Explain, Explained


def explain(mechanism: FourierMechanism, tokens: Int[ndarray, "n k"]) -> Explain:
    """Cosines at the mechanism's key frequencies, fitted to whatever logits there are.

    Args:
        mechanism: of the network at the end of its training.
        tokens: of the inputs that logits are of.
    """
    coordinate, domain = mechanism.coordinate, mechanism.domain
    values = domain.values(tokens)
    pizzas = frozenset(wave.frequency for wave in mechanism.waves if wave.pizza)

    def explained(logits: Float[ndarray, "n outputs"]) -> Explained:
        centred = logits.astype(np.float64)
        centred -= centred.mean(axis=1, keepdims=True)
        ordered = coordinate.by_number(centred, domain.outputs)
        profile = aligned_profile(ordered, coordinate.phi(values))
        spectrum = np.fft.rfft(profile) / len(profile)
        sizes = 2 * np.abs(spectrum)
        waves = tuple(
            Wave(k, float(sizes[k]), float(np.angle(spectrum[k])), 0.0)
            for k in mechanism.key_frequencies
        )
        waves = fit_differences(centred, coordinate, values, domain.outputs, waves, pizzas)
        restricted = mechanism_logits(coordinate, waves, values, domain.outputs)
        return Explained(
            restricted, centred - restricted, sizes[1:], frequencies=mechanism.key_frequencies
        )

    return explained
