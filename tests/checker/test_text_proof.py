"""A search through sets of texts proves that two answer alike, or finds where they do not."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from builders.compiled_texts import histogram, shifted

from distill.checker import text_bounds, text_proof
from distill.checker.real_answers import run_texts
from distill.checker.text_proof import over_sets
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.mechanism import AttentionMechanism, Step

TOKENS, LONGEST = 3, 6
SAME = Step("same", "select", ("tokens",), ("tokens",), "y == x")
COUNT = (SAME, Step("answers", "width", chosen="same"))


def searched(network, *steps):
    """What comes of a search for a program of these steps, and the program."""
    mechanism = AttentionMechanism((0, TOKENS - 1), LONGEST, steps)
    source = emit_attention(mechanism).source
    model, texts = network.model, network.texts
    weights = {name: it.numpy() for name, it in model.parameters.items()}
    about = (source, mechanism.data, texts.tokens, texts.longest, network.answers)
    found = over_sets(*about, asdict(model.architecture), weights)
    assert found is not None
    return found, source


def deciding(network):
    """The same network, which answers however little an output leads."""
    shape = replace(network.shape, tie=0.0)
    return replace(network, model=replace(network.model, architecture=shape))


def counting(wrong_from=None):
    """How often every token stands in its text; one less where it is that often, or more."""
    network = deciding(histogram(tokens=TOKENS, longest=LONGEST))
    if wrong_from is not None:
        b_in = network.model.parameters["blocks.0.b_in"]
        lower = 1000 * ((1 / wrong_from + 1 / (wrong_from + 1)) / 2 - 1 / (wrong_from + 2))
        b_in[2 * wrong_from - 2 : 2 * wrong_from] += lower
    return network


def test_a_network_that_counts_is_proved_to_on_every_text():
    found, _ = searched(counting(), *COUNT)
    assert found.up_to == LONGEST
    assert found.every.lead > 0.5
    assert not len(found.differ)
    assert found.every.sets < sum(TOKENS**n * n for n in range(1, LONGEST + 1)) / 3


def test_the_three_texts_of_1092_that_part_are_found():
    found, source = searched(counting(wrong_from=LONGEST), *COUNT)
    assert found.up_to == LONGEST - 1
    assert sorted(found.differ.tolist()) == [[token] * LONGEST for token in range(TOKENS)]
    network = counting(wrong_from=LONGEST)
    program = run_texts(source, found.differ, LONGEST)
    assert (program != network.run(found.differ)).any(axis=1).all()


@pytest.mark.parametrize(
    ("by", "first"),
    [
        ("min(count_i, 5)", 6),
        ("count_i - (count_i == 4)", 4),
        ("count_i + (count_i == 2) * (x == 1)", 2),
    ],
)
def test_a_program_that_is_wrong_of_few_texts_is_not_proved(by, first):
    count = Step("count", "width", chosen="same")
    end = Step("answers", "map", ("count", "tokens"), (), by)
    found, source = searched(counting(), SAME, count, end)
    assert found.up_to == first - 1
    assert len(found.differ)
    assert found.differ.shape[1] == first
    program = run_texts(source, found.differ, first)
    assert (program != counting().run(found.differ)).any(axis=1).all()


@pytest.mark.parametrize("often", [1, 3])
def test_what_no_output_stands_for_is_found_too(often):
    """Also where the first of the outputs leads: that is not the one of what has none."""
    network = counting()
    order = [1, 0, *range(2, LONGEST + 1)]
    answers = tuple(network.model.answers[place] for place in order)
    weights = network.model.parameters
    weights = weights | {name: weights[name][..., order] for name in ("W_U", "b_U")}
    network = replace(network, model=replace(network.model, parameters=weights, answers=answers))
    found, _ = searched(network, *COUNT)
    assert found.up_to == LONGEST
    count = Step("count", "width", chosen="same")
    end = Step("answers", "map", ("count",), (), f"count_i + 7 * (count_i == {often})")
    found, _ = searched(network, SAME, count, end)
    assert found.up_to == often - 1
    assert len(found.differ)


def test_what_a_causal_network_does_not_see_a_program_may():
    """At the end of a text both have seen all of it; before, the program looks ahead."""
    network = counting()
    shape = replace(network.shape, causal=True)
    network = replace(network, model=replace(network.model, architecture=shape))
    found, _ = searched(network, *COUNT)
    assert found.up_to == 1
    assert sorted(found.differ.tolist()) == [[token, token] for token in range(TOKENS)]
    before = Step("same", "select", ("tokens", "at"), ("tokens", "at"), "y == x and j <= i")
    found, _ = searched(network, before, COUNT[1])
    assert found.up_to == LONGEST


def test_a_network_whose_logits_tie_is_not_decided():
    """No output of it leads: whatever it answers is rounding."""
    network = counting()
    network.model.parameters["W_U"].zero_()
    found, _ = searched(network, *COUNT)
    assert found.up_to == 0
    assert not len(found.differ)
    assert "proof.method" not in found.claims


def test_where_as_many_sets_as_may_be_are_gone_through_the_shorter_texts_are_proved(monkeypatch):
    monkeypatch.setattr(text_proof, "MOST_WORK", 1_400_000)
    found, _ = searched(counting(), *COUNT)
    assert 0 < found.up_to < LONGEST
    assert not len(found.differ)
    assert found.claims["proof.up_to_length"] == found.up_to


def test_bounds_that_are_wrong_do_not_make_texts_part(monkeypatch):
    """What is said to part is asked, both of it."""

    class Wrong(text_bounds.OneLayer):
        def leads(self, at, sets, answers):
            found = super().leads(at, sets, answers)
            return replace(found, value=found.value - 100)

    monkeypatch.setattr(text_bounds, "OneLayer", Wrong)
    with pytest.raises(ValueError, match="answered alike by both"):
        searched(counting(), *COUNT)


def test_every_text_falls_into_one_set(monkeypatch):
    """Cut in two, over and over: none is lost, and none is gone through twice."""
    closed = list[np.ndarray]()

    class Kept(text_bounds.OneLayer):
        def leads(self, at, sets, answers):
            found = super().leads(at, sets, answers)
            if sets.shape[1] == LONGEST and at == 0:
                closed.extend(sets[found.value > 0])
            return found

    monkeypatch.setattr(text_bounds, "OneLayer", Kept)
    searched(counting(), *COUNT)
    sizes = [int(sets.sum(axis=1).prod()) for sets in closed]
    assert sum(sizes) == TOKENS**LONGEST
    assert len({sets.tobytes() for sets in closed}) == len(closed)


def test_scores_whose_rounding_has_no_bound_decide_nothing():
    """Whatever the network answers there, it is not said to part from the program."""
    network = deciding(shifted(TOKENS, LONGEST, by=0))
    parameters = {**network.model.parameters}
    parameters["blocks.0.W_Q"] = parameters["blocks.0.W_Q"] * 1e20
    network = replace(network, model=replace(network.model, parameters=parameters))
    found, _ = searched(network, Step("answers", "map", ("tokens",), (), "x"))
    assert (found.up_to, len(found.differ)) == (0, 0)
