"""Words that tell machines apart: every wrong transition is met, all states are told apart."""

import numpy as np
from builders.amount import examples
from builders.exploring import drawn, one_wrong
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.search.conformance import padded, telling_apart, walks


@settings(max_examples=examples(40), deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 100), st.integers(2, 3))
def test_the_walks_meet_every_transition_that_is_wrong(seed, states, symbols):
    machine = drawn(seed, states, symbols)
    wrong = one_wrong(machine, seed)
    differs = [
        (machine.run(words) != wrong.run(words)).any()
        for words in padded(walks(machine.delta, machine.answers), symbols, 0)
    ]
    assert any(differs)


@settings(max_examples=examples(40), deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 60), st.integers(2, 3))
def test_every_two_states_are_told_apart(seed, states, symbols):
    machine = drawn(seed, states, symbols)
    said = []
    for word in telling_apart(machine.delta, machine.answers):
        state, row = np.arange(states), []
        for symbol in word:
            row.append(machine.answers[state, symbol])
            state = machine.delta[state, symbol]
        said.append(np.stack(row, axis=1))
    assert len(np.unique(np.concatenate(said, axis=1), axis=0)) == states
