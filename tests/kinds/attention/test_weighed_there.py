"""What stands in another text is weighed there, for the query that is here: as a program counts."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from builders.compiled_texts import more_of

from distill.checker.attended import texts_replaced
from distill.checker.located import doubts
from distill.checker.selections import ANSWERS
from distill.kinds.attention.evidence import replaced
from distill.kinds.attention.interchange import exchanged, patterns_of
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import answered_of, looked_at
from distill.networks.trace import TextTrace

LONGEST, ZERO = 4, float(np.exp(-0.6))
"""What a 0 weighs in the head, beside a 1."""


def leaning():
    """Whether the ones are more than a little above half of the zeros."""
    network = more_of(LONGEST)
    weights = dict(network.parameters)
    W_Q, W_K = (torch.zeros_like(weights[f"blocks.0.W_{name}"]) for name in "QK")
    W_Q[0, :2, 0] = W_Q.shape[2] ** 0.5
    W_K[0, 0, 0] = -0.6
    weights |= {"blocks.0.W_Q": W_Q, "blocks.0.W_K": W_K}
    return replace(network, model=replace(network.model, parameters=weights))


def counting(ones="y == 1", zeros="y == 0"):
    spread = ((1.0, 1.0, 1.0, 1.0, 1.0, round(ZERO, 4), 1.0, 1.0, 1.0),)
    heads = {"head": (0, 0), "spread": spread, "exchanged": True}
    steps = (
        Step("ones", "select", (), ("tokens",), ones, **heads),
        Step("count", "width", chosen="ones"),
        Step("zeros", "select", (), ("tokens",), zeros, **heads),
        Step("count2", "width", chosen="zeros"),
        Step(ANSWERS, "map", ("count", "count2"), by="int(20 * count_i > 11 * count2_i)"),
    )
    return AttentionMechanism((0, 1), LONGEST, steps, none=-1)


NETWORK = leaning()


def shown(mechanism):
    rows = replaced(mechanism, TextTrace(NETWORK))
    figures = {name: (row.value, row.decoy) for name, row in rows.items()} | {
        "table_cells": (0, None)
    }
    return rows, not doubts("attention", figures, True, mechanism.remembered)


def test_counts_that_are_weighed_there_follow_everywhere():
    rows, located = shown(counting())
    assert located
    assert (rows["replaced_accuracy"].value, rows["followed_accuracy"].value) == (1.0, 1.0)


def test_with_the_weights_of_tokens_that_are_here_fewer_follow():
    """The decoy: another text's tokens with this one's weights are no count of either."""
    program, parts = counting(), []
    for rows in texts_replaced(range(2), LONGEST):
        if rows.shape[1] < 2:
            continue
        (chosen, _), step = looked_at(program, rows), program.steps[0]
        here = patterns_of(NETWORK, step, chosen["ones"], rows)
        there = patterns_of(NETWORK, step, chosen["ones"], rows, elsewhere=True)
        said = answered_of(program, rows, ["ones", "zeros"])
        ways = (exchanged(NETWORK, rows, here, {(0, 0)}, met) for met in (there, None))
        parts.append([NETWORK.same(it, said).mean() for it in ways])
    right, wrong = np.mean(parts, axis=0)
    assert right == 1.0
    assert wrong < 0.95


@pytest.mark.parametrize(("ones", "zeros"), [("y == 0", "y == 1"), ("y >= 0", "y == 0")])
def test_other_counts_are_not_located(ones, zeros):
    assert not shown(counting(ones, zeros))[1]
