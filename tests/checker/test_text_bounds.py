"""What bounds the lead of an output over a set of texts bounds it on every text of the set."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.checker.text_bounds import OneLayer, bounded
from distill.checker.text_transformer import logits_of
from distill.networks.text_transformer import TextTransformer

SIZE, LONGEST = 3, 5
BASE = TextTransformer(
    *(SIZE + 1, (0, 1, 2), LONGEST + 1, 4),
    **{"d_model": 8, "n_layers": 1, "n_heads": 2, "d_head": 3, "d_mlp": 7, "bos": 3},
)
SHAPES = {
    "plain": {},
    "causal": {"causal": True},
    "without a start": {"bos": None},
    "no units": {"d_mlp": 0, "n_heads": 1},
    "read at the end": {"reads": "last"},
}


def drawn(changes, seed, sharp):
    """Shape and weights; scores are `sharp` times as large."""
    shape = replace(BASE, **changes)
    generator = torch.Generator().manual_seed(seed)
    weights = {
        name: torch.randn(size, generator=generator).numpy() / 2
        for name, size in shape.shapes().items()
    }
    weights["blocks.0.W_Q"] = weights["blocks.0.W_Q"] * sharp
    return asdict(shape), weights


def leads_of(shape, weights, texts, at, answers):
    logits = logits_of(shape, weights, texts)[:, 0 if shape["reads"] == "last" else at]
    own = np.arange(len(texts))
    others = logits.copy()
    others[own, answers] = -np.inf
    return logits[own, answers] - others.max(axis=1)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(SHAPES)),
    st.integers(1, LONGEST),
    st.sampled_from([0.0, 1.0, 5.0, 40.0]),
    st.integers(0, 2**32 - 1),
)
def test_no_text_of_a_set_leads_by_less_than_its_bound(name, length, sharp, seed):
    shape, weights = drawn(SHAPES[name], seed % 100, sharp)
    rng = np.random.default_rng(seed)
    at = length - 1 if shape["reads"] == "last" else int(rng.integers(length))
    sets = rng.random((4, length, SIZE)) < rng.random()
    texts = rng.integers(SIZE, size=(4, 30, length))
    texts[:, :, at] = texts[:, :1, at]
    sets[:, at] = False
    np.put_along_axis(sets, texts[:, 0, :, None], True, axis=2)
    answers = rng.integers(4, size=4)
    seen = sets[:, : at + 1] if shape["causal"] else sets
    bound = OneLayer(shape, weights, LONGEST).leads(at, seen, answers).value
    for row, some in enumerate(texts):
        inside = np.array([[sets[row, j, t] for j, t in enumerate(text)] for text in some])
        inside = some[inside.all(axis=1)]
        leads = leads_of(shape, weights, inside, at, np.repeat(answers[row], len(inside)))
        assert leads.min() >= bound[row] - 1e-12


@pytest.mark.parametrize("name", sorted(SHAPES))
@pytest.mark.parametrize("sharp", [0.0, 2.0, 40.0])
def test_over_one_text_a_bound_is_the_lead_but_for_rounding(name, sharp):
    shape, weights = drawn(SHAPES[name], 7, sharp)
    texts = np.indices([SIZE] * 4).reshape(4, -1).T
    net, answers = OneLayer(shape, weights, LONGEST), np.arange(len(texts)) % 4
    sets = np.eye(SIZE, dtype=bool)[texts]
    for at in [3] if shape["reads"] == "last" else range(4):
        found = net.leads(at, sets[:, : at + 1] if shape["causal"] else sets, answers)
        leads = leads_of(shape, weights, texts, at, answers)
        assert (found.value <= leads).all()
        assert np.allclose(found.value + found.lost, leads, atol=2 * found.lost.max() + 1e-12)
        assert 0 < found.lost.max() < 1e-5


def test_a_set_of_more_texts_has_no_larger_bound():
    shape, weights = drawn({}, 3, 3.0)
    net, rng = OneLayer(shape, weights, LONGEST), np.random.default_rng(0)
    few = np.eye(SIZE, dtype=bool)[rng.integers(SIZE, size=(200, LONGEST))]
    more = few | (rng.random(few.shape) < 0.5)
    more[:, 2] = few[:, 2]
    answers = rng.integers(4, size=200)
    few, more = (net.leads(2, sets, answers).value for sets in (few, more))
    assert (more <= few + 1e-9).all()
    assert (more < few - 0.01).mean() > 0.9


@pytest.mark.parametrize(
    "changes",
    [
        {"n_layers": 2},
        {"layer_norm": True},
        {"activation": "gelu"},
        {"tie": 0.01},
        {"readout": "set"},
        {"starts": 2},
        {"reads": "after", "read_from": 1},
    ],
)
def test_of_other_networks_nothing_is_bounded(changes):
    assert bounded(asdict(BASE))
    assert not bounded(asdict(replace(BASE, **changes)))
