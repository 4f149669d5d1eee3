"""Texts of a form: what is said of their parts holds, and the network itself goes on with them."""

import itertools
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import numpy as np
import pytest
from builders.compiled_texts import shifted

from distill.checker.text_forms import Grows, check_form, check_formed, form_in_words, formed
from distill.checker.text_steps import following, growing
from distill.checker.text_transformer import logits_of
from distill.checker.texts import TextEvidence
from distill.domains.texts import Form, Part, Texts
from distill.errors import DistillError, TaskError
from distill.networks.text_network import TextNetwork
from distill.networks.text_transformer import TextTransformer
from distill.networks.trace import TextTrace
from distill.runs.text_certificate import TextCertificate
from distill.serialise import to_json
from distill.verify.texts import TextChecks, planned_texts

LETTERS, END = range(4), 4
PROMPT = Form((Part((0, 1, 2, 3), 1, 4, apart=1), Part((END,), 1, 1)), "chosen", 4)


@dataclass
class Asked:
    """Texts that grow, and a function of all of one that says what may come next."""

    may: Callable[[np.ndarray], np.ndarray]
    rows: np.ndarray

    def add(self, tokens):
        self.rows = np.concatenate([self.rows, tokens[:, None]], axis=1)

    def follow(self):
        return np.array([self.may(row) for row in self.rows])

    def keep(self, which):
        self.rows = self.rows[which]


def grows(may, at_once=7):
    return Grows(lambda count: Asked(may, np.zeros((count, 0), dtype=int)), at_once)


def copies(row):
    """What an exact copier says may follow: letters before the end, one by one, then nothing."""
    allowed, row = np.zeros(5, dtype=bool), row.tolist()
    if END in row:
        prompt, said = row[: row.index(END)], row[row.index(END) + 1 :]
        if len(said) < len(prompt):
            allowed[prompt[len(said)]] = True
    return allowed


def draw(kind="formed", length=9, count=300, seed=5):
    return {"kind": kind, "length": length, "count": count, "seed": seed}


@pytest.mark.parametrize("kind", ["formed", "formed_stress"])
def test_a_prompt_goes_on_with_what_the_network_answers(kind):
    drawn = formed(PROMPT.data, draw(kind), range(5), grows(copies))
    assert [rows.shape[1] for rows in drawn] == [3, 5, 7, 9]
    assert sum(map(len, drawn)) == 300
    for rows in drawn:
        half = rows.shape[1] // 2
        assert (rows[:, :half] == rows[:, half + 1 :]).all()
        assert all(len(set(row[:half])) == half for row in rows.tolist())
    again = formed(PROMPT.data, draw(kind), range(5), grows(copies))
    assert all((one == other).all() for one, other in zip(drawn, again, strict=True))


def brackets(row):
    """A walk never closes what is not open."""
    depth = (row == 0).sum() - (row == 1).sum()
    return np.array([depth < 3, depth > 0])


def test_what_is_allowed_is_walked_through_evenly_and_under_stress_by_habit():
    form, again = Form((), "allowed", 20).data, []
    for kind in ("formed", "formed_stress"):
        drawn = formed(form, draw(kind, 20, 400), range(2), grows(brackets))
        assert len(drawn) == 20
        for rows in drawn:
            depth = np.cumsum(1 - 2 * rows, axis=1)
            assert depth.min() >= 0
            assert depth.max() <= 3
        free = formed(form, draw(kind, 20, 400), range(2), grows(lambda row: [True, True]))
        again.append((free[-1][:, 1:] == free[-1][:, :-1]).mean())
    assert again[0] == pytest.approx(0.5, abs=0.1)
    assert again[1] > 0.7


def test_no_pair_of_neighbours_comes_twice_where_the_form_says_so():
    form = Form((Part((0, 1, 2), 2, 8, 3, 2),)).data
    drawn = formed(form, draw(length=8), range(3), grows(copies))
    assert {rows.shape[1] for rows in drawn} <= {2, 5, 8, *range(6, 8)}  # some find no other token
    for rows in drawn:
        for row in rows.tolist():
            pairs = list(itertools.pairwise(row))
            assert len(set(pairs)) == len(pairs)


def test_one_token_is_most_frequent_where_the_form_says_so():
    form = Form((Part((0, 1, 2), 1, 7, clear=1), Part((3,), 1, 1))).data
    every = list[int]()
    for kind in ("formed", "formed_stress"):
        for rows in formed(form, draw(kind, 8, 600), range(4), grows(copies)):
            for row in rows[:, :-1].tolist():
                counts = sorted(row.count(token) for token in {*row})
                assert len(counts) == 1 or counts[-1] > counts[-2]
                every.append(max({*row}, key=row.count))
    assert all(300 < every.count(token) < 500 for token in range(3))
    thirds = Form((Part((0, 1), 3, 12, 3, clear=3),)).data
    for rows in formed(thirds, draw(length=12), range(2), grows(copies)):
        assert all(2 * third.sum() != len(third) for row in rows for third in row.reshape(-1, 3).T)


def test_parts_have_no_more_tokens_together_than_the_form_says():
    form = Form((Part((0, 1), 1, 9), Part((2,), 1, 1), Part((0, 1), 1, 9)), together=12).data
    drawn = formed(form, draw(count=2_000), range(3), grows(copies))
    assert [rows.shape[1] for rows in drawn] == list(range(3, 13))
    ends = {(row.index(2), len(row) - row.index(2) - 1) for it in drawn for row in it.tolist()}
    assert {(9, 2), (2, 9), (1, 1), (5, 6)} <= ends


def test_what_may_follow_is_the_chosen_token_or_those_of_the_set():
    logits = np.array([[1.0, 3.0, -1.0], [2.0, 1.0, 5.0]])
    chosen = following("choice", np.array([0.0, 1.0, 7.0]), range(2), logits)
    assert chosen.tolist() == [[False, True], [False, False]]
    allowed = following("set", np.array([2.0, 1.0, 4.0]), range(2), logits)
    assert allowed.tolist() == [[True, True], [True, True]]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (Form((Part((0, 9), 1, 2),)), "expected tokens of range"),
        (Form((Part((0, 1), 3, 2),)), "has 3 to 2"),
        (Form((Part((0, 1), 1, 3, apart=1),)), "has 1 to 3"),
        (Form((Part((0, 1), 1, 7),)), "more than 6 tokens"),
        (
            Form((Part((0, 1), 1, 2, apart=1, clear=1),)),
            "more often than others, and none twice",
        ),
        (Form((Part((0, 1), 1, 2),), "chosen"), "0 tokens follow"),
        (Form((Part((0, 1), 0, 3),)), "may be empty"),
    ],
)
def test_a_form_that_no_text_can_have_is_refused(form, said):
    with pytest.raises(TaskError, match=said):
        Texts(range(3), 6, form)


def test_a_walk_needs_sets_and_a_continuation_choices():
    for then, readout in (("allowed", "choice"), ("chosen", "set")):
        form = Form((Part((0,), 1, 1),), then, 2).data
        with pytest.raises(ValueError, match="go on with what is"):
            check_form(form, range(3), 6, readout)


def test_a_form_reads_as_one_line():
    assert form_in_words(PROMPT.data) == "[0-3]{1,4}! 4 ...{4}"
    assert str(Texts(range(5), 9, PROMPT)).endswith("[0-3]{1,4}! 4 ...{4}")


def test_a_network_that_grows_its_texts_says_what_it_says_of_whole_ones():
    """Keys and values that were kept, and texts that were left behind, change nothing."""
    shape = TextTransformer(
        *(5, (1, 2, 3), 9, 4), d_model=8, n_layers=2, n_heads=2, d_head=3, d_mlp=7, bos=0
    )
    shape = replace(shape, causal=True, layer_norm=True, activation="gelu_tanh")
    bits = np.random.default_rng(0)
    weights = {name: bits.normal(size=size) for name, size in shape.shapes().items()}
    told, answers = asdict(shape), np.arange(4.0)
    steps = growing(told, weights, answers, range(3), 6).begun(5)
    rows, left = bits.integers(0, 3, (5, 6)), np.array([0, 2, 3])
    for at in range(6):
        steps.add(rows[:, at])
        whole = logits_of({**told, "reads": "last"}, weights, rows[:, : at + 1])[:, 0]
        assert np.allclose(steps.logits, whole)
        if at == 2:
            steps.keep(left)
            rows = rows[left]


def of_a_form():
    """A causal network that answers the token before, and texts of which it reads three letters."""
    network = shifted(tokens=3, longest=6)
    return TextNetwork(network.model, Texts(range(3), 6, Form((Part((1, 2), 1, 6),))))


PREVIOUS = '''"""P."""

import sys

__all__ = ["attend"]


def attend(xs: list[int]) -> list[int]:
    return [-1, *xs[:-1]]


if __name__ == "__main__":
    print(attend(list(map(int, sys.argv[1:]))))
'''


def test_program_and_network_are_held_against_each_other_on_texts_of_the_form():
    view = TextTrace(of_a_form())
    counted = TextChecks(PREVIOUS, view).counted([]).program_vs_model
    assert (counted.agree, counted.total, counted.exhaustive) == (1_000, 1_000, False)
    assert counted.drawn.shortest == 0
    assert all(rows.min() == 1 for rows in TextChecks(PREVIOUS, view).sample)
    draws = planned_texts(view.texts, 3)
    check_formed({"fresh": [vars(draws.fresh[0])], "stress": [vars(draws.stress[0])]}, 6, 1_000)
    with pytest.raises(ValueError, match="expected one draw of kind"):
        check_formed({"fresh": [], "stress": []}, 6, 1_000)
    few = [vars(replace(draws.fresh[0], count=3))]
    with pytest.raises(ValueError, match="only 3 formed"):
        check_formed({"fresh": few, "stress": few}, 6, 1_000)


def test_the_checker_draws_the_same_texts_and_counts_the_same():
    view = TextTrace(of_a_form())
    checks = TextChecks(PREVIOUS, view)

    model = view.network.model
    told = TextCertificate(
        *((0, 2), 6, model.answers, model.architecture, checks.draws, view.texts.form, None, {})
    )
    certificate = json.loads(to_json(told))
    weights = {name: it.numpy() for name, it in model.parameters.items()}
    evidence = TextEvidence.read(certificate, {}, PREVIOUS, weights)
    claims = evidence.derive()
    assert claims["program_vs_model.agree"] == claims["program_vs_model.total"] == 1_000
    assert claims["program_vs_model.drawn.shortest"] == 0
    held = evidence.held({**claims, "verdict": "tested"})
    assert held["domain"] == "x in 0..2, texts [1 2]{1,6}"
    assert held == checks.held("tested", checks.counted([]).draw, None)
    assert evidence.draw_again(3, None) == (400, 0)


def test_a_network_whose_texts_have_no_form_is_not_drawn_from():
    with pytest.raises(DistillError, match="expected a form"):
        shifted().formed(3, 0)
