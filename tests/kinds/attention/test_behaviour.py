"""What a report says of heads and of texts that random ones almost never are."""

from dataclasses import replace

import numpy as np
import pytest
from builders.compiled_texts import shifted

from distill.domains.texts import Form, Part, Texts
from distill.kinds.attention.behaviour import behaves
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.networks.text_network import TextNetwork
from distill.networks.trace import TextTrace

PREVIOUS = (
    Step("previous", "select", ("at",), ("at",), "j == i - 1"),
    Step("answers", "copy", keys=("tokens",), by="y", chosen="previous", otherwise=-1),
)


def mechanism(by: str) -> AttentionMechanism:
    """The token before, by a selection."""
    first, last = PREVIOUS
    return AttentionMechanism((0, 3), 6, (replace(first, by=by), last))


@pytest.fixture(scope="module")
def network() -> TextNetwork:
    """A network that gives the token before, and sees no later one."""
    shifts = shifted(tokens=4, longest=8)
    shape = replace(shifts.model.architecture, causal=True)
    whole = replace(shifts, model=replace(shifts.model, architecture=shape))
    return replace(whole, texts=Texts(range(4), 6))


def test_a_previous_token_head_has_its_score_and_its_decoy_has_none(network):
    rows = behaves(mechanism("j == i - 1"), TextTrace(network))
    assert rows["previous_token_score"].value > 0.99
    assert rows["previous_token_score"].decoy < 0.01
    assert rows["copying_score"].value == 1
    assert rows["prefix_matching_score"].value < 0.5


def test_texts_of_a_kind_show_where_another_program_parts(network):
    same = behaves(mechanism("j == i - 1"), TextTrace(network))
    names = [name for name in same if name.endswith("_alike")]
    assert {*names} >= {"ties_alike", "repeats_alike", "all_different_alike", "all_equal_alike"}
    assert all(same[name].value == 1 for name in names)
    assert same["unexplained"].value == 0
    assert same["unexplained"].decoy > 0.5
    first = behaves(mechanism("j == 0 and i > 0"), TextTrace(network))
    assert first["all_different_alike"].value == 0
    assert 0.2 < first["unexplained"].value < 0.9
    assert 0 < first["all_equal_alike"].value < 1


def test_where_nothing_is_read_there_is_nothing_to_explain(network):
    """The program answers there, and the network does not."""
    shape = replace(network.shape, reads="after", read_from=network.shape.tokens[3])
    after = replace(network, model=replace(network.model, architecture=shape))
    right, wrong = (
        behaves(mechanism(by), TextTrace(after))["unexplained"].value
        for by in ("j == i - 1", "j == i - 2")
    )
    assert right == 0
    assert wrong > 0.3


def test_longer_texts_are_those_that_the_network_has_positions_for(network):
    form = Form((Part((0, 1, 2, 3), 1, 4),))
    formed = replace(network, texts=Texts(range(4), 4, form))
    row = behaves(mechanism("j == i - 1"), TextTrace(formed))["longer_alike"]
    assert (row.value, row.note) == (1.0, "5 to 8 tokens")
    off = behaves(mechanism("j == i - 1 and i < 4"), TextTrace(formed))["longer_alike"]
    assert off.value == 0
    assert "longer_alike" not in behaves(mechanism("j == i - 1"), TextTrace(network))
    assert np.isfinite(row.value)
