"""Captions of answers say what is so of them, and nothing else."""

import re

import numpy as np
import pytest

from distill.drawing.maps import Plane
from distill.kinds.refused.patterns import pattern_said, scale_of

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
    assert said(table) == (
        "The answer is no function of a or b alone, of a + b, or of a - b, and no stripes were "
        "found."
    )
    assert "no function" not in said(A ^ B)


def test_areas_are_told_from_noise():
    assert "there are areas" in said(2 * (A > 5) * (B > 7) + (B > 2) * (A < 9) + 3 * (A + B > 25))


def test_what_one_answer_makes_nearly_so_is_no_rule():
    """A rectangle of 5% of the answers: a + b "settles" 98% of them, and hardly any of the rest."""
    a, b = np.indices((44, 30))
    table = ((a >= 9) | (b >= 5)).astype(np.int64)
    plane = Plane(("a", "b"), tuple(range(44)), tuple(range(30)), ())
    told = pattern_said(table, plane)
    assert "It is a pattern" not in told
    assert "there are areas" in told
    few = np.zeros((N, N), dtype=np.int64)
    few[2, 9] = few[11, 3] = 1
    assert "mirror image" not in said(few)


def test_stripes_that_most_answers_leave_are_told_where_chance_does_not_make_them():
    """Nearly two thirds are noise, and an eye still sees the rest; of noise alone none are told."""
    p, rng = 37, np.random.default_rng(1)
    a, b = np.indices((p, p))
    table = (3 * a - b + 7) % p
    wrong = rng.random((p, p)) < 0.62
    table[wrong] = rng.integers(0, p, int(wrong.sum()))
    plane = Plane(("a", "b"), tuple(range(p)), tuple(range(p)), ())
    assert re.search(r"on \d+ of the 1,369 inputs .* 3 \* a - b \+ 7", pattern_said(table, plane))
    for _ in range(20):
        assert "There are stripes" not in pattern_said(rng.integers(0, p, (p, p)), plane)
        assert "There are stripes" not in said(rng.integers(0, 5, (N, N)))


@pytest.mark.parametrize("first", [0, 3])
def test_stripes_that_an_eye_sees_are_told_with_how_many_follow_them(first):
    """A network that learned 5a - 2b + 3 in part: no "simple pattern" is denied under stripes."""
    p, rng = 31, np.random.default_rng(1)
    a, b = np.indices((p, p))
    table = (5 * a - 2 * b + 3) % p
    wrong = rng.random((p, p)) < 0.2
    table[wrong] = rng.integers(0, p, int(wrong.sum()))
    right = int((table == (5 * a - 2 * b + 3) % p).sum())
    plane = Plane(("a", "b"), tuple(range(p)), tuple(range(p)), ())
    less = ", less 3," if first else ""
    assert pattern_said(table, plane, range(first, first + p)) == (
        f"There are stripes: on {right} of the 961 inputs the answer{less} is "
        "5 * a - 2 * b + 3 modulo 31."
    )


def test_noise_and_a_frequent_answer_are_no_stripes():
    rng = np.random.default_rng(0)
    assert "There are stripes" not in said(rng.integers(0, 16, (N, N)))
    assert "There are stripes" not in said(
        np.where(rng.random((N, N)) < 0.8, 3, rng.integers(0, 16, (N, N)))
    )


def test_colours_go_round_only_where_stripes_go_on_from_the_first_answer():
    p, rng = 31, np.random.default_rng(1)
    a, b = np.indices((p, p))
    plane = Plane(("a", "b"), tuple(range(p)), tuple(range(p)), ())
    striped = (5 * a - 2 * b + 3) % p
    wrong = rng.random((p, p)) < 0.2
    striped[wrong] = rng.integers(0, p, int(wrong.sum()))
    assert scale_of(striped, plane, range(p)) == "round"
    assert scale_of(a + b, plane, range(2 * p - 1)) == "ordered"  # goes beyond nothing
    assert scale_of(np.gcd(a, b), plane, range(p)) == "ordered"
    assert scale_of(rng.integers(0, p, (p, p)), plane, range(p)) == "ordered"
