"""Exclusive or, shifts and masks: found where they are what a table is, and not by chance."""

from itertools import product

import numpy as np
import pytest
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.checker.evaluate import Evaluator
from distill.checker.language import read_program
from distill.expressions import evaluate, source, synthesise
from distill.expressions.arithmetic import apply
from distill.expressions.bits import exclusive_or, is_linear
from distill.expressions.reading import read_expression
from distill.expressions.table import Table


def table(function, *ranges):
    rows = np.array(list(product(*ranges)), dtype=np.int64)
    columns = {"ab"[place]: column for place, column in enumerate(rows.T)}
    return columns, np.array([function(*row) for row in rows.tolist()], dtype=np.int64)


@pytest.mark.parametrize(
    ("function", "ranges", "text"),
    [
        (lambda a, b: a ^ b, (range(8), range(8)), "a ^ b"),
        (lambda a, b: (a >> 1) ^ b, (range(8), range(8)), "(a >> 1) ^ b"),
        (lambda a, b: (a << 1) ^ b, (range(8), range(4)), "(a << 1) ^ b"),
        (lambda a, b: (a ^ b) & 5, (range(8), range(8)), "(a ^ b) & 5"),
        (lambda a: a ^ (a >> 1), (range(32),), "(a >> 1) ^ a"),
        (lambda a, b: a ^ b ^ 3, (range(4), range(4)), "a ^ b ^ 3"),
        (lambda a, b: a ^ (b & 6), (range(8), range(8)), "a ^ (b & 6)"),
    ],
)
def test_what_combines_digits_is_said_so(function, ranges, text):
    columns, target = table(function, *ranges)
    found = synthesise(columns, target)
    assert source(found) == text
    assert (evaluate(read_expression(text), columns) == target).all()


def test_plain_arithmetic_comes_before_digits():
    assert source(synthesise(*table(lambda a, b: a + b, range(4), range(4)))) == "a + b"
    assert source(synthesise(*table(lambda a: a % 4, range(16)))) == "a % 4"
    assert source(synthesise(*table(lambda a: a // 2, range(16)))) == "a // 2"


def test_a_table_without_such_a_rule_has_none():
    rng = np.random.default_rng(0)
    columns, _ = table(lambda a, b: 0, range(8), range(8))
    target = rng.integers(0, 8, 64)
    assert not is_linear(columns, target)
    assert not list(exclusive_or(Table(columns, target)))


def test_few_rows_are_fitted_by_no_digits():
    """Four unknown digits and six rows would often be fitted by chance."""
    columns = {"a": np.array([0, 1, 2, 3, 5, 7])}
    assert not list(exclusive_or(Table(columns, np.array([0, 3, 6, 5, 1, 2]))))


OPERATORS = st.sampled_from(["^", "&", "|", "<<", ">>"])


@settings(max_examples=examples(150), deadline=None)
@given(OPERATORS, st.lists(st.integers(-1000, 1000), min_size=1, max_size=5), st.integers(0, 20))
def test_columns_and_the_language_mean_what_python_means(operator, values, right):
    """Also of negative numbers, whose digits go on for ever to the left."""
    due = [eval(f"value {operator} {right}", {"value": value}) for value in values]
    columns = np.array(values, dtype=np.int64)
    assert apply(operator, columns, np.full_like(columns, right)).tolist() == due
    program = read_program(
        f'__all__ = ["f"]\n\n\ndef f(x: int) -> int:\n    return x {operator} {right}\n'
    )
    said = Evaluator(program).entry([columns], len(values))
    assert np.broadcast_to(np.asarray(said), (len(values),)).tolist() == due
