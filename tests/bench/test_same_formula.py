"""A program's formula is the task's or another, however near; more than a formula is neither."""

import math
from math import exp, pi, sqrt

import pytest

from distill.bench.same_formula import same_formula

BOX = {"x": (0.5, 2.0), "y": (1.0, 3.0)}


def program(formula, imports="exp, pi, sqrt"):
    return (
        f"from math import {imports}\n\n__all__ = ['f']\n\n\ndef f(x, y):\n    return {formula}\n"
    )


@pytest.mark.parametrize(
    ("formula", "reference", "same"),
    [
        ("2 * pi * sqrt(x / y)", lambda x, y: 2 * math.pi * math.sqrt(x) / math.sqrt(y), True),
        ("x / (exp(x / y) - 1)", lambda x, y: x * exp(-x / y) / (1 - exp(-x / y)), True),
        ("3 * x / 10 + y / 3", lambda x, y: 0.3 * x + (1 / 3) * y, True),
        # no float could tell these apart
        ("pi**2 * x * y", lambda x, y: 9.869604401089358 * x * y, False),
        ("x + y", lambda x, y: x + y + 1e-20 * x, False),
        ("x * y", lambda x, y: abs(x * y), True),
        ("x * y", lambda x, y: sum(x * y / 4 for _ in range(4)), None),
        ("sqrt(x - 9)", lambda x, y: sqrt(x), None),
    ],
)
def test_formulas_are_told_apart_by_what_they_are(formula, reference, same):
    assert same_formula(program(formula), reference, BOX) is same


def test_what_calls_other_functions_is_no_formula():
    def helper(x):
        return x * pi

    assert same_formula(program("x"), lambda x, y: helper(x), BOX) is None
