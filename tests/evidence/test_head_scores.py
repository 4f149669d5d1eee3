"""Scores of heads: what stands out in one that looks where it says, and does not one place off."""

from dataclasses import replace

import torch

from distill.evidence.head_scores import head_scores
from distill.networks.text_transformer import TextTransformer


def test_heads_of_induction_are_known_by_their_scores():
    """A head that looks one back, and one that looks where the token before is the query's."""
    shape = TextTransformer(
        *(4, (0, 1, 2, 3), 8, 4), d_model=12, n_layers=1, n_heads=1, d_head=8, d_mlp=0, causal=True
    )
    weights = {name: torch.zeros(size) for name, size in shape.shapes().items()}
    none = head_scores(shape, weights, True)
    weights["W_pos"][:, 4:] = torch.eye(8)
    weights["W_E"][:, :4] = weights["W_U"][:4] = torch.eye(4)
    weights["blocks.0.W_V"][0, :4, :4] = weights["blocks.0.W_O"][0, :4, :4] = torch.eye(4)
    weights["blocks.0.W_Q"][0, 4:] = 30 * torch.eye(8)
    weights["blocks.0.W_K"][0, 4:] = 30 * torch.eye(8).roll(1, 1)
    found = head_scores(shape, weights, True)
    assert found.previous_token.value > 0.99
    assert found.previous_token.decoy < 0.01
    assert found.copying.value == 1
    assert found.copying.decoy < 0.5
    assert none.previous_token.value < 0.3
    assert found.prefix_matching.value < 0.5
    assert head_scores(replace(shape, n_positions=3), weights, True) is None
