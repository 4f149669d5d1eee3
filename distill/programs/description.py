"""What a program is, in words: its title, why it works, and what its function is called."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field

from distill.programs.loop_text import WIDTH
from distill.programs.spoken import spoken_name


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
        """The title as the name of a function."""
        return spoken_name(self.title)

    @property
    def docstring(self) -> str:
        """Of the module."""
        title = self.title[0].upper() + self.title[1:] + "."
        paragraphs = [textwrap.fill(text, WIDTH, break_long_words=False) for text in self.why]
        return "\n\n".join([title, *paragraphs])
