"""Machines in recurrent networks: put in by construction or learned, they come back, and hold."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_machine import planted_network

from distill.checker.forward import DOUBLE, SINGLE
from distill.checker.invariant import image, induction, leads
from distill.kinds.automaton.boxes import Boxes, NotClosed, find_boxes
from distill.kinds.automaton.extract import MAX_STATES, ExtractedMachine, extract_machine
from distill.kinds.automaton.machine import Machine, random_minimal
from distill.networks.recurrent_model import RecurrentModel
from distill.networks.second_order import Recurrent
from distill.records.refusal import Refusal
from distill.train import Data
from distill.train.second_order import SecondOrderRecipe, SecondOrderTrainer
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


def drawn(seed, states, symbols):
    return random_minimal(np.random.default_rng(seed), states, symbols)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 30), st.integers(2, 4))
def test_a_random_machine_put_into_weights_comes_back(seed, states, symbols):
    machine = drawn(seed, states, symbols)
    found = extract_machine(planted_network(machine, seed), machine.symbols, 4 * states)
    assert isinstance(found, ExtractedMachine), found
    assert found.machine.is_isomorphic(machine)
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
    assert found.machine.is_isomorphic(wrong.minimise())
    assert not found.machine.is_isomorphic(machine)


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
    return RecurrentModel(Recurrent(2, bands, 2), parameters, tuple(range(bands)))


def test_a_network_that_counts_is_refused_with_what_was_seen():
    found = extract_machine(counting_network(), ((0,), (1,)), 40)
    assert isinstance(found, Refusal)
    assert found.numbers["states"] <= MAX_STATES


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 12), st.integers(2, 3))
def test_planted_machines_are_proved_for_every_length(seed, states, symbols):
    machine = drawn(seed, states, symbols)
    network = planted_network(machine, seed)
    found = find_boxes(network, machine)
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


def certificate():
    machine = drawn(3, 6, 2)
    network = planted_network(machine)
    boxes, _ = find_boxes(network, machine)
    weights = {name: value.numpy() for name, value in network.parameters.items()}
    numbers = {value: number for number, value in enumerate(network.answers)}
    outputs = np.array([[numbers[answer] for answer in row] for row in machine.outputs])
    return weights, boxes, outputs[boxes.states]


def test_a_certificate_holds_and_every_part_of_it_matters():
    weights, boxes, answers = certificate()
    given_ = (boxes.low, boxes.high, boxes.follows, answers)
    assert induction(weights, *given_).holds
    assert induction(weights, *given_, roundoff=SINGLE).holds
    for node in range(len(boxes.low)):
        narrow = boxes.high.copy()
        narrow[node] = boxes.low[node] - 1e-9  # the box of the start is a point
        assert not induction(weights, boxes.low, narrow, boxes.follows, answers).holds
        for symbol in range(2):
            astray = boxes.follows.copy()
            target = boxes.states[astray[node, symbol]]
            astray[node, symbol] = np.flatnonzero(boxes.states != target)[0]
            assert not induction(weights, boxes.low, boxes.high, astray, answers).holds
            lie = answers.copy()
            lie[node, symbol] = (lie[node, symbol] + 1) % len(weights["W_out"])
            assert not induction(weights, boxes.low, boxes.high, boxes.follows, lie).holds
    moved = {**weights, "h_0": -weights["h_0"]}
    assert not induction(moved, *given_).starts
    steep = {**weights, "W": weights["W"] * 0.2}
    assert not induction(steep, *given_).closed


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.floats(0, 1), st.sampled_from([0.1, 1, 4]))
def test_images_and_leads_bound_every_point_of_a_box(seed, d, width, scale):
    """Corners of the box too, where the bounds are met; in float32 for its own roundoff."""
    rng = np.random.default_rng(seed)
    weights = {"W": scale * rng.standard_normal((1, d, d)), "b": rng.standard_normal((1, d))}
    weights |= {"W_out": rng.standard_normal((3, d)), "b_out": rng.standard_normal(3)}
    middle, radius = rng.uniform(-1, 1, d), width * rng.random(d)
    low, high = (middle - radius)[None], (middle + radius)[None]
    corners = rng.choice([-1.0, 1.0], (64, d))
    points = middle + radius * np.concatenate([corners, rng.uniform(-1, 1, (64, d))])
    points = np.clip(points, low, high)
    for kind, roundoff in ((np.float64, DOUBLE), (np.float32, SINGLE)):
        W, b, W_out, b_out = (weights[name].astype(kind) for name in ("W", "b", "W_out", "b_out"))
        stored = {"W": W, "b": b, "W_out": W_out, "b_out": b_out}
        exact = {name: value.astype(np.float64) for name, value in stored.items()}
        inner, outer = image(exact, 0, low, high, roundoff)
        reached = np.tanh(points.astype(kind) @ W[0].T + b[0])
        slack = 0 if kind is np.float64 else 2 * SINGLE * scale * d  # the points were rounded
        assert (inner - slack <= reached).all()
        assert (reached <= outer + slack).all()
        bound = leads(exact, low, high, np.array([1]), roundoff)[0]
        logits = points @ exact["W_out"].T + exact["b_out"]
        assert bound <= (logits[:, 1] - logits[:, [0, 2]].max(axis=1)).min()
        if radius.max() == 0:
            assert (outer - inner < 1e-4).all()


def test_rounding_is_inside_the_image_of_a_point():
    """Large terms that cancel, summed in float32: the image of one point must hold what comes."""
    rng = np.random.default_rng(0)
    W = (30 * rng.standard_normal((1, 40, 40))).astype(np.float32)
    point = rng.uniform(-1, 1, 40).astype(np.float32)
    b = -(W.astype(np.float64) @ point).astype(np.float32)
    exact = {"W": W.astype(np.float64), "b": b.astype(np.float64)}
    reached = np.tanh(W[0] @ point + b[0])
    box = point.astype(np.float64)[None]
    inner, outer = image(exact, 0, box, box, SINGLE)
    assert (inner <= reached).all()
    assert (reached <= outer).all()
    double = image(exact, 0, box, box, DOUBLE)
    assert (double[1] < reached).any()  # which the bound of float64 alone does not


def test_a_wrong_machine_is_not_proved():
    machine = drawn(3, 6, 2)
    other = drawn(4, 6, 2)
    assert isinstance(find_boxes(planted_network(machine), other), NotClosed)


RIGHT_AT_LENGTH = 200


def trained_on(words, labels, fresh, fresh_labels, d_hidden, **settings):
    """What came of training networks that read two symbols, and the best of them."""
    data = Data(*(part[..., None] for part in (words, labels, fresh, fresh_labels)))
    trainer = SecondOrderTrainer(2, data, 0, SecondOrderRecipe(**settings), (d_hidden,))
    return trainer.train(trainer.planned()[0], unobserved)


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
    proved = find_boxes(network, machine)
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
