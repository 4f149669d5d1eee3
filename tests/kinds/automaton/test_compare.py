"""Machines are the same up to their states' numbers, or a shortest sequence tells them apart."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_machine import random_minimal

from distill.kinds.automaton.compare import machine_difference, sorted_machine
from distill.kinds.automaton.machine import Machine


def shuffled(machine, rng):
    """The same machine with other numbers for its states and its symbols in another order."""
    number = [0, *(1 + rng.permutation(machine.states - 1)).tolist()]
    rows = np.argsort(number).tolist()
    order = rng.permutation(len(machine.symbols)).tolist()
    return Machine(
        tuple(tuple(number[machine.transitions[q][s]] for s in order) for q in rows),
        tuple(tuple(machine.outputs[q][s] for s in order) for q in rows),
        tuple(machine.symbols[s] for s in order),
    )


def answers(machine, values):
    """By hand: the answers along a sequence of values."""
    state, said = 0, []
    for value in values:
        symbol = machine.symbols.index(value)
        said.append(machine.outputs[state][symbol])
        state = machine.transitions[state][symbol]
    return said


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(2, 3))
def test_isomorphic_machines_are_the_same(seed, states, symbols):
    rng = np.random.default_rng(seed)
    machine = random_minimal(rng, states, symbols)
    other = shuffled(machine, rng)
    assert sorted_machine(machine) == sorted_machine(other)
    assert machine_difference(machine, other) is None


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6))
def test_one_transition_makes_a_difference_that_is_shortest(seed, states):
    rng = np.random.default_rng(seed)
    machine = random_minimal(rng, states, 2)
    state, symbol = int(rng.integers(states)), int(rng.integers(2))
    rows = [list(row) for row in machine.transitions]
    rows[state][symbol] = (rows[state][symbol] + 1) % states
    changed = Machine(tuple(map(tuple, rows)), machine.outputs, machine.symbols)
    found = machine_difference(machine, shuffled(changed, rng))
    assert found is not None, "a minimal machine tells its states apart"
    one, other = answers(machine, found.inputs), answers(changed, found.inputs)
    assert one[:-1] == other[:-1]
    assert ((one[-1],), (other[-1],)) == (found.one, found.other)
    assert one[-1] != other[-1]
    if len(found.inputs) <= 8:
        steps = len(found.inputs) - 1
        for word in np.ndindex(*(2,) * steps):
            values = [machine.symbols[symbol] for symbol in word]
            assert answers(machine, values) == answers(changed, values)
