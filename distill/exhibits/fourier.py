"""What a Fourier mechanism's pictures show: how logits depend on the distance to the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from distill.exhibits.rounded import rounded
from distill.extract.waves import aligned_profile
from distill.mechanism import FourierMechanism, mechanism_logits
from distill.trace import Trace

FORMAT_VERSION = 1


@dataclass(frozen=True)
class FourierExhibits:
    """Of a network that computes with waves.

    Attributes:
        network_profile: the mean logit of the output whose number is s beyond φ, s = 0, ..., p - 1;
        program_profile: the same of the program's logits.
    """

    network_profile: tuple[float, ...]
    program_profile: tuple[float, ...]
    kind: Literal["fourier"] = "fourier"
    format_version: int = FORMAT_VERSION


def fourier_exhibits(mechanism: FourierMechanism, trace: Trace) -> FourierExhibits:
    """Take them from a trace."""
    coordinate, outputs = mechanism.coordinate, trace.domain.outputs
    values = trace.domain.values(trace.tokens)
    said = mechanism_logits(coordinate, mechanism.waves, values, outputs)
    phi = coordinate.phi(values)
    network, program = (
        aligned_profile(coordinate.by_number(logits, outputs), phi)
        for logits in (trace.logits, said)
    )
    return FourierExhibits(rounded(network), rounded(program))
