"""Where a sentence begins with a capital, and where a row that is no test says so."""

import pytest

from distill.pages.evidence import _needed
from distill.records.figure import Figure
from distill.records.sentences import sentence_start


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
