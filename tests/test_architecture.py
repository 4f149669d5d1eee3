import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from distill import DistillError, Domain, Model, Transformer
from distill.architecture import architecture_for


def all_positions(shape, parameters, tokens):
    """A plain forward pass over every position, written out as in the papers."""
    W = {name: weights.double() for name, weights in parameters.items()}
    last = torch.full((len(tokens), 1), shape.n_tokens)
    x = W["W_E"][torch.cat([tokens, last], dim=1)] + W["W_pos"]
    attended = torch.zeros_like(x)
    for head in range(shape.n_heads):
        q, k, v = (x @ W[name][head] for name in ("W_Q", "W_K", "W_V"))
        scores = q @ k.transpose(-1, -2) / shape.d_head**0.5
        attended = attended + scores.softmax(-1) @ v @ W["W_O"][head]
    x = x + attended
    x = x + (x @ W["W_in"] + W["b_in"]).clamp(min=0) @ W["W_out"] + W["b_out"]
    return (x @ W["W_U"])[:, -1]


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 3), st.integers(2, 9), st.integers(2, 9), st.sampled_from([1, 2, 4]))
def test_last_position_is_that_of_a_full_forward_pass(n_inputs, n_tokens, n_outputs, n_heads):
    shape = Transformer(n_inputs, n_tokens, n_outputs, d_model=8, n_heads=n_heads, d_mlp=12)
    parameters = shape.initialise(torch.Generator().manual_seed(n_tokens))
    parameters = {name: w + 0.1 for name, w in parameters.items()}  # biases are not zero either
    domain = Domain((range(n_tokens),) * n_inputs, range(n_outputs))
    fast = Model(shape, parameters).logits(domain.tokens())
    plain = all_positions(shape, parameters, torch.from_numpy(domain.tokens()))
    np.testing.assert_allclose(fast, plain.numpy(), atol=1e-9)


def test_parameters_that_do_not_fit_are_named():
    shape = Transformer(2, 5, 5, d_model=8, n_heads=2, d_mlp=4)
    parameters = shape.initialise(torch.Generator().manual_seed(0))
    with pytest.raises(DistillError, match=r"parameter 'W_U' has shape \(8, 4\)"):
        Model(shape, {**parameters, "W_U": torch.zeros(8, 4)})
    with pytest.raises(DistillError, match="'b_in' holds values that are not finite"):
        Model(shape, {**parameters, "b_in": torch.full((4,), float("nan"))})


def test_unknown_architecture_lists_the_known():
    with pytest.raises(DistillError, match="no architecture 'rnn': expected one of transformer"):
        architecture_for("rnn", Domain((range(3),), range(3)))
