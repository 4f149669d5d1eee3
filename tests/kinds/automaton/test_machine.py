"""Machines: minimal ones are unique, numbering does not matter, differences are found early."""

import numpy as np
import pytest
from builders.amount import examples
from builders.exploring import explore, said
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_machine import random_minimal

from distill.errors import MachineError
from distill.kinds.automaton.machine import Machine, distinguishing_sequence
from distill.serialise import from_json, to_json

seeds = st.integers(0, 2**32 - 1)


def renumbered(machine, rng):
    """The same machine with its states other than the start in another order."""
    order = np.concatenate([[0], 1 + rng.permutation(machine.states - 1)]).astype(int)
    number = np.argsort(order)
    return Machine(
        tuple(map(tuple, number[machine.delta[order]].tolist())),
        tuple(map(tuple, machine.answers[order].tolist())),
        machine.symbols,
    )


def blown_up(machine, rng, copies):
    """A machine that behaves alike, with every state several times."""
    n = machine.states
    delta = np.tile(machine.delta, (copies, 1))
    delta = delta + n * rng.integers(0, copies, delta.shape)
    return Machine(
        tuple(map(tuple, delta.tolist())),
        tuple(map(tuple, np.tile(machine.answers, (copies, 1)).tolist())),
        machine.symbols,
    )


@settings(max_examples=examples(60), deadline=None)
@given(seeds, st.integers(1, 30), st.integers(1, 4), st.integers(1, 3))
def test_minimising_undoes_renumbering_and_copies_of_states(seed, states, symbols, copies):
    rng = np.random.default_rng(seed)
    minimal = random_minimal(rng, states, symbols, outputs=3 + states * (symbols == 1))
    larger = renumbered(blown_up(minimal, rng, copies), rng)
    assert larger.minimise() == minimal
    assert minimal.minimise() == minimal
    assert distinguishing_sequence(larger, minimal) is None
    words = rng.integers(0, symbols, (20, 50))
    assert (larger.run(words) == minimal.run(words)).all()
    assert renumbered(minimal, rng).canonical() == minimal


@settings(max_examples=examples(40), deadline=None)
@given(seeds, st.integers(2, 12))
def test_a_shortest_distinguishing_sequence_is_found(seed, states):
    rng = np.random.default_rng(seed)
    one, other = random_minimal(rng, states, 2), random_minimal(rng, states, 2)
    word = distinguishing_sequence(one, other)
    if word is None:
        assert one == other
        return
    every = np.array(list(np.ndindex(*(2,) * len(word))))
    differ = one.run(every) != other.run(every)
    assert differ[:, -1].any()
    assert not differ[:, :-1].any()
    row = np.array([word])
    assert one.run(row)[0, -1] != other.run(row)[0, -1]


@pytest.mark.parametrize("n", [2, 97, 1000])
def test_a_long_chain_that_differs_at_its_end_stays_whole(n):
    counter = explore(lambda s, x: ((s + x) % n, s == n - 1), 0, (0, 1))
    assert counter.minimise().states == n
    twice = explore(lambda s, x: ((s + x) % (2 * n), s % n == n - 1), 0, (0, 1))
    assert twice.minimise() == counter.minimise()


def test_a_planted_fault_at_the_end_of_a_chain_is_the_distinguishing_sequence():
    right = explore(lambda s, x: ((s + x) % 50, s == 49 and x), 0, (0, 1))
    wrong = explore(lambda s, x: ((s + x) % 50, 0), 0, (0, 1))
    assert distinguishing_sequence(right, wrong) == (1,) * 50


def test_access_words_lead_to_their_states():
    machine = said(lambda s, x: (2 * s + x) % 7, 0, (0, 1)).minimise()
    for state, word in enumerate(machine.access_words()):
        reached = 0
        for symbol in word:
            reached = machine.transitions[reached][symbol]
        assert reached == state


def test_a_machine_survives_json():
    machine = said(lambda c, a, b: (a + b + c) // 2, 0, (0, 1), (0, 1))
    assert from_json(Machine, to_json(machine)) == machine


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (((), (), ((0,),)), "0 states"),
        ((((1,),), ((0,),), ((0,),)), "leads to state 1; there are 1"),
        ((((0, 0),), ((0,),), ((0,), (1,))), "outputs are not 1 states by 2"),
        ((((0, 0),), ((0, 0),), ((0,), (0,))), "stand for the same"),
        ((((0, 0),), ((0, 0),), ((0,), (1, 1))), "same number of channels"),
    ],
)
def test_parts_that_do_not_agree_are_refused(parts, message):
    with pytest.raises(MachineError, match=message):
        Machine(*parts)


def test_machines_of_different_symbols_are_not_compared():
    one, other = said(lambda s, x: s, 0, (0, 1)), said(lambda s, x: s, 0, (0, 2))
    with pytest.raises(MachineError, match="different symbols"):
        distinguishing_sequence(one, other)
