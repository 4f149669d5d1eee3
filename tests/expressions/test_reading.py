"""A program is written from its mechanism alone, and the same again from the stored one."""

import numpy as np
import pytest
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.errors import MachineError
from distill.expressions.expression import (
    Constant,
    Lookup,
    Member,
    Name,
    Operation,
    evaluate,
    is_truth,
    renamed,
)
from distill.expressions.printing import source
from distill.expressions.reading import read_expression

NAMES = st.sampled_from(["a", "b", "total"]).map(Name)
CONSTANTS = st.integers(-9, 9).map(Constant)
BINARY = ("+", "-", "*", "//", "%", "&", "|", "^", "min", "max")
COMPARED = ("==", "!=", "<", "<=", ">", ">=")


def operations(inner):
    pairs = st.tuples(inner, inner)
    number = st.builds(Operation, st.sampled_from(BINARY), pairs)
    truth = st.one_of(
        st.builds(Operation, st.sampled_from(COMPARED), pairs),
        st.builds(
            Member, inner, st.sets(st.integers(-5, 5), min_size=1).map(lambda s: (*sorted(s),))
        ),
    )
    joined = st.builds(Operation, st.sampled_from(["and", "or"]), st.tuples(truth, truth))
    condition = st.one_of(truth, joined)
    chosen = st.tuples(condition, inner, inner)
    return st.one_of(
        number,
        condition,
        st.builds(Operation, st.sampled_from(["abs", "bit_count"]), st.tuples(inner)),
        st.builds(
            Operation,
            st.sampled_from(["<<", ">>", "&"]),
            st.tuples(inner, st.integers(0, 5).map(Constant)),
        ),
        st.builds(Operation, st.just("if"), chosen),
        st.lists(st.integers(-4, 4), min_size=2, max_size=4).flatmap(
            lambda values: inner.map(
                lambda operand: Lookup((operand,), tuple(((n,), v) for n, v in enumerate(values)))
            )
        ),
    )


EXPRESSIONS = st.recursive(st.one_of(NAMES, CONSTANTS), operations, max_leaves=8)


@settings(max_examples=examples(300), deadline=None)
@given(EXPRESSIONS)
def test_what_an_expression_prints_as_is_read_back_to_the_same_text(expression):
    text = source(expression, {})
    read = read_expression(text)
    assert source(read, {}) == text
    assert is_truth(read) == is_truth(expression) or not text.startswith("int(")


@settings(max_examples=examples(100), deadline=None)
@given(EXPRESSIONS)
def test_names_are_exchanged_all_at_once_and_nothing_else_is(expression):
    swapped = renamed(expression, {"a": "b", "b": "a"})
    assert renamed(swapped, {"a": "b", "b": "a"}) == expression
    columns = {name: np.arange(3) + place for place, name in enumerate(("a", "b", "total"))}
    other = {"a": columns["b"], "b": columns["a"], "total": columns["total"]}
    try:
        said = evaluate(expression, columns)
    except (ValueError, RuntimeWarning):  # a table without the row, or a division by zero
        return
    assert (evaluate(swapped, other) == said).all()


@pytest.mark.parametrize(
    "text",
    [
        *("a +", "a / b", "f(a)", "a[b]", "'x'", "1.5", "a ** 3", "True", "a in {1, True}"),
        *("a if b", "a is b", "a < b in {1}", "(a, b) == (1,)", "a\0b", "[x for x in a]"),
        # tables: ragged, of too few lists or too many, not of integers, with another's rows
        *("[[1], [2, 3]][a][b]", "[1, 2][a][b]", "[[1], [2]][a]", "[x][a]", "[][a]", "{}[a]"),
        *("{x: 1}[a]", "{1: 2}[a][b]", "{1: 2}[a, b]", "{(1, 2): 3}[a]", "{1: 2, **x}[a]"),
        pytest.param("(" * 1000 + "a" + ")" * 1000, id="brackets"),
        pytest.param("not " * 100_000 + "a", id="nested"),
        pytest.param(" + ".join(["a"] * 5000), id="sum"),
    ],
)
def test_what_no_expression_prints_as_is_refused_in_one_line(text):
    with pytest.raises(MachineError) as raised:
        read_expression(text)
    message = str(raised.value)
    assert "\n" not in message
    assert len(message) < 250


@pytest.mark.parametrize(
    "text",
    [
        "a & (a - 1)",
        "int((a | b) >= 3)",
        "x ^ (state >> 1)",
        "a * b & 1",
        "(a ^ b).bit_count() % 2",
    ],
)
def test_what_binds_more_tightly_than_few_know_by_heart_stands_in_brackets(text):
    assert source(read_expression(text)) == text
