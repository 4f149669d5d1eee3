"""A title as the name of a function: what it has in symbols is said in words."""

from __future__ import annotations

import re

SPOKEN = (
    (r"-(?=\d)| - ", "minus"),
    (r"\*\*", "to the power"),
    (r"\*", "times"),
    (r"//", "divided by"),
    (r"%", "mod"),
    (r"\+", "plus"),
    (r"<<", "shifted left by"),
    (r">>", "shifted right by"),
    (r"\^", "xor"),
    (r"&", "and"),
    (r"\|", "or"),
    (r"==", "is"),
    (r"!=", "is not"),
    (r">=", "at least"),
    (r"<=", "at most"),
    (r">", "above"),
    (r"<", "below"),
)
"""Symbols in a title, and how they are said in a name."""

LONGEST = 48
"""Characters of a name that a title with an expression in it may have: its line stays one line."""


def spoken_name(title: str) -> str:
    """The name of a function that computes what a title says."""
    said = title.lower().removeprefix("whether the ").removeprefix("whether ")
    for pattern, word in SPOKEN:
        said = re.sub(pattern, f" {word} ", said)
    return re.sub(r"[^a-z0-9]+", "_", said).strip("_")


def is_short(title: str) -> bool:
    """Whether a title with an expression in it makes a name that can be read."""
    return len(spoken_name(title)) <= LONGEST
