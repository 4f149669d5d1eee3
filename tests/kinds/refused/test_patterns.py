"""Captions of answers say what is so of them, and nothing else."""

import numpy as np
import pytest

from distill.drawing.maps import Plane
from distill.kinds.refused.patterns import pattern_said

N = 16
A, B = np.indices((N, N))


def said(table):
    values = tuple(range(N))
    return pattern_said(np.asarray(table, dtype=np.int64), Plane(("a", "b"), values, values, ()))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (A ^ B, "the exclusive or of a and b"),
        ((A + B) % N, "depends on a + b alone"),
        (A - B + N, "depends on a - b alone"),
        (A, "depends on a alone"),
        (np.maximum(A, B), "its own mirror image"),
        (0 * A, "one answer for all"),
        ((3 * A + 5 * B) % N, "every answer stands once in every row"),
    ],
)
def test_a_rule_that_holds_is_named(table, told):
    assert told in said(table)
    assert said(table).startswith("It is a pattern")


def test_where_no_simple_rule_holds_none_is_promised():
    table = np.random.default_rng(0).integers(0, 5, (N, N))
    assert "no simple pattern" in said(table)
    assert "no simple pattern" not in said(A ^ B)


def test_areas_are_told_from_noise():
    assert "there are areas" in said(2 * (A > 5) * (B > 7) + (B > 2) * (A < 9) + 3 * (A + B > 25))
