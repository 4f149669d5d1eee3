"""What a program may answer to a set of texts holds whatever it answers to one of them."""

from dataclasses import asdict, replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.checker.selections import ANSWERS
from distill.checker.text_sets import TAKES, NotFollowedError, OverSets
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.mechanism import AttentionMechanism, Step

TOKENS, LONGEST = range(3), 4

SELECTIONS = {
    "same": Step("chosen", "select", ("tokens",), ("tokens",), "y == x"),
    "smaller": Step("chosen", "select", ("tokens",), ("tokens",), "y < x"),
    "all": Step("chosen", "select", (), (), "True"),
    "before": Step("chosen", "select", ("at",), ("at",), "j < i"),
    "same before": Step("chosen", "select", ("tokens", "at"), ("tokens", "at"), "y == x and j < i"),
    "zeros": Step("chosen", "select", (), ("tokens",), "y == 0"),
    "at the token's place": Step("chosen", "select", ("tokens",), ("at",), "j == x"),
}
WIDTH = Step("taken", "width", chosen="chosen")
TAKEN = [WIDTH] + [
    Step("taken", cast("Any", op), (), keys, by, "chosen", -1)
    for op in TAKES
    for keys, by in [
        (("tokens",), "y"),
        (("tokens",), "(2 * y + 1) % 3"),
        (("at",), "j"),
        (("tokens", "at"), "y * (j % 2)"),
    ]
]
ENDS = {
    "as it is": [Step(ANSWERS, "map", ("taken",), (), "taken_i")],
    "with the token": [Step(ANSWERS, "map", ("taken", "tokens"), (), "3 * max(taken_i, 0) + x")],
    "taken again": [
        Step("again", "select", ("taken",), ("taken",), "taken_j == taken_i"),
        Step(ANSWERS, "copy", (), ("taken",), "taken_j + 5", "again", -1),
    ],
    "counted again": [
        Step("again", "select", ("tokens",), ("taken",), "taken_j > x"),
        Step(ANSWERS, "width", chosen="again"),
    ],
    "at the end": [Step(ANSWERS, "last", ("taken",))],
}


def mechanism(*steps):
    return AttentionMechanism((0, 2), LONGEST, tuple(steps))


def program(*steps):
    told = mechanism(*steps)
    return emit_attention(told).source, told.data


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(SELECTIONS)),
    st.sampled_from(TAKEN),
    st.sampled_from(sorted(ENDS)),
    st.integers(1, LONGEST),
    st.integers(0, 2**32 - 1),
)
def test_every_answer_to_a_text_of_the_set_is_among_them(chosen, taken, end, length, seed):
    told = mechanism(SELECTIONS[chosen], taken, *ENDS[end])
    emitted = emit_attention(told)
    over = OverSets(emitted.source, told.data, TOKENS, length)
    rng = np.random.default_rng(seed)
    sets = rng.random((6, length, 3)) < rng.random()
    some = rng.integers(3, size=(6, length))
    np.put_along_axis(sets, some[..., None], True, axis=2)
    last = end == "at the end"
    said = np.array([emitted.function(text) for text in some.tolist()]).reshape(6, -1)
    for at in [length - 1] if last else range(length):
        may, column = over.over(sets, at).answers, said[:, 0 if last else at]
        assert (may & (over.values[ANSWERS] == column[:, None])).any(axis=1).all()


@pytest.mark.parametrize("chosen", sorted(SELECTIONS))
@pytest.mark.parametrize(
    "taken",
    [step for step in TAKEN if step.op not in ("vote", "vote_last")],
    ids=lambda step: f"{step.op} {step.by}",
)
def test_of_one_text_there_is_one_answer_but_for_votes_that_tie(chosen, taken):
    source, steps = program(SELECTIONS[chosen], taken, *ENDS["as it is"])
    over = OverSets(source, steps, TOKENS, LONGEST)
    every = np.eye(3, dtype=bool)[np.indices([3] * LONGEST).reshape(LONGEST, -1).T]
    for at in range(LONGEST):
        assert (over.over(every, at).answers.sum(axis=1) == 1).all()


def test_a_set_that_leaves_no_doubt_has_one_answer():
    """The largest token is 2 wherever a 2 stands; nobody need know the rest."""
    greatest = Step("taken", "greatest", (), ("tokens",), "y", "chosen", -1)
    source, steps = program(SELECTIONS["all"], greatest, *ENDS["at the end"])
    over = OverSets(source, steps, TOKENS, LONGEST)
    sets = np.ones((2, LONGEST, 3), dtype=bool)
    sets[0, 1] = [False, False, True]
    may = over.over(sets, LONGEST - 1).answers
    assert over.values[ANSWERS][may[0]].tolist() == [2]
    assert over.values[ANSWERS][may[1]].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("chosen", "causal"),
    [("before", True), ("same before", True), ("same", False), ("all", False), ("zeros", False)],
)
def test_whether_a_program_looks_ahead(chosen, causal):
    source, steps = program(SELECTIONS[chosen], WIDTH, *ENDS["as it is"])
    assert OverSets(source, steps, TOKENS, LONGEST).causal is causal


def test_means_are_not_followed():
    mean = Step("taken", "mean", (), ("tokens",), "y", "chosen")
    source, steps = program(SELECTIONS["all"], mean, *ENDS["as it is"])
    with pytest.raises(NotFollowedError, match="mean is not followed"):
        OverSets(source, steps, TOKENS, LONGEST)


ALL = Step("chosen", "select", (), (), "True")
COUNT = Step("n", "width", chosen="chosen")
SAID = Step(ANSWERS, "map", ("n", "tokens"), (), "n_i + 0 * x")


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([replace(ALL, keys=("at",), by="1 + (j == 0)"), COUNT, SAID], "chooses by a number"),
        ([ALL, COUNT, ALL, replace(COUNT, name="m"), SAID], "a name of its own"),
        ([Step("xs", "map", ("tokens",), (), "2 - x"), ALL, COUNT, SAID], "a name of its own"),
        ([ALL, replace(COUNT, name="width"), replace(SAID, of=("width",))], "a name of its own"),
        (
            [ALL, COUNT, Step("e", "last", ("tokens",)), replace(SAID, of=("e", "n"))],
            "before the last step",
        ),
        ([replace(ALL, of=("n",)), COUNT, SAID], "what no step before it gives"),
    ],
)
def test_what_a_line_would_mean_otherwise_is_not_followed(steps, said):
    """Python counts a selection by 2 twice, and takes the later of two steps of one name."""
    _, whole = program(ALL, COUNT, SAID)
    source, _ = program(ALL, COUNT, SAID)
    data = [asdict(step) for step in steps]
    with pytest.raises(NotFollowedError, match=said):
        OverSets(source, data, TOKENS, LONGEST)
    assert OverSets(source, whole, TOKENS, LONGEST).steps == whole
