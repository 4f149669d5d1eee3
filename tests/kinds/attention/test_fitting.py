"""Expressions for finite functions, and tables where there is none."""

import pytest

from distill.kinds.attention.fitting import fit, fit_where

PAIRS = [(a, b) for a in range(5) for b in range(5)]


def columns(*names):
    return {name: [pair[place] for pair in PAIRS] for place, name in enumerate(names)}


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda i, j: i == j, "i == j"),
        (lambda i, j: j == i - 1, "j == i - 1"),
        (lambda i, j: i + j == 4, "j == 4 - i"),
        (lambda i, j: j == i // 2, "j == i // 2"),
        (lambda i, j: j <= i - 2, "j <= i - 2"),
        (lambda i, j: j >= i + 1, "i < j"),
    ],
)
def test_relations_of_two_positions_are_said_as_such(function, text):
    target = [int(function(*pair)) for pair in PAIRS]
    found = fit(columns("i", "j"), target, truth=True)
    assert (found.text, found.cells) == (text, 0)


def test_a_quotient_of_two_counts_is_said_as_such():
    pairs = [(many * each, each) for each in range(1, 9) for many in range(1, 8 // each + 1)]
    every, each = zip(*pairs, strict=True)
    found = fit({"every": every, "each": each}, [a // b for a, b in pairs])
    assert (found.text, found.cells) == ("every // each", 0)
    assert "//" not in fit({"every": every[:4], "each": [1, 1, 2, 2]}, [1, 2, 1, 2]).text


def test_real_numbers_have_functions():
    xs = list(range(1, 9))
    assert fit({"x": xs}, [x**0.5 for x in xs]).text == "sqrt(x)"
    assert fit({"x": xs}, [x / 2 for x in xs]).text == "x / 2"
    shares = [k / 7 for k in range(8)]
    assert fit({"s": shares}, [int(s > 0.5) for s in shares]).text == "int(s > 0.5)"


def test_one_expression_for_either_case():
    target = [float(a) if b else a / 2 for a in range(5) for b in range(2)]
    rows = {"x": [a for a in range(5) for _ in range(2)], "h": [0, 1] * 5}
    assert fit(rows, target).text == "float(x) if h else x / 2"


def test_what_is_nothing_gives_one_thing_throughout():
    values = [-1, 1, 2, 3]
    rows = {"a": [a for a in values for _ in values], "b": values * 4}
    target = [a * b if -1 not in (a, b) else -1 for a in values for b in values]
    found = fit_where(rows, target, {"a": -1, "b": -1})
    assert found.text == "a * b if -1 not in (a, b) else -1"


def test_a_table_counts_its_cells_and_says_what_is_there_most_often_once():
    target = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3]
    found = fit(columns("x", "y"), target, thorough=False)
    assert found.table is not None
    assert found.text == "{table}.get((x, y), 3)"
    assert found.cells == 25 - target.count(3) + 1


def test_rows_that_are_equal_and_give_two_things_are_no_function():
    with pytest.raises(ValueError, match="different targets"):
        fit({"x": [1, 1, 2]}, [0, 5, 7])
