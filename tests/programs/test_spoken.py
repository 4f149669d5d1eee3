"""Titles as names: what is in symbols is said in words."""

import pytest

from distill.programs.spoken import is_short, spoken_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("running sum mod 8", "running_sum_mod_8"),
        ("whether the last 2 inputs are equal", "last_2_inputs_are_equal"),
        ("iteration of (state + x) // 2", "iteration_of_state_plus_x_divided_by_2"),
        ("iteration of (state >> 1) ^ x", "iteration_of_state_shifted_right_by_1_xor_x"),
        ("whether a <= b", "a_at_most_b"),
        ("walk between -2 and 3", "walk_between_minus_2_and_3"),
        ("(-a + b) % 7", "minus_a_plus_b_mod_7"),
        ("sum of half-turns -b", "sum_of_half_turns_minus_b"),
        ("a - b ** 2 % 7", "a_minus_b_squared_mod_7"),
        (
            "bit turned round where the input is 1 and cleared where the input is 2",
            "bit_turned_round_on_1_and_cleared_on_2",
        ),
        (
            "value of count - first % 2 in a recurrence of 4 integers",
            "value_of_count_minus_first_mod_2",
        ),
        (
            "value of r - s in a recurrence of 2 integers",
            "value_of_r_minus_s_in_a_recurrence_of_2_integers",
        ),
        ("latest input a where input b is 0", "latest_input_a_where_b_is_0"),
        ("1 minus the latest input that is not 2", "one_minus_the_latest_input_that_is_not_2"),
    ],
)
def test_a_name_says_what_is_computed(title, name):
    assert spoken_name(title) == name
    assert name.isidentifier()


def test_what_would_be_a_long_name_is_not_short():
    assert is_short("iteration of (state + x) // 2")
    assert not is_short("iteration of (12 * state + 34 * x - 5) % 112 // 3 * state")
