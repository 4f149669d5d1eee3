"""A program of waves is called by what it answers, and its title is true of every input."""

from itertools import product

import numpy as np
import pytest

from distill.kinds.fourier.coordinate import Coordinate, Listed, Logarithm, Polynomial
from distill.kinds.fourier.naming import called, titled

LOG = Logarithm(3, 7)
SQUARE = Polynomial((0, 1))
LISTED = Listed(0, (0, 2, 1, 3, 4, 5, 6))


@pytest.mark.parametrize(
    ("coordinate", "name"),
    [
        (Coordinate((1, 1), 0, 7), "sum_mod_7"),
        (Coordinate((1, -1), 0, 7), "difference_mod_7"),
        (Coordinate((1, 1, 1), 0, 7), "a_plus_b_plus_c_mod_7"),
        (Coordinate((2, -1), 3, 7), "two_times_a_minus_b_plus_3_mod_7"),
        (Coordinate((-1, 1), 0, 7), "minus_a_plus_b_mod_7"),
        (Coordinate((1,), 0, 7), "a_mod_7"),
        (Coordinate((1, 1), 0, 7, (SQUARE, SQUARE)), "sum_of_squares_mod_7"),
        (Coordinate((1, 2), 1, 7, (SQUARE, Polynomial())), "a_squared_plus_2_times_b_plus_1_mod_7"),
        (Coordinate((1, 1), 0, 6, (LOG, LOG), LOG), "product_mod_7"),
        (Coordinate((1, 1, 1), 0, 6, (LOG,) * 3, LOG), "a_times_b_times_c_mod_7"),
        (Coordinate((2, 1), 2, 6, (LOG, LOG), LOG), "two_times_a_squared_times_b_mod_7"),
        (Coordinate((1, 5), 1, 6, (LOG, LOG), LOG), "monomial_mod_7"),  # an inverse
        (Coordinate((1, 1), 0, 7, (LISTED, LISTED)), "numbered_sum_mod_7"),
    ],
)
def test_a_program_is_called_by_what_it_answers(coordinate, name):
    names = ("a", "b", "c")[: len(coordinate.weights)]
    assert called(coordinate, names) == name
    expression, _, modulus = titled(coordinate).partition(" modulo ")
    if " of " in expression or "The " in expression:
        return  # a noun
    values = np.array([*product(range(1, 7), repeat=len(names))])
    said = [eval(expression, dict(zip(names, map(int, row), strict=True))) for row in values]
    answers = np.array(said) % int(modulus)
    numbered = coordinate.output.numbers(answers, coordinate.modulus)
    assert (numbered == coordinate.phi(values)).all()


def test_a_long_expression_is_called_by_its_noun():
    many = Coordinate(tuple(range(2, 12)), 5, 97)
    assert called(many, tuple("abcdefghij")) == "affine_mod_97"
