"""A hidden state holds the states of a machine: decoded, exchanged and moved."""

import numpy as np
from planted_machine import planted_network

from distill.kinds.automaton import hidden
from distill.kinds.automaton.hidden import decoded, interchanged, moved, visits
from distill.kinds.automaton.machine import Machine
from distill.kinds.automaton.mechanism import AutomatonMechanism, Variable


def test_a_hidden_state_holds_the_machine_and_not_another():
    """Two counters in one network: both are decoded, and machines that are shuffled are not."""
    states = [(p, q) for p in range(2) for q in range(3)]
    place = {pair: number for number, pair in enumerate(states)}
    transitions = tuple(
        tuple(place[(p + (x == 1)) % 2, (q + (x == 2)) % 3] for x in range(3)) for p, q in states
    )
    outputs = tuple(tuple(p * 3 + (q + x) % 3 for x in range(3)) for p, q in states)
    machine = Machine(transitions, outputs, ((0,), (1,), (2,)))
    network = planted_network(machine, 4)
    seen = visits(network, machine, np.random.default_rng(0).integers(0, 3, (600, 10)))
    variables = (("p", tuple(p for p, _ in states)), ("q", tuple(q for _, q in states)))
    held = decoded(seen, machine, variables)
    assert list(held) == ["variable: p", "variable: q"]
    assert min(read.value for read in held.values()) > 0.99
    assert max(read.decoy for read in held.values()) < 0.5
    exchanged = interchanged(network, machine, seen)
    assert exchanged.value == 1
    assert exchanged.decoy < 0.1
    shifted = moved(network, machine, seen)
    assert shifted.value > 0.95
    assert shifted.decoy < 0.5


def test_places_of_which_two_are_one_hold_no_state():
    """Half a turn for every step of four: a network that holds one bit is not said to hold four
    values, and one that holds them on a circle is.
    """
    values = np.arange(4)
    names = list(hidden._encodings(values))
    assert names == ["value", "indicators", "circle, 1/4 turns"]
    assert list(hidden._encodings(np.arange(5)))[2:] == ["circle, 1/5 turns", "circle, 2/5 turns"]
    for name, table in hidden._encodings(np.arange(12)).items():
        assert len(np.unique(table.round(9), axis=0)) == 12, name


def test_what_may_be_anything_in_some_state_is_not_looked_for():
    """No network that answers alike has to hold it there; nor what never changes."""
    variables = (
        Variable("anything", (None, 1)),
        Variable("constant", (1, 1)),
        Variable("parity", (0, 1)),
    )
    rows = ((0, 1), (1, 0))
    machine = AutomatonMechanism(((0,), (1,)), rows, rows, ((), (1,)), 2, 0, variables=variables)
    assert machine.remembered == ("parity",)
    assert machine.state_variables == (("parity", (0, 1)),)
