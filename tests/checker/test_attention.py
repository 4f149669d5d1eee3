"""What a checker makes of selections: of heads that there are, that matter, and that are used."""

from dataclasses import replace

import numpy as np
import pytest
from builders.compiled_texts import as_file, shifted, split

from distill.checker import texts
from distill.checker.attended import resampled
from distill.checker.attention import derive
from distill.checker.check import evidence_of
from distill.checker.derive import derive as derive_all
from distill.checker.kind import FOLLOWS
from distill.checker.selections import ANSWERS, lines_of
from distill.checker.text_proof import Reached, Searched
from distill.kinds.attention.evidence import replaced as measured
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.networks.trace import TextTrace
from distill.pipeline import run_model

pytestmark = pytest.mark.usefixtures("page_undrawn")


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    """Of a network that answers the token before."""
    folder = tmp_path_factory.mktemp("shift")
    file = as_file(shifted(tokens=2, longest=3), folder / "shift.npz")
    return evidence_of(run_model(file, out=folder / "runs").folder)


def with_step(evidence, **changes):
    """The evidence, its first step with other fields."""
    first, *rest = evidence.mechanism["steps"]
    return replace(
        evidence, mechanism={**evidence.mechanism, "steps": [{**first, **changes}, *rest]}
    )


def test_as_it_is_the_program_follows_and_the_head_shares_its_selection(evidence):
    claims = derive(evidence)
    assert claims[FOLLOWS] is True
    assert claims["figures.attention_shared"] > 0.99
    assert claims["figures.replaced_accuracy"] == 1.0


@pytest.mark.parametrize(
    "changes",
    [{"head": [0, 1]}, {"head": [1, 0]}, {"head": None, "also": [[0, 0]]}, {"also": [[0, 0]]}],
)
def test_a_selection_is_of_heads_that_there_are_each_once(evidence, changes):
    with pytest.raises(ValueError, match=r"a head that the network does not have|weighs 0 heads"):
        derive(with_step(evidence, **changes))


@pytest.mark.parametrize("changes", [{"chosen": "previous"}, {"otherwise": 1}])
def test_a_step_says_nothing_that_its_line_does_not(evidence, changes):
    with pytest.raises(ValueError, match="says more than its line does"):
        derive(with_step(evidence, **changes))


def test_a_selection_that_is_of_no_head_is_not_located(evidence):
    assert "figures.attention_shared" not in derive(with_step(evidence, head=None))


def test_a_head_that_no_answer_of_the_network_hangs_on_shares_nothing(evidence):
    """It looks where the selection says, and what it sees goes nowhere."""
    weights = {**evidence.weights, "blocks.0.W_O": np.zeros_like(evidence.weights["blocks.0.W_O"])}
    assert derive(replace(evidence, weights=weights))["figures.attention_shared"] == 0.0


def test_a_head_that_is_not_named_carries_nothing(evidence):
    """It looks by position, so that along another text it looks where it did."""
    two = split(shifted(tokens=2, longest=3), (0.2, 0.8))
    weights = {name: value.numpy() for name, value in two.parameters.items()}
    of_two = replace(evidence, weights=weights, shape={**evidence.shape, "n_heads": 2})
    assert derive(of_two)["figures.replaced_accuracy"] < 0.9
    both = with_step(of_two, also=[[0, 1]], spread=[[0.0, 0.0], [0.0, 0.0]])
    assert derive(both)["figures.replaced_accuracy"] == 1.0


def test_a_head_that_does_nothing_is_none_of_a_selection_s(evidence):
    """It looks as the other does, and what it writes changes no answer."""
    for parts, shares in (((1.0, 0.0), False), ((0.5, 0.5), True), ((1.0, 1.0), True)):
        two = split(shifted(tokens=2, longest=3), parts)
        weights = {name: value.numpy() for name, value in two.parameters.items()}
        of_two = replace(evidence, weights=weights, shape={**evidence.shape, "n_heads": 2})
        both = with_step(of_two, also=[[0, 1]])
        assert (derive(both)["figures.attention_shared"] > 0.9) == shares
        step, *_ = evidence.mechanism["steps"]
        told = AttentionMechanism(
            (0, 1),
            3,
            (
                Step(
                    "previous", "select", ("at",), ("at",), step["by"], head=(0, 0), also=((0, 1),)
                ),
                Step(ANSWERS, "copy", (), ("tokens",), "y", "previous", -1),
            ),
            none=-1,
        )
        rows = measured(told, TextTrace(two))
        assert (rows["attention_shared"].value > 0.9) == shares


@pytest.mark.parametrize("causal", [False, True])
def test_what_is_resampled_rests_where_it_rested_and_sees_nothing_later(causal):
    rng = np.random.default_rng(0)
    attention = rng.random((3, 5, 5)) * (np.tri(5) if causal else 1)
    there = resampled(attention, 1, causal)
    assert np.allclose(there.sum(axis=2)[:, 1:], np.roll(attention.sum(axis=2), 1, 0)[:, 1:])
    assert np.array_equal(there[:, :, 0], np.roll(attention[:, :, 0], 1, 0))
    assert not causal or not np.triu(there[0], 1).any()
    assert not np.isclose(there[:, 3, 1:4], np.roll(attention[:, 3, 1:4], 1, 0)).any()


def test_a_head_that_looks_evenly_at_everything_has_no_selection_of_ones_choice(evidence):
    """What is not chosen may be said to weigh as much: then any selection is the head's."""
    even = {**evidence.weights, "blocks.0.W_Q": 0 * evidence.weights["blocks.0.W_Q"]}
    even["blocks.0.b_Q"] = 0 * even.get("blocks.0.b_Q", even["blocks.0.W_Q"][:, 0])
    forged = with_step(replace(evidence, weights=even), spread=[[1.0, 1.0]])
    claims = derive(forged)
    assert claims["figures.replaced_accuracy"] == 1.0
    assert claims["figures.attention_shared"] == 0.0


def test_primitives_are_those_that_are_written_down(evidence):
    """Another text of the same function is another function to whoever reads it."""
    other = evidence.program.replace(
        "found = value if c else found", "found = found if not c else value"
    )
    assert other != evidence.program
    assert derive(replace(evidence, program=other))[FOLLOWS] is False


def test_a_selection_that_no_answer_hangs_on_is_not_in_the_network(evidence):
    """`0 * x` names a head and uses nothing of it: the name alone was enough."""
    *before, last = evidence.mechanism["steps"]
    for factor, shares in ((1, True), (0, False)):
        by = f"x + {factor} * copied_i"
        plain = {**last, "name": "copied"}
        answers = {**last, "op": "map", "of": ["tokens", "copied"], "keys": [], "by": by}
        steps = [*before, plain, {**answers, "chosen": "", "otherwise": 0}]
        source = evidence.program.replace(
            f"    {lines_of([*before, last])[-1]}",
            "\n".join(f"    {line}" for line in lines_of(steps)[-2:]),
        )
        changed_to = {**evidence.mechanism, "steps": steps}
        claims = derive(replace(evidence, program=source, mechanism=changed_to))
        assert (claims["figures.attention_shared"] > 0) == shares


@pytest.mark.parametrize("by", ["1 * (j == i - 1)", "2 * (j == i - 1)"])
def test_what_chooses_by_a_number_is_no_selection_of_a_head(evidence, by):
    """Where it is looked at 2 is as good as true, and where it is counted it is not."""
    first, *rest = evidence.mechanism["steps"]
    steps = [{**first, "by": by}, *rest]
    said = evidence.program.replace(first["by"], by)
    assert said != evidence.program
    with pytest.raises(ValueError, match="chooses by a number"):
        derive(replace(evidence, program=said, mechanism={**evidence.mechanism, "steps": steps}))


def test_two_steps_of_one_name_are_none(evidence):
    first, *rest = evidence.mechanism["steps"]
    told = {**evidence.mechanism, "steps": [first, first, *rest]}
    with pytest.raises(ValueError, match="expected a name of its own"):
        derive(replace(evidence, mechanism=told))


def test_a_proof_that_drawn_texts_contradict_is_none(inducing_run, monkeypatch):
    """Whatever a search through sets says, texts that were drawn and differ are seen."""
    whole = evidence_of(inducing_run)
    assert "proof.method" not in derive_all(whole)
    reached = Reached(whole.longest, 1.0, 0.0, 9)
    proved = Searched(reached, None, (0, 0), np.empty((0, 1), dtype=np.int64))
    monkeypatch.setattr(texts, "over_sets", lambda *_: proved)
    with pytest.raises(ValueError, match="proved of all texts, and some that were drawn"):
        derive_all(replace(whole))
