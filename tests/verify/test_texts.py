"""Which texts a program is held against, and that rare faults are among what they show."""

import numpy as np
from builders.compiled_texts import shifted

from distill.domains.texts import Texts
from distill.networks.trace import TextTrace
from distill.verify.texts import TextChecks, planned_texts

PREVIOUS = '''"""P."""

import sys

__all__ = ["attend"]


def attend(xs: list[int]) -> list[int]:
    return {said}


if __name__ == "__main__":
    print(attend(list(map(int, sys.argv[1:]))))
'''
RIGHT = "[-1, *xs[:-1]]"


def test_all_texts_where_they_are_few_and_structured_ones_where_not():
    few = planned_texts(Texts(range(4), 8))
    assert {draw.kind for draw in few.fresh} == {"every"}
    assert not few.stress
    many = planned_texts(Texts(range(11), 9))
    assert [draw.kind for draw in many.fresh] == ["every"] * 2 + ["uniform"] * 7
    assert [draw.length for draw in many.stress] == list(range(3, 10))
    assert sum(draw.count for draw in many.stress) >= 5_000


def test_a_program_that_is_right_is_exhaustive_and_a_wrong_one_is_shown_where():
    view = TextTrace(shifted(tokens=2, longest=3))
    counted = TextChecks(PREVIOUS.format(said=RIGHT), view).counted([])
    assert counted.program_vs_model.exhaustive
    assert counted.program_vs_model.agree == counted.program_vs_model.total == 14
    wrong = TextChecks(PREVIOUS.format(said="[-1, *xs[1:]]"), view).counted([])
    seen = wrong.program_vs_model.disagreement
    assert (seen.inputs, seen.program, seen.model) == ((0, 1), (-1.0, 1.0), (-1.0, 0.0))


def test_a_fault_that_random_texts_almost_never_show_is_shown_by_structured_ones():
    over = Texts(range(11), 8)
    draws = planned_texts(over)

    def differs(rows):  # wrong where all tokens but one are alike
        counts = np.stack([(rows == token).sum(axis=1) for token in over.tokens])
        return (counts.max(axis=0) >= rows.shape[1] - 1) & (rows.shape[1] == 8)

    fresh, stress = (draw.texts(over) for draw in (draws.fresh[-1], draws.stress[-1]))
    assert not differs(fresh).any()
    assert differs(stress).sum() > 20
