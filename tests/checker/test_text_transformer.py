"""The checker's forward pass of transformers over texts is the network's own, written anew."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from builders.compiled_texts import histogram, shifted

from distill.checker.text_draws import FAMILIES, drawn_texts, structured
from distill.checker.text_transformer import (
    alike,
    answers_of,
    logits_of,
    shapes_over_texts,
    taken_as_told,
)
from distill.domains.texts import Texts
from distill.networks.stored import Model
from distill.networks.text_network import TextNetwork
from distill.networks.text_transformer import TextTransformer

BASE = TextTransformer(
    *(5, (1, 2, 3), 6, 4), d_model=8, n_layers=2, n_heads=2, d_head=3, d_mlp=7, bos=0, causal=True
)


def drawn(shape):
    generator = torch.Generator().manual_seed(0)
    weights = {
        name: torch.randn(size, generator=generator) for name, size in shape.shapes().items()
    }
    answers = tuple(range(shape.n_outputs)) if shape.readout != "value" else ()
    if shape.readout == "set":
        answers = tuple(1 << place for place in answers)
    return TextNetwork(Model(shape, weights, answers), Texts(range(3), 5))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"causal": False, "layer_norm": True, "activation": "gelu"},
        {"bos": None, "activation": "gelu_tanh", "reads": "last"},
        {"d_mlp": 0, "layer_norm": True},
        {"readout": "value", "n_outputs": 1, "tolerance": 0.01},
        {"readout": "set", "starts": 4, "n_positions": 9, "layer_norm": True},
        {"reads": "after", "read_from": 2, "layer_norm": True, "norm_epsilon": 1e-3, "d_mlp": 0},
    ],
)
def test_both_forward_passes_give_the_same_logits(changes):
    shape = replace(BASE, **changes)
    network, told = drawn(shape), asdict(shape)
    weights = {name: value.numpy() for name, value in network.model.parameters.items()}
    shapes = shapes_over_texts(told, range(3), 5, len(network.model.answers))
    assert shapes == {name: value.shape for name, value in weights.items()}
    for length in (1, 4, 5):
        rows = structured(range(3), 30, length, 1)
        here, there = logits_of(told, weights, rows), network.logits(rows)
        assert np.allclose(here, there, atol=1e-9, equal_nan=True)
        said, lead = answers_of(told, np.array(network.model.answers, dtype=float), here)
        assert alike(told, network.run(rows), said).all()
        read = ~np.isnan(there).any(axis=-1)
        assert np.allclose(lead[read], network.lead(there)[read])


def test_a_causal_network_answers_without_what_comes_later():
    rows = np.array([[0, 1, 2, 0, 1], [0, 1, 2, 2, 2]])
    said = drawn(BASE).logits(rows)
    assert np.allclose(said[0, :3], said[1, :3])
    free = drawn(replace(BASE, causal=False)).logits(rows)
    assert not np.allclose(free[0, :3], free[1, :3])


def test_a_lead_below_the_tie_is_no_answer():
    network = shifted()
    assert network.run(np.array([[2, 1]])).tolist() == [[-1.0, 2.0]]
    assert histogram().run(np.array([[1, 1, 0]])).tolist() == [[2.0, 2.0, 1.0]]


def test_structured_texts_are_what_random_ones_almost_never_are():
    rows = structured(range(10), 80, 9, 3)
    kinds = [rows[place::FAMILIES] for place in range(FAMILIES)]
    few, rising, falling, _, _, apart, _, one = kinds
    assert max(len(set(row)) for row in few.tolist()) <= 3
    assert (np.diff(rising, axis=1) >= 0).all()
    assert (np.diff(falling, axis=1) <= 0).all()
    assert all(len(set(row)) == 9 for row in apart.tolist())
    assert max(len(set(row)) for row in one.tolist()) <= 2
    again = drawn_texts({"kind": "structured", "length": 9, "count": 80, "seed": 3}, range(10))
    assert (again == rows).all()
    with pytest.raises(ValueError, match="not known"):
        drawn_texts({"kind": "odd", "length": 2}, range(3))


def told_of(**changes):
    return asdict(replace(BASE, **changes))


def test_a_chosen_value_is_that_value_and_only_numbers_have_a_tolerance():
    """Within 0.05 of 40 lies 41: a program that is off by one passed as exhaustive."""
    for changes in ({"tolerance": 0.05}, {"readout": "value", "n_outputs": 1, "tolerance": 0.05}):
        told = told_of(**changes)
        with pytest.raises(ValueError, match="tolerance"):
            shapes_over_texts(told, range(3), 5, 0 if "readout" in changes else 4)
    number = told_of(readout="value", n_outputs=1, tolerance=0.01)
    assert shapes_over_texts(number, range(3), 5, 0)


def test_what_counts_as_no_answer_is_a_small_lead_and_is_listed():
    """With a tie of 1e9 every network answered nothing, as a program did that says so."""
    with pytest.raises(ValueError, match="lead"):
        shapes_over_texts(told_of(tie=1e9), range(3), 5, 4)
    assert shapes_over_texts(told_of(tie=0.05), range(3), 5, 4)
    assert "less than 0.02" in taken_as_told(told_of(tie=0.02))[0]
    assert taken_as_told(told_of(tie=0.0)) == []
    assert "0.01" in taken_as_told(told_of(readout="value", tolerance=0.01))[0]
