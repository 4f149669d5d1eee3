"""What a closed form's picture shows: the network's answers over two inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from distill.drawing.answers import AnswerMap, answer_map
from distill.networks.trace import Trace

FORMAT_VERSION = 1


@dataclass(frozen=True)
class ClosedFormExhibits:
    """Answers over two inputs.

    Attributes:
        outputs: first and last value of the output.
        answers: null for a single input.
    """

    outputs: tuple[int, int]
    answers: AnswerMap | None
    kind: Literal["closed_form"] = "closed_form"
    format_version: int = FORMAT_VERSION


def closed_form_exhibits(trace: Trace) -> ClosedFormExhibits:
    """Take them from a trace."""
    outputs = trace.domain.outputs
    return ClosedFormExhibits((outputs[0], outputs[-1]), answer_map(trace.network, trace.domain))
