"""Whether a machine is what its title says: on sequences of any length, state by state.

A title says what is answered (`programs.claims`), what its variables are (`variable_claims`) or
what the machine is, which is read here. One that says nothing that can be tested is no title.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from distill.kinds.automaton.group import group_of
from distill.kinds.automaton.machine import Machine
from distill.kinds.automaton.throughout import is_throughout
from distill.programs.claims import Claim, claim_of
from distill.programs.recognition.rows import Rows
from distill.programs.variable_claims import true_of_variables

MAX_PAIRS = 200_000
"""Pairs of a state and what a title remembers that are walked through; beyond, it is believed."""

MAX_WINDOWS = 20_000
"""Sets of states that the last inputs are followed through; beyond, a title is believed."""


def contradicted(title: str, machine: Machine, rows: Rows) -> bool:
    """Whether a machine is not what its title says, or the title says nothing.

    Args:
        title: of a program.
        machine: that its loop is: with a state for all values that its variables have together.
        rows: every step that the variables of the program can take.
    """
    claim = claim_of(title)
    if claim is not None:
        return not _answers(claim, machine)
    for pattern, so in MACHINES:
        found = re.fullmatch(pattern, title)
        if found is not None:
            return not so(machine, rows, *found.groups())
    return not true_of_variables(title, rows)


def _answers(claim: Claim, machine: Machine) -> bool:
    """Whether every answer is what a title says."""
    seen = {(0, claim.start)}
    frontier = [(0, claim.start)]
    for state, held in frontier:  # grows while it is walked
        for symbol, values in enumerate(machine.symbols):
            after, answer = claim.step(held, values)
            if answer is not None and answer != machine.outputs[state][symbol]:
                return False
            pair = (machine.transitions[state][symbol], after)
            if pair not in seen and len(seen) < MAX_PAIRS:
                seen.add(pair)
                frontier.append(pair)
    return True


def _of_the_last(machine: Machine, rows: Rows, count: str) -> bool:
    """Whether the last inputs settle the answer, whatever state they were read from."""
    reached = {frozenset(range(machine.states))}
    for _ in range(int(count) - 1):
        reached = {
            frozenset(machine.transitions[state][symbol] for state in states)
            for states in reached
            for symbol in range(len(machine.symbols))
        }
        if len(reached) > MAX_WINDOWS:
            return True
    return all(len(np.unique(column)) < 2 for s in reached for column in machine.answers[[*s]].T)


def _divides(machine: Machine, rows: Rows, divisor: str) -> bool:
    """Whether divisor * answer + what is left over is what was left over and what came in."""
    (before,), (after,) = rows.before.values(), rows.after.values()
    return rows.is_of_symbol(int(divisor) * rows.answers + after - before)


def _carries(machine: Machine, rows: Rows, base: str, first: str | None) -> bool:
    """Whether base * carry + digit is the carry before it and what came in."""
    ((name, before),) = rows.before.items()
    whole = int(base) * rows.after[name] + rows.answers - before
    digits = (rows.answers >= 0) & (rows.answers < int(base))
    begins = rows.start[name] == int(first or 0)
    return begins and bool(digits.all()) and rows.is_of_symbol(whole)


def _phases(machine: Machine, rows: Rows, count: str) -> bool:
    return any(
        not (rows.moves(name) < 0).any() and len(np.unique(before)) == int(count)
        for name, before in rows.before.items()
    )


def _arranges(machine: Machine, rows: Rows, count: str) -> bool:
    """Whether the variables are things in an order, which every symbol changes in one way."""
    if len(rows.before) != int(count):
        return False
    before, after = (np.column_stack([*of.values()]) for of in (rows.before, rows.after))
    places = np.argsort(before, axis=1)
    came_from = np.take_along_axis(places, after % len(rows.before), axis=1)
    one_way = all(len(np.unique(came_from[read], axis=0)) == 1 for read in rows.by_symbol())
    return one_way and bool((np.sort(before, axis=1) == np.arange(int(count))).all())


def _searches(machine: Machine, rows: Rows, which: str, length: str) -> bool:
    """Whether one bit changes once and for ever, beside inputs that are remembered."""
    start = 1 if which == "validity by" else 0
    latches = [
        name
        for name, before in rows.before.items()
        if rows.start[name] == start
        and {*np.unique(before).tolist()} == {0, 1}
        and not rows.moves(name)[before != start].any()
    ]
    remembered = (int(length) - 1) * machine.channels
    return bool(latches) and len(rows.before) == 1 + remembered


def _product(machine: Machine, rows: Rows, group: str) -> bool:
    """Whether states are the elements of a group, and symbols multiply by some."""
    return group.endswith(f"of order {machine.states}") and group_of(machine) == group


def _action(machine: Machine, rows: Rows, group: str, count: str) -> bool:
    return machine.states == int(count) and group_of(machine) == group


def _word(machine: Machine, rows: Rows, group: str) -> bool:
    return group == f"dihedral group of order {machine.states}" and group_of(machine) == group


MACHINES: tuple[tuple[str, Callable[..., bool]], ...] = (
    ("function of the current input", lambda machine, rows: _of_the_last(machine, rows, "1")),
    (r"function of the last (\d+) inputs", _of_the_last),
    (r"division by (\d+) that carries the remainder", _divides),
    (r"arithmetic with carry, base (\d+)(?:, from a carry of (\d+))?", _carries),
    (r"(?:machine in|table over) (\d+) variables?", lambda m, rows, n: len(rows.before) == int(n)),
    (r"machine in (\d+) phases", _phases),
    (r"arrangements of (\d+) things", _arranges),
    (r"whether (.+) at (every|some) step", is_throughout),
    (r"(validity by|search in) windows of (\d+) inputs", _searches),
    (r"product in (?:an?|the) (.*)", _product),
    (r"action of (?:an?|the) (.*) on (\d+) states", _action),
    (r"state machine with (\d+) states", lambda m, rows, n: m.states == int(n)),
    ("word in the (.*)", _word),
)
"""Titles that say what the machine is, and what that is."""
