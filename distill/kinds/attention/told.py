"""What a report says of how heads do what a program says, where that is not by where they look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from distill.checker.attended import is_even, together
from distill.checker.scope import many
from distill.kinds.attention.mechanism import AttentionMechanism, Step

WRITES = "is held to what it writes, in place of where it looks"
EVEN = f"looks at what is not chosen as at what is, and {WRITES}"
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
    selections = [step for step in mechanism.steps if step.op == "select"]
    for group in together([asdict(step) for step in selections]):
        if len(group) > 1:
            names = ", ".join(selections[place].name for place in group)
            yield f"counts of the same head ({names}) are exchanged together, and none by itself"
    for step in mechanism.steps:
        if weights := weights_of_tokens(step):
            yield (
                f"{step.name}: its heads weigh tokens as well, and a query's own position, by "
                f"{many(weights, 'number')} that the program does not have"
            )
        if step.by_pair:
            yield (
                f"{step.name}: its heads weigh some pairs of tokens a little more than others, by "
                f"{many(sum(map(len, step.by_pair)), 'number')} that the program does not have"
            )
        if hardly := [str(mechanism.tokens[0] + place) for place in hardly_selecting(step)]:
            yield (
                f"{step.name}: of the queries {', '.join(hardly)} a head looks at what is not "
                "chosen at least half as much as at what is"
            )


def weights_of_tokens(step: Step) -> int:
    """How many numbers say how heads of a selection weigh tokens."""
    found = 0
    for _, _, *more in step.spread:
        tokens = len(more) // 3
        hard = any(weight != 1 for weight in more[2 * tokens + 1 :])
        found += (1 + (3 if hard else 2) * tokens) if more else 0
    return found


def hardly_selecting(step: Step) -> list[int]:
    """Places of tokens for which, as queries, what is not chosen weighs half of what is, or more,
    in some head that weighs tokens.
    """
    found = set[int]()
    for rest, _, *more in step.spread:
        others = more[2 * (len(more) // 3) + 1 :]
        found |= {place for place, weight in enumerate(others) if rest * weight >= HALF}
    return sorted(found)


HALF = 0.5
