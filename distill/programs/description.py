"""What a program is, in words: its title, why it works, and what its function is called."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field

from distill.programs.loop_text import WIDTH

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


@dataclass(frozen=True)
class Description:
    """What a program is.

    Attributes:
        title: in words, such as "counter mod 113".
        why: what the algorithm is and why it works, in paragraphs.
        names: better names for variables and inputs, by the names that they have.
        answer: a name for the answer, where a line before it sets it.
    """

    title: str
    why: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    answer: str = "answer"

    @property
    def function(self) -> str:
        """The title as the name of a function: what it has in symbols is said in words."""
        said = self.title.lower().removeprefix("whether the ").removeprefix("whether ")
        for pattern, word in SPOKEN:
            said = re.sub(pattern, f" {word} ", said)
        return re.sub(r"[^a-z0-9]+", "_", said).strip("_")

    @property
    def docstring(self) -> str:
        """Of the module."""
        title = self.title[0].upper() + self.title[1:] + "."
        paragraphs = [textwrap.fill(text, WIDTH, break_long_words=False) for text in self.why]
        return "\n\n".join([title, *paragraphs])
