"""Inequalities are found exactly, the simplest first; what is none is refused with figures."""

import numpy as np
import pytest
from builders.amount import examples
from builders.answering import Answering
from builders.comparing import over, weighing
from hypothesis import given, settings
from hypothesis import strategies as st

import distill
from distill.domains.finite import Domain
from distill.kinds.comparison.emit import emit_comparison
from distill.kinds.comparison.extract import extract_comparison
from distill.kinds.comparison.mechanism import ComparisonMechanism
from distill.networks.trace import trace
from distill.records.refusal import Refusal


def read(function, *inputs, outputs=range(2)):
    domain = Domain(inputs, outputs)
    return extract_comparison(trace(Answering(domain, function), domain))


@pytest.mark.parametrize(
    ("weights", "threshold", "sizes", "condition"),
    [
        ((-1, 1), 1, (13, 13), "a < b"),
        ((-1, 1), 0, (13, 13), "a <= b"),
        ((1, -1), 1, (13, 13), "a > b"),
        ((1, 1), 8, (7, 9), "a + b >= 8"),
        ((2, -1), 0, (9, 20), "2 * a >= b"),
        ((-1, -1), -5, (7, 7), "a + b <= 5"),
        ((1, -1), -2, (9, 9), "a + 2 >= b"),
        ((1,), 6, (12,), "a >= 6"),
        ((0, 1), 4, (9, 9), "b >= 4"),
        ((1, 1, -2), 3, (5, 5, 5), "a + b >= 2 * c + 3"),
    ],
)
def test_a_planted_inequality_comes_back_as_it_is_read_most_easily(
    weights, threshold, sizes, condition
):
    domain = over(sizes)
    found = extract_comparison(trace(weighing(weights, threshold, sizes), domain))
    assert isinstance(found, ComparisonMechanism)
    assert found.condition == condition
    assert found.name == f"whether {condition}"


def test_answers_and_values_may_be_any():
    found = read(
        lambda a, b: np.where(a > b, -3, 4), range(-6, 5), range(-4, 6), outputs=range(-3, 5)
    )
    assert found.name == "4 where a <= b, else -3"
    assert emit_comparison(found)(-2, -2) == 4
    assert emit_comparison(found)(3, -2) == -3


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(st.integers(-4, 4), min_size=1, max_size=3),
    st.lists(st.integers(4, 8), min_size=3, max_size=3),
    st.integers(-4, 4),
    st.integers(-20, 20),
)
def test_any_inequality_comes_back_as_the_same_function(weights, sizes, first, threshold):
    inputs = tuple(range(first, first + size) for size in sizes[: len(weights)])
    weigh = np.array(weights)

    def function(*columns):
        return (np.stack(columns, axis=1) @ weigh >= threshold).astype(int)

    found, domain = read(function, *inputs), Domain(inputs, range(2))
    values = domain.values(domain.tokens())
    expected = function(*values.T)
    if found is None:
        assert expected.min() == expected.max()
        return
    if isinstance(found, Refusal):  # too few inputs to tell from a table
        assert {"inequalities"} <= found.numbers.keys()
        return
    program = emit_comparison(found)
    assert [program(*row) for row in values.tolist()] == expected.tolist()
    simplest = sorted(map(abs, found.weights)), sorted(map(abs, weights))
    assert sum(simplest[0]) <= sum(simplest[1]) or sum(map(bool, found.weights)) < sum(
        map(bool, weights)
    )


@pytest.mark.parametrize(
    ("function", "inputs", "reason"),
    [
        (lambda a, b: (a == b).astype(int), (range(9), range(9)), "misses 8 of 81 answers"),
        (lambda a, b: (a + b) % 2, (range(9), range(9)), "misses 36 of 81 answers"),
        (lambda a, b: (abs(a - b) < 4).astype(int), (range(9), range(9)), "the best inequality"),
        (lambda a, b: a & b, (range(2), range(2)), "4 inputs are too few"),
        (lambda a, b: b, (range(9), range(2)), "a sum with two values"),
    ],
)
def test_what_is_no_inequality_is_refused_with_what_was_seen(function, inputs, reason):
    found = read(function, *inputs, outputs=range(3))
    assert isinstance(found, Refusal)
    assert reason in found.reasons[0]


@pytest.mark.parametrize("function", [lambda a, b: 0 * a + 1, lambda a, b: np.sign(a - b) + 1])
def test_where_not_two_answers_occur_no_inequality_is_looked_for(function):
    assert read(function, range(9), range(9), outputs=range(3)) is None


def test_the_figures_of_a_near_miss_are_exact():
    def nearly(a, b):
        return np.where((a == 2) & (b == 7), 0, a < b)

    found = read(nearly, range(13), range(13))
    assert found.reasons == ("a < b, the best inequality found, misses 1 of 169 answers",)
    assert found.numbers == {"missed": 1, "traced": 169}


def test_what_turns_a_circle_is_still_read_as_that():
    """Two values of an input are two sides of a line as well: the sum modulo 2 is no comparison."""
    from planted import planted_model, square

    run = distill.distill(planted_model(5, {1: 5.0, 2: 3.0}), square(5))
    assert run.mechanism.kind == "fourier"
