"""What the checker knows of one kind of mechanism. A kind is a file, and a line of `kinds.py`.

The file holds `TESTS`, what shows that a network holds what a program computes with; `PROOFS`, the
methods of proof that are its own; `LOOKED_AT`, the parts of a stored mechanism that are held
against the program, each with its own parts where it is a list of these; and `derive`, the claims
that follow for a run of this kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from .verdict import is_number

Claims = dict[str, Any]
"""What follows, by its dotted name in the report; of rows, `figures.NAME` is the value."""

FOLLOWS = "mechanism follows"
"""A claim beside those of the report: that the program is the mechanism stored beside it."""

ROOM = "room for rounding"
"""Another: how far a deviation over a box may be off what it is said to be."""

CLEAR = 0.1
"""How far a test must stand clear of its decoy, whatever the kind."""

VARIABLE = "variable: "
"""Begins the name of the row of a variable of the program."""

DECOY = "decoy: "
"""Begins the name of the row of a wrong explanation of the logits."""


TOLD_APART = " that answers tell apart"
"""Of the states of a machine whose program remembers more."""

STATES = re.compile(rf" \(\d+ states?(?:{TOLD_APART})?\)$")
"""What a machine's name says besides; the same loop as registers has no states to count."""


@dataclass(frozen=True)
class Test:
    """What a row of the report must show.

    Attributes:
        name: of the row; `VARIABLE` stands for the row of every variable of the program, `DECOY`
            for every row of a decoy, of which there must be one.
        words: what is tested, as a reason says it.
        needs: the least value that passes, or the greatest where it is not `at_least`.
        clear: how far on the right side of its decoy the value must be.
        derived: whether `derive` gives the value of a stored network's row.
        beside: whether a decoy must stand beside it. Of others a decoy cannot always be found (a
            coordinate that has every frequency, a register that is the same in every sequence), or
            there is none.
        of_variables: whether it is about the program's variables: asked where there are some.
        of_program: whether it is of the program alone, so that nothing of the inside was tested
            where no other test was made.
    """

    name: str
    words: str
    needs: float
    at_least: bool = True
    clear: float = CLEAR
    derived: bool = False
    beside: bool = False
    of_variables: bool = False
    of_program: bool = False

    @property
    def stands_for_many(self) -> bool:
        """Whether its name is the beginning of those of its rows."""
        return self.name in {VARIABLE, DECOY}


@dataclass(frozen=True)
class Proof:
    """What a method of proof proves, in words.

    Attributes:
        holds: whether a proof by it, as the report has it, proves all that it can.
        statement: what it proves then; its fields stand in braces, and the `steps` that it reaches,
            or `tokens`.
        otherwise: what there is to say where it does not.
    """

    holds: Callable[[Mapping[str, Any]], bool]
    statement: str
    otherwise: str


def leads(proof: Mapping[str, Any]) -> bool:
    """Whether the network's answer was shown to lead."""
    return is_number(proof["smallest_lead"]) and proof["smallest_lead"] > 0


@runtime_checkable
class Kind(Protocol):
    """What a kind's file holds."""

    TESTS: tuple[Test, ...]
    PROOFS: Mapping[str, Proof]
    LOOKED_AT: Mapping[str, frozenset[str] | None]

    def derive(self, evidence: Any) -> Claims:
        """What follows for a run of the kind, and whether its program is its mechanism."""
        ...


def not_looked_at(kind: Kind | None, mechanism: Mapping[str, Any]) -> list[str]:
    """Parts of a stored mechanism that are not held against anything."""
    known = kind.LOOKED_AT if kind is not None else {}
    rest = sorted(mechanism.keys() - known - {"kind", "format_version"} if known else mechanism)
    for name, parts in known.items():
        listed = mechanism.get(name)
        if parts is not None and isinstance(listed, list):
            more = {part for each in listed if isinstance(each, dict) for part in each}
            rest += [f"{name}: {part}" for part in sorted(more - parts)]
    return rest
