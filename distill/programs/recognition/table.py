"""Tables of recognisers: what a variable is if a test holds, and what is said of it then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from distill.expressions.expression import Expression
from distill.programs.recognition.variable import Recognition, Variable, VariableRole

Subject = TypeVar("Subject", bound=Variable)


@dataclass(frozen=True)
class Match:
    """What a test found in a variable.

    Attributes:
        fields: what stands in the texts of its row, by name.
        base: of a number that is read, or of a power.
        of: the expression that it adds up, counts, or is the largest or smallest of.
    """

    fields: Mapping[str, str | int]
    base: int = 0
    of: Expression | None = None


@dataclass(frozen=True)
class Recogniser(Generic[Subject]):
    """A row of a table.

    Attributes:
        role: what the variable is.
        test: whether it is that, and what its texts have then; null where it is not.
        title, does, why, name, full: as in `Recognition`, with the fields of the match in braces.
    """

    role: VariableRole
    test: Callable[[Subject], Match | None]
    title: str
    does: str
    why: str = ""
    name: str = ""
    full: str = ""

    def recognise(self, variable: Subject) -> Recognition | None:
        """What the variable is, if this row's test holds."""
        match = self.test(variable)
        if match is None:
            return None
        texts = (self.title, self.does, self.why, self.name, self.full)
        title, does, why, name, full = (text.format_map(match.fields) for text in texts)
        return Recognition(self.role, title, does, why, name, full, match.base, match.of)


def recognise(table: Sequence[Recogniser[Subject]], variable: Subject) -> Recognition | None:
    """What the first row says whose test holds."""
    rows = (row.recognise(variable) for row in table)
    return next((found for found in rows if found is not None), None)
