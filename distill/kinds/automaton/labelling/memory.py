"""States that are what was lately read or said."""

from __future__ import annotations

import string
from collections.abc import Iterator

from distill.kinds.automaton.labelling.base import Labelling
from distill.kinds.automaton.machine import Machine

MAX_WINDOW = 6
"""Longest memory of latest symbols."""

MAX_WINDOWS = 5_000
"""How many windows a machine may have to be unfolded into."""


def windows(machine: Machine, dead: int | None = None) -> Iterator[Labelling]:
    """The latest symbols, where they determine the state (a definite machine).

    With a dead state, from which nothing leads away, they determine which of the others it is, and
    a flag says whether the machine is dead; the window goes on. What was read before the start may
    be any symbol that, read often enough, leads to the start from anywhere.
    """
    symbols = range(len(machine.symbols))
    alive = frozenset(range(machine.states)) - {dead}
    reach = [alive]
    length = 0
    while any(len(states) > 1 for states in reach):
        length += 1
        if length > MAX_WINDOW or len(machine.symbols) ** length > MAX_WINDOWS:
            return
        reach = list(
            dict.fromkeys(
                frozenset(machine.transitions[state][symbol] for state in states) - {dead}
                for states in reach
                for symbol in symbols
            )
        )
    if length:
        for padding in sorted(symbols, key=lambda s: tuple(map(abs, machine.symbols[s]))):
            states = alive
            for _ in range(length):
                states = frozenset(machine.transitions[q][padding] for q in states) - {dead}
            if states == {0}:
                yield _unfolded(machine, (padding,) * length, dead)
                return


def _unfolded(machine: Machine, start: tuple[int, ...], dead: int | None) -> Labelling:
    """The machine whose states are windows, the latest symbol first, and the flag."""
    places = [(start, 0)]
    number = {places[0]: 0}
    transitions, outputs = [], []
    for window, state in places:  # grows while it is walked
        row = []
        for symbol in range(len(machine.symbols)):
            following = ((symbol, *window[:-1]), machine.transitions[state][symbol])
            if following not in number:
                number[following] = len(places)
                places.append(following)
            row.append(number[following])
        transitions.append(tuple(row))
        outputs.append(machine.outputs[state])
    unfolded = Machine(tuple(transitions), tuple(outputs), machine.symbols)
    several = machine.channels > 1
    names = tuple(
        "previous"
        + (f"_{string.ascii_lowercase[channel]}" if several else "")
        + (str(age) if age > 1 else "")
        for age in range(len(start), 0, -1)
        for channel in range(machine.channels)
    )
    values = []
    for window, state in places:
        row = [value for symbol in reversed(window) for value in machine.symbols[symbol]]
        if dead is not None:
            row.append(flag_value(machine, dead, state))
        values.append(tuple(row))
    return Labelling(unfolded, (*names, *(["flag"] if dead is not None else [])), tuple(values))


def flag_value(machine: Machine, dead: int, state: int) -> int:
    """Of a flag that is what the dead state answers: 0 where it only says 0, or else 1."""
    says = int(any(machine.outputs[dead]))
    return says if state == dead else 1 - says


def dead_state(machine: Machine) -> int | None:
    """The state that nothing leads away from and that always answers alike, if there is one."""
    for state in range(1, machine.states):
        if set(machine.transitions[state]) == {state} and len(set(machine.outputs[state])) == 1:
            return state
    return None


def spoken_last(machine: Machine) -> Iterator[Labelling]:
    """The latest output, where it determines the state; or else with the latest symbol."""
    if machine.channels > 1 or machine.states * len(machine.symbols) > MAX_WINDOWS:
        return
    for reads in (False, True):

        def following(state: int, reads: bool = reads) -> list[tuple[int, int, int]]:
            row = zip(machine.transitions[state], machine.outputs[state], strict=True)
            return [
                (target, machine.symbols[symbol][0] if reads else 0, said)
                for symbol, (target, said) in enumerate(row)
            ]

        places = {place for state in range(machine.states) for place in following(state)}
        taken = {place[1:] for place in places}
        if len(taken) < len(places):
            continue
        # the start is as if something that leads there had been said, or as if nothing had
        starts = sorted((p for p in places if p[0] == 0), key=lambda p: (abs(p[2]), abs(p[1])))
        if not starts and (0, 0) in taken:
            continue
        order = [starts[0] if starts else (0, 0, 0)]
        number = {order[0]: 0}
        transitions = []
        for place in order:  # grows while it is walked
            row = following(place[0])
            for target in row:
                if target not in number:
                    number[target] = len(order)
                    order.append(target)
            transitions.append(tuple(number[target] for target in row))
        spoken = Machine(
            tuple(transitions), tuple(machine.outputs[place[0]] for place in order), machine.symbols
        )
        names = ("previous", "state") if reads else ("state",)
        yield Labelling(
            spoken, names, tuple(place[0 if reads else 1 :][-len(names) :] for place in order)
        )
        return
