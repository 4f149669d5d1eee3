"""Machines from their definitions: a step function is explored from its start; or at random."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import numpy as np

from distill.kinds.automaton.machine import Machine


def explore(step: Callable[..., tuple[Any, int]], start: Any, *channels: Iterable[int]) -> Machine:
    """The machine of step(state, *inputs) -> (next state, output) over all inputs."""
    symbols = tuple(product(*channels))
    order, number = [start], {start: 0}
    transitions, outputs = [], []
    for state in order:
        row = [step(state, *symbol) for symbol in symbols]
        for following, _ in row:
            if following not in number:
                number[following] = len(order)
                order.append(following)
        transitions.append(tuple(number[following] for following, _ in row))
        outputs.append(tuple(int(output) for _, output in row))
    return Machine(tuple(transitions), tuple(outputs), symbols)


def said(update: Callable[..., int], start: int, *channels: Iterable[int]) -> Machine:
    """The machine that answers with its next state."""
    return explore(lambda s, *x: (update(s, *x), update(s, *x)), start, *channels)


def window(function: Callable[..., int], length: int, values: Iterable[int] = (0, 1)) -> Machine:
    """The machine that answers with a function of the latest inputs, newest first; 0 before."""
    return explore(lambda w, x: ((x, *w)[:-1], function(x, *w)), (0,) * (length - 1), values)


def drawn(seed: int, states: int, symbols: int) -> Machine:
    """A minimal machine, drawn at random."""
    return random_minimal(np.random.default_rng(seed), states, symbols)


def one_wrong(machine: Machine, seed: int) -> Machine:
    """The machine with one transition, drawn at random, that leads elsewhere."""
    rng = np.random.default_rng(seed)
    state, symbol = rng.integers(machine.states), rng.integers(len(machine.symbols))
    targets = [list(row) for row in machine.transitions]
    targets[state][symbol] = int(targets[state][symbol] + rng.integers(1, machine.states)) % (
        machine.states
    )
    return dataclasses.replace(machine, transitions=tuple(map(tuple, targets)))
