"""How two mechanisms of a kind are held against each other: what needs no network, and no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar, runtime_checkable

import numpy as np
from jaxtyping import Num
from numpy import ndarray


@dataclass(frozen=True)
class Difference:
    """A sequence on which two programs differ at its last step, and what they answer there.

    Attributes:
        inputs: the values of every channel at every step.
        shortest: whether no shorter sequence tells them apart.
    """

    inputs: tuple[tuple[int | float, ...], ...]
    one: tuple[int | float, ...]
    other: tuple[int | float, ...]
    shortest: bool


def first_difference(
    inputs: Num[ndarray, "n *places"],
    one: Num[ndarray, "n *answers"],
    other: Num[ndarray, "n *answers"],
) -> Difference | None:
    """The first input on which answers differ, of sequences a shortest beginning; null if none.

    Args:
        inputs: rows [n, inputs], or sequences [n, length, channels].
        one: answers [n], or along sequences [n, length, outputs].
        other: of the other program, likewise.
    """
    if inputs.ndim == 2:
        rows = np.flatnonzero(one != other)
        if not len(rows):
            return None
        at = rows[0]
        row = tuple(inputs[at].tolist())
        return Difference((row,), (one[at].item(),), (other[at].item(),), False)
    apart = (one != other).any(axis=2)
    rows = np.flatnonzero(apart.any(axis=1))
    if not len(rows):
        return None
    ends = apart[rows].argmax(axis=1)
    row, end = rows[ends.argmin()], int(ends.min())
    return Difference(
        tuple(tuple(values) for values in inputs[row, : end + 1].tolist()),
        tuple(one[row, end].tolist()),
        tuple(other[row, end].tolist()),
        False,
    )


Why = Literal["text", "machine", "names", "answers"]
"""Why programs are the same: their text; their minimal machine; all but the names and the order of
their registers; their answers, as linear recurrences."""


@runtime_checkable
class Mechanism(Protocol):
    """A plain value, as it stands in `mechanism.json`; `kind` says of which kind it is."""

    @property
    def kind(self) -> str:
        """The name of its kind."""
        ...

    @property
    def name(self) -> str:
        """What its program computes, in words."""
        ...

    @property
    def remembered(self) -> tuple[str, ...]:
        """Variables that a network which computes as the program does holds inside."""
        ...


M = TypeVar("M", bound=Mechanism)


class Compared(Generic[M]):
    """What is known of mechanisms of a kind from what they are. What is not overridden is not.

    Attributes:
        name: what `kind` says in its mechanisms.
        noun: what one of its mechanisms is called, and several.
        mechanism: the type of its mechanisms.
    """

    name: str
    noun: tuple[str, str]
    mechanism: type[M]

    def families(self, found: Mapping[int, tuple[M, Any]]) -> tuple[Any, ...] | None:
        """Mechanisms side by side, grouped in a way of this kind; null for classes of equals.

        Args:
            found: mechanisms and what their networks are functions of, by the place of their run.
        """
        return None

    def same(self, one: M, other: M) -> Why | None:
        """Why two mechanisms are provably the same, their texts aside; null where none knows."""
        return None

    def difference(self, one: M, other: M, inputs: tuple[range, ...]) -> Difference | None:
        """An input on which two of them differ, if that is known from what they are.

        Raises:
            NotComparable: programs must be run to tell.
        """
        raise NotComparable

    def sizes(self, mechanism: M) -> Mapping[str, int]:
        """How large it is, in its own measures (states, registers)."""
        return {}


class NotComparable(Exception):  # noqa: N818 - a way to go on, no error
    """Nothing is known of two mechanisms from what they are."""
