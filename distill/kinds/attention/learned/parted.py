"""Two things that are taken from where one selection chooses, as two selections.

Of programs that answer alike the plainest takes all that it can from one selection: what is there
most often, and whether the last of it is the separator. A network may have heads for each. So what
is asked of one value alone gets a selection of that value alone, wherever more answers stay with
heads for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from jaxtyping import Int
from numpy import ndarray

from distill.checker.selections import TOKENS, element
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import answered
from distill.programs.names import free_name

COPIES = ("copy", "copy_first", "least", "greatest", "vote", "vote_last", "vote_least")
LEFT_OUT = 0.002
"""Part of the answers that may be others."""


def parted(
    mechanism: AttentionMechanism, batches: Sequence[Int[ndarray, "_ _"]]
) -> Iterator[AttentionMechanism]:
    """Programs that answer texts as one does, each with one selection more.

    Args:
        mechanism: without heads.
        batches: texts, of one length in each.
    """
    for step in mechanism.steps:
        shared = [it for it in mechanism.steps if it.chosen and it.chosen == step.chosen]
        value = _asked_for(mechanism, step)
        if len(shared) < 2 or step.op not in COPIES or step.keys != (TOKENS,) or value is None:
            continue
        other = _with_its_own(mechanism, step, value)
        pairs = [(answered(mechanism, rows, {}), answered(other, rows, {})) for rows in batches]
        if any(one is None or two is None for one, two in pairs):
            continue
        parts = sum(int((one != two).sum()) for one, two in pairs)
        if parts <= LEFT_OUT * sum(one.size for one, _ in pairs if one is not None):
            yield other


def _asked_for(mechanism: AttentionMechanism, step: Step) -> int | None:
    """The value that later lines ask a variable for; null where they ask for more than one."""
    name = re.escape(element(step.name))
    found = set[int]()
    for later in mechanism.steps:
        if step.name in later.keys:
            return None
        if step.name in later.of:
            asked = re.findall(rf"\b{name}\b(?: == (\d+)\b)?", later.by)
            if not all(asked):
                return None
            found |= {*map(int, asked)}
    return found.pop() if len(found) == 1 else None


def _with_its_own(mechanism: AttentionMechanism, step: Step, value: int) -> AttentionMechanism:
    """The program in which a variable is copied from a selection of a value alone."""
    (chosen,) = (it for it in mechanism.steps if it.name == step.chosen)
    by = f"({chosen.by})" if " or " in chosen.by else chosen.by
    own = replace(
        chosen,
        name=free_name("met", {it.name for it in mechanism.steps}),
        keys=tuple(dict.fromkeys((*chosen.keys, TOKENS))),
        by=f"{by} and {element(TOKENS, key=True)} == {value}",
    )
    steps = list[Step]()
    for each in mechanism.steps:
        steps += [own, replace(step, op="copy", chosen=own.name)] if each is step else [each]
    return replace(mechanism, steps=tuple(steps))
