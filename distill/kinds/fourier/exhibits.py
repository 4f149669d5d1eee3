"""What a Fourier mechanism's pictures show: embedding, spectrum, and logits beside the program's.

Logits are centred, as everywhere: the mean over the outputs is subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from distill.drawing.maps import LevelMap, Plane, level_map, plane_of
from distill.drawing.rounded import rounded
from distill.evidence.profile import aligned_profile, amplitudes
from distill.kinds.fourier.embedding_exhibits import EmbeddedInput, embedded_inputs
from distill.kinds.fourier.mechanism import FourierMechanism, mechanism_logits
from distill.networks.trace import Trace

FORMAT_VERSION = 1


@dataclass(frozen=True)
class LogitMaps:
    """One output's logit over two inputs: the network's, the program's, and what is left of it.

    Attributes:
        output: the value of the output, of those that are answered most often the first.
        r2: part of the network's logits in this picture that the program's account for; negative
            where what the program leaves varies more than the network's.
    """

    output: int
    plane: Plane
    maps: tuple[LevelMap, ...]
    r2: float


@dataclass(frozen=True)
class FourierExhibits:
    """Of a network that computes with waves.

    Attributes:
        network_profile: the mean logit of the output whose number is s beyond φ, s = 0, ..., p - 1;
            program_profile: the same of the program's logits.
        amplitudes: of the frequencies 1, 2, ... in the network's profile, in logits.
        embedding: how every input is embedded; empty where that is not known.
        logits: null for a single input.
    """

    network_profile: tuple[float, ...]
    program_profile: tuple[float, ...]
    amplitudes: tuple[float, ...]
    embedding: tuple[EmbeddedInput, ...]
    logits: LogitMaps | None
    kind: Literal["fourier"] = "fourier"
    format_version: int = FORMAT_VERSION


def fourier_exhibits(mechanism: FourierMechanism, trace: Trace) -> FourierExhibits:
    """Take them from a trace."""
    coordinate, domain = mechanism.coordinate, trace.domain
    values = domain.values(trace.tokens)
    said = mechanism_logits(coordinate, mechanism.waves, values, domain.outputs)
    phi = coordinate.phi(values)
    network, program = (
        aligned_profile(coordinate.by_number(logits, domain.outputs), phi)
        for logits in (trace.logits, said)
    )
    strongest = sorted(mechanism.waves, key=lambda wave: -wave.share)
    return FourierExhibits(
        rounded(network),
        rounded(program),
        rounded(amplitudes(network)),
        embedded_inputs(
            trace.network, domain, coordinate, tuple(wave.frequency for wave in strongest)
        ),
        _maps(mechanism, trace),
    )


def _maps(mechanism: FourierMechanism, trace: Trace) -> LogitMaps | None:
    shown = plane_of(trace.domain)
    if shown is None:
        return None
    plane, tokens = shown
    outputs = trace.domain.outputs
    logits = trace.network.logits(tokens)
    shown_output = int(np.bincount(logits.argmax(axis=1), minlength=len(outputs)).argmax())
    network = logits[:, shown_output] - logits.mean(axis=1)
    values = trace.domain.values(tokens)
    said = mechanism_logits(mechanism.coordinate, mechanism.waves, values, outputs)
    program = said[:, shown_output]
    left = network - program
    scale = float(max(np.abs(network).max(), np.abs(program).max()))
    spread = float(np.square(network - network.mean()).sum())
    parts = (("network", network), ("program", program), ("what is left", left))
    return LogitMaps(
        outputs[shown_output],
        plane,
        tuple(level_map(name, part, scale, plane) for name, part in parts),
        float(f"{1 - float(np.square(left - left.mean()).sum()) / max(spread, 1e-300):.4g}"),
    )
