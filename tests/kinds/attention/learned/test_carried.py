"""Of programs that answer every text alike, the one that heads carry is told from others."""

from types import SimpleNamespace

import numpy as np
import pytest
from builders.compiled_texts import shifted

from distill.checker.attended import REPLACED_SEED, texts_replaced
from distill.checker.selections import ANSWERS
from distill.kinds.attention.learned import found
from distill.kinds.attention.learned.carried import SHOWN_SEED, SURE, carried, shown_by
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.replacing import replaced_texts
from distill.kinds.attention.running import answered

NETWORK = shifted(tokens=3, longest=4)
"""The token before."""


def copying(by, head=(0, 0)):
    return AttentionMechanism(
        (0, 2),
        4,
        (
            Step("chosen", "select", ("tokens", "at"), ("tokens", "at"), by, head=head),
            Step(ANSWERS, "copy", (), ("tokens",), "y", "chosen", -1),
        ),
        none=-1,
    )


def texts():
    return [rows for rows in texts_replaced(range(3), 4) if rows.shape[1] > 1]


def test_the_program_of_its_head_is_carried_and_one_off_by_one_is_not():
    assert carried(copying("j == i - 1"), NETWORK, texts())
    assert not carried(copying("j == i - 2"), NETWORK, texts())


def test_a_program_in_no_head_is_not_carried():
    assert not carried(copying("j == i - 1", head=None), NETWORK, texts())


def test_of_two_that_answer_alike_the_one_of_the_head_is_carried():
    """Of one token again and again the position two before tells as much as the one before."""
    rows = [np.array([[0, 0, 0, 2], [1, 1, 1, 0], [2, 2, 2, 1], [0, 0, 0, 1]])]
    two = copying("j == i - 2 or j == 0 and i == 1")
    one = copying("j == i - 1")
    assert (answered(one, rows[0], {}) == answered(two, rows[0], {})).all()
    assert carried(one, NETWORK, rows)
    assert not carried(two, NETWORK, rows)


def test_without_selections_heads_are_to_carry_nothing():
    itself = AttentionMechanism((0, 2), 4, (Step(ANSWERS, "map", ("tokens",), by="x"),), none=-1)
    assert not carried(itself, shifted(tokens=3, longest=4, by=0), texts())


def test_what_is_shown_of_a_head_is_shown_along_other_texts_than_a_report_s():
    assert shown_by(copying("j == i - 1"), NETWORK) == SURE
    assert shown_by(copying("j == i - 2"), NETWORK) < 0
    assert shown_by(copying("j == i - 1", head=None), NETWORK) < 0
    ours, theirs = (replaced_texts(NETWORK, seed)[-1] for seed in (SHOWN_SEED, REPLACED_SEED))
    assert (ours != theirs).any(axis=1).mean() > 0.8


@pytest.mark.parametrize(
    ("shown", "taken"),
    [
        ({"a": SURE, "b": SURE}, "a"),
        ({"a": 0.0, "b": SURE}, "b"),  # the plainest is near what is asked, and might miss it
        ({"a": -1.0, "b": 0.0}, "b"),
        ({"a": -1.0, "b": -1.0}, "a"),
        ({"b": 0.0}, "b"),
        ({}, "a"),
    ],
)
def test_the_plainest_description_is_taken_that_other_texts_bear_out(monkeypatch, shown, taken):
    """Those that are shown at all are carried by the texts that heads were found with."""
    every, ways = [SimpleNamespace(part=1.0)], {"a": copying("j == i"), "b": copying("j < i")}
    of = {ways[name]: by for name, by in shown.items()}
    for name, instead in {
        "search": lambda *_: every,
        "_described": lambda *_: iter(ways.values()),
        "carried": lambda it, *_: it in of,
        "shown_by": lambda it, *_: of[it],
    }.items():
        monkeypatch.setattr(found, name, instead)
    assert found.read_learned(NETWORK) == (1.0, ways[taken])
