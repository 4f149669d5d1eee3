"""What a variable of a loop is, in words."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from distill.programs.loop_text import WIDTH

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Role:
    """What a program is.

    Attributes:
        name: in words, such as "counter mod 113".
        why: what the algorithm is and why it works, in paragraphs.
        names: better names for variables and inputs, by the names that they have.
        answer: a name for the answer, where a line before it sets it.
    """

    name: str
    why: tuple[str, ...]
    names: dict[str, str]
    answer: str = "answer"

    @property
    def function(self) -> str:
        """The name as a function's."""
        said = self.name.lower().removeprefix("whether the ").removeprefix("whether ")
        words = re.sub(r"-(?=\d)", "minus ", said)
        return re.sub(r"[^a-z0-9]+", "_", words).strip("_")

    @property
    def docstring(self) -> str:
        """Of the module."""
        title = self.name[0].upper() + self.name[1:] + "."
        paragraphs = [textwrap.fill(text, WIDTH, break_long_words=False) for text in self.why]
        return "\n\n".join([title, *paragraphs])
