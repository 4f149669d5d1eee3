"""What the pictures of a report show: numbers taken from the network once, rounded for looking.

They are stored as `exhibits.json`, so that a page can be drawn again from a run folder without
running the network, and come out the same, byte for byte. Nothing here is evidence: what counts
was measured by `distill.verify`. One module for each kind of mechanism.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from distill.kinds.automaton.exhibits import MachineExhibits, machine_exhibits
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.fourier.exhibits import FourierExhibits, fourier_exhibits
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.kinds.mechanism import SequenceMechanism
from distill.kinds.recurrence.exhibits import RecurrenceExhibits, recurrence_exhibits
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.kinds.refused.finite_exhibits import RefusalExhibits, refusal_exhibits
from distill.kinds.refused.sequence_exhibits import UnreadExhibits, unread_exhibits
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.trace import Trace
from distill.records.refusal import Refusal

__all__ = [
    "Exhibits",
    "ExhibitsJson",
    "FourierExhibits",
    "MachineExhibits",
    "RecurrenceExhibits",
    "RefusalExhibits",
    "UnreadExhibits",
    "domain_exhibits",
    "sequence_exhibits",
]

Exhibits = FourierExhibits | MachineExhibits | RecurrenceExhibits | RefusalExhibits | UnreadExhibits
ExhibitsJson = Annotated[Exhibits, Field(discriminator="kind")]


def domain_exhibits(mechanism: FourierMechanism | Refusal, trace: Trace) -> Exhibits:
    """Of a network over a finite domain."""
    if isinstance(mechanism, Refusal):
        return refusal_exhibits(trace)
    return fourier_exhibits(mechanism, trace)


def sequence_exhibits(
    mechanism: SequenceMechanism | Refusal,
    network: SequenceNetwork | None,
    length: int,
) -> Exhibits | None:
    """Of a network over sequences; null where there is nothing to show.

    Args:
        mechanism: what was read in it.
        network: null where none was trained.
        length: of the training sequences.
    """
    if network is None:
        return None
    if isinstance(mechanism, AutomatonMechanism):
        return machine_exhibits(mechanism, network, length)
    if isinstance(mechanism, RecurrenceMechanism):
        return recurrence_exhibits(mechanism.recurrence, network, length)
    return unread_exhibits(network, length)
