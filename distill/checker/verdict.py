"""Which verdict follows from what was counted and proved: one rule, for every kind of run.

The pipeline writes a report by it, and the checker applies it again to the numbers that it derived.
A `tree` is the JSON of `verification.json`, or of what a checker derived, in the same nesting.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

CLAIMS = ("proved", "exhaustive", "tested")
"""Verdicts that say that program and network are the same, the strongest first."""

LARGEST = 1 << 1023
"""No integer beyond this is taken for a number: no float is as large."""

STRENGTH = ("refused", "approximate", *reversed(CLAIMS))
"""All verdicts, the weakest first."""


def verdict(tree: Mapping[str, Any]) -> str:
    """The verdict that the numbers of a tree allow, and no better one.

    It rests on `stored`, `program_vs_model` and `proof`. Nothing is proved, or gone through once
    and for all, of a network that nobody can run again; one disagreement anywhere within what is
    claimed, also one that a search found, leaves `approximate`.
    """
    counted = tree.get("program_vs_model")
    if counted is None:
        return "refused"
    stress = counted.get("stress")
    if not counted["total"] or counted["agree"] != counted["total"]:
        return "approximate"
    if counted.get("search_disagreements") or (stress and stress["agree"] != stress["total"]):
        return "approximate"
    if not tree["stored"]:
        return "tested"
    if proves(tree.get("proof"), counted, tree.get("space") == "box"):
        return "proved"
    return "exhaustive" if counted["exhaustive"] else "tested"


def proves(
    proof: Mapping[str, Any] | None, counted: Mapping[str, Any], over_box: bool = False
) -> bool:
    """Whether a proof covers what was counted; one whose lead is no positive number proves nothing.

    Args:
        proof: of a tree; null where there is none.
        counted: its `program_vs_model`. Over a finite domain a proof is one of every input; over
            sequences it must reach at least the length that was counted.
        over_box: whether inputs are points of a box, of which a proof is one of every point.
    """
    if proof is None or not is_number(proof["smallest_lead"]) or proof["smallest_lead"] <= 0:
        return False
    if over_box:
        return True
    if counted.get("length") is None:
        return bool(counted["exhaustive"])
    reaches = proof.get("up_to_length")
    return reaches is None or reaches >= counted["length"]


def is_number(value: Any) -> bool:
    """Whether a value is a finite number: neither null nor NaN, no infinity, no truth value."""
    if type(value) is int:
        return -LARGEST < value < LARGEST
    return type(value) is float and math.isfinite(value)
