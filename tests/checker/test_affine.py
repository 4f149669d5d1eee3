"""A pass of a loop is an integer recurrence where every number of both is the same."""

from dataclasses import replace

import pytest

from distill.checker.affine import Sum, affine_pass, is_system
from distill.checker.errors import ProgramError
from distill.checker.linear_bound import IntegerSystem

BODY = '''"""Sums."""

__all__ = ["sums"]


def sums(xs: list[int]) -> list[int]:
    """Answers."""
    a = 2
    b = 0
    answers = []
    for x in xs:
        a = a + 3 * x - 1
        b = b + a
        answers.append({answer})
    return answers
'''
SYSTEM = IntegerSystem(
    A=((1, 0), (1, 1)),
    B=((3,), (3,)),
    constant=(-1, -1),
    start=(2, 0),
    C=((0, 1),),
    D=((0,),),
    offset=(4,),
    after=True,
)


def test_the_same_numbers_are_the_same_recurrence():
    assert is_system(affine_pass(BODY.format(answer="b + 4")), SYSTEM)
    divided = replace(SYSTEM, divisors=(2,))
    assert is_system(affine_pass(BODY.format(answer="(b + 4) // 2")), divided)


@pytest.mark.parametrize(
    "change",
    [
        {"A": ((1, 0), (1, 2))},
        {"B": ((3,), (2,))},
        {"B": ((3, 0), (3, 0)), "D": ((0, 0),)},
        {"constant": (-1, 0)},
        {"start": (2, 1)},
        {"C": ((1, 1),)},
        {"D": ((1,),)},
        {"offset": (5,)},
        {"after": False},
        {"divisors": (2,)},
        {"C": ((0, 1), (0, 1)), "D": ((0,), (0,)), "offset": (4, 4)},
    ],
)
def test_one_other_number_is_another_recurrence(change):
    assert not is_system(affine_pass(BODY.format(answer="b + 4")), replace(SYSTEM, **change))


@pytest.mark.parametrize("answer", ["b", "b + 5", "2 * b + 4", "b + a + 4", "(b + 4) // 2"])
def test_another_answer_is_another_recurrence(answer):
    assert not is_system(affine_pass(BODY.format(answer=answer)), SYSTEM)


def test_what_was_divided_is_answered_and_nothing_else():
    x = Sum({"x": 1}, 1)
    half = x // 2
    for wrong in (
        lambda: half + 1,
        lambda: x + half,
        lambda: half * 2,
        lambda: Sum({}, 3) * half,
        lambda: half // 2,
        lambda: x // 0,
        lambda: x // -2,
        lambda: x // True,
        lambda: x * x,
        lambda: x == x,
        lambda: x < 1,
        lambda: x + 0.5,
    ):
        with pytest.raises(ProgramError):
            wrong()
    with pytest.raises(ProgramError):
        affine_pass(BODY.format(answer="b").replace("b = b + a", "b = (b + a) // 2"))


def test_sums_add_up():
    x, y = Sum({"x": 1}), Sum({"y": 1})
    assert (2 * x - y + 3 - x).same(Sum({"x": 1, "y": -1}, 3))
    assert (4 - x).same(Sum({"x": -1}, 4))
    assert (-(x + 1)).same(Sum({"x": -1}, -1))
    assert (x - x).same(Sum({}))
    assert not (x + 1).same(x)
    assert not x.same(y)


@pytest.mark.parametrize("after", ["[1, 2, 3]", "a"])
def test_a_variable_stays_what_it_is(after):
    """A list of two numbers does not become one of three, or a number."""
    text = BODY.format(answer="a").replace("    b = 0", "    b = [0, 0]")
    with pytest.raises(ProgramError, match="at first, and of another kind"):
        affine_pass(text.replace("b = b + a", f"b = {after}"))
