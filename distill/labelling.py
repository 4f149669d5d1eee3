"""Integers for the states of a machine, such that its transitions may become arithmetic.

A machine's states have no order and no size. What it does with them can have: where its symbols
commute and permute the states, they turn a circle; where one symbol leads through all states to a
last one, they stand in a line; where its states are told apart by the latest symbols alone, those
are the state. Every proposal here is read from the transitions and outputs. Whether it makes
anything simpler is decided where expressions of it are sought.

Congruences and products of machines follow Hartmanis and Stearns (Algebraic Structure Theory of
Sequential Machines, 1966).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
from jaxtyping import Int
from numpy import ndarray
from sympy import factorint

from distill.machine import Machine

MAX_WINDOW = 6
"""Longest memory of latest symbols."""

MAX_WINDOWS = 5_000
"""How many windows a machine may have to be unfolded into."""

MAX_PERMUTED = 4
"""Up to this many states every order is proposed."""

MAX_STRUCTURED = 64
"""Up to this many states congruences and residues are looked for."""

UNITS = 16
"""How many generators of a circle are proposed."""


@dataclass(frozen=True)
class Labelling:
    """Integer variables whose values tell the states of a machine apart.

    Attributes:
        machine: behaves as the machine that was asked about, which may have merged some of these
            states (a window remembers symbols that no longer matter).
        names: of the variables.
        values: of the variables in every state, [states][variables].
    """

    machine: Machine
    names: tuple[str, ...]
    values: tuple[tuple[int, ...], ...]


def labellings(machine: Machine) -> Iterator[Labelling]:
    """Proposals for a minimal machine, each once."""
    seen = set[tuple[int, tuple[tuple[int, ...], ...]]]()
    for proposal in _proposals(machine):
        key = (len(proposal.names), proposal.values)
        if key not in seen:
            seen.add(key)
            yield proposal


def _proposals(machine: Machine) -> Iterator[Labelling]:
    if machine.states == 1:
        yield Labelling(machine, (), ((),))
        return
    for label in _single(machine.delta, machine.values, machine.answers):
        yield _one(machine, label)
    if (window := _window(machine)) is not None:
        yield window
    if machine.states <= MAX_STRUCTURED:
        yield from _products(machine)


def _one(machine: Machine, label: Int[ndarray, " states"]) -> Labelling:
    return Labelling(machine, ("state",), tuple((value,) for value in label.tolist()))


def _single(
    delta: Int[ndarray, "states symbols"],
    values: Int[ndarray, "symbols channels"],
    answers: Int[ndarray, "states symbols"],
) -> Iterator[Int[ndarray, " states"]]:
    """Labellings by one integer."""
    states = len(delta)
    yield from _circles(delta, values)
    yield from _lines(delta)
    if states <= MAX_STRUCTURED:
        yield from _residues(delta, values)
        yield from _spoken(delta, answers)
        yield from _entered(delta, values)
    yield np.arange(states)
    if states == 2:
        yield np.array([1, 0])
    elif states <= MAX_PERMUTED:
        for order in permutations(range(1, states)):
            yield np.array([0, *order])


def _circles(
    delta: Int[ndarray, "states symbols"], values: Int[ndarray, "symbols channels"]
) -> Iterator[Int[ndarray, " states"]]:
    """Labels modulo the number of states by which symbols add numbers, or differences of symbols.

    A symbol that permutes the states is a step if it commutes with the other steps. Where symbols
    also multiply the label, what one does after the opposite of another is a step. An element that
    generates the circle is put together from prime powers: for every q = pᵉ of the states, a step
    whose orbit q divides.
    """
    states = len(delta)
    moves = [column for column in delta.T if len(np.unique(column)) == states]
    if not moves:
        return
    steps = _commuting(moves)
    if len(steps) < len(moves):
        backward = np.argsort(moves[0])
        steps = _commuting([move[backward] for move in moves])
    generator = np.arange(states)
    for prime, exponent in factorint(states).items():
        q = prime**exponent
        for step in steps:
            order = _orbit(step)
            if order % q == 0:
                generator = _power(step, order // q)[generator]
                break
        else:
            return
    label = np.zeros(states, dtype=np.int64)
    state = 0
    for place in range(states):
        label[state] = place
        state = int(generator[state])
    if state != 0 or len(np.unique(label)) < states:
        return
    for unit in _units(label[delta[0]], values, states):
        yield label * unit % states


def _commuting(moves: list[ndarray]) -> list[ndarray]:
    """Those moves that commute with the first of them that moves anything."""
    moving = [move for move in moves if (move != np.arange(len(move))).any()]
    return [move for move in moving if (move[moving[0]] == moving[0][move]).all()]


def _orbit(step: Int[ndarray, " states"]) -> int:
    """After how many steps the start is reached again."""
    state, length = int(step[0]), 1
    while state != 0:
        state, length = int(step[state]), length + 1
    return length


def _power(step: Int[ndarray, " states"], exponent: int) -> Int[ndarray, " states"]:
    power = np.arange(len(step))
    while exponent:
        if exponent & 1:
            power = step[power]
        step, exponent = step[step], exponent >> 1
    return power


def _units(
    weights: Int[ndarray, " symbols"], values: Int[ndarray, "symbols channels"], states: int
) -> list[int]:
    """Factors of the labels for which weights may read well: equal to a symbol's value, or 1."""
    wanted: dict[int, int] = {}
    for symbol, weight in enumerate(weights.tolist()):
        if math.gcd(weight, states) != 1:
            continue
        inverse = pow(weight, -1, states)
        for value in (*values[symbol].tolist(), 1, -1):
            if math.gcd(value, states) == 1:
                unit = value * inverse % states
                wanted[unit] = wanted.get(unit, 0) + 1
    return sorted(wanted or {1: 1}, key=lambda unit: (-wanted.get(unit, 0), unit))[:UNITS]


def _lines(delta: Int[ndarray, "states symbols"]) -> Iterator[Int[ndarray, " states"]]:
    """Labels along the way that a symbol, or one after another, leads to a state that it keeps."""
    states, symbols = delta.shape
    pairs = [delta[delta[:, a], b] for a in range(symbols) for b in range(symbols) if a != b]
    found = 0
    # symbols stand in the order of their values: lines go up where values are high
    for move in (*delta.T[::-1], *(pairs if symbols <= 8 else ())):
        ends = np.flatnonzero(move == np.arange(states))
        if len(ends) != 1:
            continue
        starts = np.setdiff1d(np.arange(states), move)
        if len(starts) != 1:
            continue
        label = np.full(states, -1)
        state, place = int(starts[0]), 0
        while label[state] < 0:
            label[state] = place
            state, place = int(move[state]), place + 1
        if (label < 0).any():
            continue
        yield label - label[0]
        yield label[0] - label
        found += 1
        if found == 4:
            return


def _residues(
    delta: Int[ndarray, "states symbols"], values: Int[ndarray, "symbols channels"]
) -> Iterator[Int[ndarray, " states"]]:
    """Labels for which state = (a·state + c·x + d) mod n, for small a, c and d."""
    states, symbols = delta.shape
    weights = np.unique(values @ np.array([1] * values.shape[1]))
    if not len(weights):
        return
    x = values.sum(1)
    for a, c, d in product(range(2, min(states, 12)), (1, -1, 2), (0, 1)):
        label = np.full(states, -1)
        label[0] = 0
        queue = [0]
        for state in queue:
            following = (a * label[state] + c * x + d) % states
            for symbol in range(symbols):
                target = delta[state, symbol]
                if label[target] < 0:
                    label[target] = following[symbol]
                    queue.append(int(target))
                elif label[target] != following[symbol]:
                    break
            else:
                continue
            break
        else:
            if len(np.unique(label)) == states:
                yield label


def _spoken(
    delta: Int[ndarray, "states symbols"], answers: Int[ndarray, "states symbols"]
) -> Iterator[Int[ndarray, " states"]]:
    """Labels that can be read from what the states answer to one symbol, or go on to."""
    states = len(delta)
    highest = int(answers.max()) + 1
    for column in answers.T[:8]:
        if len(np.unique(column)) == states:
            yield column
            yield (column - column[0]) % highest if answers.min() >= 0 else column - column[0]


def _entered(
    delta: Int[ndarray, "states symbols"], values: Int[ndarray, "symbols channels"]
) -> Iterator[Int[ndarray, " states"]]:
    """Labels that are the value of the symbol that leads to a state from the start."""
    states = len(delta)
    for channel in values.T:
        label: dict[int, int] = {}
        for symbol, target in enumerate(delta[0].tolist()):
            label.setdefault(target, int(channel[symbol]))
        if len(label) == states - 1 and 0 not in label and 0 not in label.values():
            label[0] = 0
        if len(set(label.values())) == len(label) == states:
            yield np.array([label[state] for state in range(states)])


def _window(machine: Machine) -> Labelling | None:
    """The latest symbols, where they determine the state (a definite machine).

    Before the start the machine may have read a symbol that leaves it at the start: 0 if it can.
    """
    reach = [frozenset(range(machine.states))]
    length = 0
    while any(len(states) > 1 for states in reach):
        length += 1
        if length > MAX_WINDOW or len(machine.symbols) ** length > MAX_WINDOWS:
            return None
        reach = list(
            dict.fromkeys(
                frozenset(machine.delta[list(states), symbol].tolist())
                for states in reach
                for symbol in range(len(machine.symbols))
            )
        )
    # the state after a window is the state after it from anywhere
    keeps = [s for s, target in enumerate(machine.transitions[0]) if target == 0]
    if not keeps:
        return None
    padding = min(keeps, key=lambda s: tuple(map(abs, machine.symbols[s])))
    windows = [(padding,) * length]
    number = {windows[0]: 0}
    states = [0]
    transitions = []
    for window, state in zip(windows, states, strict=True):  # both grow while they are walked
        row = []
        for symbol in range(len(machine.symbols)):
            following = (symbol, *window[:-1])
            if following not in number:
                number[following] = len(windows)
                windows.append(following)
                states.append(machine.transitions[state][symbol])
            row.append(number[following])
        transitions.append(tuple(row))
    unfolded = Machine(
        tuple(transitions), tuple(machine.outputs[state] for state in states), machine.symbols
    )
    several = machine.channels > 1
    names = tuple(
        "previous" + (f"_{'abcdefgh'[channel]}" if several else "") + (str(age) if age > 1 else "")
        for age in range(1, length + 1)
        for channel in range(machine.channels)
    )
    values = tuple(
        tuple(value for symbol in window for value in machine.symbols[symbol]) for window in windows
    )
    return Labelling(unfolded, names, values)


def _products(machine: Machine) -> Iterator[Labelling]:
    """Two congruences that together tell all states apart, each labelled on its own."""
    found = _congruences(machine.delta)
    pairs = [
        (one, other)
        for place, one in enumerate(found)
        for other in found[place + 1 :]
        if (one.max() + 1) * (other.max() + 1) == machine.states
        and len(np.unique(np.column_stack([one, other]), axis=0)) == machine.states
    ]
    for pair in pairs[:3]:
        factors = []
        for block in pair:
            _, first = np.unique(block, return_index=True)
            delta = block[machine.delta[first]]
            nothing = np.zeros_like(delta)
            factors.append([label[block] for label in _single(delta, machine.values, nothing)][:3])
        for one, other in product(*factors):
            values = tuple(zip(one.tolist(), other.tolist(), strict=True))
            yield Labelling(machine, ("state", "state2"), values)


def _congruences(delta: Int[ndarray, "states symbols"]) -> list[Int[ndarray, " states"]]:
    """Proper congruences, as blocks numbered from the start: those that one pair generates."""
    states = len(delta)
    rows = delta.tolist()
    found: dict[tuple[int, ...], ndarray] = {}
    for one in range(states):
        for other in range(one + 1, states):
            parent = list(range(states))

            def find(state: int, parent: list[int] = parent) -> int:
                while parent[state] != state:
                    parent[state] = parent[parent[state]]
                    state = parent[state]
                return state

            pending = [(one, other)]
            while pending:
                a, b = map(find, pending.pop())
                if a != b:
                    parent[max(a, b)] = min(a, b)
                    pending += zip(rows[a], rows[b], strict=True)
            blocks = tuple(find(state) for state in range(states))
            if len(set(blocks)) > 1 and blocks not in found:
                found[blocks] = np.unique(blocks, return_inverse=True)[1]
    return sorted(found.values(), key=lambda block: int(block.max()))[:40]
