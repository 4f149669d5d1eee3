"""What bounds a lead of two layers of attention over a set of texts bounds it on every one."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from builders.compiled_texts import induction
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.checker.text_streams import Streams
from distill.checker.text_transformer import logits_of
from distill.checker.text_two_layers import TwoLayers, bounded
from distill.networks.text_transformer import TextTransformer

SIZE, LONGEST = 3, 5
BASE = TextTransformer(
    *(SIZE + 1, (0, 1, 2), LONGEST + 1, 4),
    **{"d_model": 8, "n_layers": 2, "n_heads": 1, "d_head": 3, "d_mlp": 0, "bos": 3},
)
SHAPES = {
    "causal": {"causal": True},
    "two heads": {"causal": True, "n_heads": 2},
    "without a start": {"causal": True, "bos": None},
    "not causal": {"bos": None, "n_heads": 2},
    "read at the end": {"bos": None, "reads": "last"},
    "wide heads": {"causal": True, "d_head": 11},
}


def drawn(changes, seed, sharp):
    """Shape and weights; scores of both layers are `sharp` times as large."""
    shape = replace(BASE, **changes)
    generator = torch.Generator().manual_seed(seed)
    weights = {
        name: torch.randn(size, generator=generator).numpy() / 2
        for name, size in shape.shapes().items()
    }
    for layer in range(2):
        weights[f"blocks.{layer}.W_Q"] = weights[f"blocks.{layer}.W_Q"] * sharp
    return asdict(shape), weights


def leads_of(shape, weights, texts, at, answers):
    logits = logits_of(shape, weights, texts)[:, 0 if shape["reads"] == "last" else at]
    own = np.arange(len(texts))
    others = logits.copy()
    others[own, answers] = -np.inf
    return logits[own, answers] - others.max(axis=1)


def sets_with_texts(rng, count, length, at):
    """Random sets of texts with one token at a position, and texts, the first of them inside."""
    sets = rng.random((count, length, SIZE)) < rng.random()
    texts = rng.integers(SIZE, size=(count, 40, length))
    texts[:, :, at] = texts[:, :1, at]
    sets[:, at] = False
    np.put_along_axis(sets, texts[:, 0, :, None], True, axis=2)
    return sets, texts


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(SHAPES)),
    st.integers(1, LONGEST),
    st.sampled_from([0.0, 1.0, 3.0, 10.0, 100.0]),
    st.integers(0, 2**32 - 1),
)
def test_no_text_of_a_set_leads_by_less_than_its_bound(name, length, sharp, seed):
    shape, weights = drawn(SHAPES[name], seed % 100, sharp)
    rng = np.random.default_rng(seed)
    at = length - 1 if shape["reads"] == "last" else int(rng.integers(length))
    sets, texts = sets_with_texts(rng, 4, length, at)
    answers = rng.integers(4, size=4)
    seen = sets[:, : at + 1] if shape["causal"] else sets
    found = TwoLayers(shape, weights, LONGEST).leads(at, seen, answers)
    for row, some in enumerate(texts):
        inside = np.array([[sets[row, j, t] for j, t in enumerate(text)] for text in some])
        inside = some[inside.all(axis=1)]
        leads = leads_of(shape, weights, inside, at, np.repeat(answers[row], len(inside)))
        assert leads.min() >= found.value[row] - 1e-12


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_over_one_text_a_bound_is_the_lead_but_for_rounding(name):
    shape, weights = drawn(SHAPES[name], 7, 3.0)
    texts = np.indices([SIZE] * 4).reshape(4, -1).T
    net, answers = TwoLayers(shape, weights, LONGEST), np.arange(len(texts)) % 4
    sets = np.eye(SIZE, dtype=bool)[texts]
    for at in [3] if shape["reads"] == "last" else range(4):
        found = net.leads(at, sets[:, : at + 1] if shape["causal"] else sets, answers)
        leads = leads_of(shape, weights, texts, at, answers)
        assert (found.value <= leads).all()
        assert np.allclose(found.value + found.lost, leads, atol=1e-12)


def test_bounds_over_networks_that_look_at_one_position_are_near_the_least():
    """Of a network that looks for what came after the same token, over sets of 3 to 81 texts."""
    network = induction(tokens=SIZE, longest=LONGEST)
    shape = asdict(network.shape)
    weights = {name: it.numpy() for name, it in network.model.parameters.items()}
    net, rng = TwoLayers(shape, weights, LONGEST), np.random.default_rng(0)
    every = np.indices([SIZE] * LONGEST).reshape(LONGEST, -1).T
    sets, _ = sets_with_texts(rng, 60, LONGEST, LONGEST - 1)
    answers = rng.integers(SIZE, size=60)
    found = net.leads(LONGEST - 1, sets, answers).value
    for row, some in enumerate(sets):
        inside = every[some[np.arange(LONGEST), every].all(axis=1)]
        leads = leads_of(shape, weights, inside, LONGEST - 1, np.repeat(answers[row], len(inside)))
        assert leads.min() - 1.0 <= found[row] <= leads.min()


def test_where_to_cut_is_where_several_tokens_may_stand():
    shape, weights = drawn({"causal": True}, 3, 3.0)
    net, rng = TwoLayers(shape, weights, LONGEST), np.random.default_rng(0)
    sets = rng.random((500, LONGEST, SIZE)) < 0.5
    sets[:, 2] = np.eye(SIZE, dtype=bool)[0]
    sets = sets[sets.any(axis=2).all(axis=1) & (sets.sum(axis=2) > 1).any(axis=1)]
    at = net.where(2, sets)
    assert (sets[np.arange(len(sets)), at].sum(axis=1) > 1).all()


@pytest.mark.parametrize(
    "changes",
    [
        {"n_layers": 1},
        {"n_layers": 3},
        {"d_mlp": 4},
        {"layer_norm": True},
        {"causal": False},
        {"tie": 0.01},
        {"readout": "set"},
        {"starts": 2},
    ],
)
def test_other_networks_are_not_bounded(changes):
    assert bounded(asdict(replace(BASE, causal=True)))
    assert not bounded(asdict(replace(BASE, **{"causal": True, **changes})))


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_streams_of_all_texts_are_within_their_reach_and_above_what_is_least_at_a_key(name):
    """Of the stream behind the first layer, which is read as the logits of one layer."""
    shape, weights = drawn(SHAPES[name], 11, 4.0)
    alone = {key: it for key, it in weights.items() if not key.startswith("blocks.1.")}
    d = BASE.d_model
    alone |= {"W_U": np.eye(d, dtype=np.float32), "b_U": np.zeros(d, dtype=np.float32)}
    one = {**shape, "n_layers": 1, "n_outputs": d, "reads": "every"}
    texts = np.indices([SIZE] * LONGEST).reshape(LONGEST, -1).T
    towards = np.random.default_rng(0).normal(size=(d, 6))
    along = logits_of(one, alone, texts) @ towards
    streams, loose = Streams(shape, weights, LONGEST), list[np.ndarray]()
    reach = streams.reach(towards)
    for key, sets in enumerate(streams.beside(LONGEST)):
        least = streams.of_key(key, sets, towards.T, np.abs(towards.T)).value
        for token, other in np.indices([SIZE, SIZE]).reshape(2, -1).T:
            place = streams.looked_at(LONGEST)[key]
            here = along[(texts[:, key] == token) & (texts[:, place] == other), key]
            if not len(here):
                continue
            assert (here >= reach.low[key, token] - 1e-12).all()
            assert (here <= reach.high[key, token] + 1e-12).all()
            assert (here >= least[other, token] - 1e-12).all()
            loose.append(here.min(axis=0) - least[other, token])
    assert np.median(loose) < 1
