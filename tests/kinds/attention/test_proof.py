"""What a search through sets of texts comes to, as a proof, and as texts that part."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from builders.compiled_texts import choosing, following, histogram, inducing, induction

from distill.checker.compare import other_than_derived
from distill.checker.statements import _about_sequences, words
from distill.checker.text_proof import over_sets
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.kind import AttentionKind
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.proof import proved
from distill.kinds.kind import Proved
from distill.networks.trace import TextTrace
from distill.pages.evidence import _proof_rows
from distill.pages.statements import _texts_left
from distill.verify.report import verify
from distill.verify.texts import TextChecks

TOKENS, LONGEST = 3, 5


@pytest.fixture
def view():
    """A network that says how often every token stands in its text, however little it leads."""
    network = histogram(tokens=TOKENS, longest=LONGEST)
    shape = replace(network.shape, tie=0.0)
    return TextTrace(replace(network, model=replace(network.model, architecture=shape)))


def counting(by):
    """A program that counts, and says something of the count."""
    steps = (
        Step("same", "select", ("tokens",), ("tokens",), "y == x"),
        Step("count", "width", chosen="same"),
        Step("answers", "map", ("count",), (), by),
    )
    return AttentionMechanism((0, TOKENS - 1), LONGEST, steps)


def shown(mechanism, view):
    return proved(mechanism, emit_attention(mechanism).source, view)


def test_what_was_shown_of_every_text_is_a_proof_and_settles(view):
    found = shown(counting("count_i"), view)
    assert found.proof is not None
    assert (found.proof.method, found.proof.up_to_length) == ("sets", LONGEST)
    assert found.proof.smallest_lead > 0.5
    assert (found.settles, found.differ) == (True, ())


def test_texts_that_part_are_handed_on_and_what_is_shorter_is_proved(view):
    found = shown(counting("min(count_i, 2)"), view)
    assert found.proof is not None
    assert found.proof.up_to_length == 2
    (differ,) = found.differ
    assert found.settles
    assert differ.shape[1] == 3
    assert (differ == differ[:, :1]).all()


def test_what_is_proved_of_single_choices_is_said_and_derived_again():
    """On the page and among the reasons; a longer one, or one of more answers, is not."""
    view = TextTrace(choosing(TOKENS, LONGEST))
    mechanism = AttentionMechanism((0, TOKENS - 1), LONGEST, following(TOKENS))
    written = AttentionKind().write(mechanism)
    report = verify(written, (), view, "n", lambda one: TextChecks(one.program.source, view)).report
    assert report.proof is not None
    unique = report.proof.where_unique
    assert unique is not None
    assert (report.proof.up_to_length, unique.up_to_length) == (3, LONGEST)
    said = "on every text of up to 5 tokens, at every position at which no selection chooses more"
    assert unique.statement.startswith(said)
    assert report.verdict == "approximate"
    assert any(
        unique.statement in reason
        for reason in _about_sequences(report.tree | {"verdict": "tested"})
    )
    (row,) = [row for row in _proof_rows(report) if row.name == "proved lead, where unique"]
    assert f"({unique.drawn_unique:,} of 1,000 answers to drawn texts)" in row.note
    (left,) = _texts_left(report, replace(report.program_vs_model, exhaustive=False))
    assert "of texts of up to 5 tokens only positions at which a selection chooses more" in left
    weights = {name: it.numpy() for name, it in view.network.model.parameters.items()}
    about = (written.program.source, mechanism.data, view.texts.tokens, LONGEST)
    found = over_sets(*about, view.network.answers, asdict(view.network.shape), weights)
    assert found is not None
    derived = {name: it for name, it in found.claims.items() if name.startswith("proof.where_u")}
    assert len(derived) == 6
    assert not [*other_than_derived(report.tree, derived)]
    for name in ("up_to_length", "drawn_unique", "nodes"):
        forged = replace(unique, **{name: getattr(unique, name) + 1})
        told = replace(report, proof=replace(report.proof, where_unique=forged))
        assert [at for at, _ in other_than_derived(told.tree, derived)] == [
            f"proof.where_unique.{name}"
        ]
    words_of = words(told.tree)
    assert words_of["proof.where_unique.statement"] != unique.statement


def test_of_two_layers_that_may_have_no_answer_nothing_is_shown():
    network = induction(longest=4)
    assert shown(inducing(longest=4), TextTrace(network)) == Proved()


def test_a_report_rests_on_it_and_the_texts_that_part_go_with_it(view):
    def verified(by):
        written = AttentionKind().write(counting(by))
        return verify(written, (), view, "n", lambda one: TextChecks(one.program.source, view))

    right, wrong = verified("count_i"), verified("min(count_i, 4)")
    assert right.report.verdict == "proved"
    assert right.differ == ()
    assert wrong.report.verdict == "approximate"
    parted = {tuple(row) for rows in wrong.differ for row in rows.tolist()}
    assert parted == {(token,) * LONGEST for token in range(TOKENS)}
    assert np.unique([len(row) for row in parted]).tolist() == [LONGEST]
