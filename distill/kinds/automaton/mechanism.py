"""A finite-state automaton, as a plain value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from distill.kinds.automaton.machine import Machine
from distill.records.refusal import FORMAT_VERSION
from distill.records.short import Short


@dataclass(frozen=True)
class Variable:
    """A variable of the program, with its value in every state; null where it has several."""

    name: str
    values: tuple[int | None, ...]


@dataclass(frozen=True, repr=False)
class AutomatonMechanism(Short):
    """A finite-state machine in hidden space: state q answers symbol i with outputs[q][i].

    It starts in state 0, has as few states as possible, and numbers them breadth-first.

    Attributes:
        symbols: the values that a symbol stands for, [symbols][channels].
        transitions: the next state, [states][symbols].
        outputs: the answer, [states][symbols].
        access: a shortest sequence of symbol numbers to every state.
        found: how many states were told apart in hidden space before they were minimised.
        rounds: counterexamples that were followed until machine and network agreed.
        name: what its program computes, in words.
        tabulated: whether that program lists what no expression was found for.
        variables: of the program.
    """

    symbols: tuple[tuple[int, ...], ...]
    transitions: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    access: tuple[tuple[int, ...], ...]
    found: int
    rounds: int
    name: str = "finite-state machine"
    tabulated: bool = False
    variables: tuple[Variable, ...] = ()
    kind: Literal["automaton"] = "automaton"
    format_version: int = FORMAT_VERSION

    @property
    def states(self) -> int:
        """How many states it has."""
        return len(self.transitions)

    @property
    def state_variables(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Variables that the state determines, and that are not the same in all of them.

        What has several values in some state is the program's own: no network that answers alike
        has to hold it there, so that it is not looked for.
        """
        found = []
        for variable in self.variables:
            values = tuple(value for value in variable.values if value is not None)
            if len(values) == len(variable.values) and len(set(values)) > 1:
                found.append((variable.name, values))
        return tuple(found)

    @property
    def remembered(self) -> tuple[str, ...]:
        """What a network that computes as the program does holds from step to step."""
        return tuple(name for name, _ in self.state_variables)

    @property
    def machine(self) -> Machine:
        """The machine as a value that can be run."""
        return Machine(self.transitions, self.outputs, self.symbols)


def automaton_of(machine: Machine, found: int, rounds: int) -> AutomatonMechanism:
    """The mechanism of a minimal machine, before its program has given it words.

    Args:
        machine: numbered breadth-first from the start.
        found: states that were told apart before it was minimised.
        rounds: counterexamples that were followed.
    """
    return AutomatonMechanism(
        symbols=machine.symbols,
        transitions=machine.transitions,
        outputs=machine.outputs,
        access=machine.access_words(),
        found=found,
        rounds=rounds,
    )
