"""From a recurrent network to mechanisms: the network, its channels and a length go in.

Every extractor is tried. What each finds is handed on; which one is taken is decided where they
are written as programs, by fidelity first and then by length.
"""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float, Int
from numpy import ndarray

from distill.kinds.automaton.extract import extract_machine
from distill.kinds.automaton.machine import Machine
from distill.kinds.recurrence.held.comparisons import compared
from distill.kinds.recurrence.linear.realisation import Assignment, Realisation, realise
from distill.kinds.recurrence.recurrence import Recurrence
from distill.kinds.recurrence.search.registers import find_registers
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import model_of
from distill.records.refusal import Refusal

MAX_SYMBOLS = 512
"""Symbols up to which a machine is looked for."""

READ_LINEARLY = "linear", "value"
"""Activation and readout of the networks that are read by their response to an impulse."""


@dataclass(frozen=True)
class MachineReading:
    """A finite-state machine in hidden space.

    Attributes:
        machine: with as few states as possible.
        found: how many states were told apart in hidden space before that.
        rounds: counterexamples that were followed.
    """

    machine: Machine
    found: int
    rounds: int

    @property
    def summary(self) -> str:
        """In a few words."""
        states = self.machine.states
        merged = f", of {self.found} in hidden space" if self.found > states else ""
        return f"finite-state machine of {states} state{'s' if states > 1 else ''}{merged}"


@dataclass(frozen=True)
class RecurrenceReading:
    """Integer registers.

    Attributes:
        assignments: an order in which the registers are set one after another, or null.
        realisation: of a linear network, or null.
        values: that every channel has.
    """

    recurrence: Recurrence
    assignments: tuple[Assignment, ...] | None
    realisation: Realisation | None
    values: tuple[range, ...] = ()

    @property
    def summary(self) -> str:
        """In a few words."""
        registers = len(self.recurrence.registers)
        if not registers:
            return "function of the current input"
        return f"{registers} integer register{'s' if registers > 1 else ''}"


Reading = MachineReading | RecurrenceReading


def read_network(
    network: SequenceNetwork, length: int
) -> tuple[tuple[Reading, ...], tuple[Refusal, ...]]:
    """What every extractor finds in a network, and what those that find nothing say.

    Args:
        network: the network, and what it reads.
        length: of the sequences that it can be trusted on.
    """
    readings, refusals = list[Reading](), list[Refusal]()
    for extract in (_machine, _linear, _compared, _registers):
        found = extract(network, length)
        if isinstance(found, Refusal):
            refusals.append(found)
        elif found is not None:
            readings.append(found)
    return tuple(readings), tuple(refusals)


def _machine(network: SequenceNetwork, length: int) -> MachineReading | Refusal | None:
    if not network.reads_symbols or network.channels.size > MAX_SYMBOLS:
        return None  # what reads and gives numbers is no machine
    symbols = tuple(tuple(int(value) for value in row) for row in network.channels.alphabet)
    found = extract_machine(network.over_symbols(), symbols, length)
    if isinstance(found, Refusal):
        return found
    return MachineReading(found.machine.minimise(), found.machine.states, found.rounds)


def _linear(network: SequenceNetwork, length: int) -> RecurrenceReading | Refusal | None:
    model = model_of(network.model, IntegerRecurrent)
    if model is None:
        return None
    found = realise(model, network.channels, length)
    if isinstance(found, Refusal):
        return found
    return RecurrenceReading(found.recurrence, found.assignments, found, network.channels.inputs)


def _compared(network: SequenceNetwork, length: int) -> RecurrenceReading | Refusal | None:
    """Thresholds and extremes; a linear network that gives numbers has neither."""
    shape = network.model.architecture
    if not isinstance(shape, IntegerRecurrent):
        return None
    if (shape.activation, shape.readout) == READ_LINEARLY or network.channels.outputs > 1:
        return None
    found = compared(network, length)
    if isinstance(found, Refusal):
        return found
    return RecurrenceReading(found.recurrence, found.assignments, None)


def _registers(network: SequenceNetwork, length: int) -> RecurrenceReading | Refusal | None:
    """Registers by decoding and synthesis; a linear network is read better by its responses."""
    shape = network.model.architecture
    if isinstance(shape, IntegerRecurrent) and (shape.activation, shape.readout) == READ_LINEARLY:
        return None

    def ask(
        sequences: Int[ndarray, "n length channels"],
    ) -> tuple[Int[ndarray, "n length outputs"], Float[ndarray, "n length d"]]:
        hidden = network.hidden(sequences)
        said = network.outputs(hidden.reshape(-1, hidden.shape[2]))
        return said.reshape(*sequences.shape[:2], said.shape[1]), hidden

    found = find_registers(ask, network.channels, length, network.channels.outputs)
    if isinstance(found, Refusal):
        return found
    return RecurrenceReading(found, None, None, network.channels.inputs)
