"""Weights of heads are those under which answers stay, along texts of every sort."""

import numpy as np

from distill.kinds.attention.learned.asked import Asked
from distill.kinds.attention.learned.seen import Seen, texts_for
from distill.kinds.attention.learned.weights import nearby

HEAD, NAME = (0, 0), "same"


class Kept(Seen):
    """Texts whose answers stay under weights near some, and by and by fewer of them."""

    def __init__(self, rest: float, start: float) -> None:
        self.at = np.array([rest, start])
        self.asked = 0

    def shares(self, name, head, spread) -> float:
        return 1.0

    def stays(self, own, spreads) -> np.ndarray:
        self.asked += 1
        apart = np.abs(np.array(spreads[NAME, own_head(own)]) - self.at).sum()
        return np.arange(100) >= 200 * apart


def own_head(own):
    return next(iter(own))


def test_weights_beside_the_likeliest_are_taken_where_more_answers_stay():
    seen = [Kept(0.05, 1.2)]
    found = nearby(seen, {HEAD: NAME}, {(NAME, HEAD): (0.1, 1.33)})
    assert found == {(NAME, HEAD): (0.05, 1.197)}


def test_weights_under_which_attention_stands_elsewhere_are_not_taken():
    """More answers would stay, and the head would have less than half of its selection."""

    class Elsewhere(Kept):
        def shares(self, name, head, spread) -> float:
            return 0.6 if spread == (0.1, 1.33) else 0.5

    spreads = {(NAME, HEAD): (0.1, 1.33)}
    assert nearby([Elsewhere(0.05, 1.2)], {HEAD: NAME}, spreads) == spreads


def test_likeliest_weights_are_left_where_answers_stay_with_them():
    for at, asked in (((0.1, 1.3), 1), ((40.0, 70.0), 29)):
        seen = [Kept(*at)]
        assert nearby(seen, {HEAD: NAME}, {(NAME, HEAD): (0.1, 1.3)}) == {(NAME, HEAD): (0.1, 1.3)}
        assert seen[0].asked == asked


def test_texts_that_heads_are_seen_along_are_of_every_sort():
    """Of a length the even ones stand first, and structured ones behind them."""
    tokens = np.repeat([[1, 2, 3], [5, 5, 5]], 60, axis=0)
    there = np.ones_like(tokens, dtype=bool)
    (rows,) = texts_for(Asked(tokens, there, tokens.astype(float), there))
    assert len(rows) == 60
    assert 15 < (rows[:, 0] == 5).sum() < 45
