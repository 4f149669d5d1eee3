"""Numbers that heads take the mean of, as a person would write them."""

import numpy as np

from distill.checker.attention import TESTS
from distill.kinds.attention.heads import fractions


def test_simple_fractions_are_taken_for_what_they_are():
    found = fractions(np.array([1.0, 1 / 3 + 1e-9, -3e-16]), 2e-4)
    assert found.tolist() == [1.0, 1 / 3, 0.0]
    assert not np.signbit(found[2])


def test_whole_numbers_are_whole_beside_others_that_are_no_fractions():
    other = 1 / np.pi + 0.0013
    assert fractions(np.array([1.0, -3.6e-16, other]), 1e-6).tolist() == [1.0, 0.0, other]


def test_what_is_not_whole_is_left_as_it_is():
    other = 1 / np.pi + 0.0013
    assert fractions(np.array([1.0, 1e-7, other]), 1e-9).tolist() == [1.0, 1e-7, other]


def test_no_row_of_a_test_is_told_by_the_row_before_it():
    assert not [it for it in TESTS if "the same" in str(it)]
