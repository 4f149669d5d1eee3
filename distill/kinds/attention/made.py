"""What a program of selections is made of, where no line says what it computes (`titles`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from distill.checker.scope import many
from distill.checker.selections import LAST


def made(steps: Sequence[Mapping[str, Any]]) -> str:
    """What the last of these steps is, where no line says what it gives: how it is computed."""
    selections = sum(step["op"] == "select" for step in steps)
    last = next((step for step in reversed(steps) if step["op"] not in (LAST, "select")), None)
    if not selections or last is None:
        return "a function of each token and its position"
    if last["op"] != "map":
        return f"{MADE[last['op']]}, by {many(selections, 'selection')}"
    read, taken = [*last["of"]], list[str]()
    for step in reversed(steps):
        if step["name"] in read:
            read += step["of"] if step["op"] == "map" else ()
            taken += [step["op"]] if step["op"] in MADE else []
    kinds = {SEVERAL[op] for op in taken}
    several = kinds.pop() if len(kinds) == 1 else "values that are taken from chosen positions"
    told = MADE[taken[0]] if len(taken) == 1 else f"{len(taken)} {several}"
    return f"a function of {told}, by {many(selections, 'selection')}"


MADE = {
    "width": "a count of chosen positions",
    "mean": "a mean over chosen positions",
    **dict.fromkeys(("copy", "copy_first"), "a value copied from a chosen position"),
    **{"least": "the smallest of chosen values", "greatest": "the largest of chosen values"},
    **dict.fromkeys(("vote", "vote_last", "vote_least"), "the most frequent of chosen values"),
}
"""What a step gives, by its primitive."""

SEVERAL = {
    **{"width": "counts of chosen positions", "mean": "means over chosen positions"},
    **dict.fromkeys(("copy", "copy_first"), "values copied from chosen positions"),
    **dict.fromkeys(("least", "greatest"), "extremes of chosen values"),
    **dict.fromkeys(("vote", "vote_last", "vote_least"), "most frequent ones of chosen values"),
}
"""What several steps of a primitive give."""
