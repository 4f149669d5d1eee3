"""A program is written from its mechanism alone, and the same again from the stored one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.errors import MachineError
from distill.expressions.expression import Constant, Lookup, Member, Name, Operation, is_truth
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
        st.builds(Operation, st.just("abs"), st.tuples(inner)),
        st.builds(Operation, st.just("if"), chosen),
        st.lists(st.integers(-4, 4), min_size=2, max_size=4).flatmap(
            lambda values: inner.map(
                lambda operand: Lookup((operand,), tuple(((n,), v) for n, v in enumerate(values)))
            )
        ),
    )


EXPRESSIONS = st.recursive(st.one_of(NAMES, CONSTANTS), operations, max_leaves=8)


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_what_an_expression_prints_as_is_read_back_to_the_same_text(expression):
    text = source(expression, {})
    read = read_expression(text)
    assert source(read, {}) == text
    assert is_truth(read) == is_truth(expression) or not text.startswith("int(")


@pytest.mark.parametrize("text", ["a +", "a / b", "f(a)", "a[b]", "'x'", "1.5", "a ** 3"])
def test_what_no_expression_prints_as_is_refused(text):
    with pytest.raises(MachineError):
        read_expression(text)
