"""Machines from their definitions: a step function is explored from its start."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

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
