"""What is taken from where a selection never looks: asked of the network with its heads sent there.

A selection that names a token chooses nothing but that token, and what is copied from there says
nothing of other tokens. A network may copy what stands there whatever the token is, or only where
it is that one, and no text tells which. Its heads do, when they look elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from jaxtyping import Int
from numpy import ndarray

from distill.checker.selections import TOKENS, element
from distill.kinds.attention.interchange import as_it_is, sent_elsewhere
from distill.kinds.attention.learned.settled import GAIN
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import looked_at
from distill.networks.text_network import TextNetwork

NAMED = re.compile(rf"{element(TOKENS, key=True)} == \d+")
"""That a token is a certain one, where a selection looks."""


def unmet(
    mechanism: AttentionMechanism, network: TextNetwork, batches: Sequence[Int[ndarray, "_ _"]]
) -> AttentionMechanism | None:
    """The program that copies nothing but from the token that a selection names; null where it
    would follow its heads no more often.

    Args:
        mechanism: whose selections have heads.
        network: what it was found in.
        batches: texts, of one length in each.
    """
    if any(step.op == "select" and step.head is None for step in mechanism.steps):
        return None
    others = [*_only_where_named(mechanism)]
    follows = _follows(mechanism, network, batches) if others else 0.0
    found: AttentionMechanism | None = None
    for other in others:
        part = _follows(other, network, batches)
        if part - follows >= GAIN:
            found, follows = other, part
    return found


def _only_where_named(mechanism: AttentionMechanism) -> Iterator[AttentionMechanism]:
    """Programs of which one variable is copied only from the token that its selection names."""
    chosen = {step.name: step for step in mechanism.steps if step.op == "select"}
    for step in mechanism.steps:
        if step.op not in ("copy", "copy_first") or TOKENS in step.keys:
            continue
        named = [it for it in chosen[step.chosen].by.split(" and ") if NAMED.fullmatch(it)]
        if len(named) == 1:
            only = replace(
                step,
                keys=(*step.keys, TOKENS),
                by=f"{step.by} if {named[0]} else {step.otherwise}",
            )
            yield replace(mechanism, steps=_with(mechanism.steps, step, only))


def _with(steps: Sequence[Step], one: Step, other: Step) -> tuple[Step, ...]:
    return tuple(other if step is one else step for step in steps)


def _follows(
    mechanism: AttentionMechanism, network: TextNetwork, batches: Sequence[Int[ndarray, "_ _"]]
) -> float:
    """The part of the answers with heads elsewhere, all of them and each alone, that the program
    gives as well.
    """
    same = total = 0
    for rows in batches:
        _, own = as_it_is(network, rows)
        asked = network.read_at(rows)
        sent = sent_elsewhere(mechanism, network, rows, own, *looked_at(mechanism, rows))
        for then, there, _ in sent.values():
            total += int(asked.sum())
            same += 0 if then is None else int((asked & network.same(then, there)).sum())
    return same / max(1, total)
