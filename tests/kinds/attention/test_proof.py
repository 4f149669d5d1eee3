"""What a search through sets of texts comes to, as a proof, and as texts that part."""

from dataclasses import replace

import numpy as np
import pytest
from builders.compiled_texts import histogram, inducing, induction

from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.kind import AttentionKind
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.proof import proved
from distill.kinds.kind import Proved
from distill.networks.trace import TextTrace
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


def test_of_two_layers_nothing_is_shown():
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
