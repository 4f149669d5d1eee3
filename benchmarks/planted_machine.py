"""Machines at random, and recurrent networks that hold a chosen one by construction.

A hidden unit stands for a state together with the answer that was given on the way to it: it is
near 1 where the machine is in that state, and near -1 otherwise. A unit is switched on by those
that lead to it; the steepness of tanh keeps the values near ±1.
"""

from __future__ import annotations

import numpy as np
import torch

from distill.errors import MachineError
from distill.kinds.automaton.machine import Machine
from distill.networks.second_order import Recurrent
from distill.networks.stored import Model

STEEPNESS = 3.0


def planted_network(machine: Machine, seed: int | None = None) -> Model[Recurrent]:
    """A network that is the machine; in a random basis of the units' order with a seed."""
    pairs = {(0, machine.outputs[0][0])}  # the start has given no answer: any will do
    pairs |= {
        (target, answer)
        for row, answers in zip(machine.transitions, machine.outputs, strict=True)
        for target, answer in zip(row, answers, strict=True)
    }
    units = sorted(pairs)
    if seed is not None:
        units = [units[i] for i in np.random.default_rng(seed).permutation(len(units))]
    place = {unit: i for i, unit in enumerate(units)}
    answers = tuple(sorted({answer for _, answer in units}))
    symbols, d = len(machine.symbols), len(units)
    W, b = np.zeros((symbols, d, d)), np.zeros((symbols, d))
    for (state, _), column in place.items():
        for symbol in range(symbols):
            target = (machine.transitions[state][symbol], machine.outputs[state][symbol])
            W[symbol, place[target], column] = STEEPNESS
    for symbol in range(symbols):
        # a unit is reached from one of its n sources: n - 1 of them say -1 and one says 1
        b[symbol] = W[symbol].sum(axis=1) - STEEPNESS
    W_out = np.array([[1.0 if unit[1] == answer else 0.0 for unit in units] for answer in answers])
    start = np.where(np.arange(d) == place[(0, machine.outputs[0][0])], 1.0, -1.0)
    # a unit that is off counts as 0: answers that many units give have no less than others
    parameters = {"W": W, "b": b, "h_0": start, "W_out": W_out, "b_out": W_out.sum(axis=1)}
    return Model(
        Recurrent(symbols, len(answers), d),
        {name: torch.from_numpy(value) for name, value in parameters.items()},
        answers,
    )


def random_minimal(
    rng: np.random.Generator, states: int, symbols: int, outputs: int = 2
) -> Machine:
    """A random minimal machine, canonically numbered, over the symbols 0, 1, ...

    Raises:
        MachineError: no machine of that size was drawn in 1,000 attempts.
    """
    values = tuple((value,) for value in range(symbols))
    for _ in range(1000):
        delta = rng.integers(0, states, (states, symbols))
        slots = rng.permutation(states * symbols).tolist()
        used = set[int]()
        for state in range(1, states):  # a random tree, so that every state is reached
            slot = next((s for s in slots if s // symbols < state and s not in used), None)
            if slot is None:
                break
            used.add(slot)
            delta[slot // symbols, slot % symbols] = state
        answers = rng.integers(0, outputs, (states, symbols))
        drawn = Machine(
            tuple(map(tuple, delta.tolist())), tuple(map(tuple, answers.tolist())), values
        ).minimise()
        if drawn.states == states:
            return drawn
    raise MachineError(f"no minimal machine of {states} states was drawn; ask for more outputs")
