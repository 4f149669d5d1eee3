"""The inputs of a call on their way through its statements: where they part, and meet again."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy import ndarray

from .errors import ProgramError
from .values import Value, joined, take


@dataclass(frozen=True)
class Part:
    """Some inputs of a call, on their way through its statements.

    Attributes:
        lanes: how many inputs the call has.
        names: its variables: for which inputs one is bound [lanes], and its value for all of them;
            the parts of a call share them.
        places: the inputs that are on this way, ascending.
        left: the statement by which they left those before, if they did.
    """

    lanes: int
    names: dict[str, tuple[ndarray, Value]]
    places: ndarray
    left: type[ast.stmt] | None = None

    @staticmethod
    def whole(lanes: int, names: dict[str, Value]) -> Part:
        """All inputs of a call."""
        everywhere = np.ones(lanes, dtype=bool)
        return Part(lanes, {n: (everywhere, v) for n, v in names.items()}, np.arange(lanes))

    def narrowed(self, value: Value, others: Part) -> Value:
        """A value of these inputs, for others that are some of them."""
        if len(self.places) == len(others.places):
            return value
        return take(value, np.searchsorted(self.places, others.places))

    def read(self, name: str) -> Value:
        """The value of a variable."""
        bound, value = self.names.get(name, (None, None))
        whole = len(self.places) == self.lanes
        if bound is None or not (bound if whole else bound[self.places]).all():
            raise ProgramError(f"{name} of the program is read before it is bound")
        return value if whole else take(value, self.places)

    def write(self, name: str, value: Value) -> None:
        """Bind a variable."""
        here = np.zeros(self.lanes, dtype=bool)
        here[self.places] = True
        bound, before = self.names.get(name, (here, None))
        parts, others = [(self.places, value)], np.flatnonzero(bound & ~here)
        if len(others):
            parts.append((others, take(before, others)))
        self.names[name] = (bound | here, joined(parts, self.lanes))


def together(parts: Sequence[Part]) -> list[Part]:
    """Parts of a call as one, which goes on; none if there are none."""
    if len(parts) > 1:
        places = np.sort(np.concatenate([part.places for part in parts]))
        return [replace(parts[0], places=places, left=None)]
    return [replace(part, left=None) for part in parts]


def behind(on: Sequence[Part], ended: Sequence[Part]) -> list[Part]:
    """The inputs behind a loop: those that went through it or broke off go on."""
    returned = [one for one in ended if one.left is ast.Return]
    return [*together([*on, *(one for one in ended if one.left is ast.Break)]), *returned]
