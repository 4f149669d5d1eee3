"""A title as the name of a function: what it has in symbols is said in words."""

from __future__ import annotations

import re

SPOKEN = (
    (r"\bwhere the input is\b", "on"),
    (r"\bwhere input ([a-z]) is\b", r"where \1 is"),
    (r"-(?=\d)| - |(?<![\w)])-(?=[a-z(])", "minus"),
    (r"\*\* ?2\b", "squared"),
    (r"\*\*", "to the power"),
    (r"\*", "times"),
    (r"//", "divided by"),
    (r"/", "over"),
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


CLAUSES = (" where ", " that ", ", ", " and ", " in a recurrence ", " at positions ")
"""Where a title may end early that would make too long a name: what is left is so, but not all."""

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def spoken_name(title: str) -> str:
    """The name of a function that computes what a title says, without its last clauses if long."""
    while len(name := _spoken(title)) > LONGEST:
        cut = max(map(title.rfind, CLAUSES))
        if cut < 1:
            break
        title = title[:cut]
    return name


def is_short(title: str) -> bool:
    """Whether a title with an expression in it makes a name that can be read."""
    return len(_spoken(title)) <= LONGEST


def _spoken(title: str) -> str:
    said = title.lower().removeprefix("whether the ").removeprefix("whether ")
    for pattern, word in SPOKEN:
        said = re.sub(pattern, f" {word} ", said)
    said = re.sub(r"^\d(?!\d)", lambda digit: DIGITS[int(digit[0])], said)
    return re.sub(r"[^a-z0-9]+", "_", said).strip("_")
