"""What is copied comes from one position: attention may look at that one, and a name should too."""

import numpy as np
import pytest

from distill.kinds.attention.learned.asked import Asked
from distill.kinds.attention.learned.enumeration import Enumeration
from distill.kinds.attention.learned.hints import Hints
from distill.kinds.attention.learned.pool import Pool
from distill.kinds.attention.learned.read import searched
from distill.kinds.attention.learned.terms import (
    TOKEN,
    Atom,
    Relation,
    Selection,
    Variable,
    is_value,
)
from distill.kinds.attention.learned.values import Values

RNG = np.random.default_rng(3)
TOKENS = RNG.integers(0, 4, (60, 6))
THERE = np.ones_like(TOKENS, dtype=bool)
BEFORE = Atom(Relation("j < i", lambda k, q, j, i: j < i, 0.6, True))
PREVIOUS = Atom(Relation("j == i - 1", lambda k, q, j, i: j == i - 1, 0.8, True))
EARLIER = Selection((BEFORE, Atom(is_value(1, "!="), TOKEN)))


def values() -> Values:
    return Values(Asked(TOKENS, THERE, TOKENS.astype(float), THERE))


def looking_at_the_last(choice) -> Hints:
    length = choice.shape[-1]
    last = length - 1 - choice[..., ::-1].argmax(axis=-1)
    attention = (choice & (np.arange(length) == last[..., None])).astype(float)
    allowed = np.broadcast_to(np.tril(np.ones((length, length), dtype=bool)), choice.shape)
    return Hints(attention[None], allowed)


def test_attention_to_the_last_of_those_chosen_speaks_for_what_is_copied_from_it():
    on = values()
    hints = looking_at_the_last(on.choice(EARLIER))
    own = hints.of(on.choice(EARLIER)[None])[0, 0]
    pool = Pool(on, hints)
    pool.aggregate([EARLIER], np.array([own]), (TOKEN,))
    merits = {each.op: pool.merit[each] for each in pool}
    assert merits["copy"] == pytest.approx(1.0, abs=1e-5)
    assert own < 0.9
    assert merits["least"] == pytest.approx(own)
    assert merits["copy_first"] < 0.9
    without = Pool(on)
    without.aggregate([EARLIER], np.array([own]), (TOKEN,))
    assert {without.merit[each] for each in without} == {own}


@pytest.mark.parametrize("turn", [1, -1])
def test_a_selection_of_one_position_is_said_before_the_last_of_several(turn):
    pool = Pool(values())
    both = [Selection((BEFORE,)), Selection((PREVIOUS,))][::turn]
    pool.aggregate(both, np.array([1.0, 1.0]), (TOKEN,), ("copy",), width=False)
    (copied,) = pool
    assert copied.chosen.atoms == (PREVIOUS,)


def test_a_threshold_stands_in_the_middle_of_what_is_never_there():
    of_two = Variable("map", "token", 1.0, "{0}", (TOKEN,), function=lambda x: 8 - x % 2 * 10)
    enumeration = Enumeration(values(), True, (), None, 0, (of_two,))
    enumeration._maps()
    truths = {each.by for each in enumeration.pool if each.sort == "truth"}
    assert "int({0} > 3)" in truths, "of -2 and 8"
    assert "int({0} > -2)" not in truths


def test_a_number_is_said_where_a_position_is_the_same():
    answers = np.concatenate([np.zeros_like(TOKENS[:, :1]), TOKENS[:, 1:]], axis=1)
    source, tried = (
        Asked(TOKENS[some], THERE[some], answers[some].astype(float), THERE[some])
        for some in (slice(0, 30), slice(30, 60))
    )
    found, *_ = searched(source, tried, True, (), lambda _: None)
    assert found.agree.all()
    assert found.answer.by.startswith("0 if ")
