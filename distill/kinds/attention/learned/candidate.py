"""An answer that is tried: a variable, or a table of some, with what it has of the answers."""

from __future__ import annotations

from dataclasses import dataclass

from distill.kinds.attention.learned.terms import Variable

READ = 0.0015
"""Part of the answers that a candidate must win for every unit of what there is to read."""


@dataclass(frozen=True)
class Candidate:
    """An answer, scored along the sample.

    Attributes:
        answer: a variable; null where it is a table of others.
        reads: of a table, what it is of.
        right: part of the answers that it has as the network has them.
        cost: how much there is to read.
        score: what is right, less what that costs.
    """

    answer: Variable | None
    reads: tuple[Variable, ...]
    right: float
    cost: float

    @property
    def score(self) -> float:
        """What is right, less what it costs to read."""
        return self.right - READ * self.cost
