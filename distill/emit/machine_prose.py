"""What a loop is called and why it works, read off its expressions."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from distill.synthesis import expression as ex
from distill.synthesis.expression import Constant, Expression, Lookup, Name, Operation

if TYPE_CHECKING:
    from distill.emit.machine import Plan

WIDTH = 88


@dataclass(frozen=True)
class Role:
    """What a program is.

    Attributes:
        name: in words, such as "counter mod 113".
        summary: the function's docstring.
        why: what the algorithm is and why it works, in paragraphs.
        names: better names for variables and inputs, by the names that they have.
    """

    name: str
    summary: str
    why: tuple[str, ...]
    names: dict[str, str]

    @property
    def function(self) -> str:
        """The name as a function's."""
        words = re.sub(r"[^a-z0-9]+", "_", self.name.lower()).strip("_")
        return words if words[:1].isalpha() else f"machine_{words}"

    @property
    def docstring(self) -> str:
        """Of the module."""
        title = self.name[0].upper() + self.name[1:] + "."
        return "\n\n".join([title, *(textwrap.fill(text, WIDTH - 2) for text in self.why)])


def role_of(plan: Plan) -> Role:
    """Recognise what a plan does."""
    states = plan.labelling.machine.states
    return Role(f"machine of {states} states", "The outputs, one for every input.", (), {})
