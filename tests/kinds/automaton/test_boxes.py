"""Boxes that a network never leaves: machines are proved for every length, or are not."""

import numpy as np
from builders.amount import examples
from builders.exploring import drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_machine import planted_network

from distill.checker.invariant import SymbolMaps
from distill.kinds.automaton.boxes import Boxes, NotClosed, find_boxes


@settings(max_examples=examples(15), deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 12), st.integers(2, 3))
def test_planted_machines_are_proved_for_every_length(seed, states, symbols):
    machine = drawn(seed, states, symbols)
    network = planted_network(machine, seed)
    found = find_boxes(SymbolMaps(network.weights), network.answers, machine)
    assert isinstance(found, tuple), found
    boxes, checked = found
    assert isinstance(boxes, Boxes)
    assert checked.holds
    # what was proved, tried: long sequences stay in their boxes
    rng = np.random.default_rng(seed)
    words = rng.integers(0, symbols, (20, 300))
    hidden = network.hidden(words)
    node = np.zeros(20, dtype=np.int64)
    for t in range(300):
        node = boxes.follows[node, words[:, t]]
        assert (boxes.low[node] <= hidden[:, t]).all()
        assert (hidden[:, t] <= boxes.high[node]).all()
    np.testing.assert_array_equal(machine.run(words), network.run(words))


def test_a_wrong_machine_is_not_proved():
    machine = drawn(3, 6, 2)
    other = drawn(4, 6, 2)
    planted = planted_network(machine)
    assert isinstance(find_boxes(SymbolMaps(planted.weights), planted.answers, other), NotClosed)
