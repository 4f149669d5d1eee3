"""What a folder about texts may say of its network, its program and its draws."""

import copy
from dataclasses import asdict

import numpy as np
import pytest
from builders.compiled_texts import shifted

from distill.checker.attention import UNDERSTOOD, listed_in
from distill.checker.attention import derive as derive_selections
from distill.checker.kind import FOLLOWS
from distill.checker.selections import PRIMITIVES, called, lines_of
from distill.checker.text_draws import drawn_texts
from distill.checker.texts import MOST_IN_ALL, TextEvidence, affordable, check_amount

STEP = {"of": [], "keys": [], "by": "", "chosen": "", "otherwise": 0, "head": None}
STEP |= {"also": [], "start": False, "spread": []}
PREVIOUS = STEP | {"name": "previous", "op": "select", "of": ["at"], "keys": ["at"]}
PREVIOUS |= {"by": "i == j + 1", "head": [0, 0]}
TAKEN = STEP | {"op": "copy", "keys": ["tokens"], "by": "y", "chosen": "previous"}
TAKEN |= {"otherwise": -1}
STEPS = [PREVIOUS, TAKEN | {"name": "answers"}]


def program_of_steps(steps):
    body = "\n    ".join(lines_of(steps))
    primitives = "\n\n".join(PRIMITIVES[name] for name in called(steps))
    head = '__all__ = ["attend"]'
    return f"{head}\n\n{primitives}\n\ndef attend(xs: list[int]) -> list[int]:\n    {body}\n"


def evidence_of(steps=STEPS, draws=None, longest=3, weights=None, **architecture):
    """What a folder about a network that answers the token before would hold."""
    network = shifted(3, longest)
    every = [
        {"kind": "every", "length": n, "count": None, "seed": None} for n in range(1, longest + 1)
    ]
    certificate = {
        "tokens": [0, 2],
        "longest": longest,
        "answers": [0, 1, 2],
        "architecture": asdict(network.shape) | architecture,
        "draws": draws or {"fresh": every, "stress": []},
        "form": None,
        "reference": None,
    }
    mechanism = {"kind": "attention"}
    mechanism |= {"tokens": [0, 2], "longest": longest, "steps": copy.deepcopy(steps), "tables": []}
    told = certificate["architecture"]
    mechanism["none"] = told["none"] if told["tie"] > 0 else None
    arrays = {name: value.numpy() for name, value in network.model.parameters.items()}
    source = program_of_steps(steps)
    return TextEvidence.read(certificate, mechanism, source, arrays | (weights or {}))


def test_an_honest_folder_has_its_claims():
    evidence = evidence_of()
    claims = evidence.derive() | derive_selections(evidence)
    assert claims["program_vs_model.agree"] == claims["program_vs_model.total"] == 3 + 9 + 27
    assert claims[FOLLOWS]
    assert claims["figures.replaced_accuracy"] == 1
    assert claims["figures.attention_shared"] > 0.99
    assert claims["figures.table_cells"] == 0


def test_a_network_whose_every_lead_is_small_beside_the_tie_is_not_said_to_answer_nothing():
    """Logits of a thousandth, and a lead of 0.02 is an answer: none is, and no answer agrees."""
    none = [STEP | {"name": "answers", "op": "map", "of": ["tokens"], "by": "-1"}]
    W_U = shifted(3, 3).parameters["W_U"].numpy() / 1000
    with pytest.raises(ValueError, match="largest is 0"):
        evidence_of(none, weights={"W_U": W_U}).derive()
    assert np.abs(W_U).max() <= 0.001


DEAD = PREVIOUS | {"name": "earlier", "by": "i >= j", "start": True}
"""Of a head that looks everywhere evenly."""


def test_a_selection_that_no_later_step_uses_is_no_part_of_a_program():
    steps = [DEAD, STEP | {"name": "answers", "op": "map", "of": ["tokens"], "by": "x"}]
    with pytest.raises(ValueError, match="no later step uses 'earlier'"):
        derive_selections(evidence_of(steps))


def test_a_head_that_nothing_reads_shares_nothing_with_its_selection():
    """It looked evenly, as the selection did, and no answer was any other for it."""
    taken = TAKEN | {"name": "taken", "chosen": "earlier"}
    answers = STEP | {"name": "answers", "op": "map", "of": ["tokens", "taken"], "by": "x"}
    network = shifted(3, 3).parameters
    read = np.zeros(network["W_U"].shape)
    read[:3] = np.eye(3)
    weights = {"blocks.0.W_Q": np.zeros(network["blocks.0.W_Q"].shape), "W_U": read}
    evidence = evidence_of([DEAD, taken, answers], weights=weights, causal=True)
    claims = evidence.derive() | derive_selections(evidence)
    assert claims["program_vs_model.agree"] == claims["program_vs_model.total"]
    assert claims["figures.replaced_accuracy"] == 1
    assert claims["figures.attention_shared"] == 0


@pytest.mark.parametrize("name", ["W_U", "W_E"])
def test_what_overflows_is_no_answer(name):
    """The largest of numbers that are none is the first: a program that says 0 agreed with it."""
    zero = [STEP | {"name": "answers", "op": "map", "of": ["tokens"], "by": "0"}]
    weights = {name: np.full(shifted(3, 3).parameters[name].shape, 1e308)}
    with np.errstate(all="ignore"), pytest.raises(ValueError, match="overflow"):
        evidence_of(zero, weights=weights).derive()


def draws_of(kind, lengths, count=500, seed=7):
    return [{"kind": kind, "length": n, "count": count, "seed": seed + n} for n in lengths]


EVERY = {"kind": "every", "length": 1, "count": None, "seed": None}
HONEST = {
    "fresh": [EVERY, *draws_of("uniform", (2, 3))],
    "stress": draws_of("structured", (2, 3)),
}


def test_draws_are_those_that_the_report_tells_of():
    """Structured texts of a token each were counted as so many drawn uniformly at every length."""
    assert evidence_of(draws=HONEST).derive()["program_vs_model.total"] == 3 + 1000
    two, three = HONEST["fresh"][1:]
    for fresh in (
        draws_of("structured", (1, 2, 3)),
        [EVERY, two | {"count": 900}, three | {"count": 100}],
        [EVERY, two, three | {"seed": 7}],
        [EVERY, *draws_of("uniform", (2, 3), 499)],
        [*draws_of("uniform", (1, 2), 1000), EVERY | {"length": 3}],
        [EVERY, two],
    ):
        with pytest.raises(ValueError, match=r"certificate|only 998"):
            evidence_of(draws=HONEST | {"fresh": fresh})
    for stress in ([], draws_of("structured", (1, 2)), draws_of("uniform", (2, 3))):
        with pytest.raises(ValueError, match="structured texts"):
            evidence_of(draws=HONEST | {"stress": stress})


def test_values_in_an_expression_are_listed_as_those_of_a_table_are():
    """Written as a sum of comparisons forty cells of a table were none."""
    terms = [f"{3 * n} * (taken_i == {n})" for n in range(40)]
    whole = [STEP | {"by": " + ".join(terms)}]
    apart = [STEP | {"by": term} for term in terms]
    packed = [STEP | {"by": f"({7**80} >> taken_i) & 1"}]
    chosen = [STEP | {"by": " if x else ".join(map(str, range(60)))}]
    for steps in (whole, apart, packed, chosen):
        assert listed_in(steps) > UNDERSTOOD
    plain = ("i == j + 1", "x + 1 - 2 * y", "x == -1", "0.5 * x_j + 1 / 3", "")
    assert listed_in([STEP | {"by": by} for by in plain]) == 0


def test_what_is_too_much_is_refused_before_anything_is_drawn():
    """Sixteen million texts of a token took 2.5 GB, and a vocabulary of 300,000 took 7.1."""
    few = {"tokens": [0, 2], "longest": 3, "answers": [0, 1, 2], "draws": HONEST}
    check_amount(few, 3)
    check_amount(few | {"draws": None}, 3)
    check_amount(few | {"longest": 400}, 3)
    assert 0 < affordable(1000, 400, 3, 800) < affordable(1000, 40, 3, 80) == 1000
    assert 800 * affordable(1000, 400, 3, 800) * 400 * 400 <= MOST_IN_ALL
    more = draws_of("uniform", (2, 3), 16_000_000)
    every = {"fresh": [EVERY | {"length": n} for n in range(1, 41)], "stress": []}
    for size, changed in (
        (300_000, {}),
        (3, {"longest": 2000}),
        (3, {"draws": HONEST | {"fresh": more}}),
        (3, {"draws": HONEST | {"stress": more}}),
        (3, {"draws": every, "longest": 40}),
        (3, {"draws": every, "longest": 3}),
        (3, {"answers": [*range(100_000)]}),
    ):
        with pytest.raises(ValueError, match=r"too much|expected at most"):
            check_amount(few | changed, size)
    with pytest.raises(ValueError, match="layers"):
        evidence_of(n_layers=2_000_000_000)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"none": 2}, "what stands for no answer is an answer"),
        ({"none": 0}, "what stands for no answer is an answer"),
        ({"answers": [0, 1, 1]}, "do not stand for values of their own"),
        ({"answers": [0, 1, 1 + 1e-12]}, "no further apart than rounding"),
    ],
)
def test_answers_are_told_from_one_another_and_from_none(changes, words, monkeypatch):
    """Else what never answers, or answers another class, agrees with everything."""
    read = TextEvidence.read

    def of_other_answers(certificate, *rest):
        answers = {name: value for name, value in changes.items() if name == "answers"}
        return read(certificate | answers, *rest)

    monkeypatch.setattr(TextEvidence, "read", of_other_answers)
    shape = {name: value for name, value in changes.items() if name == "none"}
    with pytest.raises(ValueError, match=words):
        evidence_of(**shape)


def test_a_draw_longer_than_the_longest_text_is_refused_however_few_there_are():
    longer = {"fresh": [*HONEST["fresh"], EVERY | {"length": 4, "count": None}], "stress": []}
    few = {"tokens": [0, 1], "longest": 3, "answers": [0, 1], "draws": longer}
    with pytest.raises(ValueError, match="a draw of 4 tokens: expected at most 3"):
        check_amount(few, 2)


def test_positions_are_named_for_a_selection_that_looks_at_nothing_else():
    """Whether what it is of or what it looks at is all that is missing."""
    for of, keys in ((["tokens"], []), ([], ["tokens"]), ([], [])):
        step = STEP | {"name": "some", "op": "select", "of": of, "keys": keys, "by": "1 == 1"}
        assert "at = list(range(len(xs)))" in lines_of([step])
    assert "at = list(range(len(xs)))" not in lines_of(
        [STEP | {"name": "some", "op": "select", "of": ["tokens"], "keys": ["tokens"], "by": "x"}]
    )


def test_structured_texts_tell_a_selector_from_one_that_is_off_by_one():
    """On texts that are drawn evenly both give 99.98% of the same answers."""
    tokens, length = range(10_000), 8

    def repeats(rows: np.ndarray, back: int) -> np.ndarray:
        found = np.zeros(rows.shape, dtype=bool)
        found[:, back:] = rows[:, back:] == rows[:, :-back]
        return found

    alike = {}
    for kind in ("uniform", "structured"):
        rows = drawn_texts({"kind": kind, "length": length, "count": 2_000, "seed": 4}, tokens)
        alike[kind] = repeats(rows, 1) == repeats(rows, 2)
    assert alike["uniform"].mean() > 0.9996
    assert alike["structured"].all(axis=1).mean() < 0.6
