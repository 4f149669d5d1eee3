"""Recurrences are the same up to the names of their registers, or where they differ is found."""

import dataclasses

import numpy as np
import pytest
from builders.recurrences import recurrence
from planted_linear import system

from distill.kinds.recurrence.compare import system_difference, systems_equal, unnamed

BALANCED = recurrence(
    ("total", "lowest"),
    (0, 5),
    ("total + (1 - 2 * x)", "min(lowest, total + (1 - 2 * x))"),
    ("int(total == 0 and lowest == 0)",),
)


def test_registers_of_other_names_in_another_order_are_the_same_program():
    renamed = recurrence(
        ("m", "lowest"),  # a name that the other one has for something else
        (5, 0),
        ("min(m, lowest + (1 - 2 * x))", "lowest + (1 - 2 * x)"),
        ("int(lowest == 0 and m == 0)",),
    )
    assert unnamed(BALANCED) == unnamed(renamed)
    assert unnamed(BALANCED).start == (0, 5)


@pytest.mark.parametrize(
    "change",
    [
        {"start": (0, 4)},
        {"updates": ("total + (1 - 2 * x)", "max(lowest, total + (1 - 2 * x))")},
        {"updates": ("total + (1 - 2 * x)", "min(total, lowest + (1 - 2 * x))")},
        {"outputs": ("int(lowest == 0 and lowest == 0)",)},
        {"after": False},
    ],
)
def test_another_program_is_not_the_same_under_any_names(change):
    assert unnamed(BALANCED) != unnamed(dataclasses.replace(BALANCED, **change))


def test_registers_that_no_answer_depends_on_make_no_difference():
    more = recurrence(
        ("unused", *BALANCED.registers),
        (1, *BALANCED.start),
        ("unused + total", *BALANCED.updates),
        BALANCED.outputs,
    )
    assert unnamed(more) == unnamed(BALANCED)


SPRING = system([[1, -1], [1, 0]], [[1], [1]], [[0, 1]])


def in_basis(spring, turn):
    """The same recurrence in registers T r, for a T with determinant 1 or -1."""
    back = np.rint(np.linalg.inv(turn)).astype(int)
    A, B, C = (np.array(rows) for rows in (spring.A, spring.B, spring.C))
    return system((turn @ A @ back).tolist(), (turn @ B).tolist(), (C @ back).tolist())


def run_system(spring, values):
    """By hand: the answers along a sequence of one channel."""
    r, said = np.array(spring.start, dtype=object), []
    for x in values:
        before = r
        r = np.array(spring.A) @ r + np.array(spring.B)[:, 0] * x + np.array(spring.constant)
        seen = r if spring.after else before
        said.append(tuple(np.array(spring.C) @ seen + np.array(spring.D)[:, 0] * x + spring.offset))
    return said


@pytest.mark.parametrize("turn", [[[1, 1], [0, 1]], [[2, 1], [1, 1]], [[0, 1], [-1, 3]]])
def test_a_linear_recurrence_in_another_basis_is_equal(turn):
    other = in_basis(SPRING, np.array(turn))
    assert other.A != SPRING.A
    assert systems_equal(SPRING, other)
    assert system_difference(SPRING, other, (range(-3, 4),)) is None


def cycle(*pattern):
    """Answers a pattern over and over, whatever the inputs."""
    n = len(pattern)
    A = [[1 if column == (row + 1) % n else 0 for column in range(n)] for row in range(n)]
    turning = system(A, [[0]] * n, [[1] + [0] * (n - 1)], start=pattern)
    return dataclasses.replace(turning, after=False)


def chain(length, last):
    """An input comes back `length` steps later, `last` times."""
    A = [[1 if row == column + 1 else 0 for column in range(length)] for row in range(length)]
    B = [[1 if row == 0 else 0] for row in range(length)]
    return system(A, B, [[0] * (length - 1) + [last]])


@pytest.mark.parametrize("values", [range(-3, 4), range(5, 7), range(-6, -4)])
@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [
        (chain(6, 1), chain(6, 2), 6),  # alike for as many steps as there are registers, less one
        (chain(6, 1), chain(3, 1), 3),
        # the longest that periods of 3 and of 5 can agree (Fine and Wilf, 1965)
        (cycle(0, 1, 0), cycle(0, 1, 0, 0, 1), 7),
        (SPRING, dataclasses.replace(SPRING, start=(0, 1)), 2),
        (SPRING, dataclasses.replace(SPRING, offset=(2,)), 1),
        (SPRING, dataclasses.replace(SPRING, after=False), 1),
        (chain(4, 1), dataclasses.replace(chain(4, 1), start=(7, 0, 0, 0)), 3),
    ],
)
def test_where_linear_recurrences_differ_is_found_and_is_first(one, other, steps, values):
    found = system_difference(one, other, (values,))
    assert found is not None
    assert not systems_equal(one, other)
    assert len(found.inputs) == steps
    assert all(value in values for (value,) in found.inputs)
    said = [run_system(each, [value for (value,) in found.inputs]) for each in (one, other)]
    assert said[0][:-1] == said[1][:-1]
    assert (said[0][-1], said[1][-1]) == (found.one, found.other)
    assert found.one != found.other
