"""Where a sentence begins with a capital, and where a row that is no test says so."""

from dataclasses import replace

import pytest

from distill.pages.evidence import _beside, _needed
from distill.records.figure import Figure
from distill.records.figures import EVERY, UNSELECTED, Words
from distill.records.sentences import _from_the_task, sentence, sentence_start


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a * b in Q8", "a * b in Q8"),
        ("a mod 5", "a mod 5"),
        ("max(a, b)", "max(a, b)"),
        ("product a * b in D5", "Product a * b in D5"),
        ("a machine of 3 states", "A machine of 3 states"),
        ("", ""),
    ],
)
def test_a_variable_is_never_capitalised(text, said):
    assert sentence_start(text) == said


def test_a_row_that_is_no_test_is_not_read_as_one():
    row = Figure("product_r2", 0.28, 0.335, None, True, False, None)
    assert _needed(row) == "not a condition of located"


def test_a_decoy_that_does_as_well_is_said_to_tell_nothing():
    row = Figure("part: 1 / a", 1.0, 0.999, None, True, False, None)
    words = Words("a part")
    assert _beside(row, words) == "in the same test, which so tells nothing"
    assert _beside(replace(row, decoy=0.6), words) == "in the same test"


@pytest.mark.parametrize("name", ["replaced_accuracy", "followed_accuracy"])
def test_a_decoy_that_is_the_most_of_several_tests_is_not_said_to_be_of_one(name):
    """Where heads are sent elsewhere together, and each alone, least follows in one of these."""
    row = Figure(name, 0.9, 0.4, None, True, True, None)
    assert _beside(row, EVERY[name]) == "of several tests the most"
    assert _beside(row, UNSELECTED[name]) == "of several tests the most"


def test_what_is_known_at_drawn_points_is_said_of_them():
    apart = {
        "network_from_task": {"largest": 6.9e-7, "rms": 1e-7},
        "program_from_task": {"largest": 1e-14, "rms": 0.0},
        "spread": 1.4,
    }
    assert _from_the_task(apart) == (
        " At points drawn at random network and task are at most 6.9e-07 apart, program and task "
        "are the same but for rounding."
    )
    apart["network_from_task"]["largest"] = 6.719e-7  # a bound is rounded up
    assert "network and task are at most 6.8e-07 apart" in _from_the_task(apart)
    apart["program_from_task"]["largest"] = 0.25
    assert "program and task are at most 0.25 apart" in _from_the_task(apart)


def test_where_no_network_learned_the_task_none_is_said_to_be_unexplained():
    tree = {"program_vs_model": None, "model_vs_task": None, "space": "sequences"}
    for reason, said in (
        ("no network learned the task: at best 3% of fresh sequences", "No network learned"),
        ("more than 100 states", "No mechanism was found that explains this network"),
    ):
        assert sentence({**tree, "reasons": [reason]}).startswith(said)
