"""Recurrences in a network over sequences: three readers, each for itself.

`linear` reads the response of a network without thresholds to an input of 1, `held` thresholds and
values that are kept, `search` decodes registers and synthesises their updates. What they find gets
its names here, so that a mechanism is stored under those that its program has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jaxtyping import Float, Int
from numpy import ndarray

from distill.expressions.printing import source
from distill.kinds.recurrence.emit import Assignment, emit_recurrence
from distill.kinds.recurrence.held.comparisons import compared
from distill.kinds.recurrence.linear.answered import answered_linearly, is_more_than_sums
from distill.kinds.recurrence.linear.realisation import Realisation, realise
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.kinds.recurrence.recurrence import Recurrence
from distill.kinds.recurrence.search.registers import find_registers
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import model_of
from distill.records.refusal import Refusal

READ_LINEARLY = "linear", "value"
"""Activation and readout of the networks that are read by their response to an impulse."""


def readings(network: SequenceNetwork, length: int) -> Iterator[RecurrenceMechanism | Refusal]:
    """What every reader finds, and what those that find nothing say.

    Args:
        network: the network, and what it reads.
        length: of the sequences that it can be trusted on.
    """
    for read in (_linear, _compared, _registers):
        found = read(network, length)
        if isinstance(found, Refusal):
            yield found
        elif found is not None:
            yield named(found)


@dataclass(frozen=True)
class Reading:
    """Registers, before they have their names.

    Attributes:
        assignments: an order in which the registers are set one after another, or null.
        realisation: of a linear network, or null.
        values: that every channel has.
    """

    recurrence: Recurrence
    assignments: tuple[Assignment, ...] | None
    realisation: Realisation | None
    values: tuple[range, ...]


def named(reading: Reading) -> RecurrenceMechanism:
    """The mechanism with the names that its program has."""
    realisation = reading.realisation
    emitted = emit_recurrence(reading.recurrence, reading.assignments, reading.values)
    recurrence = emitted.recurrence
    return RecurrenceMechanism(
        inputs=recurrence.inputs,
        registers=recurrence.registers,
        start=recurrence.start,
        updates=tuple(source(update, {}) for update in recurrence.updates),
        outputs=tuple(source(output, {}) for output in recurrence.outputs),
        after=recurrence.after,
        system=None if realisation is None else realisation.system,
        deviation=None if realisation is None else realisation.deviation,
        name=emitted.name,
        order=None if emitted.assignments is None else _text(emitted.assignments),
        ranges=tuple((values[0], values[-1]) for values in reading.values),
    )


def _text(assignments: tuple[Assignment, ...]) -> tuple[tuple[tuple[str, str], ...], ...]:
    return tuple(
        tuple((name, source(update, {})) for name, update in group) for group in assignments
    )


def _linear(network: SequenceNetwork, length: int) -> Reading | Refusal | None:
    model = model_of(network.model, IntegerRecurrent)
    if model is None:
        return None
    found = realise(model, network.channels, length)
    if isinstance(found, Refusal):
        return found
    return Reading(found.recurrence, found.assignments, found, network.channels.inputs)


def _compared(network: SequenceNetwork, length: int) -> Reading | Refusal | None:
    """Thresholds and extremes; a linear network that gives numbers has neither."""
    shape = network.reads
    if not isinstance(shape, IntegerRecurrent):
        return None
    if (shape.activation, shape.readout) == READ_LINEARLY or network.channels.outputs > 1:
        return None
    found = compared(network, length)
    if isinstance(found, Refusal):
        return found
    return Reading(found.recurrence, found.assignments, None, network.channels.inputs)


def _registers(network: SequenceNetwork, length: int) -> Reading | Refusal | None:
    """Registers by decoding and synthesis; what is linear is read better by its responses."""
    shape = network.reads
    if isinstance(shape, IntegerRecurrent) and (shape.activation, shape.readout) == READ_LINEARLY:
        return None

    def ask(
        sequences: Int[ndarray, "n length channels"],
    ) -> tuple[Int[ndarray, "n length outputs"], Float[ndarray, "n length d"]]:
        hidden = network.hidden(sequences)
        said = network.outputs(hidden.reshape(-1, hidden.shape[2]))
        return said.reshape(*sequences.shape[:2], said.shape[1]), hidden

    summed = answered_linearly(lambda asked: ask(asked)[0], network.channels, length)
    if summed is not None and is_more_than_sums(summed):
        return _summed(summed, network)
    found = find_registers(ask, network.channels, length, network.channels.outputs)
    if summed is not None and (isinstance(found, Refusal) or _holds_more(found, summed)):
        return _summed(summed, network)
    if isinstance(found, Refusal):
        return found
    return Reading(found, None, None, network.channels.inputs)


def _summed(found: Realisation, network: SequenceNetwork) -> Reading:
    """What was read of responses; nothing is claimed of weights, which were not looked at."""
    return Reading(found.recurrence, found.assignments, None, network.channels.inputs)


def _holds_more(one: Recurrence, other: Realisation) -> bool:
    """Whether a program keeps more numbers than one of as few as can be."""
    return len(one.registers) > len(other.recurrence.registers)
