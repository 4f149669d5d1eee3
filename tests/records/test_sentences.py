"""Where a sentence begins with a capital, and where a row that is no test says so."""

import pytest

from distill.pages.evidence import _needed
from distill.records.figure import Figure
from distill.records.sentences import sentence, sentence_start


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


def test_where_no_network_learned_the_task_none_is_said_to_be_unexplained():
    tree = {"program_vs_model": None, "model_vs_task": None, "space": "sequences"}
    for reason, said in (
        ("no network learned the task: at best 3% of fresh sequences", "No network learned"),
        ("more than 100 states", "No mechanism was found that explains this network"),
    ):
        assert sentence({**tree, "reasons": [reason]}).startswith(said)
