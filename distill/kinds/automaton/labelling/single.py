"""Labels of states by one integer: circles, lines, residues, what is said or was read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.kinds.automaton.labelling.affine import acted_on, multiplied_by_symbols
from distill.kinds.automaton.labelling.circles import circles

MAX_PERMUTED = 4
"""Up to this many states every order is proposed."""

MAX_STRUCTURED = 64
"""Up to this many states congruences and residues are looked for."""


def single(
    delta: Int[ndarray, "states symbols"],
    values: Int[ndarray, "symbols channels"],
    answers: Int[ndarray, "states symbols"],
) -> Iterator[Int[ndarray, " states"]]:
    """Labellings by one integer."""
    states = len(delta)
    yield from circles(delta, values)
    yield from _lines(delta)
    if states <= MAX_STRUCTURED:
        yield from _residues(delta, values)
        yield from _spoken(delta, answers)
        yield from _entered(delta, values)
        yield from multiplied_by_symbols(delta, values)
        yield from acted_on(delta)
    yield np.arange(states)
    if states == 2:
        yield np.array([1, 0])
    elif states <= MAX_PERMUTED:
        for order in permutations(range(1, states)):
            yield np.array([0, *order])


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
