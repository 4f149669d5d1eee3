"""Few of many that together do what none does alone: conditions that all have to hold, values of
which the largest is the answer.

Each of them takes care of some places (false rows that a condition excludes, rows on which a value
is the answer), and all places have to be taken care of, as cheaply as can be: a weighted set cover.
Of the place that the fewest take care of one of these has to be chosen, so that a search that
begins there is short (Knuth, Dancing links, 2000).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool
from numpy import ndarray

MOST_CHOSEN = 4
"""Of how many a cover is made at most."""

MOST_STEPS = 3_000
"""Choices that are looked at."""


def cheapest_cover(
    covers: Bool[ndarray, "some places"], costs: Sequence[float], most: int = MOST_CHOSEN
) -> list[int] | None:
    """The cheapest few rows of which at every place one is true; null where none are found.

    Args:
        covers: what each takes care of.
        costs: of each.
        most: that may be chosen.
    """
    if not covers.shape[1]:
        return []
    if not covers.any(axis=0).all():
        return None
    order = np.argsort(np.asarray(costs), kind="stable")
    covers = covers[order]
    search = _Search(covers, np.asarray(costs, dtype=float)[order], most)
    search.down([], 0.0, np.ones(covers.shape[1], dtype=bool))
    return None if search.best is None else [int(order[row]) for row in search.best]


class _Search:
    """Depth first, with the cheapest cover found so far as a bound."""

    def __init__(self, covers: Bool[ndarray, "some places"], costs: ndarray, most: int) -> None:
        self.covers, self.costs, self.most = covers, costs, most
        self.rare = covers.sum(axis=0)
        self.best: list[int] | None = None
        self.price = np.inf
        self.steps = 0

    def down(self, chosen: list[int], price: float, left: Bool[ndarray, " places"]) -> None:
        """Choose one more for the place that is hardest to take care of."""
        if not left.any():
            self.best, self.price = chosen, price
            return
        if len(chosen) == self.most or self.steps > MOST_STEPS:
            return
        open_places = np.flatnonzero(left)
        place = open_places[int(self.rare[open_places].argmin())]
        able = np.flatnonzero(self.covers[:, place])
        if len(chosen) + 1 == self.most:  # the last one takes care of all that is left
            able = able[self.covers[np.ix_(able, open_places)].all(axis=1)][:1]
        for row in able.tolist():
            self.steps += 1
            if price + self.costs[row] >= self.price or self.steps > MOST_STEPS:
                return  # dearer ones follow
            self.down([*chosen, row], price + self.costs[row], left & ~self.covers[row])
