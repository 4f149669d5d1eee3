"""How softly heads look is moved to where more answers stay, and no further than they look."""

import numpy as np
import pytest

from distill.kinds.attention.learned.seen import Seen
from distill.kinds.attention.learned.weights import LEAST_SHARED, keeping_more

HEAD = (0, 0)


class Told(Seen):
    """Ten texts, of which so many more keep their answers the less a head looks elsewhere."""

    def __init__(self, least: float, shares: float = 1.0, few: int = 9) -> None:
        self.least, self.shared, self.few = least, shares, few

    def stays(self, own, spreads):
        rest, _ = spreads["chosen", HEAD]
        return np.arange(10) < (10 if rest <= self.least else self.few)

    def shares(self, name, head, spread):
        return self.shared if spread[0] < 0.5 else 1.0


def moved(told, rest=0.5):
    return keeping_more([told], {HEAD: "chosen"}, {("chosen", HEAD): (rest, 0.1)})


def test_weights_are_moved_to_where_answers_stay():
    spreads, stays = moved(Told(least=0.13))
    assert spreads["chosen", HEAD] == (0.125, 0.1)
    assert stays == 1.0


@pytest.mark.parametrize("shares", [LEAST_SHARED - 0.01, 0.0])
def test_not_to_where_a_head_does_not_look(shares):
    spreads, stays = moved(Told(least=0.2, shares=shares))
    assert spreads["chosen", HEAD] == (0.5, 0.1)
    assert stays == pytest.approx(0.9)


def test_what_keeps_nothing_more_is_not_moved():
    spreads, _ = moved(Told(least=-1.0))
    assert spreads["chosen", HEAD] == (0.5, 0.1)


def test_where_few_answers_stay_nothing_is_tried():
    spreads, stays = moved(Told(least=0.2, few=7))
    assert spreads["chosen", HEAD] == (0.5, 0.1)
    assert stays == pytest.approx(0.7)
