"""Tokens that a network takes for the same have one name, and none that it tells apart."""

import numpy as np
import pytest

from distill.kinds.attention.learned.classes import coarsest

TOKENS = range(36)
KNOWN = {
    "{0} // 6 + {0} % 6": lambda x: x // 6 + x % 6,
    "{0} % 6": lambda x: x % 6,
    "max({0} // 6, {0} % 6)": lambda x: max(x // 6, x % 6),
}


def stays_of(function):
    """Every answer stays within a class, and three in ten between classes, as by chance."""
    kinds = np.array([function(x) for x in TOKENS])
    return np.where(kinds[:, None] == kinds[None], 1.0, 0.3)


@pytest.mark.parametrize("by", KNOWN)
def test_classes_have_the_expression_that_tells_them_apart(by):
    (variable,) = coarsest(TOKENS, stays_of(KNOWN[by]))
    assert variable.by == by
    assert variable.function is not None
    every = np.array(TOKENS)
    assert variable.function(every).tolist() == [KNOWN[by](x) for x in TOKENS]


def test_tokens_that_are_all_told_apart_have_no_classes():
    assert coarsest(TOKENS, stays_of(lambda x: x)) == ()


def test_classes_without_an_expression_have_no_name():
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 6, len(TOKENS))
    assert coarsest(TOKENS, stays_of(lambda x: kinds[x])) == ()
