"""A token that reaches its answer through heads: they look at the tokens that are the same.

Of a program that looks at nothing but the token itself, a network's heads may still be needed: one
that looks at all tokens that are the same takes nothing else from there, and hands on what stands
at the position already. Where heads carry nothing such a network does not answer as it did; said so
the program looks where its heads do.
"""

from __future__ import annotations

import re
from dataclasses import replace

from distill.checker.selections import ANSWERS, POSITIONS, TOKENS, element
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.programs.names import free_name


def from_the_same(mechanism: AttentionMechanism, causal: bool) -> AttentionMechanism | None:
    """The program that takes the token from where it stands; null where it selects something, or
    does not read the token.

    Args:
        mechanism: of the program.
        causal: whether no position sees a later one.
    """
    steps = mechanism.steps
    if any(step.op != "map" for step in steps) or not any(TOKENS in step.of for step in steps):
        return None
    names = {step.name for step in steps}
    same, taken = (free_name(name, names) for name in ("same", "taken"))
    of, by = ((TOKENS, POSITIONS), "j <= i and y == x") if causal else ((TOKENS,), "y == x")
    chosen = Step(same, "select", of, of, by)
    greatest = Step(taken, "greatest", keys=(TOKENS,), by="y", chosen=same, otherwise=-1)
    if len(steps) == 1 and steps[0].by == element(TOKENS):
        return replace(mechanism, steps=(chosen, replace(greatest, name=ANSWERS)))
    read = re.compile(rf"\b{element(TOKENS)}\b")
    others = tuple(
        replace(
            step,
            of=tuple(taken if name == TOKENS else name for name in step.of),
            by=read.sub(element(taken), step.by),
        )
        for step in steps
    )
    return replace(mechanism, steps=(chosen, greatest, *others))
