"""Integers for the states of a machine, such that its transitions may become arithmetic.

A machine's states have no order and no size. What it does with them can have: where its symbols
commute and permute the states, they turn a circle; where one symbol leads through all states to a
last one, they stand in a line; where its states are told apart by the latest symbols alone, those
are the state; where nothing leads away from a state, a flag may stand for it. Every proposal is
read from the transitions and outputs. Whether it makes anything simpler is decided where
expressions of it are sought.
"""

from __future__ import annotations

from collections.abc import Iterator

from distill.kinds.automaton.labelling.base import Labelling
from distill.kinds.automaton.labelling.memory import dead_state, spoken_last, windows
from distill.kinds.automaton.labelling.phases import phases, walks
from distill.kinds.automaton.labelling.products import cascades, products
from distill.kinds.automaton.labelling.registers import registers
from distill.kinds.automaton.labelling.single import MAX_STRUCTURED, single
from distill.kinds.automaton.machine import Machine

__all__ = ["Labelling", "labellings"]


def labellings(machine: Machine) -> Iterator[Labelling]:
    """Proposals for a minimal machine, each once."""
    seen = set[tuple[tuple[str, ...], tuple[tuple[int | None, ...], ...]]]()
    for proposal in _proposals(machine):
        key = (proposal.names, proposal.values)
        if key not in seen:
            seen.add(key)
            yield proposal


def _proposals(machine: Machine) -> Iterator[Labelling]:
    if machine.states == 1:
        yield Labelling(machine, (), ((),))
        return
    dead = dead_state(machine)
    yield from windows(machine)
    if dead is not None:
        yield from windows(machine, dead)
        yield from walks(machine, dead)
    for label in single(machine.delta, machine.values, machine.answers):
        yield Labelling(machine, ("state",), tuple((value,) for value in label.tolist()))
    yield from spoken_last(machine)
    yield from phases(machine)
    if machine.states <= MAX_STRUCTURED:
        yield from products(machine)
        yield from cascades(machine)
    yield from registers(machine)
