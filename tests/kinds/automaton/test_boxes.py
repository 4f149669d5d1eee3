"""Boxes that a network never leaves: machines are proved for every length, or are not."""

import numpy as np
import pytest
from builders.amount import examples
from builders.exploring import drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_machine import planted_network

from distill.checker.invariant import SymbolMaps
from distill.kinds.automaton.boxes import Boxes, NotClosed, _widen, find_boxes


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


@pytest.mark.parametrize(
    ("behind", "reached", "words"),
    [(1, 1, "in the only box so far "), (1, 7, "in 1 of 7 boxes so far "), (3, 3, "in 3 of 3 ")],
)
def test_where_an_answer_may_not_lead_is_said_in_boxes_of_all_that_there_are(
    behind, reached, words
):
    """What it means is said: an output that is not the answer's may be the largest there."""

    class Maps:
        start = np.zeros(1)

        def image(self, _symbol, low, high, _double):
            return low, high

        def leads(self, inner, _outer, _answers, _double):
            lead = np.ones(reached)
            lead[:behind] = -1.0
            return lead if len(inner) == reached else np.ones(len(inner))

    follows = np.minimum(np.arange(reached) + 1, reached - 1)[:, None]
    said = _widen(Maps(), follows, np.zeros((reached, 1), dtype=int))
    assert said.startswith(words)
    assert "another output than the answer's may be the network's largest" in said
