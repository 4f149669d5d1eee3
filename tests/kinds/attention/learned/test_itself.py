"""A token that reaches its answer through heads: the program looks where they do."""

import numpy as np
import pytest
from builders.compiled_texts import from_same, shifted

from distill.checker.attended import texts_replaced
from distill.checker.kind import CLEAR
from distill.checker.selections import ANSWERS
from distill.kinds.attention.evidence import replaced
from distill.kinds.attention.learned.carried import carried
from distill.kinds.attention.learned.found import read_learned
from distill.kinds.attention.learned.itself import from_the_same
from distill.kinds.attention.learned.matching import with_heads
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import answered
from distill.networks.trace import TextTrace

ITSELF = AttentionMechanism((0, 2), 4, (Step(ANSWERS, "map", ("tokens",), by="x"),), none=-1)


def texts():
    return [rows for rows in texts_replaced(range(3), 4) if rows.shape[1] > 1]


def test_a_network_that_takes_its_token_from_those_that_are_the_same_is_read_so():
    network = from_same(tokens=2, longest=3)
    part, found = read_learned(network)
    assert part == 1.0
    assert isinstance(found, AttentionMechanism)
    assert [step.op for step in found.steps] == ["select", "greatest"]
    assert found.name == "the token itself, from positions with the same token"
    rows = replaced(found, TextTrace(network))
    assert rows["replaced_accuracy"].value == rows["followed_accuracy"].value == 1.0
    assert rows["attention_shared"].value > 0.99
    apart = rows["attention_apart"]
    assert apart.value - apart.decoy > CLEAR


def test_of_a_head_that_looks_elsewhere_it_is_not_the_program():
    other = from_the_same(ITSELF, causal=False)
    assert other is not None
    _, found = with_heads(other, shifted(by=1), [(0, 0)], texts())
    assert not carried(found, shifted(by=1), texts())


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(
    "steps",
    [
        (Step(ANSWERS, "map", ("tokens",), by="x"),),
        (Step(ANSWERS, "map", ("tokens", "at"), by="(x + i + max(x, 1)) % 3"),),
        (
            Step("value", "map", ("tokens",), by="x // 2"),
            Step(ANSWERS, "map", ("value", "tokens"), by="value_i + 2 * x"),
        ),
    ],
)
def test_it_answers_every_text_as_before(steps, causal):
    mechanism = AttentionMechanism((0, 2), 4, steps, none=-1)
    other = from_the_same(mechanism, causal)
    assert other is not None
    for rows in texts():
        assert np.array_equal(answered(mechanism, rows, {}), answered(other, rows, {}))


def test_what_reads_no_token_or_selects_is_left_as_it_is():
    at = AttentionMechanism((0, 2), 4, (Step(ANSWERS, "map", ("at",), by="i % 2"),), none=-1)
    assert from_the_same(at, causal=False) is None
    taken = from_the_same(ITSELF, causal=False)
    assert taken is not None
    assert from_the_same(taken, causal=False) is None
