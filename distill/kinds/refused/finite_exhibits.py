"""What is shown of a network over a finite domain that was refused: its answers, as they are.

No coordinate is known, so logits are aligned on the network's own answers: a network that computes
with a few waves shows them here too, and one that memorised shows a spike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from distill.drawing.answers import AnswerMap, answer_map
from distill.drawing.rounded import rounded
from distill.evidence.profile import aligned_profile, amplitudes
from distill.networks.trace import Trace

FORMAT_VERSION = 1


@dataclass(frozen=True)
class RefusalExhibits:
    """Of a network over a finite domain that no mechanism was found for.

    Attributes:
        outputs: first and last value of the output.
        answers: null for a single input.
        profile: the mean logit of the output that is s beyond the network's own answer, in order
            of value.
        amplitudes: of the frequencies 1, 2, ... in that profile, in logits.
    """

    outputs: tuple[int, int]
    answers: AnswerMap | None
    profile: tuple[float, ...]
    amplitudes: tuple[float, ...]
    kind: Literal["refused domain"] = "refused domain"
    format_version: int = FORMAT_VERSION


def refusal_exhibits(trace: Trace) -> RefusalExhibits:
    """Take them from a trace."""
    profile = aligned_profile(trace.logits, trace.outputs)
    outputs, answers = trace.domain.outputs, answer_map(trace.network, trace.domain)
    return RefusalExhibits(
        (outputs[0], outputs[-1]), answers, rounded(profile), rounded(amplitudes(profile))
    )
