"""Real answers of a program: Python's and ours are held together, and anything else is told."""

import numpy as np
import pytest

from distill.checker import real_answers
from distill.checker.errors import ProgramError
from distill.checker.real_answers import run_reals, run_texts

TWICE = '__all__ = ["f"]\n\ndef f(x: float) -> float:\n    return {}\n'
SUMS = '__all__ = ["f"]\n\ndef f(xs: list[int]) -> list[int]:\n    return {}\n'
POINTS = np.array([[0.5], [1.5]])
TEXTS = np.array([[0, 1, 2], [2, 1, 0]])


@pytest.fixture
def python_says_otherwise(monkeypatch):
    """Another Python: what it answers is off by a half, at the last of all."""
    asked = real_answers.as_python

    def off(*arguments):
        said = np.frombuffer(asked(*arguments), "<f8").copy()
        said[-1] += 0.5
        return said.tobytes()

    monkeypatch.setattr(real_answers, "as_python", off)


def test_what_python_answers_is_what_was_evaluated():
    assert run_reals(TWICE.format("2.0 * x"), POINTS).tolist() == [1.0, 3.0]
    assert run_texts(SUMS.format("[2 * x for x in xs]"), TEXTS, 3).tolist() == (2 * TEXTS).tolist()


@pytest.mark.usefixtures("python_says_otherwise")
def test_where_python_answers_otherwise_nothing_is_derived():
    with pytest.raises(ProgramError, match=r"1\.5"):
        run_reals(TWICE.format("2.0 * x"), POINTS)
    with pytest.raises(ProgramError, match=r"2, 1, 0"):
        run_texts(SUMS.format("[2 * x for x in xs]"), TEXTS, 3)


@pytest.mark.parametrize("answer", ["x > 1.0", '"x"', "[x]"])
def test_an_answer_to_a_point_is_a_number(answer):
    with pytest.raises(ProgramError, match="no number"):
        run_reals(TWICE.format(answer), POINTS)


@pytest.mark.parametrize("answer", ["xs[1:]", "xs + [0]", "[]"])
def test_an_answer_to_a_text_has_the_length_that_was_asked_for(answer):
    with pytest.raises(ProgramError, match="not a list of 3 numbers"):
        run_texts(SUMS.format(answer), TEXTS, 3)
