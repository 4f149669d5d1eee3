"""Whether what a network answers is one of its inputs."""

from __future__ import annotations

from builders.copy_kind.mechanism import CopyMechanism
from distill.networks.trace import Trace
from distill.records.refusal import Refusal


def extract_copy(trace: Trace) -> CopyMechanism | Refusal:
    """The first input that is always answered, or how often each one is."""
    answers = trace.outputs + trace.domain.outputs.start
    values = trace.domain.values(trace.tokens)
    alike = [float((values[:, place] == answers).mean()) for place in range(values.shape[1])]
    best = max(range(len(alike)), key=alike.__getitem__)
    if alike[best] < 1:
        name = trace.domain.names[best]
        return Refusal(
            (f"{name}, the best input to copy, is {alike[best]:.1%} of the answers",), {}
        )
    return CopyMechanism(best, tuple((each[0], each[-1]) for each in trace.domain.inputs))
