"""Machines in recurrent networks: put in by construction or learned, they come back, and hold."""

import dataclasses

import numpy as np
import pytest
import torch
from builders.amount import examples
from builders.exploring import drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_machine import planted_network

from distill.checker.invariant import SymbolMaps
from distill.kinds.automaton.boxes import find_boxes
from distill.kinds.automaton.extract import MAX_STATES, ExtractedMachine, extract_machine
from distill.kinds.automaton.machine import Machine
from distill.networks.second_order import Recurrent
from distill.networks.stored import Model
from distill.records.refusal import Refusal
from distill.train import Data
from distill.train.learning import SecondOrderRecipe
from distill.train.second_order import SecondOrderTrainer
from distill.train.trainer import unobserved


def machine_of(step, start, symbols):
    """The machine of a Python function (state, value) -> (state, answer), by walking it."""
    numbers, order, rows, answers = {start: 0}, [start], [], []
    for state in order:
        row, said = [], []
        for value in symbols:
            target, answer = step(state, value)
            if target not in numbers:
                numbers[target] = len(order)
                order.append(target)
            row.append(numbers[target])
            said.append(answer)
        rows.append(tuple(row))
        answers.append(tuple(said))
    return Machine(tuple(rows), tuple(answers), tuple((value,) for value in symbols)).minimise()


@settings(max_examples=examples(12), deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 30), st.integers(2, 4))
def test_a_random_machine_put_into_weights_comes_back(seed, states, symbols):
    machine = drawn(seed, states, symbols)
    found = extract_machine(planted_network(machine, seed), machine.symbols, 4 * states)
    assert isinstance(found, ExtractedMachine), found
    assert found.machine.canonical() == machine.canonical()
    assert found.machine.states == states
    for state, word in enumerate(found.access):
        reached = 0
        for symbol in word:
            reached = found.machine.transitions[reached][symbol]
        assert reached == state


def test_one_wrong_transition_of_two_hundred_is_in_the_machine_that_is_read():
    """Nothing smooths over what the network does."""
    machine = drawn(5, 100, 2)
    targets = [list(row) for row in machine.transitions]
    targets[57][1] = (targets[57][1] + 1) % 100
    wrong = dataclasses.replace(machine, transitions=tuple(map(tuple, targets)))
    found = extract_machine(planted_network(wrong), machine.symbols, 100)
    assert isinstance(found, ExtractedMachine)
    assert found.machine.canonical() == wrong.minimise().canonical()
    assert found.machine.canonical() != machine.canonical()


def counting_network():
    """h grows by a part of what is left with every 1, and the answer says in which of many bands
    it lies: no two counts are alike."""
    bands = 200
    edges = np.linspace(-1, 1, bands)
    parameters = {
        "W": torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[0.999, 0.0], [0.0, 1.0]]]).double(),
        "b": torch.tensor([[0.0, 5.0], [0.01, 5.0]]).double(),
        "h_0": torch.tensor([0.0, 1.0]).double(),
        # a parabola for every band: the nearest wins
        "W_out": torch.from_numpy(np.stack([2 * edges, np.zeros(bands)], axis=1)) * 100,
        "b_out": torch.from_numpy(-(edges**2)) * 100,
    }
    return Model(Recurrent(2, bands, 2), parameters, tuple(range(bands)))


def test_a_network_that_counts_is_refused_with_what_was_seen():
    found = extract_machine(counting_network(), ((0,), (1,)), 40)
    assert isinstance(found, Refusal)
    assert found.numbers["states"] <= MAX_STATES


RIGHT_AT_LENGTH = 200


def trained_on(words, labels, fresh, fresh_labels, d_hidden, **settings):
    """What came of training networks that read two symbols, and the best of them."""
    data = Data(*(part[..., None] for part in (words, labels, fresh, fresh_labels)))
    trainer = SecondOrderTrainer(2, data, 0, SecondOrderRecipe(**settings), (d_hidden,))
    return trainer.train(trainer.planned()[0], unobserved)


@pytest.mark.part(1)
@pytest.mark.parametrize(
    ("step", "states"),
    [
        (lambda s, x: ((s + x) % 2, (s + x) % 2), 2),
        (lambda s, x: ((s + 1 + x) % 3, int((s + 1 + x) % 3 == 0)), 3),
        (lambda s, x: (0 if x else min(s + 1, 3), int(not x and s >= 2)), 3),
    ],
)
def test_a_trained_network_is_read_as_the_minimal_machine_and_proved(step, states):
    machine = machine_of(step, 0, (0, 1))
    rng = np.random.default_rng(0)
    words, fresh = rng.integers(0, 2, (2, 4000, 10))
    labels, fresh_labels = machine.run(words), machine.run(fresh)
    trained, network = trained_on(words, labels, fresh, fresh_labels, 6, members=4)
    assert trained.right == 1
    assert trained.noise is not None
    found = extract_machine(network, machine.symbols, 10)
    assert isinstance(found, ExtractedMachine), found
    assert found.machine.minimise() == machine
    assert machine.states == states
    proved = find_boxes(SymbolMaps(network.weights), network.answers, machine)
    assert isinstance(proved, tuple), proved
    long = rng.integers(0, 2, (50, RIGHT_AT_LENGTH))
    np.testing.assert_array_equal(network.run(long), machine.run(long))


def test_labels_that_mean_nothing_are_not_learned():
    rng = np.random.default_rng(0)
    words, fresh = rng.integers(0, 2, (2, 500, 10))
    labels, fresh_labels = rng.integers(0, 2, (2, 500, 10))
    trained, _ = trained_on(
        *(words, labels, fresh, fresh_labels, 4), members=2, max_steps=100, patience=200
    )
    assert trained.right < 0.1
    assert trained.reached_at is trained.noise is None
    assert trained.stopped == "no member was right at the last look"
