"""What a network has not learned is found among many texts, and trained on."""

import numpy as np
import torch
from builders.compiled_texts import shifted

from distill.tasks.texts import TextTask
from distill.train import hard_texts
from distill.train.hard_texts import NEAR, climbed, hardest, least_leads, near, together
from distill.train.text_recipes import Pool, begins, drawn_pools

COPY = TextTask({"x": range(2)}, range(2), list, 4)


def looked_through(network):
    weights = {name: it.float() for name, it in network.parameters.items()}
    pools = drawn_pools(COPY, 80, [0], plain=False)
    return pools, hardest(network.shape, weights, pools, 3), weights


def test_texts_that_are_answered_wrongly_are_the_hardest():
    """At its third position the network takes the token before: wrong where that is another."""
    pools, hard, weights = looked_through(shifted(tokens=2, longest=4, by=0, only=(2, 1)))
    wrong = [
        int((pool.texts[:, 1] != pool.texts[:, 2]).sum())
        for pool in pools
        if pool.texts.shape[1] > 2
    ]
    assert hard.many == sum(wrong) > 0
    for pool in hard.pools[2:]:
        assert (pool.texts[:, 1] != pool.texts[:, 2]).all()
        assert torch.equal(pool.answers, pool.texts)
        assert (least_leads(shifted(tokens=2, longest=4, by=0).shape, weights, pool) < 0).all()


def test_a_network_that_is_sure_of_all_has_none():
    whole = shifted(tokens=2, longest=4, by=0)
    weights = {**whole.parameters, "W_U": 5 * whole.parameters["W_U"]}
    pools = drawn_pools(COPY, 80, [0])
    assert hardest(whole.shape, weights_of(weights), pools, 3).many == 0


def weights_of(weights):
    return {name: it.float() for name, it in weights.items()}


def test_most_of_what_is_looked_through_is_structured():
    """Of eight tokens a text of one, or of one but for a change, is seldom drawn evenly."""
    eight = TextTask({"x": range(8)}, range(8), list, 8)
    parts = [
        np.mean(
            [len({*text}) <= 2 for text in drawn_pools(eight, 400, [1], plain)[-1].texts.tolist()]
        )
        for plain in (True, False)
    ]
    assert parts[1] > 2 * parts[0] > 0


def test_others_are_looked_for_near_the_hardest():
    """A text of one token and a change leads to those of other tokens, and with another change."""
    eight = TextTask({"x": range(8)}, range(1, 9), lambda xs: [xs.count(x) for x in xs], 8)
    one = torch.tensor([[3, 3, 3, 3, 5, 3, 3, 3]])
    answers = torch.from_numpy(eight.labels(one.numpy()) - 1)
    (found,) = near(eight, [Pool(one, answers)], np.random.default_rng(0))
    assert found.texts.shape == (NEAR, 8)
    assert torch.equal(found.answers, torch.from_numpy(eight.labels(found.texts.numpy()) - 1))
    counts = [sorted(map(text.count, {*text})) for text in found.texts.tolist()]
    assert counts.count([1, 7]) >= NEAR * 2 // 3, "in another order, or of other tokens"
    assert len({tuple(sorted({*text})) for text in found.texts.tolist()}) > 2
    both = together([Pool(one, answers)], [found])
    assert both[0].texts.shape == both[0].answers.shape == (NEAR + 1, 8)


def test_near_those_that_were_found_still_harder_ones_are_looked_for(monkeypatch):
    """What is harder the more tokens a text has is found by a change after another, not by one."""
    eight = TextTask({"x": range(8)}, range(8), list, 8)
    shape = shifted(tokens=8, longest=8, by=0).shape
    one = Pool(torch.zeros((1, 8), dtype=torch.long), torch.zeros((1, 8), dtype=torch.long))

    def tokens(pool):
        return torch.tensor([len({*text}) for text in pool.texts.tolist()])

    monkeypatch.setattr(hard_texts, "least_leads", lambda shape, weights, pool: -tokens(pool))
    most = {}
    for times in (1, 4):
        (found,) = climbed(eight, shape, {}, [one], np.random.default_rng(0), times)
        most[times] = int(tokens(found).max())
        assert torch.equal(found.answers, found.texts)
    assert most == {1: 2, 4: 5}


def test_of_what_is_causal_the_longest_texts_are_drawn_alone():
    """What is answered at every position of one is answered along all of its beginnings."""
    there = {"inputs": {"x": range(2)}, "outputs": range(2), "length": 4}
    alone = {"d_mlp": 0}
    causal = TextTask(**there, reference=list, causal=True, network=alone)
    units = TextTask(**there, reference=list, causal=True)
    last = TextTask(**there, reference=lambda xs: xs[-1:], causal=True, reads="last", network=alone)
    later = TextTask(**there, reference=list, network=alone)
    assert [begins(it) for it in (causal, units, last, later)] == [True, False, False, False]
    lengths = [[it.texts.shape[1] for it in drawn_pools(task, 80, [0])] for task in (causal, last)]
    assert lengths == [[4], [1, 2, 3, 4]]


def test_in_uneven_texts_some_tokens_are_oftener():
    """Half of a text and more is one token in many of them, and few are one token alone."""
    eight = TextTask({"x": range(8)}, range(8), list, 16, causal=True, network={"d_mlp": 0})
    plain, more = (drawn_pools(eight, 800, [1], uneven=it)[0].texts.tolist() for it in (0.0, 1.0))
    assert 2 * len(plain) - 8 < len(more) <= 2 * len(plain)

    def mixed(texts):
        counts = [sorted(map(text.count, {*text})) for text in texts]
        return sum(it[-1] >= 8 and len(it) >= 4 for it in counts)

    assert mixed(more) > mixed(plain) + 100
