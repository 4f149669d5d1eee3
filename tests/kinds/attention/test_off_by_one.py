"""A selector that is off by one and answers as the network does is not where its head looks."""

from dataclasses import replace

import numpy as np
import pytest
from builders.compiled_texts import shifted

from distill.checker.kind import CLEAR
from distill.domains.texts import Form, Part, Texts
from distill.kinds.attention.evidence import replaced
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import variables_of
from distill.networks.text_network import TextNetwork
from distill.networks.trace import TextTrace

SAME_AGAIN = Form((Part((0,), 3, 6), Part((0, 1, 2, 3), 1, 1)))
"""Texts in which one token stands again and again before the last: what is two before is one."""


@pytest.fixture(scope="module")
def network() -> TextNetwork:
    """The token before, of such texts."""
    whole = shifted(tokens=4, longest=8)
    return replace(whole, texts=Texts(range(4), 7, SAME_AGAIN))


def mechanism(by: str) -> AttentionMechanism:
    """A selection of the head, and what stands there."""
    return AttentionMechanism(
        (0, 3),
        7,
        (
            Step("chosen", "select", ("at",), ("at",), by, head=(0, 0)),
            Step("answers", "copy", keys=("tokens",), by="y", chosen="chosen", otherwise=-1),
        ),
    )


@pytest.mark.parametrize(
    ("by", "is_where_it_looks"),
    [("j == i - 1", True), ("j == i - 2 or j == 0 and i == 1", False)],
)
def test_answers_alone_cannot_tell_and_the_head_can(network, by, is_where_it_looks):
    program = mechanism(by)
    for rows in network.formed(400, 1):
        said = np.array([variables_of(program, text)["answers"] for text in rows.tolist()])
        assert network.same(said.astype(float), network.run(rows)).mean() >= 0.9998
    rows = replaced(program, TextTrace(network))
    shared, stays = rows["attention_shared"], rows["replaced_accuracy"]
    assert shared.value is not None
    assert stays.value is not None
    assert stays.decoy is not None
    located = shared.value >= 0.5 and stays.value - stays.decoy >= CLEAR
    assert located == is_where_it_looks
