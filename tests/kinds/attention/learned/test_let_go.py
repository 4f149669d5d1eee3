"""A head that looks no more as its selection than as another is none of its heads."""

from dataclasses import replace

import numpy as np
import pytest

from distill.checker.attended import texts_replaced
from distill.checker.selections import ANSWERS
from distill.kinds.attention.learned.matching import that_do_something
from distill.kinds.attention.learned.seen import Seen
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import looked_at

ONE, TWO = (0, 0), (0, 1)
TEXTS = [rows for rows in texts_replaced(range(2), 4) if rows.shape[1] > 1]


def copying(by="j == i - 1", op="copy", of=("at",), keys=("at",)):
    steps = (
        Step("chosen", "select", of, keys, by),
        Step(ANSWERS, op, (), ("tokens",), "y", "chosen", -1),
    )
    return AttentionMechanism((0, 1), 4, steps, none=-1)


class Looking(Seen):
    """Two heads of one selection that both do something; of the second answers may hang on."""

    def __init__(self, shares, hang):
        self.shares, self.hang = shares, hang

    def needs(self, name, head, spread, others):
        return True

    def parts(self, name, head, spread):
        return np.array([0.7, 1.0, 0.7, self.shares[head], 1.0])

    def stays(self, own, spreads):
        return np.arange(100) >= (self.hang if len(own) < 2 else 0)


@pytest.mark.parametrize(
    ("second", "hang", "left"), [(0.65, 0, [ONE]), (0.5, 0, [ONE, TWO]), (0.65, 5, [ONE, TWO])]
)
def test_it_is_let_go_where_answers_stay_without_it(second, hang, left):
    """It has 0.7 of its attention where its selection has it, as another has 0.65 or 0.5."""
    own = dict.fromkeys((ONE, TWO), "chosen")
    spreads = dict.fromkeys((("chosen", ONE), ("chosen", TWO)), (0.0, 0.0))
    kept = that_do_something([Looking({ONE: 0.1, TWO: second}, hang)], own, spreads)
    assert [*kept] == left


def test_the_last_head_of_a_selection_stays():
    kept = that_do_something(
        [Looking({ONE: 0.69}, 0)], {ONE: "chosen"}, {("chosen", ONE): (0.0, 0.0)}
    )
    assert [*kept] == [ONE]


@pytest.mark.parametrize("op", ["greatest", "least"])
def test_what_is_taken_narrows_another_selection_too(op):
    """Of the positions that another text chooses a head looks at those of the largest token."""
    mechanism = copying("y == x", op, ("tokens",), ("tokens",))
    soft = replace(mechanism.steps[0], head=(0, 0), spread=((0.0, 0.0),))
    mechanism = replace(mechanism, steps=(soft, mechanism.steps[1]))
    for rows in TEXTS:
        chosen, others = looked_at(mechanism, rows)
        wide = rows[:, None, :] == rows[:, :, None]
        assert (chosen["chosen"] == wide).all()
        for pairs, text in zip(others["chosen"], rows, strict=True):
            assert all(len({*text[row]}) == 1 for row in pairs)
