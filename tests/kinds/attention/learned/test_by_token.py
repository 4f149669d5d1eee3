"""Heads that weigh tokens: planted weights come back, and stand in for no selection."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from builders.compiled_texts import histogram

from distill.checker.attended import by_tokens, texts_replaced, weighed
from distill.checker.attention import check_spread
from distill.checker.selections import ANSWERS
from distill.kinds.attention.evidence import replaced
from distill.kinds.attention.learned.by_token import likeliest, weighing_tokens
from distill.kinds.attention.learned.carried import carried
from distill.kinds.attention.learned.seen import Seen
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.told import how_heads_do
from distill.networks.trace import TextTrace
from distill.serialise import to_json

ALIKE = (0.1, 1.0, 0.7, 1.2, 0.5, 0.8, 2.0, 1.0, 0.5, 1.0, 1.0, 1.0)
"""Of three tokens, all of which look as hard."""
HARDER = (*ALIKE[:-3], 4.0, 0.5, 0.5)
"""Of three tokens; the first hardly selects."""


class Planted(Seen):
    """Attention of these weights, along some texts, to the tokens that are the same."""

    def __init__(self, length, causal, planted=ALIKE):
        self.before, self.n_heads = 1, 1
        self.places = np.random.default_rng(length).integers(3, size=(80, length))
        square = np.ones((length, length), dtype=bool)
        self.allowed = np.tril(square) if causal else square
        self.chosen = {"same": self.places[:, :, None] == self.places[:, None, :]}
        self.attention = weighed(self.chosen["same"], 1, causal, planted, self.places)[None]


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("planted", [ALIKE, HARDER])
def test_planted_weights_come_back(causal, planted):
    seen = [Planted(n, causal, planted) for n in (4, 6)]
    found = likeliest(seen, "same", (0, 0), 3, harder=True)
    assert found == pytest.approx(planted, rel=0.02)
    assert likeliest(seen, "same", (0, 0), 3)[-3:] == (1, 1, 1)
    plain = likeliest(seen, "same", (0, 0), 3)
    assert (plain == pytest.approx(planted, rel=0.02)) is (planted == ALIKE)


def test_weights_of_tokens_multiply_what_is_chosen_and_what_is_not():
    places = np.array([[0, 2]])
    pairs = np.array([[[True, False], [False, True]]])
    expected = np.array([[0.7 * 1.2 * 2.0, 1.2 * 0.5], [0.8 * 2.0, 0.7 * 0.8 * 0.5]])
    assert by_tokens(ALIKE[2:], places, pairs)[0] == pytest.approx(expected)
    expected *= [[1.0, 4.0], [0.5, 1.0]]  # of what is not chosen, by the token of the query
    assert by_tokens(HARDER[2:], places, pairs)[0] == pytest.approx(expected)
    plain, more = (weighed(pairs, 0, False, spread, places) for spread in ((0.1, 0.0), ALIKE))
    assert plain[0, 0] == pytest.approx([1 / 1.1, 0.1 / 1.1])
    assert more[0, 0] == pytest.approx(np.array([1.68, 0.06]) / 1.74)


def counting(network):
    same = Step("same", "select", ("tokens",), ("tokens",), "y == x", head=(0, 0))
    tokens = network.texts.tokens
    return AttentionMechanism(
        (tokens.start, tokens.stop - 1),
        network.texts.longest,
        (replace(same, spread=((0.0, 1.0),)), Step(ANSWERS, "width", chosen="same")),
        none=-1,
    )


def leaning(network, by):
    """The network with scores of keys that some tokens add to."""
    weights = dict(network.parameters)
    W_Q, W_K = (weights[f"blocks.0.W_{name}"].clone() for name in "QK")
    W_Q[0, :, -1] = W_Q.shape[2] ** 0.5  # every query asks for it
    W_K[0, : len(by), -1] = torch.tensor(by)
    weights |= {"blocks.0.W_Q": W_Q, "blocks.0.W_K": W_K}
    return replace(network, model=replace(network.model, parameters=weights))


@pytest.mark.parametrize("by", ["y == (x + 1) % 3", "y != x", "y <= x"])
def test_weights_of_tokens_make_no_other_selection_of_it(by):
    network = histogram(tokens=3, longest=4)
    texts = [it for it in texts_replaced(range(3), 4) if it.shape[1] > 1]
    same = counting(network)
    for it in (same, replace(same, steps=(replace(same.steps[0], by=by), same.steps[1]))):
        found = weighing_tokens(it, network, texts, harder=True)
        assert found is not None
        assert carried(found, network, texts) is (it is same)


@pytest.mark.parametrize("harder", [False, True])
def test_a_head_that_knows_tokens_and_no_selection_is_not_told_apart(harder):
    """It looks at one token more than at another, whatever the query is."""
    network = histogram(tokens=3, longest=4)
    blind = dict(network.parameters)
    blind["blocks.0.W_Q"] = 0 * blind["blocks.0.W_Q"]
    unasked = replace(network, model=replace(network.model, parameters=blind))
    network = leaning(unasked, [0.9, -0.4, 0.0])
    texts = [it for it in texts_replaced(range(3), 4) if it.shape[1] > 1]
    found = weighing_tokens(counting(network), network, texts, harder)
    assert found is not None
    rest, _, *more = found.steps[0].spread[0]
    assert [rest * it for it in more[-3:]] == pytest.approx([1.0, 1.0, 1.0], rel=0.05)
    apart = replaced(found, TextTrace(network))["attention_apart"]
    assert apart.value is not None
    assert apart.decoy is not None
    assert apart.value - apart.decoy < 0.1
    assert not carried(found, network, texts)


def test_a_head_of_many_tokens_or_of_none_is_left_as_it_is():
    network = histogram(tokens=2, longest=3)
    alone = counting(network)
    homeless = replace(alone, steps=(replace(alone.steps[0], head=None, spread=()), alone.steps[1]))
    texts = texts_replaced(range(2), 3)
    assert weighing_tokens(homeless, network, texts) is None
    many = histogram(tokens=9, longest=2)
    assert weighing_tokens(counting(many), many, texts_replaced(range(9), 2)) is None


def looking_unlike(network, by):
    """The network with queries that are asked for more or less, token by token."""
    weights = dict(network.parameters)
    W_Q = weights["blocks.0.W_Q"].clone()
    W_Q[0, : len(by)] *= torch.tensor(by)[:, None]
    weights["blocks.0.W_Q"] = W_Q
    return replace(network, model=replace(network.model, parameters=weights))


def softly(network, by):
    """The same with scores that a selection raises by so much, token by token of the query."""
    weights = dict(network.parameters)
    largest = float(weights["blocks.0.W_Q"].max())
    d_head = weights["blocks.0.W_Q"].shape[2]
    return looking_unlike(network, [each * d_head**0.5 / largest for each in by])


def test_tokens_that_look_harder_than_others_are_told_by_a_weight_for_each():
    network = softly(histogram(tokens=3, longest=4), [5.0, 2.0, 0.4])
    texts = [it for it in texts_replaced(range(3), 4) if it.shape[1] > 1]
    same = counting(network)
    found = weighing_tokens(same, network, texts, harder=True)
    assert found is not None
    rest, _, *more = found.steps[0].spread[0]
    assert [rest * each for each in more[-3:]] == pytest.approx(np.exp([-5.0, -2.0, -0.4]), 0.05)
    *_, last = how_heads_do(found)
    assert last.startswith("same: of the queries 2 a head looks at what is not chosen")
    alike = weighing_tokens(same, network, texts)
    assert alike is not None
    assert not any("queries" in remark for remark in how_heads_do(alike))


def test_a_report_says_how_many_numbers_it_took_and_a_checker_how_many_it_may():
    mechanism = counting(histogram(tokens=3, longest=3))
    steps = (replace(mechanism.steps[0], spread=(ALIKE,)), mechanism.steps[1])
    (remark,) = how_heads_do(replace(mechanism, steps=steps))
    assert "a query's own position, by 7 numbers that the program does not have" in remark
    step = json.loads(to_json(replace(mechanism, steps=steps)))["steps"][0]
    check_spread(step, 3)
    for tokens in (2, 9):
        with pytest.raises(ValueError, match="weighs 1 heads"):
            check_spread(step, tokens)
