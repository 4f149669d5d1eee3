"""Transformers over texts: the forward pass is that of torch's own layers."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F  # noqa: N812

from distill.domains.texts import Texts
from distill.networks.stored import Model
from distill.networks.text_network import TextNetwork
from distill.networks.text_transformer import TextTransformer

BASE = TextTransformer(
    *(6, (1, 2, 3), 9, 5), d_model=8, n_layers=2, n_heads=2, d_head=4, d_mlp=7, layer_norm=True
)
FORMS = st.fixed_dictionaries(
    {
        "bos": st.sampled_from([None, 0]),
        "causal": st.booleans(),
        "layer_norm": st.booleans(),
        "norm_epsilon": st.sampled_from([1e-5, 1e-2]),
        "activation": st.sampled_from(["relu", "gelu", "gelu_tanh"]),
        "d_mlp": st.sampled_from([0, 7]),
        "starts": st.sampled_from([1, 3]),
    }
)


def drawn(shape, seed=0):
    """A network of random weights that reads texts of three tokens."""
    generator = torch.Generator().manual_seed(seed)
    weights = {
        name: torch.randn(size, generator=generator) for name, size in shape.shapes().items()
    }
    answers = tuple(1 << n if shape.readout == "set" else n for n in range(shape.n_outputs))
    return TextNetwork(Model(shape, weights, answers), Texts(range(3), 5))


def layers_of_torch(network, rows):
    """Logits at every position, by torch's layers: a linear map for all heads, fused."""
    shape, weights = network.shape, network.parameters
    first = shape.first_positions(torch.from_numpy(rows))
    rows = torch.tensor(shape.tokens)[torch.from_numpy(rows)]
    if shape.bos is not None:
        rows = torch.cat([torch.full((len(rows), 1), shape.bos), rows], dim=1)
    stream = F.embedding(rows, weights["W_E"])
    stream = stream + F.embedding(first[:, None] + torch.arange(rows.shape[1]), weights["W_pos"])

    def normed(name, x):
        if not shape.layer_norm:
            return x
        layer = nn.LayerNorm(shape.d_model, shape.norm_epsilon, dtype=torch.float64)
        layer.weight.data, layer.bias.data = weights[f"{name}_weight"], weights[f"{name}_bias"]
        return layer(x)

    acts = {
        "relu": nn.ReLU(),
        "gelu": nn.GELU(),
        "gelu_tanh": nn.GELU(approximate="tanh"),
    }
    for layer in range(shape.n_layers):
        name = f"blocks.{layer}"
        read = normed(f"{name}.ln_1", stream)
        q, k, v = (
            F.linear(
                read,
                weights[f"{name}.W_{n}"].permute(0, 2, 1).reshape(-1, shape.d_model),
                weights[f"{name}.b_{n}"].reshape(-1),
            )
            .unflatten(-1, (shape.n_heads, shape.d_head))
            .transpose(1, 2)
            for n in "QKV"
        )
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=shape.causal)
        mixed = mixed.transpose(1, 2).flatten(2)
        out = weights[f"{name}.W_O"].reshape(-1, shape.d_model)
        stream = stream + F.linear(mixed, out.T, weights[f"{name}.b_O"])
        if shape.d_mlp:
            read = normed(f"{name}.ln_2", stream)
            units = F.linear(read, weights[f"{name}.W_in"].T, weights[f"{name}.b_in"])
            units = acts[shape.activation](units)
            stream = stream + F.linear(units, weights[f"{name}.W_out"].T, weights[f"{name}.b_out"])
    stream = normed("ln_final", stream)
    return F.linear(stream, weights["W_U"].T, weights["b_U"])[:, shape.before :].detach().numpy()


@given(FORMS, st.integers(1, 5), st.integers(0, 99))
@settings(max_examples=examples(20), deadline=None)
def test_the_forward_pass_is_that_of_torch_s_layers(form, length, seed):
    network = drawn(replace(BASE, **form), seed)
    rows = np.random.default_rng(seed).integers(0, 3, (4, length))
    found = network.logits(rows)
    assert np.allclose(found, layers_of_torch(network, rows), atol=1e-9)
    looked_at = network.logits(rows, lambda site, there: there)
    assert np.allclose(looked_at, found, atol=1e-9)


def test_an_answer_may_be_the_set_of_outputs_above_zero():
    network = drawn(replace(BASE, readout="set"))
    rows = np.arange(3)[:, None]
    logits = network.logits(rows)
    sets = [{n for n in range(5) if row[n] > 0} for row in logits[:, 0]]
    assert network.run(rows)[:, 0].tolist() == [sum(2**n for n in each) for each in sets]
    assert len({*map(tuple, sets)}) > 1
    assert np.allclose(network.lead(logits), np.abs(logits).min(axis=-1))


def test_answers_may_be_read_from_a_token_on():
    network = drawn(replace(BASE, reads="after", read_from=3))
    rows = np.array([[0, 2, 1, 2, 0], [1, 1, 0, 1, 1]])
    said, every = network.run(rows), drawn(BASE).run(rows)
    assert said[0, 0] == network.shape.none
    assert (said[0, 1:] == every[0, 1:]).all()
    assert (said[1] == network.shape.none).all()


def test_texts_start_at_every_position_there_is_room_for_evenly():
    shape = replace(BASE, starts=5)
    rows = torch.from_numpy(np.random.default_rng(0).integers(0, 3, (5_000, 5)))
    first = shape.first_positions(rows)
    assert shape.longest == 5
    assert (torch.bincount(first, minlength=5) > 900).all()
    assert (BASE.first_positions(rows) == 0).all()


@pytest.mark.parametrize(("longest", "starts"), [(5, 6), (10, 1)])
def test_a_text_that_there_are_no_positions_for_is_refused(longest, starts):
    network = drawn(BASE)
    shape = replace(BASE, starts=starts)
    with pytest.raises(Exception, match="the network reads 3 tokens, up to"):
        TextNetwork(replace(network.model, architecture=shape), Texts(range(3), longest))
