"""Programs searched for among programs, by answers alone; and the heads that look where they do."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from builders.compiled_texts import shifted, split

from distill.checker.attended import texts_replaced
from distill.checker.text_draws import structured
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.evidence import replaced
from distill.kinds.attention.learned.asked import Asked
from distill.kinds.attention.learned.found import read_learned
from distill.kinds.attention.learned.matching import with_heads
from distill.kinds.attention.learned.read import searched
from distill.kinds.attention.learned.writing import written
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.networks.trace import TextTrace

TOKENS, LONGEST = 5, 7


def last_smaller(xs):
    """The last token so far that is smaller; 9 where none is."""
    return [next((y for y in xs[:i][::-1] if y < x), 9) for i, x in enumerate(xs)]


def how_many_larger(xs):
    return [sum(y > x for y in xs[: i + 1]) for i, x in enumerate(xs)]


def sorted_again(xs):
    return sorted(xs)


def largest_behind(xs):
    """The largest token from here on."""
    return [max(xs[i:]) for i in range(len(xs))]


def followed(xs):
    """What followed the last earlier occurrence of this token; 9 where there is none."""
    found = []
    for i, x in enumerate(xs):
        earlier = [j for j in range(i) if xs[j] == x]
        found.append(xs[earlier[-1] + 1] if earlier else 9)
    return found


def followed_two(xs):
    """What followed this token and the one before it, the last time that they stood so; else 9."""
    found = []
    for i in range(len(xs)):
        earlier = [j for j in range(2, i + 1) if i and xs[j - 2 : j] == xs[i - 1 : i + 1]]
        found.append(xs[earlier[-1]] if earlier else 9)
    return found


def more_twos_than_ones(xs):
    return [int(xs[: i + 1].count(2) > xs[: i + 1].count(1)) for i in range(len(xs))]


def from_the_end(xs):
    return xs[::-1]


PLANTED = {
    **{last_smaller: True, how_many_larger: True, followed: True, followed_two: True},
    more_twos_than_ones: True,
    **{sorted_again: False, largest_behind: False, from_the_end: False},
}
"""Programs that are no task of the package, by whether they see no later position."""


def asked(function, count, seed, most=TOKENS):
    rng = np.random.default_rng(seed)
    tokens, there = np.zeros((count, LONGEST), dtype=int), np.zeros((count, LONGEST), dtype=bool)
    answers = np.zeros((count, LONGEST))
    for place in range(count):
        length = int(rng.integers(1, LONGEST + 1))
        text = rng.integers(0, most, length).tolist()
        if place % 2:
            text = structured(range(most), 8, length, seed + place)[place // 2 % 8].tolist()
        tokens[place, :length], there[place, :length] = text, True
        answers[place, :length] = function(text)
    return Asked(tokens, there, answers, there)


LONG = (followed, followed_two, sorted_again, largest_behind, from_the_end)
"""Those that take seconds, behind `make claims`."""


@pytest.mark.parametrize(
    "function",
    [pytest.param(each, marks=pytest.mark.claim) if each in LONG else each for each in PLANTED],
    ids=lambda each: each.__name__,
)
def test_planted_programs_come_back_from_their_answers(function):
    causal = PLANTED[function]
    source, tried = asked(function, 60, 1), asked(function, 300, 2)
    found, *_ = searched(source, tried, causal, range(TOKENS), lambda _: None)
    fresh = asked(function, 300, 3)
    program = emit_attention(written(found, of_texts(causal))).function
    same = [program(text) == function(text) for text in fresh.texts()]
    assert np.mean(same) > 0.99


@pytest.mark.claim
def test_tokens_that_may_be_named_do_not_crowd_out_a_program_that_names_none():
    """Of eight tokens there are more selections that name one than a level goes through."""
    source, tried = asked(sorted_again, 320, 1, 8), asked(sorted_again, 600, 2, 8)
    found, *_ = searched(source, tried, False, range(8), lambda _: None)
    assert found.part == 1.0


@pytest.mark.claim
def test_answers_without_a_rule_are_no_program():
    def drawn(xs):
        return np.random.default_rng(hash(tuple(xs)) % 2**32).integers(0, 4, len(xs)).tolist()

    small = pytest.MonkeyPatch()
    with small.context() as patched:
        patched.setattr("distill.kinds.attention.learned.read.MOST_LEVELS", 1)
        found = searched(asked(drawn, 60, 1), asked(drawn, 200, 2), True, (), lambda _: None)
    assert not found or found[0].part < 0.9


def of_texts(causal):
    network = shifted(tokens=TOKENS, longest=LONGEST)
    model = network.model
    shape = replace(model.architecture, causal=causal)
    return replace(network, model=replace(model, architecture=shape))


@pytest.fixture(scope="module")
def soft():
    """A network that shifts its text by one with a head whose attention is spread."""
    network = shifted(tokens=4, longest=6)
    weights = {
        name: value * (SOFTER if "W_Q" in name else 1.0)
        for name, value in network.model.parameters.items()
    }
    return replace(network, model=replace(network.model, parameters=weights))


@pytest.fixture(scope="module")
def learned(soft):
    """The part of texts that the program read from it answers alike, and its mechanism."""
    return read_learned(soft)


SOFTER = 0.35
"""So that the token before the text has a thousandth where the position before is chosen."""


def test_a_soft_head_is_found_and_stays_when_its_selection_takes_its_place(soft, learned):
    part, mechanism = learned
    assert isinstance(mechanism, AttentionMechanism)
    assert part > 0.99
    (selection,) = [step for step in mechanism.steps if step.op == "select"]
    assert selection.by == "j == i - 1"
    assert selection.head == (0, 0)
    ((rest, start),) = selection.spread
    assert rest < start < 0.01
    rows = replaced(mechanism, TextTrace(soft))
    assert rows["replaced_accuracy"].value is not None
    assert rows["replaced_accuracy"].value > 0.9
    assert rows["replaced_accuracy"].decoy is not None
    assert rows["replaced_accuracy"].decoy < 0.8


def test_a_head_that_only_looks_alike_is_none_of_a_selection_s(soft, learned):
    """The second of two writes nothing; of two that write as much each is one."""
    _, mechanism = learned
    bare = [replace(it, head=None, also=(), spread=()) for it in mechanism.steps]
    for parts, heads in (((1.0, 0.0), 1), ((0.0, 1.0), 1), ((0.5, 0.5), 2)):
        two = split(soft, parts)
        rows = texts_replaced(two.texts.tokens, two.texts.longest)
        told = replace(mechanism, steps=tuple(bare))
        _, found = with_heads(told, two, [(0, 0), (0, 1)], rows[2:])
        assert [len(step.heads) for step in found.steps if step.op == "select"] == [heads]
    wide = two.parameters["blocks.0.W_Q"] * torch.tensor([0.7, 1.0])[:, None, None]
    model = replace(two.model, parameters={**two.parameters, "blocks.0.W_Q": wide})
    _, found = with_heads(told, replace(two, model=model), [(0, 0), (0, 1)], rows[2:])
    assert [step.heads for step in found.steps if step.op == "select"] == [((0, 1), (0, 0))]


def test_a_selection_that_is_off_by_one_is_not_where_the_head_looks(soft, learned):
    _, mechanism = learned
    assert isinstance(mechanism, AttentionMechanism)

    def shifted_on(step: Step) -> Step:
        return replace(step, by=step.by.replace("i - 1", "i - 2"))

    wrong = replace(mechanism, steps=tuple(map(shifted_on, mechanism.steps)))
    rows = replaced(wrong, TextTrace(soft))
    assert rows["replaced_accuracy"].value is not None
    assert rows["replaced_accuracy"].value < 0.8
