"""What is proved of texts at positions at which no selection chooses more than one position."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from builders.compiled_texts import choosing, following, inducing, induction

from distill.checker import text_proof
from distill.checker.real_answers import run_texts
from distill.checker.selections import ANSWERS
from distill.checker.text_proof import over_sets
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.mechanism import AttentionMechanism, Step

TOKENS, LONGEST = 3, 6
PREVIOUS, COPIED, AGAIN, FOUND = following(TOKENS)


def searched(network, *steps):
    mechanism = AttentionMechanism((0, TOKENS - 1), LONGEST, steps)
    source = emit_attention(mechanism).source
    model, texts = network.model, network.texts
    weights = {name: it.numpy() for name, it in model.parameters.items()}
    about = (source, mechanism.data, texts.tokens, texts.longest, network.answers)
    found = over_sets(*about, asdict(model.architecture), weights)
    assert found is not None
    return found, source


def every_text(length):
    return np.indices([TOKENS] * length).reshape(length, -1).T


def chosen(rows):
    """How many earlier positions follow the token of a position, [n, positions]."""
    at = np.arange(rows.shape[1])
    before = np.pad(rows, ((0, 0), (1, 0)), constant_values=-1)[:, :-1]
    same = before[:, None, :] == rows[:, :, None]
    return (same & (at[None, :] <= at[:, None])).sum(axis=2)


def test_where_one_follows_it_is_proved_and_where_several_do_they_part():
    network = choosing(TOKENS, LONGEST)
    found, source = searched(network, PREVIOUS, COPIED, AGAIN, FOUND)
    assert (found.up_to, found.unique.up_to) == (3, LONGEST)
    assert found.unique.lead > 0.3
    assert len(found.differ)
    for length in range(1, LONGEST + 1):
        rows = every_text(length)
        alike = run_texts(source, rows, length) == network.run(rows)
        assert alike[chosen(rows) <= 1].all()
        assert alike.all() == (length <= found.up_to)
    assert (chosen(found.differ).max(axis=1) > 1).all()


def test_it_is_counted_how_many_answers_are_so():
    found, _ = searched(choosing(TOKENS, LONGEST), PREVIOUS, COPIED, AGAIN, FOUND)
    drawn, unique = found.drawn
    assert drawn == text_proof.DRAWN * LONGEST
    assert unique / drawn == pytest.approx((chosen(every_text(LONGEST)) <= 1).mean(), abs=0.05)
    assert found.claims["proof.where_unique.drawn_unique"] == unique
    assert found.claims["proof.up_to_length"] == 3


@pytest.mark.parametrize(
    "wrong",
    [
        [replace(AGAIN, by="j <= i and copied_j == x and i - j < 4"), FOUND],
        [
            replace(AGAIN, by="j <= i and (copied_j == x or (i == 4 and j == 0 and x == 2))"),
            FOUND,
        ],
        [
            AGAIN,
            replace(FOUND, name="found"),
            Step(ANSWERS, "map", ("found", "at"), (), "found_i - (i == 5 and found_i == 2)"),
        ],
    ],
)
def test_a_program_that_is_wrong_of_one_of_these_is_not_proved_beyond(wrong):
    steps = [PREVIOUS, COPIED, *wrong]
    found, source = searched(choosing(TOKENS, LONGEST), *steps)
    network, wrong = choosing(TOKENS, LONGEST), None
    for length in range(1, LONGEST + 1):
        rows = every_text(length)
        parts = run_texts(source, rows, length) != network.run(rows)
        if wrong is None and parts[chosen(rows) <= 1].any():
            wrong = length
    assert wrong is not None
    assert found.unique is None or found.unique.up_to < wrong


def test_a_network_that_is_wrong_of_one_position_is_not_proved_beyond():
    network = choosing(TOKENS, LONGEST)
    weights = {**network.model.parameters}
    weights["W_pos"] = weights["W_pos"].clone()
    weights["W_pos"][LONGEST] = weights["W_pos"][LONGEST - 1]  # the last looks as the one before
    network = replace(network, model=replace(network.model, parameters=weights))
    found, _ = searched(network, PREVIOUS, COPIED, AGAIN, FOUND)
    assert found.unique.up_to == LONGEST - 1


def test_nothing_is_said_where_no_answer_is_so():
    """Of a program that selects everything, and so one position of texts of one token alone."""
    whole = Step("whole", "select", ("at",), ("at",), "j <= i or i == j")
    first = Step(ANSWERS, "copy", (), ("tokens",), "y", "whole", TOKENS)
    found, _ = searched(choosing(TOKENS, LONGEST), whole, first)
    assert found.unique is None


def test_it_is_the_position_itself_that_chooses_one():
    """Of a program that asks all positions for the last before them: two have one at most."""
    before = Step("before", "select", ("at",), ("at",), "j < i")
    copied = Step("copied", "copy", (), ("tokens",), "y", "before", -1)
    own = Step("own", "select", ("at",), ("at",), "i == j")
    by = f"copied_j if copied_j >= 0 else {TOKENS}"
    steps = (before, copied, own, Step(ANSWERS, "copy", (), ("copied",), by, "own", TOKENS))
    found, _ = searched(choosing(TOKENS, LONGEST), *steps)
    assert found.drawn == (text_proof.DRAWN * LONGEST, text_proof.DRAWN * 2)


def test_no_further_than_all_texts_are_proved_nothing_more_is_said(monkeypatch):
    monkeypatch.setattr(text_proof, "MOST_UNIQUE", 1_000_000)
    found, _ = searched(choosing(TOKENS, LONGEST), PREVIOUS, COPIED, AGAIN, FOUND)
    assert (found.up_to, found.unique) == (3, None)
    assert not [name for name in found.claims if "unique" in name]


def test_as_many_sets_as_may_be_are_gone_through(monkeypatch):
    monkeypatch.setattr(text_proof, "MOST_UNIQUE", 3_000_000)
    found, _ = searched(choosing(TOKENS, LONGEST), PREVIOUS, COPIED, AGAIN, FOUND)
    assert 3 < found.unique.up_to < LONGEST


def test_compiled_as_it_was_before_it_has_no_answer_and_nothing_is_bounded():
    network, mechanism = induction(longest=4), inducing(longest=4)
    source = emit_attention(mechanism).source
    weights = {name: it.numpy() for name, it in network.model.parameters.items()}
    about = (source, mechanism.data, network.texts.tokens, 4, network.answers)
    assert over_sets(*about, asdict(network.shape), weights) is None
