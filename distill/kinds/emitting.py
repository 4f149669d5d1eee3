"""From a mechanism to a program, or to the reason why it cannot be written."""

from distill.kinds.fourier.emit import Emitted, emit_fourier
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.networks.trace import Trace
from distill.records.refusal import Refusal

__all__ = ["Emitted", "emit"]


def emit(mechanism: FourierMechanism, trace: Trace) -> Emitted | Refusal:
    """Write the program of a mechanism over the domain of a trace."""
    return emit_fourier(mechanism, trace.domain)
