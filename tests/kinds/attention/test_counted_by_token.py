"""Even heads that weigh tokens carry counts as others do; one that selects is not made even so."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from builders.compiled_texts import more_of

from distill.checker.attended import is_even, texts_replaced
from distill.checker.located import doubts
from distill.checker.selections import ANSWERS
from distill.kinds.attention.evidence import replaced
from distill.kinds.attention.learned.carried import carried
from distill.kinds.attention.learned.matching import with_heads
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.networks.trace import TextTrace

LONGEST = 4


def scored(of_queries, of_keys=(0.0, 0.0)):
    """More of one than of the other: its head looks at the token before the text, and at tokens,
    by the token of the query, and by their own."""
    network = more_of(LONGEST)
    weights = dict(network.parameters)
    W_Q, W_K = (torch.zeros_like(weights[f"blocks.0.W_{name}"]) for name in "QK")
    root = W_Q.shape[2] ** 0.5
    W_Q[0, :2, 0] = root * torch.tensor(of_queries)
    W_K[0, 2, 0] = 1.0  # the token before the text
    W_Q[0, :2, 1] = root
    W_K[0, :2, 1] = torch.tensor(of_keys)
    weights |= {"blocks.0.W_Q": W_Q, "blocks.0.W_K": W_K}
    return replace(network, model=replace(network.model, parameters=weights))


def bare(ones="y == 1", zeros="y == 0"):
    keys = tuple(name for name, told in (("tokens", "y"), ("at", "j")) if told in ones + zeros)
    steps = (
        Step("ones", "select", (), keys, ones),
        Step("count", "width", chosen="ones"),
        Step("zeros", "select", (), keys, zeros),
        Step("count2", "width", chosen="zeros"),
        Step(ANSWERS, "map", ("count", "count2"), by="int(count_i > count2_i)"),
    )
    return AttentionMechanism((0, 1), LONGEST, steps, none=-1)


def in_heads(mechanism, network, weighing):
    texts = [rows for rows in texts_replaced(range(2), LONGEST) if rows.shape[1] > 1]
    how = texts, ["ones", "zeros"], weighing
    found = with_heads(mechanism, network, [(0, 0)], *how)[1]
    if found == mechanism:  # no head is even
        return found, False, False
    rows = replaced(found, TextTrace(network))
    figures = {name: (row.value, row.decoy) for name, row in rows.items()}
    located = not doubts("attention", figures | {"table_cells": (0, None)}, True, found.remembered)
    return found, carried(found, network, texts), located


BACK = scored((2.5, -1.0))


def test_an_even_head_may_look_back_more_from_one_token_than_from_another():
    assert in_heads(bare(), BACK, weighing=False) == (bare(), False, False)
    found, *shown = in_heads(bare(), BACK, weighing=True)
    assert shown == [True, True]
    assert is_even(asdict(found.steps[0]))
    rest, first, own, zero, one, *more = found.steps[0].spread[0]
    assert (rest, first, own) == pytest.approx((1.0, 1.0, 1.0), rel=0.02)
    assert one / zero == pytest.approx(np.exp(3.5), rel=0.02)
    assert more == pytest.approx([1.0] * 4, rel=0.02)


@pytest.mark.parametrize(("ones", "zeros"), [("y == 0", "y == 1"), ("j % 2 == 1", "j % 2 == 0")])
def test_another_count_of_it_is_in_no_head(ones, zeros):
    found, _, located = in_heads(bare(ones, zeros), BACK, weighing=True)
    assert found != bare(ones, zeros)
    assert not located


def test_a_head_that_selects_a_token_is_not_made_even_by_weights():
    """It looks at ones alone: everything, with a weight of nothing for zeros, and that is what it
    is held against."""
    network = scored((0.0, 0.0), (-6.0, 0.0))
    found, _, located = in_heads(bare(), network, weighing=True)
    assert found != bare()
    assert not located
    apart = replaced(found, TextTrace(network))["attention_apart"]
    assert apart.value - apart.decoy < 0.1
