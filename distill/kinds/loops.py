"""From what was read in a recurrent network to programs, and to the one that is taken."""

from __future__ import annotations

from dataclasses import dataclass

from distill.expressions.printing import source
from distill.kinds.again import emit_again
from distill.kinds.automaton.emit import emit_machine
from distill.kinds.automaton.mechanism import AutomatonMechanism, Variable
from distill.kinds.mechanism import SequenceMechanism
from distill.kinds.reading import MachineReading, Reading, RecurrenceReading
from distill.kinds.recurrence.emit import Assignment, emit_recurrence
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.kinds.recurrence.recurrence import Recurrence
from distill.programs.program import Program


@dataclass(frozen=True)
class EmittedLoop:
    """A program, and the mechanism that it is.

    Attributes:
        name: what it computes, in words.
        tabulated: whether it lists what no expression was found for.
        recurrence: of integer registers; null for a machine.
        variables: of a machine's program, with their value in every state.
    """

    program: Program
    name: str
    tabulated: bool
    mechanism: SequenceMechanism
    recurrence: Recurrence | None
    variables: tuple[Variable, ...]

    @property
    def remembers(self) -> bool:
        """Whether it has variables at all."""
        return bool(self.variables or (self.recurrence and self.recurrence.registers))


def emit_loop(reading: Reading) -> EmittedLoop:
    """Write the program of what was read.

    Raises:
        MachineError: the program of a machine could not be shown to be that machine.
    """
    if isinstance(reading, MachineReading):
        return _machine(reading)
    return _recurrence(reading)


def shortest_first(written: list[EmittedLoop]) -> list[EmittedLoop]:
    """Programs without lists before those with some, and then the shorter ones."""
    return sorted(written, key=lambda loop: (loop.tabulated, loop.program.ast_nodes))


def _machine(reading: MachineReading) -> EmittedLoop:
    machine = reading.machine
    emitted = emit_machine(machine)
    variables = tuple(Variable(*variable) for variable in emitted.variables)
    count = f"{machine.states} state{'s' if machine.states > 1 else ''}"
    name = emitted.name if count in emitted.name else f"{emitted.name} ({count})"
    mechanism = AutomatonMechanism(
        symbols=machine.symbols,
        transitions=machine.transitions,
        outputs=machine.outputs,
        access=machine.access_words(),
        found=reading.found,
        rounds=reading.rounds,
        name=name,
        tabulated=emitted.tabulated,
        variables=variables,
    )
    return EmittedLoop(emitted.program, name, emitted.tabulated, mechanism, None, variables)


def _recurrence(reading: RecurrenceReading) -> EmittedLoop:
    realisation = reading.realisation
    emitted = emit_recurrence(reading.recurrence, reading.assignments, reading.values)
    recurrence = emitted.recurrence
    mechanism = RecurrenceMechanism(
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
    program = emit_again(mechanism)  # what is stored is what the program is written from
    return EmittedLoop(program, emitted.name, emitted.tabulated, mechanism, recurrence, ())


def _text(assignments: tuple[Assignment, ...]) -> tuple[tuple[tuple[str, str], ...], ...]:
    return tuple(
        tuple((name, source(update, {})) for name, update in group) for group in assignments
    )
