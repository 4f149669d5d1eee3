"""A head that was let go is taken back where answers hang on it once others have their weights."""

import numpy as np

from distill.kinds.attention.learned.matching import taken_back
from distill.kinds.attention.learned.seen import Seen

ONE, TWO, THREE = (0, 0), (0, 1), (1, 0)
SPREADS = {("met", head): (0.0, 0.0) for head in (ONE, TWO, THREE)}


class Keeping(Seen):
    """Of a hundred answers so many stay, by the heads that have a selection."""

    def __init__(self, stay):
        self.stay = stay

    def stays(self, own, spreads):
        return np.arange(100) < self.stay[frozenset(own)]


def back(stay, ways=(("met", TWO), ("met", THREE))):
    seen = [Keeping({frozenset(heads): count for heads, count in stay.items()})]
    return [*taken_back(seen, {ONE: "met"}, SPREADS, ways, 0.90)]


def test_it_istaken_back_where_more_answers_stay():
    assert back({(ONE, TWO): 92, (ONE, TWO, THREE): 92}) == [ONE, TWO]


def test_each_is_held_against_those_that_are_back():
    """The third would keep more than the first alone, and none more beside the second."""
    assert back({(ONE, TWO): 92, (ONE, TWO, THREE): 91}) == [ONE, TWO]
    assert back({(ONE, TWO): 92, (ONE, TWO, THREE): 94}) == [ONE, TWO, THREE]


def test_it_stays_away_where_as_many_stay_without_and_from_what_has_no_head():
    assert back({(ONE, TWO): 90, (ONE, THREE): 89}) == [ONE]
    assert back({}, (("other", TWO),)) == [ONE]
