"""From a mechanism to a program, or to the reason why it cannot be written."""

from distill.kinds.fourier.emit import Emitted, emit_fourier
from distill.kinds.mechanism import FourierMechanism, Refusal
from distill.networks.trace import Trace

__all__ = ["Emitted", "emit"]


def emit(mechanism: FourierMechanism, trace: Trace) -> Emitted | Refusal:
    """Write the program of a mechanism over the domain of a trace."""
    return emit_fourier(mechanism, trace.domain)
