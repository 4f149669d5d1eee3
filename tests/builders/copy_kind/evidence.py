"""Whether the network looks at the input that is copied, and at no other."""

from __future__ import annotations

import numpy as np

from builders.copy_kind.mechanism import CopyMechanism
from distill.evidence.figures import Measure, Measured
from distill.networks.trace import Trace

SEED = 1


def untouched(mechanism: CopyMechanism, trace: Trace) -> Measured:
    """Answers that stay when the other inputs are shuffled; the decoy shuffles the one copied."""
    rng = np.random.default_rng(SEED)
    others, one = trace.tokens.copy(), trace.tokens.copy()
    for place in range(trace.tokens.shape[1]):
        shuffled = rng.permutation(trace.tokens[:, place])
        (one if place == mechanism.copied else others)[:, place] = shuffled
    value, decoy = (
        float((trace.network.logits(tokens).argmax(axis=1) == trace.outputs).mean())
        for tokens in (others, one)
    )
    return {"untouched_accuracy": Measure(value, decoy)}
