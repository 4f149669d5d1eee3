"""The engine of this package: the search step by step (`search/solve.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from distill.kinds.formula.engines.engine import Problem
from distill.kinds.formula.expression import Node
from distill.kinds.formula.search.solve import solve
from distill.kinds.formula.search.source import OutOfWorkError, root_of

WORK = 6_000_000
"""Points that one search asks at most."""

LOUDER = (1.0, 3.0, 0.4)
"""A search is made anew for a network that is further off than it seems, or less."""


@dataclass(frozen=True)
class Own:
    """Separation, symmetries, and the elimination of variables."""

    name: str = "own"
    missing: str | None = None

    def propose(self, problem: Problem) -> Iterator[Node]:
        """What each of the searches ends in."""
        for factor in LOUDER:
            root = root_of(
                problem.values,
                problem.gradients,
                problem.low,
                problem.high,
                factor * problem.noise,
                WORK,
            )
            try:
                yield from solve(root)
            except OutOfWorkError:
                continue
