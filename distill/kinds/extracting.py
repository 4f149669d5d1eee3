"""From a trace to a mechanism or a refusal: every extractor looks, the best one speaks.

Best means fidelity first, then description length; with one extractor so far the choice is
between its mechanism and its refusal.
"""

from distill.kinds.fourier.extract import extract_fourier
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.kinds.fourier.waves import structure_score
from distill.networks.trace import Trace
from distill.records.refusal import Refusal

__all__ = ["extract", "structure_score"]


def extract(trace: Trace) -> FourierMechanism | Refusal:
    """Read the mechanism of a network from its trace, and from nothing else."""
    return extract_fourier(trace)
