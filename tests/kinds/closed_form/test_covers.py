"""The cheapest few that take care of all places, held against going through all of them."""

from itertools import combinations

import numpy as np
import pytest

from distill.kinds.closed_form.covers import cheapest_cover


@pytest.mark.parametrize("seed", range(20))
def test_no_cover_of_a_few_is_cheaper(seed):
    rng = np.random.default_rng(seed)
    covers = rng.random((9, 12)) < 0.45
    costs = rng.integers(1, 9, 9).astype(float).tolist()
    able = [
        sum(costs[row] for row in rows)
        for count in (1, 2, 3)
        for rows in combinations(range(9), count)
        if covers[list(rows)].any(axis=0).all()
    ]
    chosen = cheapest_cover(covers, costs, 3)
    assert (chosen is None) == (not able)
    if chosen is not None:
        assert covers[chosen].any(axis=0).all()
        assert sum(costs[row] for row in chosen) == min(able)


def test_what_nothing_takes_care_of_has_no_cover():
    assert cheapest_cover(np.array([[True, False], [True, False]]), [1.0, 1.0]) is None
    assert cheapest_cover(np.zeros((2, 0), dtype=bool), [1.0, 1.0]) == []
