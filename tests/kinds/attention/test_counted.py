"""Counts that are in what heads write are located there, and by nothing less."""

import json
from dataclasses import asdict, replace
from itertools import product

import numpy as np
import pytest
from builders.compiled_texts import histogram, more_of

from distill.checker.attended import (
    least_shared,
    may_be_exchanged,
    parts_shared,
    texts_replaced,
)
from distill.checker.attention import derive
from distill.checker.located import doubts
from distill.checker.selections import ANSWERS
from distill.checker.texts import TextEvidence
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.evidence import replaced
from distill.kinds.attention.learned.carried import carried
from distill.kinds.attention.learned.even import in_no_attention
from distill.kinds.attention.learned.matching import with_heads
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import answered
from distill.kinds.attention.told import EVEN, how_heads_do
from distill.networks.trace import TextTrace
from distill.serialise import to_json

NETWORK = more_of()


def told(network, *steps):
    tokens = network.texts.tokens
    return AttentionMechanism(
        (tokens.start, tokens.stop - 1), network.texts.longest, steps, none=-1
    )


def counting(ones="y == 1", zeros="y == 0", spread=(1.0, 1.0)):
    """More of one than of the other, both counted by an even head."""
    keys = tuple(name for name, told in (("tokens", "y"), ("at", "j")) if told in ones + zeros)
    heads = {"head": (0, 0), "spread": (spread,), "exchanged": True}
    return told(
        NETWORK,
        Step("ones", "select", (), keys, ones, **heads),
        Step("count", "width", chosen="ones"),
        Step("zeros", "select", (), keys, zeros, **heads),
        Step("count2", "width", chosen="zeros"),
        Step(ANSWERS, "map", ("count", "count2"), by="int(count_i > count2_i)"),
    )


def evidence_of(network, mechanism):
    return TextEvidence(
        *(network.texts.tokens, network.texts.longest, np.array(network.answers, dtype=float)),
        asdict(network.shape),
        {name: value.numpy() for name, value in network.parameters.items()},
        *(None, emit_attention(mechanism).source, json.loads(to_json(mechanism))),
    )


def rows_of(network, mechanism):
    """The rows of a report, which a checker derives as well."""
    rows = replaced(mechanism, TextTrace(network))
    claims = derive(evidence_of(network, mechanism))
    assert {n: claims[f"figures.{n}"] for n in rows} == pytest.approx(
        {n: row.value for n, row in rows.items()}
    )
    return rows


def located(mechanism, rows):
    figures = {name: (row.value, row.decoy) for name, row in rows.items()}
    return not doubts("attention", figures | {"table_cells": (0, None)}, True, mechanism.remembered)


def test_a_count_that_an_even_head_s_mean_tells_is_located():
    rows = rows_of(NETWORK, counting())
    assert located(counting(), rows)
    assert rows["replaced_accuracy"].value == rows["followed_accuracy"].value == 1.0
    assert rows["followed_accuracy"].decoy == 0.0
    assert rows["followed_accuracy"].note is not None
    assert "counts of ones, zeros were exchanged" in rows["followed_accuracy"].note
    assert [EVEN in remark for remark in how_heads_do(counting())] == [True, False]


@pytest.mark.parametrize(
    ("ones", "zeros", "fails"),
    [
        ("y == 0", "y == 1", True),  # of the other tokens
        ("j % 2 == 1", "j % 2 == 0", True),  # of positions, whatever stands there
        ("y == 1 and j > 0", "y == 0 and j != 1", False),  # without one position each
    ],
)
def test_another_count_of_the_same_head_is_not(ones, zeros, fails):
    """What leaves out a position is the same count more often than not, and follows less often; as
    what a text is answered it is wrong."""
    mechanism = counting(ones, zeros)
    rows = replaced(mechanism, TextTrace(NETWORK))
    assert rows["followed_accuracy"].value < 1.0
    every = np.array([*product((0, 1), repeat=4)])
    assert (answered(mechanism, every, {}) != NETWORK.run(every)).any()
    assert located(mechanism, rows) is not fails


@pytest.mark.parametrize("spread", [(1.0, 1.0), (1.0, 0.5)])
def test_a_head_that_selects_is_not_even(spread):
    """It counts the tokens that are the same by looking at them."""
    network = histogram(tokens=2, longest=4)
    heads = {"head": (0, 0), "spread": (spread,), "exchanged": True}
    by_values = told(
        network,
        Step("same", "select", ("tokens",), ("tokens",), "y == x", **heads),
        Step(ANSWERS, "width", chosen="same"),
    )
    rows = rows_of(network, by_values)
    assert not located(by_values, rows)
    assert rows["replaced_accuracy"].value < 0.9
    soft = replace(by_values.steps[0], spread=((0.0, 1.0),), exchanged=False)
    by_attention = replace(by_values, steps=(soft, *by_values.steps[1:]))
    assert located(by_attention, rows_of(network, by_attention))


def test_an_even_head_has_no_selection_where_it_looks():
    """The same program, its heads said to look at what they count."""
    for spread in ((0.0, 1.0), (0.5, 1.0)):
        mechanism = counting(spread=spread)
        one = replace(mechanism.steps[0], exchanged=False)
        alone = told(
            NETWORK,
            one,
            Step("count", "width", chosen="ones"),
            Step(ANSWERS, "map", ("count",), by="int(2 * count_i > len(xs))"),
        )
        assert not located(alone, replaced(alone, TextTrace(NETWORK)))


def test_only_counts_are_exchanged_with_what_heads_write():
    ones, *rest = json.loads(to_json(counting()))["steps"]
    assert may_be_exchanged(ones, [ones, *rest])
    copied = {**rest[0], "op": "copy", "keys": ["tokens"], "by": "y", "otherwise": -1}
    assert not may_be_exchanged(ones, [ones, copied, *rest[1:]])
    hard = {**ones, "spread": [[0.0, 1.0]]}
    assert not may_be_exchanged(hard, [hard, *rest])  # a token is there, wherever a head is sent
    computed = {**hard, "keys": ["value"]}
    assert may_be_exchanged(computed, [computed, *rest])
    mechanism = counting()
    one = replace(mechanism.steps[0], spread=((0.0, 1.0),))
    with pytest.raises(ValueError, match="is more than counted"):
        derive(evidence_of(NETWORK, replace(mechanism, steps=(one, *mechanism.steps[1:]))))


def test_a_head_has_two_selections_only_where_it_is_even():
    mechanism = counting()
    for place, spread in ((0, (1.0, 0.5)), (2, (1.0, 2.0))):
        steps = list(mechanism.steps)
        steps[place] = replace(steps[place], spread=(spread,))
        with pytest.raises(ValueError, match="look as two selections do"):
            derive(evidence_of(NETWORK, replace(mechanism, steps=tuple(steps))))


def bare(mechanism):
    steps = (replace(it, head=None, spread=(), exchanged=False) for it in mechanism.steps)
    return replace(mechanism, steps=tuple(steps))


def texts(network):
    found = texts_replaced(network.texts.tokens, network.texts.longest)
    return [rows for rows in found if rows.shape[1] > 1]


def test_counts_that_no_head_looks_at_are_given_to_the_one_that_is_even():
    counted = in_no_attention(bare(counting()))
    assert counted == ["ones", "zeros"]
    stays, found = with_heads(bare(counting()), NETWORK, [(0, 0)], texts(NETWORK), counted)
    assert stays == 1.0
    assert found == counting()
    assert carried(found, NETWORK, texts(NETWORK))
    wrong = bare(counting("y == 0", "y == 1"))
    _, other = with_heads(wrong, NETWORK, [(0, 0)], texts(NETWORK), counted)
    assert not carried(other, NETWORK, texts(NETWORK))


def test_a_head_that_selects_carries_no_count_as_an_even_one():
    network = histogram(tokens=2, longest=3)
    same = Step("same", "select", ("tokens",), ("tokens",), "y == x")
    by = told(network, same, Step(ANSWERS, "width", chosen="same"))
    stays, even = with_heads(by, network, [(0, 0)], texts(network), ["same"])
    assert stays < 0.9
    assert not carried(even, network, texts(network))
    assert carried(with_heads(by, network, [(0, 0)], texts(network))[1], network, texts(network))


def test_where_both_selections_look_alike_another_says_nothing():
    own = np.array([[[0.9, 0.1], [0.2, 0.8]]])
    first, second = np.eye(2)[None], np.array([[[1.0, 0.0], [1.0, 0.0]]])
    asked = np.ones((1, 2), dtype=bool)
    every, apart = least_shared([parts_shared(own, first, second, asked)])
    assert every == pytest.approx(0.85)
    assert apart == pytest.approx((0.8, 0.2))
    assert least_shared([parts_shared(own, first, first, asked)])[1] == (0.0, 0.0)
    assert least_shared([parts_shared(own, first, second, ~asked)]) == (every, (0.0, 0.0))


def test_the_head_that_is_least_apart_counts_and_not_the_best_of_each():
    """Of two heads one has a selection by little, and the other not at all more than another."""
    sharp, even = np.eye(2)[None], np.full((1, 2, 2), 0.5)
    other = np.eye(2)[None, ::-1]
    asked = np.ones((1, 2), dtype=bool)
    parts = [parts_shared(it, np.eye(2)[None], other, asked) for it in (sharp, even)]
    assert least_shared(parts) == (0.5, (0.5, 0.5))


@pytest.mark.parametrize("alike", ["y == x", "y == x and j == i"])
def test_a_count_that_does_nothing_is_not_located_beside_two_that_do(alike):
    """In no text its own token is missing; in another it may be, and the network does not mind."""
    mechanism, by = counting(), "int(count_i > count2_i)"
    reads = ("tokens", "at") if "j" in alike else ("tokens",)
    steps = (
        *mechanism.steps[:-1],
        replace(mechanism.steps[0], name="same", of=reads, keys=reads, by=alike),
        Step("count3", "width", chosen="same"),
        Step(
            *(ANSWERS, "map", ("count", "count2", "count3")),
            by=f"{by} if count3_i > 0 else int(count_i < count2_i)",
        ),
    )
    idle = replace(mechanism, steps=steps)
    every = np.array([*product((0, 1), repeat=4)])
    assert (answered(idle, every, {}) == NETWORK.run(every)).all()
    rows = rows_of(NETWORK, idle)
    assert rows["followed_accuracy"].value == 0.0
    assert not located(idle, rows)
