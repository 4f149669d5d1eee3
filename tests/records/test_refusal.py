"""Numbers of a refusal: each is called by a name, and what stands beside it says more."""

import re

import pytest

from distill.records.refusal import NUMBERS, Refusal, distance, shown, together


def words(text):
    return {word.rstrip("s") for word in re.findall(r"[a-z]{4,}", text.lower())} - {"that", "with"}


@pytest.mark.parametrize("name", NUMBERS)
def test_name_and_note_do_not_say_the_same_twice(name):
    label, said = words(NUMBERS[name].label), words(NUMBERS[name].said)
    assert said
    assert len(label & said) <= len(label) // 2, label & said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (2744, "2,744"),
        (2744.0, "2,744"),
        (0.001968, "0.00197"),
        (0.5, "0.5"),
        (0.99996, "0.99996"),
        (0.99999999, "0.999999"),
        (-3, "-3"),
        (1234.56, "1,235"),
        (0.0, "0"),
    ],
)
def test_numbers_are_written_as_everywhere_else(value, said):
    assert shown(value) == said


def test_of_refusals_the_one_whose_expression_needs_the_fewest_numbers_is_nearest():
    def of(**numbers):
        return distance(Refusal(("",), numbers))

    few, many, off, nothing = (
        of(apart=3e-6, floats=3),
        of(apart=2e-6, floats=9),
        of(apart=0.1),
        of(),
    )
    assert few < many < off < nothing
    assert of(agree=3) == of(agree=9)  # of other kinds none is nearer: the first is taken


def test_what_came_closest_to_the_network_is_said_first():
    little = Refusal(("it answers 0 on half of the inputs",), {"commonest_answer": 0.5})
    waves = Refusal(("waves",), {"waves_agree": 0.25})
    best = Refusal(("an inequality",), {"missed": 12, "traced": 100})
    expression = Refusal(("an expression",), {"agree": 90, "inputs": 100})
    said = together((little, waves, best, expression))
    assert said.reasons == (
        *("an expression", "an inequality", "waves", "it answers 0 on half of the inputs"),
    )
    assert said.numbers["missed"] == 12
