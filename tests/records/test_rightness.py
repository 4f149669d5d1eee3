"""Whether a program is right for the task is said beside its verdict, from the same counts."""

from dataclasses import replace

import pytest

from distill.records.counts import Agreement, LengthAgreement, ProgramVsModel
from distill.records.report import MechanismSummary, Report
from distill.records.rightness import rightness

ALL = Agreement(300, 300)


def report(space, program, *, exhaustive=True, longer=(), **changes) -> Report:
    counted = ProgramVsModel(*(1600, 1600, None, None), exhaustive, 0.0, None, None, None)
    counted = replace(counted, length=10 if space == "sequences" else None)
    fields = {
        "program_vs_model": counted,
        "model_vs_task": program,
        "program_vs_task": program,
        "longer": tuple(longer),
    }
    missing = dict.fromkeys(("holds_for", "program", "meaning", "proof"))
    return Report(
        task="t",
        space=space,
        stored=True,
        verdict="proved",
        located=True,
        reasons=(),
        mechanism=MechanismSummary("fourier", "cosines", 10),
        figures=(),
        **{**missing, **fields, **changes},
    )


def at(length, agree):
    return LengthAgreement(length, Agreement(agree, 300), ALL, ALL)


@pytest.mark.parametrize(
    ("given", "grade", "text"),
    [
        (report("domain", Agreement(1600, 1600)), "right", "right on all 1,600"),
        (report("domain", Agreement(1595, 1600)), "wrong", "right on 1,595 of 1,600"),
        (
            report("domain", Agreement(1600, 1600), exhaustive=False),
            "right",
            "right on all 1,600 tried",
        ),
        (report("domain", None), "unknown", "right for the task: not known"),
        (report("sequences", ALL), "right", "right to length 10"),
        (
            report("sequences", ALL, longer=[at(20, 300), at(50, 300)]),
            "right",
            "right to length 50",
        ),
        (report("sequences", ALL, longer=[at(20, 300), at(50, 9)]), "partly", "right to length 20"),
        (report("sequences", Agreement(299, 300)), "wrong", "right on 299 of 300"),
        (
            report("domain", None, program_vs_model=None, model_vs_task=Agreement(3, 4)),
            "wrong",
            "network right on 3 of 4",
        ),
        (
            report("domain", None, program_vs_model=None, model_vs_task=Agreement(4, 4)),
            "right",
            "network right on all 4",
        ),
    ],
)
def test_how_far_it_is_right_is_said_in_a_few_words(given, grade, text):
    found = rightness(given)
    assert (found.grade, found.text) == (grade, text)
    assert found.said.endswith(".")


def test_where_a_longer_sequence_fails_the_sentence_names_the_length():
    found = rightness(report("sequences", ALL, longer=[at(20, 300), at(50, 9)]))
    assert "at length 50 on 9 of 300" in found.said
