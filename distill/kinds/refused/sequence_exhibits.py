"""What a picture of a network that was not understood shows: hidden states, by their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from distill.checker import draws
from distill.drawing.hidden_view import HiddenView, hidden_view
from distill.networks.sequence_network import SequenceNetwork

FORMAT_VERSION = 1
SEED = 7
SEQUENCES = 300
"""Uniform ones, and as many of the stress kinds."""

MOST_ANSWERS = 8
"""Answers that are told apart; others that follow one another go together."""


@dataclass(frozen=True)
class UnreadExhibits:
    """Of a network that was trained and not understood.

    Attributes:
        length: of the training sequences.
        hidden: the hidden states; their groups are the first number of the network's answer.
        answers: what the groups answer: a number, or the first and last of a span.
    """

    length: int
    hidden: HiddenView
    answers: tuple[str, ...]
    kind: Literal["unread"] = "unread"
    format_version: int = FORMAT_VERSION


def unread_exhibits(network: SequenceNetwork, length: int) -> UnreadExhibits:
    """Take them from a network along sequences drawn at random."""
    channels = network.channels.inputs
    drawn = [make(channels, SEQUENCES, length, SEED) for make in (draws.uniform, draws.stress)]
    hidden = network.hidden(np.concatenate(drawn))
    flat = hidden.reshape(-1, hidden.shape[2])
    said = network.outputs(flat)[:, 0]
    values = np.unique(said)
    spans = [part for part in np.array_split(values, MOST_ANSWERS) if len(part)]
    names = [f"{part[0]}" if len(part) == 1 else f"{part[0]} to {part[-1]}" for part in spans]
    groups = np.searchsorted([part[-1] for part in spans], said)
    return UnreadExhibits(length, hidden_view(flat, groups, network.start), tuple(names))
