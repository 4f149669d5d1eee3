"""Boxes under layers of cells hold every point, in real arithmetic and in floating point."""

from dataclasses import asdict

import numpy as np
import pytest
import torch
from builders.library_networks import ends_in, parity, planted

from distill import Channels, RecurrentLayers
from distill.checker.automaton import maps_of
from distill.checker.forward import DOUBLE, SINGLE
from distill.checker.layer_boxes import LayerBoxes
from distill.kinds.automaton.boxes import Boxes, NotClosed, find_boxes
from distill.networks.given import over_sequences

SHAPES = [
    RecurrentLayers(3, 3, 4, "rnn", 5, n_layers=2),
    RecurrentLayers(3, 3, 4, "rnn", 5, activation="relu", biases=0, head=(6,)),
    RecurrentLayers(3, 3, 4, "gru", 5, n_layers=2, head=(4,), head_activation="tanh"),
    RecurrentLayers(3, 3, 4, "gru", 5, reset="before", update="takes", biases=1),
    RecurrentLayers(3, 3, 4, "gru", 5, reset="unused", head=(4,), head_activation="sigmoid"),
    RecurrentLayers(3, 3, 4, "lstm", 5, n_layers=2),
    RecurrentLayers(3, 3, 4, "lstm", 5, peepholes=True, coupled=True),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("scale", [1.0, 8.0])
def test_the_image_of_a_box_holds_the_images_of_its_points(shape, scale):
    rng = np.random.default_rng(0)
    drawn = shape.initialise(torch.Generator().manual_seed(0))
    weights = {name: (scale * value).float().numpy() for name, value in drawn.items()}
    maps = LayerBoxes(asdict(shape), weights)
    d = len(maps.start)
    for width in (0.0, 1e-6, 0.1, 1.0):
        centre = rng.uniform(-1, 1, (6, d)).astype(np.float32).astype(np.float64)
        low, high = centre - width, centre + width
        ends = rng.random((200, 6, d)) < 0.5
        points = np.where(ends, low, high)
        points[:100] = low + rng.random((100, 6, d)) * (high - low)
        for roundoff, kind in ((DOUBLE, np.float64), (SINGLE, np.float32)):
            typed = {name: value.astype(kind) for name, value in weights.items()}
            held = points if kind is np.float64 else centre[None]
            flat = held.reshape(-1, d).astype(kind)
            for symbol in range(3):
                inner, outer = maps.image(symbol, low, high, roundoff)
                lead = maps.leads(inner, outer, np.full(6, symbol), roundoff)
                moved = shape.step(typed, flat, np.full(len(flat), symbol))
                values = shape.values(typed, moved).reshape(-1, 6, 3)
                moved = moved.reshape(-1, 6, d)
                assert (inner <= moved).all()
                assert (moved <= outer).all()
                others = np.delete(values, symbol, axis=2).max(axis=2)
                assert (lead <= values[..., symbol] - others + 1e-12).all()


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_machine_in_saturated_cells_is_proved_for_every_length(cell):
    for machine in (parity(3), ends_in("101")):
        model = over_sequences(planted(machine, cell), Channels((range(2),)), None, 8)
        stored = model.network.stored
        assert stored is not None
        maps = maps_of(asdict(stored.architecture), stored.weights)
        assert maps is not None
        small = machine.minimise()
        found = find_boxes(maps, stored.answers, small)
        assert not isinstance(found, NotClosed), found.reason
        boxes, checked = found
        assert isinstance(boxes, Boxes)
        assert checked.holds
        assert checked.lead > 0.1


@pytest.mark.parametrize("shape", SHAPES)
def test_what_overflows_is_anywhere(shape):
    """A sum that single precision does not hold has no bounds, and no bound is no number."""
    drawn = shape.initialise(torch.Generator().manual_seed(0))
    huge = {name: (1e38 * value.sign()).float().numpy() for name, value in drawn.items()}
    maps = LayerBoxes(asdict(shape), huge)
    low = np.full((2, len(maps.start)), -0.5)
    with np.errstate(all="ignore"):
        inner, outer = maps.image(0, low, -low, SINGLE)
    assert not np.isnan(inner).any()
    assert not np.isnan(outer).any()
    if shape.activation == "relu":
        assert np.isinf(outer).all()


def test_another_machine_is_not_proved():
    model = over_sequences(planted(parity(3)), Channels((range(2),)), None, 8).network.stored
    assert model is not None
    maps = maps_of(asdict(model.architecture), model.weights)
    assert maps is not None
    assert isinstance(find_boxes(maps, model.answers, parity(2)), NotClosed)


def test_a_network_whose_two_answers_differ_in_the_last_bit_is_not_proved():
    model = over_sequences(planted(parity(2)), Channels((range(2),)), None, 8).network.stored
    assert model is not None
    W = torch.zeros_like(model.parameters["W_out"]).double()
    b = torch.tensor([1.0, 1.0 + 2**-52], dtype=torch.float64)
    level = model.with_parameters(W_out=W, b_out=b)
    maps = maps_of(asdict(level.architecture), level.weights)
    assert maps is not None
    machine = parity(2)
    always = type(machine)(((0, 0),), ((1, 1),), machine.symbols)  # it always answers 1, by a bit
    assert (level.run(np.zeros((1, 5), dtype=np.int64)) == 1).all()
    assert isinstance(find_boxes(maps, level.answers, always), NotClosed)
