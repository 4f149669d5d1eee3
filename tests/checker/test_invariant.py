"""A certificate over boxes: every part of it matters, and its bounds hold every point of a box."""

import numpy as np
from builders.amount import examples
from builders.exploring import drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_machine import planted_network

from distill.checker.forward import DOUBLE, SINGLE
from distill.checker.invariant import SymbolMaps, image, induction, leads
from distill.kinds.automaton.boxes import find_boxes


def certificate():
    machine = drawn(3, 6, 2)
    network = planted_network(machine)
    boxes, _ = find_boxes(SymbolMaps(network.weights), network.answers, machine)
    weights = {name: value.numpy() for name, value in network.parameters.items()}
    numbers = {value: number for number, value in enumerate(network.answers)}
    outputs = np.array([[numbers[answer] for answer in row] for row in machine.outputs])
    return weights, boxes, outputs[boxes.states]


def test_a_certificate_holds_and_every_part_of_it_matters():
    weights, boxes, answers = certificate()
    given_ = (boxes.low, boxes.high, boxes.follows, answers)
    assert induction(SymbolMaps(weights), *given_).holds
    assert induction(SymbolMaps(weights), *given_, roundoff=SINGLE).holds
    for node in range(len(boxes.low)):
        narrow = boxes.high.copy()
        narrow[node] = boxes.low[node] - 1e-9  # the box of the start is a point
        assert not induction(SymbolMaps(weights), boxes.low, narrow, boxes.follows, answers).holds
        for symbol in range(2):
            astray = boxes.follows.copy()
            target = boxes.states[astray[node, symbol]]
            astray[node, symbol] = np.flatnonzero(boxes.states != target)[0]
            assert not induction(SymbolMaps(weights), boxes.low, boxes.high, astray, answers).holds
            lie = answers.copy()
            lie[node, symbol] = (lie[node, symbol] + 1) % len(weights["W_out"])
            assert not induction(
                SymbolMaps(weights), boxes.low, boxes.high, boxes.follows, lie
            ).holds
    moved = {**weights, "h_0": -weights["h_0"]}
    assert not induction(SymbolMaps(moved), *given_).starts
    steep = {**weights, "W": weights["W"] * 0.2}
    assert not induction(SymbolMaps(steep), *given_).closed


@settings(max_examples=examples(60), deadline=None)
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
