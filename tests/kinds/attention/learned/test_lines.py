"""Selections as lines of a program."""

import pytest

from distill.kinds.attention.learned.lines import Lines
from distill.kinds.attention.learned.terms import Atom, Relation, Selection


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("(i - j) % 4 == 0", "(i - j) % 4 == 0"),
        ("(j < i or j == 0)", "j < i or j == 0"),
        ("(j < i) or (j == 0)", "(j < i) or (j == 0)"),
        ("j < i", "j < i"),
    ],
)
def test_parentheses_of_a_part_stay(text, written):
    """A condition alone needs none around it, and its parts keep theirs."""
    lines = Lines()
    lines.selection(Selection((Atom(Relation(text, lambda *_: None, 1.0)),)))
    assert lines.steps[-1].by == written
