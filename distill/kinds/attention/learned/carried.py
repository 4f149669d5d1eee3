"""Which of several programs that answer alike is the one that a network's heads carry.

Programs that look elsewhere may answer every text alike: in texts without three zeros in a row the
last earlier token that is no smaller tells as much as the two before. What a network does with its
heads sent elsewhere tells such programs apart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.attention import listed_in
from distill.checker.kept import Counts
from distill.checker.located import doubts
from distill.kinds.attention.interchange import as_it_is, attended_elsewhere, sent_elsewhere
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.replacing import replaced_along, replaced_texts
from distill.kinds.attention.running import answered, looked_at
from distill.networks.text_network import TextNetwork

STAY, FOLLOW = 0.9, 0.5
"""Answers that must stay with a program's selections for attention; and of those that change with
other selections, the part that the network must change alike."""


def carried(
    mechanism: AttentionMechanism, network: TextNetwork, batches: Sequence[Int[ndarray, "_ _"]]
) -> bool:
    """Whether answers stay with what a program selects, and follow what else it may select.

    Where it selects nothing, with heads that carry nothing, and with the tokens of another text;
    where heads are even, with what they write along a text of the same tokens.

    Args:
        mechanism: with heads.
        network: what it was found in.
        batches: texts, of one length in each.
    """
    selections = [step for step in mechanism.steps if step.op == "select"]
    if any(step.head is None for step in selections):
        return False
    counts = Counts(network.same)
    for rows in batches:
        said, own = as_it_is(network, rows)
        asked = network.read_at(rows)
        chosen, others = looked_at(mechanism, rows)
        here = attended_elsewhere(mechanism, network, rows, chosen)
        counts.kept(asked, said, here)
        if selections:
            tried = sent_elsewhere(mechanism, network, rows, own, chosen, others)
        else:
            texts = np.roll(rows, 1, axis=0)
            there = attended_elsewhere(mechanism, network, texts, {})
            tried = {"other": (answered(mechanism, texts, {}), there, None)}
        for name, (then, there, before) in tried.items():
            counts.moved(name, asked, said if before is None else before, then, there)
    follows = counts.followed
    return counts.stay >= STAY and follows >= FOLLOW and follows > counts.astray


def shown_by(mechanism: AttentionMechanism, network: TextNetwork) -> float:
    """By how much more than is asked a program is shown to be in its heads: `SURE`, 0, or less than
    0 where it is not.

    That is what a report would say, if it were of other texts of the same sort: of every length and
    as many, drawn apart from those that heads were found with, and from a report's. Along these it
    may be a little less.

    Args:
        mechanism: with heads.
        network: what it was found in.
    """
    rows = replaced_along(mechanism, network, replaced_texts(network, SHOWN_SEED))
    listed = {"table_cells": (float(mechanism.cells + listed_in(mechanism.data)), None)}
    for more in (SURE, 0.0):
        figures = {
            name: (None if each.value is None else each.value - more, each.decoy)
            for name, each in rows.items()
        }
        if not doubts(mechanism.kind, figures | listed, True, mechanism.remembered):
            return more
    return -1.0


SHOWN_SEED = 5_501
"""Of texts that a description is held against before it is taken."""
SURE = 0.04
"""Parts of answers and of attention beyond which other texts are not expected to say otherwise.
From one draw of as many to another the answers that stay in a network differ by about 0.013.
"""
