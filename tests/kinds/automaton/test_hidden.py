"""A hidden state holds the states of a machine: decoded, exchanged and moved."""

from dataclasses import replace

import numpy as np
from planted_machine import planted_network

from distill.kinds.automaton import hidden
from distill.kinds.automaton.hidden import decoded, interchanged, moved, visits
from distill.kinds.automaton.machine import Machine
from distill.kinds.automaton.mechanism import AutomatonMechanism, Variable

STATES = [(p, q) for p in range(2) for q in range(3)]


def two_counters():
    """A machine of two counters, and a network that holds it."""
    place = {pair: number for number, pair in enumerate(STATES)}
    transitions = tuple(
        tuple(place[(p + (x == 1)) % 2, (q + (x == 2)) % 3] for x in range(3)) for p, q in STATES
    )
    outputs = tuple(tuple(p * 3 + (q + x) % 3 for x in range(3)) for p, q in STATES)
    machine = Machine(transitions, outputs, ((0,), (1,), (2,)))
    return machine, planted_network(machine, 4)


def test_a_hidden_state_holds_the_machine_and_not_another():
    """Two counters in one network: both are decoded, and machines that are shuffled are not."""
    machine, network = two_counters()
    seen = visits(network, machine, np.random.default_rng(0).integers(0, 3, (600, 10)))
    variables = (("p", tuple(p for p, _ in STATES)), ("q", tuple(q for _, q in STATES)))
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


def test_what_only_some_states_determine_is_read_in_these():
    """A network that does not hold it there is not said to, nor one in which they never come."""
    machine, network = two_counters()
    seen = visits(network, machine, np.random.default_rng(0).integers(0, 3, (600, 10)))
    some = ("q", tuple(q if p == 0 else None for p, q in STATES))
    (read,) = decoded(seen, machine, (some,)).values()
    assert read.note.endswith("in states that determine it")
    assert read.value > 0.99
    assert read.decoy < 0.5
    noise = np.random.default_rng(1).normal(size=seen.hidden.shape)
    (read,) = decoded(replace(seen, hidden=noise), machine, (some,)).values()
    assert read.value < 0.1
    rare = np.where(np.isin(seen.states, [0, 1, 2]), 3, seen.states)
    (read,) = decoded(replace(seen, states=rare), machine, (some,)).values()
    assert read.value is None


def test_what_some_states_determine_is_looked_for_and_what_none_do_is_not():
    variables = (Variable("half", (None, 1, 0)), Variable("once", (None, 1, None)))
    rows = ((0, 1), (1, 2), (2, 0))
    access = ((), (1,), (1, 1))
    machine = AutomatonMechanism(((0,), (1,)), rows, rows, access, 3, 0, variables=variables)
    assert machine.remembered == ("half",)
