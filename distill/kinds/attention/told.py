"""What a report says of how heads do what a program says, where that is not by where they look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from distill.checker.attended import is_even
from distill.checker.scope import many
from distill.kinds.attention.mechanism import AttentionMechanism, Step

EVEN = "looks at everything alike, and what is chosen is told in what it takes"
WRITES = "is held to what it writes, in place of where it looks"
"""Of a head of a selection that is counted."""


def how_heads_do(mechanism: AttentionMechanism) -> Iterator[str]:
    """Remarks on selections whose heads are even, are held to what they write, or weigh tokens."""
    for words, steps in (
        (EVEN, [step for step in mechanism.steps if is_even(asdict(step))]),
        (WRITES, [it for it in mechanism.steps if it.exchanged and not is_even(asdict(it))]),
    ):
        if steps:
            names = ", ".join(step.name for step in steps)
            are = "is" if len(steps) == 1 else "are"
            yield (
                f"{many(len(steps), 'selection')} ({names}) {are} only counted, in a head that "
                f"{words}"
            )
    for step in mechanism.steps:
        if weights := weights_of_tokens(step):
            yield (
                f"{step.name}: its heads weigh tokens as well, by {many(weights, 'number')} that "
                "the program does not have"
            )


def weights_of_tokens(step: Step) -> int:
    """How many numbers say how heads of a selection weigh tokens."""
    return sum(max(0, len(each) - 2) for each in step.spread)
