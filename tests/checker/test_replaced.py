"""What heads do that are given a program's selections: seen twice, and of what it tells."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from builders.compiled_texts import bystander, histogram, inducing, induction, shifted, split

from distill.checker.attended import compared, elsewhere, least_shared, parts_shared
from distill.checker.attention import derive
from distill.checker.selections import ANSWERS
from distill.checker.texts import TextEvidence
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.evidence import replaced
from distill.kinds.attention.mechanism import AttentionMechanism, Step, Table
from distill.networks.trace import TextTrace
from distill.serialise import to_json


def evidence_of(network, mechanism):
    return TextEvidence(
        *(network.texts.tokens, network.texts.longest, np.array(network.answers, dtype=float)),
        asdict(network.shape),
        {name: value.numpy() for name, value in network.parameters.items()},
        *(None, emit_attention(mechanism).source, json.loads(to_json(mechanism))),
    )


def copying(network, by, last=()):
    tokens = network.texts.tokens
    return AttentionMechanism(
        (tokens.start, tokens.stop - 1),
        network.texts.longest,
        (
            Step("chosen", "select", ("at",), ("at",), by, head=(0, 0)),
            Step("copied" if last else ANSWERS, "copy", (), ("tokens",), "y", "chosen", -1),
            *last,
        ),
        none=-1,
    )


def test_a_head_that_stands_by_and_is_in_the_way_elsewhere_does_not_do_what_it_is_named_for():
    """It looks where the program says and answers stay; else they go where the program's do not."""
    network = bystander()
    mechanism = copying(network, "j == i")
    claims = derive(evidence_of(network, mechanism))
    assert claims["figures.replaced_accuracy"] == 1.0
    assert claims["figures.attention_shared"] > 0.99
    assert claims["figures.followed_accuracy"] == 0.0
    rows = replaced(mechanism, TextTrace(network))
    assert {n: claims[f"figures.{n}"] for n in rows} == pytest.approx(
        {n: row.value for n, row in rows.items()}
    )


def test_a_head_that_does_it_follows_where_it_is_sent():
    network = shifted()
    mechanism = copying(network, "j == i - 1")
    claims = derive(evidence_of(network, mechanism))
    assert claims["figures.followed_accuracy"] == 1.0
    row = replaced(mechanism, TextTrace(network))["followed_accuracy"]
    assert (row.value, row.decoy) == (1.0, 0.0)


def test_a_program_that_fails_on_what_comes_of_other_selections_follows_nothing():
    """Its table has a row for what occurs, and for nothing else."""
    network = shifted()
    answer = Step(ANSWERS, "map", ("tokens", "copied"), by="TABLE[x, copied_i]")
    mechanism = copying(network, "j == i - 1", (answer,))
    pairs = tuple((x, y) for x in range(3) for y in (-1, 0, 1, 2) if (x, y) != (2, 2))
    told = AttentionMechanism(
        *(mechanism.tokens, mechanism.longest, mechanism.steps),
        (Table("TABLE", pairs, tuple(y for _, y in pairs)),),
        none=-1,
    )
    texts = np.array([[0, 1, 0, 1], [1, 0, 2, 1]])
    with pytest.MonkeyPatch.context() as patched:
        for module in ("distill.checker.replaced", "distill.kinds.attention.replacing"):
            patched.setattr(f"{module}.texts_replaced", lambda *_: [texts])
        claims = derive(evidence_of(network, told))
        rows = replaced(told, TextTrace(network))
    assert claims["figures.replaced_accuracy"] == 1.0
    assert claims["figures.followed_accuracy"] == rows["followed_accuracy"].value


def test_positions_at_which_nothing_is_read_are_no_answers_that_stay():
    """Of five positions one is read; a selection that is off by one keeps none of its answers."""
    network = shifted(longest=5)
    shape = replace(network.shape, reads="after", read_from=network.shape.tokens[2])
    network = replace(network, model=replace(network.model, architecture=shape))
    texts = np.array([[0, 1, 1, 0, 2], [1, 0, 0, 1, 2]])
    for by, stay in (("j == i - 1", 1.0), ("j == i - 2", 0.0)):
        mechanism = copying(network, by)
        with pytest.MonkeyPatch.context() as patched:
            for module in ("distill.checker.replaced", "distill.kinds.attention.replacing"):
                patched.setattr(f"{module}.texts_replaced", lambda *_: [texts])
            claims = derive(evidence_of(network, mechanism))
            rows = replaced(mechanism, TextTrace(network))
        assert claims["figures.replaced_accuracy"] == rows["replaced_accuracy"].value == stay


def softer(network, head):
    """A head whose scores are a tenth, so that some of its attention is elsewhere."""
    layer, place = head
    name = f"blocks.{layer}.W_Q"
    weights = network.parameters[name].clone()
    weights[place] *= 0.1
    parameters = {**network.parameters, name: weights}
    return replace(network, model=replace(network.model, parameters=parameters))


def shared(network, mechanism):
    return derive(evidence_of(network, mechanism))["figures.attention_shared"]


@pytest.mark.parametrize("idle", [False, True])
def test_a_head_that_only_says_where_another_looks_does_something(idle):
    """What a head writes may be what others look by: these look where they do with it."""
    network, mechanism = induction(idle=idle), inducing(idle=idle)
    claims = derive(evidence_of(network, mechanism))
    assert claims["figures.replaced_accuracy"] == 1.0
    assert (claims["figures.attention_shared"] > 0.9) is not idle
    rows = replaced(mechanism, TextTrace(network))
    assert {n: claims[f"figures.{n}"] for n in rows} == pytest.approx(
        {n: row.value for n, row in rows.items()}
    )


def test_what_a_head_shares_is_the_attention_that_is_where_its_selection_has_it():
    network, mechanism = shifted(), copying(shifted(), "j == i - 1")
    assert shared(network, mechanism) > 0.99
    assert 0.5 < shared(softer(network, (0, 0)), mechanism) < 0.95


@pytest.mark.parametrize("head", [(0, 0), (1, 0)])
def test_of_several_selections_that_counts_which_shares_the_least(head):
    assert shared(induction(), inducing()) > 0.9
    assert shared(softer(induction(), head), inducing()) < 0.85


@pytest.mark.parametrize("head", [(0, 0), (0, 1)])
def test_of_several_heads_of_a_selection_that_counts_which_shares_the_least(head):
    network = split(shifted(), (0.5, 0.5))
    told = copying(network, "j == i - 1")
    steps = tuple(replace(it, also=((0, 1),)) if it.op == "select" else it for it in told.steps)
    told = replace(told, steps=steps)
    assert shared(network, told) > 0.99
    assert 0.5 < shared(softer(network, head), told) < 0.95


def test_a_selection_that_is_the_same_along_all_texts_is_held_against_the_one_beside_it():
    """A copied text's tokens stand where those of another do: that would be no decoy."""
    step = Step("again", "select", ("tokens",), ("copied",), "copied_j == x", head=(1, 0))
    same = np.repeat(np.eye(4, k=-1, dtype=bool)[None], 3, axis=0)
    assert not (elsewhere(asdict(step), [], same) & same).any()
    other = np.stack([np.eye(4, dtype=bool), np.eye(4, k=-1, dtype=bool)])
    assert (elsewhere(asdict(step), [], other) == other[::-1]).all()


WIDTH = {"exchanged": False, "spread": [[0.01, 0.01]]}


def told_apart(own, chosen, others, asked):
    """By how much attention is where a selection has it, and not where another does."""
    looks = [np.where(it, 1.0, 0.01) for it in (chosen, others)]
    looks = [it / it.sum(axis=2, keepdims=True) for it in looks]
    _, (share, other) = least_shared([parts_shared(own, looks[0], looks[1], asked)])
    return share - other


def test_a_selection_that_chooses_nothing_is_not_asked_where_it_looks():
    """Of four queries two have something chosen; nearly everything is, as another text has it."""
    chosen = np.zeros((1, 4, 4), dtype=bool)
    chosen[0, 2:, 0] = True
    others = np.ones((1, 4, 4), dtype=bool)
    others[0, :, 0] = False
    others[0, 3] = False
    asked = compared(WIDTH, chosen, others)
    assert asked.tolist() == [[False, False, True, False]]
    assert compared(WIDTH, chosen, ~np.ones_like(chosen)).tolist() == [[False, False, True, True]]
    own = np.tile([0.0, 0.4, 0.3, 0.3], (1, 4, 1))  # by chance, where nothing is chosen
    own[0, 2:] = [0.7, 0.1, 0.1, 0.1]
    assert told_apart(own, chosen, others, asked) > 0.3
    assert told_apart(own, chosen, others, np.ones_like(asked)) < 0.1
    beside = np.roll(own, 1, axis=2)
    assert told_apart(beside, chosen, others, asked) < 0.1
    assert told_apart(np.full_like(own, 0.25), chosen, others, asked) < 0.1


def test_of_even_heads_what_is_chosen_alone_is_the_other():
    """It is no attention where nothing is chosen, and would be told from any."""
    even = {"exchanged": True, "spread": [[1.0, 1.0]]}
    chosen = np.array([[[False, False], [True, False]]])
    assert compared(even, chosen, ~chosen).tolist() == [[False, True]]


WEIGHTS = (0.05, 1.0, 0.5, 1.5, 0.7, 2.0, 0.8, 3.0, 0.4)
"""Of two tokens: what they weigh as that of the query, as that of the key, and what is not chosen
for each as that of the query."""


@pytest.mark.parametrize("exchanged", [False, True])
def test_weights_of_tokens_are_seen_twice(exchanged):
    """Of heads that select, and of even ones, which are those for which all is chosen alike."""
    network = histogram(tokens=2, longest=4)
    spread = (1.0, *WEIGHTS[1:7], 1.0, 1.0) if exchanged else WEIGHTS
    how = {"head": (0, 0), "spread": (spread,), "exchanged": exchanged}
    same = Step("same", "select", ("tokens",), ("tokens",), "y == x", **how)
    told = AttentionMechanism((0, 1), 4, (same, Step(ANSWERS, "width", chosen="same")), none=-1)
    claims = derive(evidence_of(network, told))
    rows = replaced(told, TextTrace(network))
    assert {n: claims[f"figures.{n}"] for n in rows} == pytest.approx(
        {n: row.value for n, row in rows.items()}
    )
    plain = replace(told, steps=(replace(same, spread=(spread[:2],)), told.steps[1]))
    assert replaced(plain, TextTrace(network)) != rows
