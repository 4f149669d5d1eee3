"""Expressions: right on every row, printed as evaluated, and the plain form where one is."""

from itertools import product

import numpy as np
import pytest
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.expressions import Lookup, cost, evaluate, source, synthesise
from distill.expressions.expression import tables


def table(function, **ranges):
    rows = np.array(list(product(*ranges.values())), dtype=np.int64)
    columns = {name: rows[:, place] for place, name in enumerate(ranges)}
    target = np.array([int(function(*row)) for row in rows.tolist()], dtype=np.int64)
    return columns, target


BITS = range(2)


@pytest.mark.parametrize(
    ("function", "ranges", "text"),
    [
        (lambda a: 5, {"a": range(3)}, "5"),
        (lambda a, b: 2 * a - 3 * b + 1, {"a": range(5), "b": range(5)}, "2 * a - 3 * b + 1"),
        (lambda a, b: (a + b) % 113, {"a": range(113), "b": range(113)}, "(a + b) % 113"),
        (
            lambda a, b: (3 * a + 5 * b + 7) % 23,
            {"a": range(23), "b": range(23)},
            "(3 * a + 5 * b + 7) % 23",
        ),
        (lambda a, b: (a + b) // 5, {"a": range(5), "b": range(9)}, "(a + b) // 5"),
        (lambda a, b: abs(a - b), {"a": range(-4, 5), "b": range(-4, 5)}, "abs(a - b)"),
        (lambda a, b: max(a, b), {"a": range(9), "b": range(9)}, "max(a, b)"),
        (lambda a, b, c: a ^ b ^ c, {"a": BITS, "b": BITS, "c": BITS}, "a ^ b ^ c"),
        (lambda a, b: a == b, {"a": range(6), "b": range(6)}, "int(a == b)"),
        (
            lambda s, x: 0 if x == 3 else (s + x) % 5,
            {"s": range(5), "x": range(4)},
            "0 if x == 3 else (s + x) % 5",
        ),
        (
            lambda s, x: max(-3, min(3, s + x)),
            {"s": range(-3, 4), "x": range(-2, 3)},
            "max(min(s + x, 3), -3)",
        ),
        (
            lambda x: x in (0, 1, 4, 9, 16),
            {"x": range(20)},
            "int(isqrt(x) ** 2 == x)",
        ),
    ],
)
def test_plain_forms_are_found_as_they_are_written_by_hand(function, ranges, text):
    columns, target = table(function, **ranges)
    assert source(synthesise(columns, target)) == text


@settings(max_examples=examples(10), deadline=None)
@given(st.lists(st.integers(-3, 6), min_size=12, max_size=12), st.booleans())
def test_every_table_gets_an_expression_that_prints_as_it_evaluates(numbers, thorough):
    columns, _ = table(lambda s, x: 0, s=range(4), x=range(3))
    target = np.array(numbers, dtype=np.int64)
    found = synthesise(columns, target, thorough)
    assert (evaluate(found, columns) == target).all()
    text = source(found)
    for s, x, wanted in zip(columns["s"].tolist(), columns["x"].tolist(), numbers, strict=True):
        said = eval(text, {"isqrt": lambda n: int(n**0.5)}, {"s": s, "x": x})
        assert type(said) is int
        assert said == wanted


def test_what_is_the_same_at_two_values_is_said_once_where_rows_are_missing():
    columns, target = table(
        lambda a, b, c: min((a >= 7) + (b >= 5) + (c == 2), 2), a=range(10), b=range(10), c=range(3)
    )
    part = np.sort(np.random.default_rng(0).permutation(300)[:210])
    found = synthesise({name: column[part] for name, column in columns.items()}, target[part])
    assert source(found).count("int(b >= 5)") == 1


def test_a_variable_that_does_not_matter_is_left_out():
    columns, target = table(lambda a, b: 2 * b, a=range(4), b=range(4))
    assert source(synthesise(columns, target)) == "2 * b"


def test_noise_is_a_table_and_counts_as_one():
    rng = np.random.default_rng(0)
    columns, _ = table(lambda s, x: 0, s=range(12), x=range(12))
    found = synthesise(columns, rng.integers(0, 50, 144))
    assert isinstance(found, Lookup)
    assert tables(found) == (found,)
    assert cost(found) > 144


def test_a_table_that_is_no_function_is_refused():
    with pytest.raises(ValueError, match="different targets"):
        synthesise({"x": np.array([1, 1])}, np.array([0, 1]))
