"""Clock or pizza: the labels of the frequencies, and two measures of the whole network.

The measures are those of Zhong et al. (arXiv 2306.17844, section 4). They are about a network
and not about a frequency, so that one which holds both mechanisms is somewhere in between.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.evidence.figures import Measure, Measured
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.kinds.fourier.planes import embedding_gradients, has_embedding
from distill.networks.architecture import TokenArchitecture
from distill.networks.stored import Model
from distill.networks.trace import Trace
from distill.records.report import ISOLATED

SYMMETRICITY_SEED = 4
SYMMETRICITY_DRAWS = 100


def pizza_evidence(trace: Trace, mechanism: FourierMechanism) -> Measured:
    """The rows that say clock or pizza; none where there are not two terms.

    Of every frequency by itself, when the embedding holds its plane alone: R² of a size of its wave
    that is constant (a clock), and beside it of |cos(πkd/p)| (a pizza). The note says which it is.
    """
    difference = mechanism.coordinate.difference
    if difference is None or not has_embedding(trace.network, trace.domain):
        return {}
    steps = difference.phi(trace.domain.values(trace.tokens))
    found = {
        f"{ISOLATED}{wave.frequency}": Measure(wave.clock_r2, wave.pizza_r2, wave.label)
        for wave in mechanism.waves
        if wave.label and wave.clock_r2 is not None and wave.pizza_r2 is not None
    }
    return found | {
        "gradient_symmetricity": Measure(gradient_symmetricity(trace, trace.network)),
        "distance_irrelevance": Measure(distance_irrelevance(trace.logits, steps)),
    }


def gradient_symmetricity(trace: Trace, model: Model[TokenArchitecture]) -> float | None:
    """Mean cosine similarity of ∂L_c/∂E_a and ∂L_c/∂E_b over random a ≠ b and c.

    Null where no gradient that was drawn differs from zero.
    """
    rng = np.random.Generator(np.random.PCG64(SYMMETRICITY_SEED))
    apart = np.flatnonzero(trace.tokens[:, 0] != trace.tokens[:, 1])
    tokens = trace.tokens[rng.choice(apart, SYMMETRICITY_DRAWS)]
    outputs = rng.integers(0, len(trace.domain.outputs), SYMMETRICITY_DRAWS)
    gradients = embedding_gradients(model, trace.domain, tokens, outputs)
    along = (gradients[:, 0] * gradients[:, 1]).sum(axis=1)
    sizes = np.linalg.norm(gradients, axis=2).prod(axis=1)
    if not (sizes > 0).any():
        return None
    return float((along[sizes > 0] / sizes[sizes > 0]).mean())


def distance_irrelevance(
    logits: Float[ndarray, "n outputs"], difference: Int[ndarray, " n"]
) -> float | None:
    """Deviation of the answer's logit at one difference, mean of all, over that of all inputs.

    Null where every answer has the same logit.

    Args:
        logits: centred; the class is the network's own answer.
        difference: of the two terms of the coordinate, modulo p, at the same inputs.
    """
    answers = logits.max(axis=1)
    if answers.std() == 0:
        return None
    spreads = [answers[difference == d].std() for d in np.unique(difference)]
    return float(np.mean(spreads) / answers.std())
