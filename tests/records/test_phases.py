"""The phases of a training are told apart by its losses, or not at all."""

from dataclasses import replace

import pytest
from builders.curves import GROKKED

from distill.records.curve import TrainingCurve
from distill.records.phases import phases_of


def test_phases_are_told_apart_by_the_rule():
    found = phases_of(TrainingCurve(10, 10, (1,), GROKKED)).found
    assert [(phase.name, phase.start, phase.end) for phase in found] == [
        ("memorisation", 0, 100),
        ("circuit formation", 100, 300),
        ("clean-up", 300, 400),
    ]


@pytest.mark.parametrize(
    ("points", "why"),
    [
        (GROKKED[:-1], "never fell"),
        ((*GROKKED[:1], replace(GROKKED[1], train_loss=3.0), *GROKKED[2:]), "not small yet"),
        (
            (*GROKKED[:3], replace(GROKKED[3], excluded_loss=1.1), *GROKKED[4:]),
            "did not rise clearly",
        ),
        ((GROKKED[0], GROKKED[4], GROKKED[4]), "before excluded loss was at its lowest"),
    ],
)
def test_where_phases_cannot_be_told_apart_none_is_marked(points, why):
    phases = phases_of(TrainingCurve(10, 10, (1,), points))
    assert phases.found == ()
    assert why in phases.why_none
