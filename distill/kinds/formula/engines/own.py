"""The engine of this package: the search step by step (`search/solve.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from distill.kinds.formula.engines.engine import Problem
from distill.kinds.formula.expression import Node
from distill.kinds.formula.search.solve import solve
from distill.kinds.formula.search.source import OutOfWorkError, root_of
from distill.waits import part

WORK = 700_000
"""Points that one search asks at most."""

LOUDER = (1.0, 4.0, 0.25, 16.0)
"""A search is made anew for a network that is further off than it seems, or less."""

LEVELS = (1e-6, 1e-9)
"""And for one that is hardly off at all, in parts of the spread of its values."""


@dataclass(frozen=True)
class Own:
    """Separation, symmetries, and the elimination of variables."""

    name: str = "own"
    missing: str | None = None

    def propose(self, problem: Problem) -> Iterator[Node]:
        """What each of the searches ends in."""
        middle = (problem.low + problem.high) / 2
        dice = np.random.default_rng(2)
        some = middle + (dice.random((500, len(middle))) - 0.5) * (problem.high - problem.low)
        spread = float(np.std(problem.values(some)))
        levels = [factor * problem.noise for factor in LOUDER]
        levels += [part * spread for part in LEVELS if part * spread < min(levels)]
        for place, noise in enumerate(levels):
            root = root_of(
                problem.values,
                problem.gradients,
                problem.low,
                problem.high,
                noise,
                WORK,
            )
            try:
                with part(place / len(levels), (place + 1) / len(levels)):
                    found = solve(root)
                yield from found
            except OutOfWorkError:
                continue
