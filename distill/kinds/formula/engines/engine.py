"""What an engine is: given a function over a box, it proposes expressions, the likeliest first.

Nothing that it says is believed: proposals are fitted to the network and held against it by whoever
asked. An engine is bounded by the work that it may do, and gives the same answer for the same
problem and seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from jaxtyping import Float
from numpy import ndarray

from distill.kinds.formula.expression import Node


class NoAnswerError(Exception):
    """An engine failed, or was ended before it answered; the message says which."""


@dataclass(frozen=True)
class Problem:
    """A function over a box.

    Attributes:
        low, high: ends of the intervals of its inputs.
        values: from points [n, d] to values [n].
        gradients: from points [n, d] to derivatives [n, d].
        noise: how far the values are off.
    """

    names: tuple[str, ...]
    low: Float[ndarray, " d"]
    high: Float[ndarray, " d"]
    values: Callable[[ndarray], ndarray]
    gradients: Callable[[ndarray], ndarray] | None
    noise: float


class Engine(Protocol):
    """One of them."""

    @property
    def name(self) -> str:
        """What `--engine` calls it."""
        ...

    @property
    def missing(self) -> str | None:
        """Why it cannot be asked on this machine, with how to get it; null where it can be."""
        ...

    def propose(self, problem: Problem) -> Iterator[Node]:
        """Expressions of the inputs, whose numbers need not be exact.

        Raises:
            NoAnswerError: there is no answer, which is not an answer without expressions.
        """
        ...
