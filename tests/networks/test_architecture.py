import re
import unittest.mock
from dataclasses import replace

import numpy as np
import pytest
import torch
from builders.activations import PLAIN
from builders.amount import examples
from builders.networks import noisy, small_mlp, small_transformer
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from distill import MLP, DistillError, Domain, Model, Transformer
from distill.checker.forward import DOUBLE, SINGLE
from distill.checker.perceptrons import FORWARD_PASSES
from distill.cli import cli
from distill.networks.choice import ALIASES, architecture_for, choosable, describe


def all_positions(shape, parameters, tokens):
    """A plain forward pass over every position, one input, head and query at a time."""
    W = {name: weights.double() for name, weights in parameters.items()}
    logits = []
    for row in tokens.tolist():
        ids = [offset + t for offset, t in zip(shape.offsets, row, strict=True)]
        x = W["W_E"][[*ids, *shape.suffix]] + W["W_pos"]
        for layer in range(shape.n_layers):
            B = {n.split(".")[-1]: w for n, w in W.items() if n.startswith(f"blocks.{layer}.")}
            zero = torch.zeros(shape.n_heads, shape.d_head).double()
            wrote, read = torch.zeros_like(x), normalised(shape, B, "ln_1", x)
            for head in range(shape.n_heads):
                q, k, v = (
                    read @ B[f"W_{kind}"][head] + B.get(f"b_{kind}", zero)[head] for kind in "QKV"
                )
                for query in range(len(x)):
                    seen = slice(0, query + 1) if shape.masked else slice(None)
                    weights = (k[seen] @ q[query] / shape.d_head**0.5).softmax(-1)
                    c = shape.attention_coefficient
                    wrote[query] += (weights * c + (1 - c)) @ v[seen] @ B["W_O"][head]
            x = x + wrote + B.get("b_O", 0)
            read = normalised(shape, B, "ln_2", x)
            x = x + PLAIN[shape.activation](read @ B["W_in"] + B["b_in"]) @ B["W_out"] + B["b_out"]
        logits.append(normalised(shape, W, "ln_final", x)[-1] @ W["W_U"] + W.get("b_U", 0))
    return torch.stack(logits)


def normalised(shape, parameters, name, x):
    """Layer norm as torch has it, where the shape has one."""
    if not shape.layer_norm:
        return x
    weight, bias = (parameters[f"{name}_{part}"] for part in ("weight", "bias"))
    return torch.nn.functional.layer_norm(x, (shape.d_model,), weight, bias)


# built inside the tests: the run-time type checks draw random items of tuples, strategies may not
transformers = st.fixed_dictionaries(
    {},
    optional={
        "n_heads": st.sampled_from([1, 2, 3]),
        "n_layers": st.integers(1, 2),
        "masked": st.booleans(),
        "biases": st.booleans(),
        "layer_norm": st.booleans(),
        "activation": st.sampled_from(["relu", "gelu"]),
        "attention_coefficient": st.sampled_from([0.0, 0.3, 1.0]),
        "suffix": st.sampled_from([(), (5,), (5, 3)]),
        "offsets": st.sampled_from([(0, 0), (0, 1)]),
    },
).map(lambda changes: (small_transformer, changes))
mlps = st.fixed_dictionaries(
    {
        "d_embed": st.integers(1, 6),
        "widths": st.lists(st.integers(1, 7), min_size=1, max_size=2).map(tuple),
        "combine": st.sampled_from(["sum", "concat"]),
        "shared": st.booleans(),
        "activation": st.sampled_from(sorted(PLAIN)),
    }
).map(lambda changes: (small_mlp, changes))
PAIRS = Domain((range(5), range(5)), range(5))


@settings(max_examples=examples(40), deadline=None)
@given(transformers, st.integers(0, 9))
def test_the_last_position_is_that_of_a_plain_forward_pass(made, seed):
    shape = made[0](**made[1])
    model = Model(shape, noisy(shape, seed))
    plain = all_positions(shape, model.parameters, torch.from_numpy(PAIRS.tokens()))
    np.testing.assert_allclose(model.logits(PAIRS.tokens()), plain.numpy(), atol=1e-9)


@pytest.mark.parametrize("layer_norm", [False, True])
@pytest.mark.parametrize("coefficient", [1.0, 0.4])
def test_what_is_trained_takes_the_fast_path_and_that_is_exact(layer_norm, coefficient):
    """One query and tables give what a plain pass over all positions gives, masked or not."""
    shape = replace(
        Transformer.for_domain(PAIRS), layer_norm=layer_norm, attention_coefficient=coefficient
    )
    model = Model(shape, noisy(shape))
    tokens = torch.from_numpy(PAIRS.tokens())
    for masked in (True, False):
        plain = all_positions(replace(shape, masked=masked), model.parameters, tokens)
        with unittest.mock.patch.object(Transformer, "_all_positions", side_effect=AssertionError):
            found = Model(replace(shape, masked=masked), model.parameters).logits(tokens.numpy())
        np.testing.assert_allclose(found, plain.numpy(), atol=1e-9)


@settings(max_examples=examples(30), deadline=None)
@given(mlps, st.integers(0, 9))
def test_a_perceptron_is_embed_combine_and_layers(made, seed):
    shape = made[0](**made[1])
    parameters = noisy(shape, seed)
    W = {name: weights.double() for name, weights in parameters.items()}
    act = PLAIN[shape.activation]
    for row, found in zip(
        PAIRS.tokens().tolist(), Model(shape, parameters).logits(PAIRS.tokens()), strict=True
    ):
        a, b = (W[name][t] for name, t in zip(shape.embeddings, row, strict=True))
        x = torch.cat([a, b]) if shape.combine == "concat" else a + b
        for layer in range(1, len(shape.widths) + 1):
            x = act(x @ W[f"W_{layer}"] + W[f"b_{layer}"])
        np.testing.assert_allclose(found, (x @ W["W_U"] + W["b_U"]).numpy(), atol=1e-9)


@settings(max_examples=examples(40), deadline=None)
@given(st.one_of(transformers, mlps), st.integers(0, 9))
def test_the_checkers_own_forward_pass_agrees_within_its_bounds(made, seed):
    """NumPy balls against torch in both precisions."""
    shape = made[0](**made[1])
    model = Model(shape, noisy(shape, seed))
    weights = {name: w.numpy() for name, w in model.parameters.items()}
    tokens = PAIRS.tokens()
    double = FORWARD_PASSES[shape.kind](vars(shape), weights, DOUBLE)(tokens)
    single = FORWARD_PASSES[shape.kind](vars(shape), weights, SINGLE)(tokens)
    assert (np.abs(model.logits(tokens) - double.mid) <= 2 * double.rad).all()
    assert (np.abs(model.logits(tokens, single=True) - single.mid) <= single.rad).all()
    # every layer norm divides by a spread below 1, and its ball cannot know what cancels
    assert double.rad.max() < (1e-5 if made[1].get("layer_norm") else 1e-7)


def test_parameters_that_do_not_fit_are_named():
    shape = small_transformer(d_mlp=4)
    parameters = shape.initialise(torch.Generator().manual_seed(0))
    with pytest.raises(DistillError, match=r"parameter 'W_U' has shape \(8, 4\)"):
        Model(shape, {**parameters, "W_U": torch.zeros(8, 4)})
    with pytest.raises(DistillError, match=r"'blocks.0.b_in' holds values that are not finite"):
        Model(shape, {**parameters, "blocks.0.b_in": torch.full((4,), float("nan"))})


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("transformer", Transformer.for_domain(PAIRS)),
        ("transformer,layer_norm=true,masked=false", {"layer_norm": True, "masked": False}),
        ("transformer,n_heads=1", {"n_heads": 1, "d_head": 128}),
        ("transformer,n_heads=2,d_model=64", {"n_heads": 2, "d_model": 64, "d_head": 32}),
        ("transformer,n_heads=3,d_head=8", {"n_heads": 3, "d_head": 8}),
        ("transformer,attention_coefficient=0", {"attention_coefficient": 0.0}),
        ("mlp", MLP.for_domain(PAIRS)),
        ("mlp,widths=64-32,shared=False", {"widths": (64, 32), "shared": False}),
        ("mlp-concat", {"combine": "concat"}),
        ("mlp-concat,activation=square", {"combine": "concat", "activation": "square"}),
        ("mlp-quadratic", {"combine": "concat", "activation": "square"}),
    ],
)
def test_an_architecture_is_a_name_and_fields(text, chosen):
    """It is sized for the domain, and its description gives it back."""
    found = architecture_for(text, PAIRS)
    if isinstance(chosen, dict):
        default = MLP if text.startswith("mlp") else Transformer
        chosen = replace(default.for_domain(PAIRS), **chosen)
    assert found == chosen
    assert architecture_for(describe(found), PAIRS) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "rnn",
            "no architecture 'rnn' over a finite domain (it reads sequences): expected one",
        ),
        ("", "no architecture ''"),
        ("mlp ", "no architecture 'mlp '"),
        ("mlp,", "found '' where FIELD=VALUE was expected, for example d_embed=64"),
        ("mlp,concat", "found 'concat' where FIELD=VALUE was expected"),
        ("mlp,n_heads=1", "no field 'n_heads'; expected one of d_embed, widths, combine"),
        ("mlp,n_inputs=3", "no field 'n_inputs'"),
        ("mlp,kind=transformer", "no field 'kind'"),
        ("mlp,combine=add", "combine = 'add', expected one of sum, concat, for example"),
        ("mlp,widths=64-", "widths = '64-', expected widths joined by '-'"),
        ("mlp,d_embed=0", "expected a whole number from 1 to 65536, for example d_embed=64"),
        ("mlp,d_embed=99999999999", "d_embed = '99999999999', expected a whole number"),
        ("mlp,d_embed=²", "d_embed = '²', expected a whole number"),
        ("mlp,d_embed=60000,widths=60000", "has 3,600,660,005 parameters"),
        ("transformer,layer_norm=yes", "layer_norm = 'yes', expected true or false"),
        ("transformer,n_heads=1,n_heads=2", "n_heads is given twice; give it once"),
        ("transformer,attention_coefficient=nan", "expected a number from 0 to 1"),
        ("transformer,n_heads=3", "d_model = 128 cannot be shared among n_heads = 3"),
    ],
)
def test_an_architecture_that_cannot_be_read_says_what_was_expected(text, message):
    with pytest.raises(DistillError) as told:
        architecture_for(text, PAIRS)
    assert message in str(told.value)
    assert "\n" not in str(told.value)


def test_fields_and_aliases_are_listed_in_the_help():
    told = CliRunner().invoke(cli, ["run", "--help"]).output
    for field in (*choosable(Transformer), *choosable(MLP)):
        assert re.search(rf"\b{field}\b", told), field
    for alias, meaning in ALIASES.items():
        assert re.search(rf"{alias} +{meaning}", told), alias
