"""Boxes of real numbers: what a network over reals is a function of.

A box is a product of closed intervals, one for each input. Its inputs keep the names that they were
given: a formula is read by its letters, and nothing but the text of a program depends on them.
"""

from __future__ import annotations

import builtins
import keyword
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.checker.box_draws import corners_of, uniform_points
from distill.checker.guard import BOUND
from distill.checker.rules import MATH, MATH_VALUES
from distill.errors import TaskError

MOST_INPUTS = 12
"""Inputs of a box: its corners are gone through."""

LARGEST, NARROWEST = 1e100, 1e-9
"""Ends of intervals are no larger, and no interval is narrower than this part of its larger end."""

TAKEN = frozenset({*dir(builtins), *MATH, *MATH_VALUES, *BOUND, "sys", "math", "cache", "Fraction"})
"""Names that a program has for something else."""


@dataclass(frozen=True)
class Box:
    """The intervals of the inputs, in their order.

    Attributes:
        names: of the inputs.
        low: the lower end of every interval; high: the upper one.

    Raises:
        TaskError: there is no input, or there are too many; a name cannot be that of a variable; an
            interval is empty, a single point, or not finite.
    """

    names: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def __post_init__(self) -> None:
        count = len(self.names)
        if not 1 <= count <= MOST_INPUTS or not count == len(self.low) == len(self.high):
            raise TaskError(
                f"a box of {count} inputs: expected 1 to {MOST_INPUTS}, an interval each"
            )
        if len(set(self.names)) < count:
            raise TaskError(f"inputs {', '.join(self.names)}: expected a name once")
        for name, low, high in zip(self.names, self.low, self.high, strict=True):
            _check_name(name)
            _check_interval(name, low, high)

    @classmethod
    def of(cls, inputs: Any) -> Box:
        """A box of named intervals, as a task has them: `{"x": (0.5, 2.0)}`.

        Raises:
            TaskError: it is no such mapping, or no box.
        """
        if not isinstance(inputs, Mapping):
            raise TaskError(f"inputs = {inputs!r}: expected named intervals, {{'x': (0.5, 2.0)}}")
        ends = list[tuple[float, float]]()
        for name, interval in inputs.items():
            if isinstance(interval, range):
                raise TaskError(
                    f"{name} = {interval!r}: integers, and named inputs are those of a box of "
                    "reals; expected a list of ranges, [range(3), range(3)], or an interval, "
                    "(0.5, 2.0)"
                )
            try:
                low, high = interval
                ends.append((float(low), float(high)))
            except (TypeError, ValueError) as error:
                raise TaskError(
                    f"{name} = {interval!r}: expected the two ends of an interval, (0.5, 2.0)"
                ) from error
        lows, highs = tuple(low for low, _ in ends), tuple(high for _, high in ends)
        return cls(tuple(map(str, inputs)), lows, highs)

    @classmethod
    def read(cls, text: str) -> Box:
        """A box as it is written: "x=0.5..2.0,y=1..3".

        Raises:
            TaskError: it is written otherwise.
        """
        inputs = dict[str, tuple[str, str]]()
        for part in text.split(","):
            name, equals, interval = part.strip().partition("=")
            low, dots, high = interval.partition("..")
            if not equals or not dots or name in inputs:
                raise TaskError(
                    f"box '{text}': expected an interval of every input, x=0.5..2.0,y=1..3"
                )
            inputs[name] = (low, high)
        return cls.of(inputs)

    @property
    def written(self) -> str:
        """As `read` takes it, to the last digit."""
        ends = zip(self.names, self.low, self.high, strict=True)
        return ",".join(f"{name}={low!r}..{high!r}" for name, low, high in ends)

    @property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """Both ends of every input, by its name."""
        ends = zip(self.low, self.high, strict=True)
        return dict(zip(self.names, ends, strict=True))

    @property
    def ranges(self) -> tuple[range, ...]:
        """The values of what is read: none, of reals."""
        return ()

    @property
    def with_answers(self) -> str:
        """What is read and, where that is no single answer, what is answered, in words."""
        return str(self)

    @property
    def centre(self) -> Float[ndarray, " d"]:
        """The middle of every interval."""
        return (np.array(self.low) + np.array(self.high)) / 2

    @property
    def landmarks(self) -> Float[ndarray, "n d"]:
        """Where a function is likeliest to have no value: its middle, and all combinations of ends,
        middles, 0 and 1 of the intervals, or of ends and middles alone where these are too many.
        """
        ends = [[low, (low + high) / 2, high] for low, high in self.intervals.values()]
        more = [[*three, *(x for x in (0.0, 1.0) if three[0] < x < three[2])] for three in ends]
        chosen = more if math.prod(map(len, more)) <= MOST_LANDMARKS else ends
        if math.prod(map(len, chosen)) > MOST_LANDMARKS:
            return np.concatenate([self.centre[None], self.corners])
        return np.concatenate([self.centre[None], np.array([*product(*chosen)])])

    @property
    def half(self) -> Float[ndarray, " d"]:
        """Half the width of every interval."""
        return (np.array(self.high) - np.array(self.low)) / 2

    @property
    def corners(self) -> Float[ndarray, "corners d"]:
        """Every corner."""
        return corners_of(np.array(self.low), np.array(self.high))

    def draw(self, count: int, seed: int) -> Float[ndarray, "n d"]:
        """So many points, drawn evenly: the same for a seed wherever and whenever."""
        return uniform_points(np.array(self.low), np.array(self.high), count, seed)

    def hold(self, points: Float[ndarray, "n d"]) -> bool:
        """Whether every point lies in the box."""
        return bool(((points >= self.low) & (points <= self.high)).all())

    def __str__(self) -> str:
        return ", ".join(
            f"{name} in {low:g}..{high:g}" for name, (low, high) in self.intervals.items()
        )


MOST_LANDMARKS = 1000
"""Points of a box that a reference is tried at, beside those that are drawn."""


def _check_name(name: str) -> None:
    if not name.isidentifier() or not name.isascii() or keyword.iskeyword(name) or name[0] == "_":
        raise TaskError(f"an input called {name!r}: expected the name of a variable")
    if name in TAKEN:
        raise TaskError(f"an input called {name!r}: a program has that name for something else")


def _check_interval(name: str, low: float, high: float) -> None:
    if not (math.isfinite(low) and math.isfinite(high) and max(abs(low), abs(high)) <= LARGEST):
        raise TaskError(f"{name} in {low}..{high}: expected finite ends up to {LARGEST:g}")
    if not high - low > NARROWEST * max(abs(low), abs(high)):
        raise TaskError(f"{name} in {low}..{high}: expected a lower end below the upper one")
