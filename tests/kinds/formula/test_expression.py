"""Trees are evaluated, differentiated and written as what they are."""

import math

import numpy as np
import pytest
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.kinds.formula.canonical import canonical
from distill.kinds.formula.engines.infix import UnreadableError, read_infix
from distill.kinds.formula.expression import (
    Node,
    Variable,
    add,
    call,
    evaluate,
    jet,
    multiply,
    number,
    numbers_of,
    power,
    with_numbers,
)
from distill.kinds.formula.text import python_text
from distill.serialise import from_json, to_json

NAMES = {"a": 0, "b": 1}
TEXTS = (
    "a * b + 2",
    "sqrt(a) / (b + 3)",
    "exp(-a**2 / 2) / sqrt(2 * pi)",
    "-(a - b) / (a + b)",
    "a**12 * b**-3",
    "1 / (exp(a / b) - 1)",
    "2 - 3 * a",
    "log(a) * (a - 1) * 0.5",
    "a * sqrt(a)",
    "exp(log(a) / 3)",
)
POINTS = 1.0 + np.random.default_rng(0).random((40, 2))


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_read_and_written_again_is_the_same_function(text):
    node = read_infix(text, NAMES)
    written = python_text(node, ["a", "b"])
    a, b = POINTS.T
    known = {"a": a, "b": b, "sqrt": np.sqrt, "exp": np.exp, "log": np.log, "pi": math.pi}
    wanted = eval(text, known)
    assert eval(written, known) == pytest.approx(wanted, rel=1e-4)
    assert evaluate(node, POINTS) == pytest.approx(wanted)
    assert evaluate(canonical(node), POINTS) == pytest.approx(wanted)


@pytest.mark.parametrize("text", ["a +", "f(a)", "c", "a if b else a", "a[0]"])
def test_what_is_no_expression_is_not_read(text):
    with pytest.raises(UnreadableError):
        read_infix(text, NAMES)


@pytest.mark.parametrize("text", TEXTS)
def test_derivatives_by_the_numbers_are_those_of_differences(text):
    node = read_infix(text.replace("-1", "-1.5"), NAMES)
    values, slopes = jet(node, POINTS)
    assert values == pytest.approx(evaluate(node, POINTS))
    numbers = list(numbers_of(node))
    for place, each in enumerate(numbers):
        step, moved = 1e-6 * max(1.0, abs(each.value)), list(numbers)
        moved[place] = number(each.value + step)
        change = evaluate(with_numbers(node, iter(moved)), POINTS) - values
        assert slopes[:, place] == pytest.approx(change / step, rel=1e-3, abs=1e-6)


@settings(max_examples=examples(20), deadline=None)
@given(scale=st.floats(0.1, 10), shift=st.floats(0.1, 10))
def test_constants_that_can_be_traded_for_each_other_are_one(scale, shift):
    inner = add(multiply(number(scale * 2), Variable(0)), number(scale * shift))
    node = canonical(multiply(number(3.0), power(inner, -1)))
    values = [each.value for each in numbers_of(node)]
    assert any(value == pytest.approx(1) for value in values)
    assert any(value == pytest.approx(2 / shift) for value in values)
    assert any(value == pytest.approx(3 / (scale * shift)) for value in values)
    assert evaluate(node, POINTS) == pytest.approx(3 / (scale * (2 * POINTS[:, 0] + shift)))


def test_a_tree_is_plain_json():
    node = add(multiply(number(2.0), call("sin", Variable(0))), power(Variable(1), -2))
    assert from_json(Node, to_json(node, Node)) == node
