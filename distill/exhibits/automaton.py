"""What a machine's pictures show: the network's hidden states, seen from where they differ most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from distill.checker import draws
from distill.exhibits.rounded import rounded
from distill.mechanism import AutomatonMechanism
from distill.sequence_network import SequenceNetwork
from distill.verify.hidden import visits

FORMAT_VERSION = 1
SEED = 7
SEQUENCES = 60


@dataclass(frozen=True)
class MachineExhibits:
    """Of a network that computes with states.

    Attributes:
        x, y: hidden states along sequences, on the two directions in which they spread most.
        states: of the machine at each of them.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    states: tuple[int, ...]
    kind: Literal["automaton"] = "automaton"
    format_version: int = FORMAT_VERSION


def machine_exhibits(
    mechanism: AutomatonMechanism, network: SequenceNetwork, length: int
) -> MachineExhibits:
    """Take them from a network along sequences drawn at random."""
    channels = network.channels.inputs
    sequences = draws.uniform(channels, SEQUENCES, length, SEED)
    numbered = draws.numbers(sequences, channels)
    seen = visits(network.over_symbols(), mechanism.machine, numbered)
    hidden = seen.hidden.reshape(-1, seen.hidden.shape[2])
    centred = hidden - hidden.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    seen_from = centred @ np.pad(axes, ((0, 2 - len(axes)), (0, 0))).T
    return MachineExhibits(
        rounded(seen_from[:, 0]), rounded(seen_from[:, 1]), tuple(seen.states.reshape(-1).tolist())
    )
