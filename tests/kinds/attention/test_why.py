"""Why a program over texts works is said of its heads, from what is so and what was measured."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from distill.checker.selections import ANSWERS
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.why import why_it_works
from distill.kinds.kind import Kind
from distill.kinds.known import KINDS
from distill.records.figure import Figure

PREVIOUS = Step("previous", "select", ("at",), ("at",), "j == i - 1", head=(0, 2))
COPIED = Step("copied", "copy", (), ("tokens",), "y", "previous", -1)
SAME = Step("chosen", "select", ("tokens",), ("copied",), "copied_j == x", head=(1, 0))
ANSWER = Step(ANSWERS, "vote", (), ("tokens",), "y", "chosen", -1)
INDUCTION = AttentionMechanism((0, 3), 8, (PREVIOUS, COPIED, replace(SAME, also=((1, 3),)), ANSWER))


def report(located=True, **values):
    rows = {
        name: Figure(name, value, decoy, 0.5, at_least=True, derived=True, note=None)
        for name, (value, decoy) in values.items()
    }
    return SimpleNamespace(
        figure=rows.get,
        value=lambda name: rows[name].value if name in rows else None,
        located=located,
    )


MEASURED = report(
    replaced_accuracy=(0.981, 0.02), followed_accuracy=(0.874, 0.05), attention_shared=(0.63, None)
)


def test_each_head_is_said_with_what_it_takes_and_from_where_it_has_it():
    first, second, *_ = why_it_works(INDUCTION, MEASURED)
    assert (
        first == "Head 2 of layer 0 looks, from i, at the token before: copied is the token there."
    )
    assert second == (
        "Head 0 of layer 1 and head 3 of layer 1 look, from i, at the positions j with "
        "copied_j == x (copied is there from head 2 of layer 0): answers is the most frequent "
        "token there."
    )


def test_what_was_exchanged_is_said_with_what_came_of_it():
    *_, replaced, followed, shared = why_it_works(INDUCTION, MEASURED)
    assert replaced.endswith("98.1% of the network's answers stay.")
    assert "87.4% become what it says; 5.0% stay as they were" in followed
    assert "at least 63% of their attention" in shared
    weak = report(located=False, replaced_accuracy=(0.7, 0.02))
    assert "not shown of the network" in why_it_works(INDUCTION, weak)[-1]
    assert not any("not shown of the network" in said for said in (replaced, followed, shared))


@pytest.mark.parametrize("rows", [{}, {"replaced_accuracy": (None, None)}])
def test_what_was_not_measured_is_not_claimed(rows):
    nothing = replace(INDUCTION, steps=(replace(PREVIOUS, head=None), *INDUCTION.steps[1:]))
    said = " ".join(why_it_works(nothing, report(**rows)))
    assert "previous chooses, for every position i, the token before, in no head" in said
    assert "copied is there from no head that was found" in said
    assert said.endswith(
        "That the network's heads do this was not shown: none was exchanged for it."
    )
    assert "%" not in said


def test_what_heads_write_is_not_said_to_be_where_they_look():
    counted = Step("many", "select", (), ("tokens",), "y == 1", head=(0, 0), exchanged=True)
    count = Step("count", "width", chosen="many")
    steps = (counted, count, Step(ANSWERS, "map", ("count",), by="count_i % 2"))
    first, answer, *rest = why_it_works(AttentionMechanism((0, 1), 4, steps), MEASURED)
    assert first == (
        "What head 0 of layer 0 writes depends, at every position i, on positions with token 1: "
        "count is how many these are."
    )
    assert answer.startswith("The answer is the function count_i % 2 of count,")
    assert "in what heads write" in rest[0]
    assert not any("attention in common" in said for said in rest)


def test_programs_of_other_kinds_say_it_above_their_code():
    assert [kind.name for kind in KINDS if type(kind).why is not Kind.why] == ["attention"]
