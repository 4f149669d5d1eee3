"""Heads that look at everything alike: what a count is of is told in what they take.

The mean of what all tokens write tells how many there are of each, so that a network may count
without a head that looks at what is counted: behind such a head its own units tell the count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from distill.checker.attended import COUNTS, may_be_exchanged
from distill.kinds.attention.learned.by_token import weighing_of
from distill.kinds.attention.learned.seen import EVERYTHING, Head, Seen, Spread
from distill.kinds.attention.learned.weights import likeliest, shared_by
from distill.kinds.attention.mechanism import AttentionMechanism

ALIKE, HARDLY = 0.75, 0.5
"""Part of a head's attention that is where an even one has it, from which it is one; and what
positions that are not chosen weigh in heads that hardly select."""


def in_no_attention(mechanism: AttentionMechanism) -> list[str]:
    """Selections that are only counted, and that no head looks at but by a little."""
    found = list[str]()
    for step in mechanism.steps:
        uses = {it.op for it in mechanism.steps if it.chosen == step.name}
        hardly = step.head is None or min((each[0] for each in step.spread), default=0.0) >= HARDLY
        if step.op == "select" and uses and uses <= {*COUNTS} and hardly:
            found.append(step.name)
    return found


def exchanging(mechanism: AttentionMechanism) -> AttentionMechanism:
    """The program of which all counts that may be in what heads write are."""
    steps = tuple(
        replace(step, exchanged=True)
        if step.op == "select" and step.head and may_be_exchanged(asdict(step), mechanism.data)
        else step
        for step in mechanism.steps
    )
    return replace(mechanism, steps=steps)


def even_heads(
    seen: Sequence[Seen], heads: Sequence[Head], weighing: bool = False
) -> dict[Head, Spread]:
    """Heads that look at everything alike, with what the token before the text weighs there.

    Args:
        seen: attention along texts.
        heads: those that matter.
        weighing: whether they may weigh tokens, beside that.
    """
    found = dict[Head, Spread]()
    for head in heads:
        spread: Spread = likeliest(EVERYTHING, head, seen)
        if weighing:
            _, first, *more = weighing_of(seen, EVERYTHING, head)
            spread = (1.0, first, *more)
        if shared_by(seen, EVERYTHING, head, spread) >= ALIKE:
            found[head] = spread
    return found
