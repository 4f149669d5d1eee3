"""Tables of one variable, two and three: what is right of them is what a lookup gets right."""

import numpy as np

from distill.kinds.attention.learned.tables import MOST_CELLS, tables
from distill.kinds.attention.learned.terms import Variable

RNG = np.random.default_rng(3)
ROWS = RNG.integers(0, 4, (7, 900))
VARIABLES = [Variable("map", "other", 1.0, f"v{place}") for place in range(len(ROWS))]


def best(target, rows=ROWS):
    found = tables(VARIABLES, rows, target)
    top = max(found, key=lambda it: it.score)
    return top.right, {each.by for each in top.reads}


def test_a_function_of_one_of_two_and_of_three_is_found():
    a, b, c = ROWS[[1, 3, 5]]
    assert best(3 - a) == (1.0, {"v1"})
    assert best((a + 2 * b) % 4) == (1.0, {"v1", "v3"})
    joined = np.where(a == 0, b, np.where(c > 1, a, 0))
    assert best(joined) == (1.0, {"v1", "v3", "v5"})


def test_what_is_right_is_what_the_commonest_answers_are():
    target = RNG.integers(0, 2, ROWS.shape[1])
    for candidate in tables(VARIABLES, ROWS, target)[:40]:
        places = [VARIABLES.index(each) for each in candidate.reads]
        keys = [tuple(key) for key in ROWS[places].T.tolist()]
        right = sum(
            max(np.bincount([t for k, t in zip(keys, target, strict=True) if k == key]))
            for key in set(keys)
        )
        assert candidate.right == right / len(target)


def test_no_table_is_larger_than_one_that_is_read():
    wide = np.concatenate([ROWS, RNG.integers(0, 23, (1, 900)), RNG.integers(0, 23, (1, 900))])
    several = [*VARIABLES, *(Variable("map", "other", 1.0, f"w{place}") for place in range(2))]
    sizes = {each: len(np.unique(row)) for each, row in zip(several, wide, strict=True)}
    found = tables(several, wide, ROWS[0])
    assert max(np.prod([sizes[it] for it in each.reads]) for each in found) <= MOST_CELLS
    assert not any(len(set(each.reads)) < len(each.reads) for each in found)
