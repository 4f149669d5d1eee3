"""What a head takes from where its selection never looks is what the network takes there."""

from dataclasses import replace

import pytest
import torch
from builders.compiled_texts import shifted

from distill.checker.attended import texts_replaced
from distill.checker.selections import ANSWERS
from distill.kinds.attention.learned.unmet import unmet
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.replacing import replaced_along
from distill.networks.text_network import TextNetwork

ANYTHING = shifted(but=2)
"""The token before, unless it is 2; where its head is sent to a 2 it copies that."""


def without_two():
    """The same, whose head copies a 1 and nothing else."""
    weights = dict(ANYTHING.parameters)
    kept = weights["blocks.0.W_V"].clone()
    kept[0, [0, 2]] = 0
    model = replace(ANYTHING.model, parameters=weights | {"blocks.0.W_V": kept})
    return TextNetwork(model, ANYTHING.texts)


NOTHING = without_two()


def looking(head=(0, 0), by="j == i - 1 and y == 1", op="copy", keys=("value",), name="value"):
    """What stands before, of a 1 alone."""
    return AttentionMechanism(
        (0, 2),
        4,
        (
            Step("value", "map", ("tokens",), by="x"),
            Step("chosen", "select", ("at",), ("tokens", "at"), by, head=head),
            Step("copied", op, (), keys, f"{name}_j" if name else "y", "chosen", -1),
            Step(ANSWERS, "map", ("copied",), by="copied_i"),
        ),
        none=-1,
    )


def texts():
    return [rows for rows in texts_replaced(range(3), 4) if rows.shape[1] > 1]


def test_a_head_that_takes_nothing_but_what_it_looks_for_is_said_to():
    found = unmet(looking(), NOTHING, texts())
    assert found is not None
    assert found.steps[2].by == "value_j if y == 1 else -1"
    assert found.steps[2].keys == ("value", "tokens")
    rows = [replaced_along(it, NOTHING, texts())["followed_accuracy"] for it in (looking(), found)]
    assert rows[0].value < 0.8
    assert rows[1].value == 1.0


def test_a_head_that_takes_whatever_stands_there_is_not():
    """The decoy: along every text both programs answer alike, and the network follows the other."""
    assert unmet(looking(), ANYTHING, texts()) is None


@pytest.mark.parametrize(
    "program",
    [
        looking(head=None),
        looking(by="j == i - 1"),
        looking(by="j == i - 1 and (y == 1 or y == 0)"),
        looking(keys=("tokens",), name=""),
        looking(op="greatest"),
    ],
)
def test_of_no_head_of_no_named_token_and_of_the_token_itself_nothing_is_asked(program):
    assert unmet(program, NOTHING, texts()) is None


def test_a_network_whose_head_takes_nothing_at_all_bears_no_such_program_out():
    """It answers nothing anywhere; said to take a 1 alone, it is no more followed than before."""
    weights = dict(NOTHING.parameters)
    weights["blocks.0.W_V"] = torch.zeros_like(weights["blocks.0.W_V"])
    idle = TextNetwork(replace(NOTHING.model, parameters=weights), NOTHING.texts)
    found = unmet(looking(), idle, texts()) or looking()
    rows = replaced_along(found, idle, texts())
    assert rows["followed_accuracy"].value < 0.5
