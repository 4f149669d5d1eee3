"""What a recurrence's pictures show: its registers as they are read from the hidden state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.checker import draws
from distill.drawing.rounded import rounded
from distill.evidence.probe import read_along
from distill.kinds.recurrence.recurrence import Recurrence
from distill.networks.sequence_network import SequenceNetwork

FORMAT_VERSION = 1
SEED = 7
SEQUENCES = 500
"""Uniform ones, and as many of the stress kinds. Half of all are fitted."""

MOST_VARIABLES = 6
PAIRS = 90
"""Values of a register that are kept."""

STEPS = 24
"""Of the sequence that is followed."""

TRIED = 40
"""Sequences of which the one that tells most is followed."""


@dataclass(frozen=True)
class DecodedPairs:
    """A register's values, and what a linear map reads in their place, on sequences not fitted."""

    name: str
    true: tuple[float, ...]
    decoded: tuple[float, ...]


@dataclass(frozen=True)
class FollowedSequence:
    """One sequence that was not fitted, step by step.

    Attributes:
        channels: names of the inputs; inputs: their values, [channels][steps].
        network: the numbers that the network gives, before they are rounded, [outputs][steps].
        program: the program's answers, [outputs][steps].
        registers: the program's, [variables][steps]; decoded: as read from the hidden state.
    """

    channels: tuple[str, ...]
    inputs: tuple[tuple[int, ...], ...]
    network: tuple[tuple[float, ...], ...]
    program: tuple[tuple[int, ...], ...]
    registers: tuple[tuple[int, ...], ...]
    decoded: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class RecurrenceExhibits:
    """Of a network that computes with integers.

    Attributes:
        length: of the training sequences.
        variables: the registers that vary, at most `MOST_VARIABLES`.
        left_out: registers beyond these.
        chooses: whether the network chooses among answers; it gives numbers otherwise.
    """

    length: int
    variables: tuple[DecodedPairs, ...]
    left_out: int
    followed: FollowedSequence
    chooses: bool
    kind: Literal["recurrence"] = "recurrence"
    format_version: int = FORMAT_VERSION


def recurrence_exhibits(
    recurrence: Recurrence, network: SequenceNetwork, length: int
) -> RecurrenceExhibits:
    """Take them from a network along sequences drawn at random."""
    channels = network.channels
    kinds = [
        make(channels.inputs, SEQUENCES, length, SEED) for make in (draws.uniform, draws.stress)
    ]
    halves = [np.split(part, 2) for part in kinds]
    sequences = np.concatenate([half[place] for place in (0, 1) for half in halves])
    held, said = recurrence.along(sequences)
    hidden = network.hidden(sequences)
    varying = [place for place in range(held.shape[2]) if held[..., place].std() > 0]
    shown = varying[:MOST_VARIABLES]
    read = {place: read_along(hidden, held[..., place])[0] for place in shown}
    tested = np.arange(len(sequences) // 2, len(sequences))  # the probe is fitted on the first half
    picked = max(
        tested[:TRIED],
        key=lambda row: _told(sequences[row], said[row], held[row][:, shown]),
    )
    values, chooses = _values(network, hidden[picked])
    return RecurrenceExhibits(
        length,
        tuple(
            _pairs(recurrence.registers[place], held[tested, :, place], read[place][tested])
            for place in shown
        ),
        len(varying) - len(shown),
        FollowedSequence(
            channels.names,
            _whole(sequences[picked]),
            tuple(rounded(row) for row in values.T[:, :STEPS]),
            _whole(said[picked]),
            _whole(held[picked][:, shown]),
            tuple(rounded(read[place][picked][:STEPS]) for place in shown),
        ),
        chooses,
    )


def _told(
    inputs: Int[ndarray, "length channels"],
    said: Int[ndarray, "length outputs"],
    held: Int[ndarray, "length k"],
) -> tuple[int, int]:
    """How many different curves, and how many different answers, there are along a sequence.

    Where two variables are the same all along, a picture does not show what either of them is.
    """
    curves = np.concatenate([inputs, said, held], axis=1)[:STEPS]
    return len(np.unique(curves, axis=1).T), len(np.unique(said[:STEPS], axis=0))


def _pairs(
    name: str, true: Int[ndarray, "n length"], decoded: Float[ndarray, "n length"]
) -> DecodedPairs:
    """A few values, over all that the register takes: every value first once, then evenly."""
    asked, read = true.reshape(-1), decoded.reshape(-1)
    order = np.argsort(asked, kind="stable")
    kept = order[np.linspace(0, len(order) - 1, min(PAIRS, len(order))).astype(int)]
    worst = np.argsort(-np.abs(read - asked), kind="stable")[: PAIRS // 3]
    chosen = np.unique(np.concatenate([kept, worst]))
    pairs = sorted(set(zip(rounded(asked[chosen]), rounded(read[chosen]), strict=True)))
    return DecodedPairs(name, tuple(a for a, _ in pairs), tuple(b for _, b in pairs))


def _values(
    network: SequenceNetwork, hidden: Float[ndarray, "length d"]
) -> tuple[Float[ndarray, "length outputs"], bool]:
    """What the network gives along a sequence, and whether these are choices."""
    model = network.stored
    if model is not None and model.architecture.readout == "value":
        return model.values(hidden), False
    return network.outputs(hidden).astype(float), True


def _whole(along: Int[ndarray, "length k"]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in along.T[:, :STEPS].tolist())
