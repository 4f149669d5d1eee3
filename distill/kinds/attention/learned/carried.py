"""Which of several programs that answer alike is the one that a network's heads carry.

Programs that look elsewhere may answer every text alike: in texts without three zeros in a row the
last earlier token that is no smaller tells as much as the two before. What a network does with its
heads sent elsewhere tells such programs apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.attended import elsewhere
from distill.kinds.attention.interchange import attended_elsewhere
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.running import answered, selections_of
from distill.networks.text_network import TextNetwork

STAY, FOLLOW = 0.9, 0.5
"""Answers that must stay with a program's selections for attention; and of those that change with
other selections, the part that the network must change alike."""


def carried(
    mechanism: AttentionMechanism, network: TextNetwork, batches: Sequence[Int[ndarray, "_ _"]]
) -> bool:
    """Whether answers stay with what a program selects, and follow what else it may select.

    Where it selects nothing, with heads that carry nothing, and with the tokens of another text.

    Args:
        mechanism: with heads.
        network: what it was found in.
        batches: texts, of one length in each.
    """
    selections = [step for step in mechanism.steps if step.op == "select"]
    if any(step.head is None for step in selections):
        return False
    total = stay = moved = follow = unmoved = 0
    for rows in batches:
        own, asked = network.run(rows), network.read_at(rows)
        chosen = selections_of(mechanism, rows)
        others = {
            step.name: elsewhere(asdict(step), mechanism.data, chosen[step.name])
            for step in selections
        }
        texts = rows if selections else np.roll(rows, 1, axis=0)
        then = answered(mechanism, texts, others)
        here = attended_elsewhere(mechanism, network, rows, chosen)
        there = attended_elsewhere(mechanism, network, texts, others)
        stay, total = stay + int((asked & network.same(here, own)).sum()), total + int(asked.sum())
        if then is not None:
            changed = asked & ~network.same(then, own)
            moved += int(changed.sum())
            follow += int((changed & network.same(then, there)).sum())
            unmoved += int((changed & network.same(own, there)).sum())
    return stay >= STAY * total and moved > 0 and follow >= FOLLOW * moved and follow > unmoved
