"""What is rewritten keeps its values, and reads as a person would have written it."""

import numpy as np
import pytest
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.expressions.expression import cost, evaluate
from distill.expressions.printing import condition_source
from distill.expressions.reading import read_expression
from distill.expressions.tidy import tidied

LAWS = {
    "a >= b and a != b": "a > b",
    "a != b and b <= a": "a > b",
    "a <= b and a >= b": "a == b",
    "a < b or a == b": "a <= b",
    "a < b or a > b": "a != b",
    "a - b < -1": "a + 1 < b",
    "a - b <= 0": "a <= b",
    "3 * a - b >= -1": "3 * a + 1 >= b",
    "a + 1 <= b": "a < b",
    "a == b - 1": "a + 1 == b",
    "(a - b) % 4 == 3": "(b - a) % 4 == 1",
    "1 if a == b else a == b + 2": "a == b or a == b + 2",
    "0 if a == b else a < 3": "a != b and a < 3",
    "a < 3 if a != b else 0": "a != b and a < 3",
    "a if c == 1 else a": "a",
    "2 if a >= 3 else a": "min(a, 2)",
    "a < 3 and (c == 4) == 0": "a < 3 and c != 4",
    "(a < b) == 1": "a < b",
    "(a < b) != 1": "a >= b",
    "2 if a > 2 else a": "min(a, 2)",
    "a if a > -1 else -1": "max(a, -1)",
    "0 if a < 0 else a": "max(a, 0)",
}
"""Expressions, and what they are whatever their variables are."""

KEPT = (
    *("a - b > 1", "a != b and a < 3", "a < b < c", "max(a, b)", "a if b == 0 else c"),
    *("2 if a > 0 else a", "2 if a < 2 and b == 0 else a"),
    *("(a + b) % 4 == 3", "a % 2 == 0", "a + b", "a == 0 or b == 0", "abs(a - b) > 2"),
)
"""Expressions as a person writes them."""

GRID = np.array(np.meshgrid(*[range(-3, 4)] * 3)).reshape(3, -1)
ALL = dict(zip("abc", GRID, strict=True))


@pytest.mark.parametrize("odd", LAWS)
def test_odd_expressions_become_plain_ones(odd):
    found = tidied(read_expression(odd))
    assert condition_source(found) == LAWS[odd]
    assert np.array_equal(evaluate(found, ALL), evaluate(read_expression(odd), ALL))


@pytest.mark.parametrize("plain", KEPT)
def test_plain_expressions_stay(plain):
    assert condition_source(tidied(read_expression(plain))) == plain
    assert condition_source(tidied(read_expression(plain), ALL)) == plain


FEW = {"state": np.repeat(np.arange(4), 3), "x": np.tile(np.arange(3), 4)}


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ("min(state + x, 3) if state != 0 else 0", "min(state + x, 3) if state != 0 else state"),
        ("x if x < 1 else state", "0 if x == 0 else state"),
        ("state + 1 if x <= 2 else 5", "state + 1"),
        ("state + 1 if state >= 3 else x", "4 if state == 3 else x"),
        ("state + 1 if x != 0 and x != 1 and x > -1 else state", "state + 1 if x == 2 else state"),
    ],
)
def test_what_no_row_tells_apart_is_not_said(odd, plain):
    found = tidied(read_expression(odd), FEW, "state")
    assert np.array_equal(evaluate(found, FEW), evaluate(read_expression(odd), FEW))
    assert cost(found) <= cost(read_expression(plain))


def test_a_branch_stays_where_one_row_needs_it():
    rows = {"state": np.array([0, 1, 2, 1]), "x": np.array([0, 0, 1, 1])}
    needed = read_expression("state + 1 if state != 0 else x")
    assert tidied(needed, rows, "state") != needed  # at 0 the input is 0 as well
    rows = {
        name: np.append(column, value)
        for (name, column), value in zip(rows.items(), (0, 1), strict=True)
    }
    assert tidied(needed, rows, "state") == needed


SMALL = st.sampled_from(["a", "b", "c", "0", "1", "2"])
TRUTH = st.builds(
    "({} {} {})".format, SMALL, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), SMALL
)
JOINED = st.recursive(
    TRUTH, lambda t: st.builds("({} {} {})".format, t, st.sampled_from(["and", "or"]), t)
)
NUMBER = st.recursive(
    SMALL,
    lambda n: (
        st.builds("({} {} {})".format, n, st.sampled_from(["+", "-"]), n)
        | st.builds("({} if {} else {})".format, n, JOINED, n)
    ),
    max_leaves=5,
)


@settings(max_examples=examples(60), deadline=None)
@given(NUMBER | JOINED, st.booleans())
def test_no_value_ever_changes(text, rows):
    expression = read_expression(text)
    found = tidied(expression, ALL if rows else None)
    assert np.array_equal(evaluate(found, ALL), evaluate(expression, ALL)), condition_source(found)
    assert cost(found) <= cost(expression) + 0.1
