"""Pairs of tokens may weigh a little more or less in a head that is even, and no more than that."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from builders.compiled_texts import more_of

from distill.checker.attended import MOST_UNEVEN, texts_replaced, weighed
from distill.checker.attention import check_spread, derive
from distill.checker.located import doubts
from distill.checker.selections import ANSWERS
from distill.checker.texts import TextEvidence
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.evidence import replaced
from distill.kinds.attention.learned.by_pair import pairs_of, weighing_pairs
from distill.kinds.attention.learned.seen import Seen
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.told import how_heads_do
from distill.networks.trace import TextTrace
from distill.serialise import to_json

LONGEST = 4
PLANTED = (0.9, 1.2, 1.0, 0.8, 1.1, 1.0, 1.3, 0.7, 1.0)
NEAR = (1.1, 1.0, 1.3, 1.1)
"""Of queries 0 and 1: a 0 weighs a little more than a 1."""
TEXTS = [rows for rows in texts_replaced(range(2), LONGEST) if rows.shape[1] > 1]


class Planted(Seen):
    """Attention by pairs of three tokens, along some texts."""

    def __init__(self, length, before, causal):
        self.before, self.n_heads = before, 1
        self.places = np.random.default_rng(length).integers(3, size=(80, length))
        square = np.ones((length, length), dtype=bool)
        self.allowed = np.broadcast_to(np.tril(square) if causal else square, (80, length, length))
        how = before, causal, (1.0, float(before)), self.places, PLANTED
        self.attention = weighed(self.allowed, *how)[None]


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("before", [0, 1])
def test_planted_weights_come_back(causal, before):
    """Without a token before the text they are known beside others of the same query alone."""
    found = np.reshape(pairs_of([Planted(n, before, causal) for n in (4, 6)], (0, 0), 3), (3, 3))
    expected = np.reshape(PLANTED, (3, 3))
    if not before:
        found, expected = (it / it.mean(axis=1, keepdims=True) for it in (found, expected))
    assert found == pytest.approx(expected, rel=0.02)


def by_pairs(weights):
    """More of one than of the other, by a head that weighs pairs of tokens so."""
    network = more_of(LONGEST)
    parameters = dict(network.parameters)
    W_Q, W_K = (torch.zeros_like(parameters[f"blocks.0.W_{name}"]) for name in "QK")
    W_Q[0, :2, :2] = W_Q.shape[2] ** 0.5 * torch.log(torch.tensor(weights).reshape(2, 2))
    W_K[0, :2, :2] = torch.eye(2)
    parameters |= {"blocks.0.W_Q": W_Q, "blocks.0.W_K": W_K}
    return replace(network, model=replace(network.model, parameters=parameters))


def counting(ones="y == 1", zeros="y == 0"):
    heads = {"head": (0, 0), "spread": ((1.0, 1.0),), "exchanged": True}
    keys = tuple(name for name, told in (("tokens", "y"), ("at", "j")) if told in ones + zeros)
    steps = (
        Step("ones", "select", (), keys, ones, **heads),
        Step("count", "width", chosen="ones"),
        Step("zeros", "select", (), keys, zeros, **heads),
        Step("count2", "width", chosen="zeros"),
        Step(ANSWERS, "map", ("count", "count2"), by="int(count_i > count2_i)"),
    )
    return AttentionMechanism((0, 1), LONGEST, steps, none=-1)


def seen_twice(mechanism, network):
    """The rows of a report, which a checker derives as well; and whether they locate."""
    rows = replaced(mechanism, TextTrace(network))
    evidence = TextEvidence(
        *(network.texts.tokens, network.texts.longest, np.array(network.answers, dtype=float)),
        asdict(network.shape),
        {name: value.numpy() for name, value in network.parameters.items()},
        *(None, emit_attention(mechanism).source, json.loads(to_json(mechanism))),
    )
    claims = derive(evidence)
    assert {n: claims[f"figures.{n}"] for n in rows} == pytest.approx(
        {n: row.value for n, row in rows.items()}
    )
    figures = {name: (row.value, row.decoy) for name, row in rows.items()} | {
        "table_cells": (0, None)
    }
    return rows, not doubts("attention", figures, True, mechanism.remembered)


def test_a_head_that_weighs_pairs_nearly_alike_carries_a_count():
    network = by_pairs(NEAR)
    found = weighing_pairs(counting(), network, TEXTS)
    assert found is not None
    assert found.steps[0].by_pair == (pytest.approx(NEAR, rel=0.02),)
    rows, located = seen_twice(found, network)
    assert located
    assert rows["attention_shared"].value > 0.999
    assert (
        rows["attention_shared"].value
        > seen_twice(counting(), network)[0]["attention_shared"].value
    )
    assert any("weigh some pairs of tokens" in it for it in how_heads_do(found))
    assert not any("pairs of tokens" in it for it in how_heads_do(counting()))


@pytest.mark.parametrize(("ones", "zeros"), [("y == 0", "y == 1"), ("j % 2 == 1", "j % 2 == 0")])
def test_another_count_of_it_is_in_no_head(ones, zeros):
    network = by_pairs(NEAR)
    found = weighing_pairs(counting(ones, zeros), network, TEXTS)
    assert found is not None
    assert not seen_twice(found, network)[1]


def test_a_head_that_looks_at_what_is_alike_is_not_made_even_by_pairs():
    """The decoy: it has twice the weight and more for a pair of the same tokens."""
    assert weighing_pairs(counting(), by_pairs((2.4, 1.0, 1.0, 2.4)), TEXTS) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"by_pair": [[1.0, 1.0, 1.0, 1.01 * MOST_UNEVEN]]},
        {"by_pair": [[1.0, 0.0, 1.0, 1.0]]},
        {"by_pair": [[1.0] * 3]},
        {"by_pair": [[1.0] * 4, [1.0] * 4]},
        {"by_pair": [[1.0] * 4], "exchanged": False},
        {"by_pair": [[1.0] * 4], "spread": [[0.5, 1.0]]},
        {"by_pair": [[1.0] * 4], "spread": [[1.0, 1.0, *[1.0] * 7]]},
    ],
)
def test_a_checker_takes_weights_of_pairs_of_even_heads_alone_and_near_ones(changes):
    step = json.loads(to_json(counting()))["steps"][0]
    check_spread(step | {"by_pair": [[1.0, 1.0, 1.0, MOST_UNEVEN]]}, 2)
    with pytest.raises(ValueError, match="weighs pairs of tokens"):
        check_spread(step | changes, 2)
