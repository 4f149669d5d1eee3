"""States that turn a circle: labels modulo their number, which symbols move on by fixed steps."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from jaxtyping import Int
from numpy import ndarray

UNITS = 16
"""How many generators of a circle are proposed."""


def circles(
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
    from sympy import factorint

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
