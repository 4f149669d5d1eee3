"""States that are several variables: congruences, and blocks that are turned alike.

Congruences and products of machines follow Hartmanis and Stearns (Algebraic Structure Theory of
Sequential Machines, 1966).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.kinds.automaton.labelling.base import Labelling
from distill.kinds.automaton.labelling.single import single
from distill.kinds.automaton.machine import Machine

INDEPENDENT = -8.0
"""Cost of two variables of which each symbol moves one, or one of which no symbol matters to."""

MAX_PAIRS = 3
"""How many pairs of congruences are proposed."""

MAX_CASCADED = 48
"""Up to this many states blocks that are turned alike are looked for."""

MAX_TURNS = 8
"""Up to this many symbols they are looked for."""

MAX_BLOCKS = 4
"""How many blocks there may be."""

MAX_PROPOSED = 4
"""How many ways to see circles in blocks are proposed."""


def products(machine: Machine) -> Iterator[Labelling]:
    """Two congruences that together tell all states apart, each labelled on its own."""
    found = congruences(machine.delta)
    pairs = [
        (one, other)
        for place, one in enumerate(found)
        for other in found[place + 1 :]
        if len(np.unique(np.column_stack([one, other]), axis=0)) == machine.states
    ]
    pairs.sort(key=lambda pair: int((pair[0].max() + 1) * (pair[1].max() + 1)))
    for pair in pairs[:MAX_PAIRS]:
        factors = []
        for block in pair:
            _, first = np.unique(block, return_index=True)
            delta = block[machine.delta[first]]
            nothing = np.zeros_like(delta)
            factors.append([label[block] for label in single(delta, machine.values, nothing)][:2])
        apart = all(_moves_one(row, state, pair) for state, row in enumerate(machine.transitions))
        steady = any(_is_steady(block, machine) for block in pair)
        prior = INDEPENDENT if apart or steady else 0.0
        for one, other in product(*factors):
            values = tuple(zip(one.tolist(), other.tolist(), strict=True))
            yield Labelling(machine, ("state", "state2"), values, prior)


def _moves_one(row: tuple[int, ...], state: int, pair: tuple[Int[ndarray, " states"], ...]) -> bool:
    """Whether no symbol changes both variables."""
    return all(sum(block[target] != block[state] for block in pair) <= 1 for target in row)


def _is_steady(block: Int[ndarray, " states"], machine: Machine) -> bool:
    """Whether a variable goes on in the same way whatever is read."""
    return bool((block[machine.delta] == block[machine.delta[:, :1]]).all())


def cascades(machine: Machine) -> Iterator[Labelling]:
    """Blocks of equal size, and a place on a circle in each, numbered alike.

    A symbol, or two, turns the block of the start; another symbol leads to another block, and
    says which place is which there. What turns one block forward may turn another back, as in a
    dihedral group, where the blocks are rotations and reflections.
    """
    delta, symbols = machine.delta, range(len(machine.symbols))
    if machine.states > MAX_CASCADED or len(machine.symbols) > MAX_TURNS:
        return
    turns = [*delta.T, *(delta[delta[:, a], b] for a in symbols for b in symbols if a != b)]
    proposed = 0
    for block in congruences(delta):
        sizes = np.bincount(block)
        if not 2 <= len(sizes) <= MAX_BLOCKS or len(set(sizes.tolist())) > 1 or sizes[0] < 3:
            continue
        _, first = np.unique(block, return_index=True)
        outer = next(single(block[delta[first]], machine.values, np.zeros_like(delta[first])))
        for turn in turns:
            place = _turned(turn, block, delta)
            if place is not None:
                values = tuple(zip(outer[block].tolist(), place.tolist(), strict=True))
                yield Labelling(machine, ("state", "state2"), values)
                proposed += 1
                break
        if proposed == MAX_PROPOSED:
            return


def _turned(
    turn: Int[ndarray, " states"],
    block: Int[ndarray, " states"],
    delta: Int[ndarray, "states symbols"],
) -> Int[ndarray, " states"] | None:
    """The places on a circle in every block, or none if the start's block is not turned."""
    size = int((block == block[0]).sum())
    place = np.full(len(block), -1)
    state = 0
    for number in range(size):
        if block[state] != block[0] or place[state] >= 0:
            return None
        place[state] = number
        state = int(turn[state])
    if state != 0:
        return None
    known = [int(block[0])]
    for one in known:  # grows while it is walked
        members = np.flatnonzero(block == one)
        for target in delta[members].T:
            other = int(block[target[0]])
            if other not in known and len(np.unique(target)) == size:
                place[target] = place[members]
                known.append(other)
    return place if (place >= 0).all() else None


def congruences(delta: Int[ndarray, "states symbols"]) -> list[Int[ndarray, " states"]]:
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
