"""Automata side by side: which are provably the same, and a sequence on which others differ.

Automata are minimal, so those that behave alike are equal once their states are numbered from the
start.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from distill.kinds.automaton.machine import Machine, distinguishing_sequence
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.difference import Compared, Difference, Why


def sorted_machine(machine: Machine) -> Machine:
    """The minimal machine, its symbols in ascending order: equal for machines that behave alike."""
    order = sorted(range(len(machine.symbols)), key=machine.symbols.__getitem__)
    return Machine(
        tuple(tuple(row[symbol] for symbol in order) for row in machine.transitions),
        tuple(tuple(row[symbol] for symbol in order) for row in machine.outputs),
        tuple(machine.symbols[symbol] for symbol in order),
    ).minimise()


def machine_difference(one: Machine, other: Machine) -> Difference | None:
    """A shortest sequence on which two machines differ; null where they behave alike.

    Raises:
        MachineError: they do not read the same symbols.
    """
    one, other = sorted_machine(one), sorted_machine(other)
    word = distinguishing_sequence(one, other)
    if word is None:
        return None
    said = [machine.run(np.array([word]))[0, -1].item() for machine in (one, other)]
    return Difference(tuple(one.symbols[symbol] for symbol in word), (said[0],), (said[1],), True)


class AutomatonCompared(Compared[AutomatonMechanism]):
    """Machines side by side."""

    name = "automaton"
    noun = ("machine", "machines")
    mechanism = AutomatonMechanism

    def same(self, one: AutomatonMechanism, other: AutomatonMechanism) -> Why | None:
        """Minimal automata that behave alike are equal."""
        return "machine" if sorted_machine(one.machine) == sorted_machine(other.machine) else None

    def difference(
        self, one: AutomatonMechanism, other: AutomatonMechanism, inputs: tuple[range, ...]
    ) -> Difference | None:
        """A shortest sequence on which they differ."""
        return machine_difference(one.machine, other.machine)

    def sizes(self, mechanism: AutomatonMechanism) -> Mapping[str, int]:
        """Its states."""
        return {"states": mechanism.states}
