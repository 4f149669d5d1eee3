"""Functions that a search asks: the network, and what is made of it by fixing and combining.

Every step of the search turns a function of several variables into functions of fewer, which are
calculated from the network whenever they are asked. What an error of the network becomes in them is
measured: the network is asked again with its answers disturbed by as much as it is off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.waits import tell

Values = Callable[[ndarray], ndarray]

STENCIL = ((1, 0.75), (2, -0.15), (3, 1 / 60))
"""Central differences of sixth order: steps and weights."""

TELLS = 200
"""How often at most a search says how far it is."""

STEP = 0.03
"""Of differences, in parts of an interval."""


class OutOfWorkError(Exception):
    """So many values were asked as a search may ask."""


@dataclass
class Source:
    """The network, with a count of what it was asked.

    Attributes:
        function: its values at points.
        slopes: its gradients.
        noise: how far its values are off.
        limit: how many points may be asked.
        shaken: whether its answers are disturbed.
        spent: how many points were asked.
    """

    function: Values
    slopes: Values | None
    noise: float
    limit: int
    shaken: bool = False
    spent: int = 0
    dice: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    def values(self, points: Float[ndarray, "n d"]) -> Float[ndarray, " n"]:
        """Its answers."""
        self._count(len(points))
        found = np.asarray(self.function(points), dtype=np.float64)
        if self.shaken:
            found = found + self.noise * self.dice.standard_normal(len(points))
        return found

    def gradients(self, points: Float[ndarray, "n d"]) -> Float[ndarray, "n d"]:
        """Its derivatives."""
        assert self.slopes is not None, "only asked where there are some"
        self._count(2 * len(points))
        return np.asarray(self.slopes(points), dtype=np.float64)

    def charge(self, points: int) -> None:
        """Count work that is none of the network's as so many points.

        Raises:
            OutOfWorkError: that was more than may be done.
        """
        self._count(points)

    def _count(self, points: int) -> None:
        before = self.spent * TELLS // self.limit
        self.spent += points
        if self.spent > self.limit:
            raise OutOfWorkError
        if self.spent * TELLS // self.limit > before:
            asked = f"{self.spent:,} of at most {self.limit:,} points asked"
            tell(self.spent / self.limit, f"formulas, step by step: {asked}")


@dataclass
class Oracle:
    """A function over a box, calculated from the network.

    Attributes:
        source: the network.
        low, high: ends of the intervals.
        values: of this function, at points of its box.
        slopes: its gradients, where they are had more exactly than by differences.
        noise: how far its values are off, by root mean square.
    """

    source: Source
    low: Float[ndarray, " d"]
    high: Float[ndarray, " d"]
    values: Values
    slopes: Values | None = None
    noise: float = 0.0

    def __post_init__(self) -> None:
        if not self.noise:
            self.noise = self._measured_noise()

    @property
    def count(self) -> int:
        """How many variables it has."""
        return len(self.low)

    @property
    def middle(self) -> Float[ndarray, " d"]:
        """The middle of its box."""
        return (self.low + self.high) / 2

    def draw(self, count: int, seed: int, inside: float = 0.0) -> Float[ndarray, "n d"]:
        """Points drawn evenly, that part of every interval away from its ends."""
        dice = np.random.default_rng([seed, self.count])
        part = inside + (1 - 2 * inside) * dice.random((count, self.count))
        return self.low + part * (self.high - self.low)

    def gradients(self, points: Float[ndarray, "n d"]) -> Float[ndarray, "n d"]:
        """Its derivatives, at points that lie `3 * STEP` of every interval inside."""
        if self.slopes is not None:
            return self.slopes(points)
        found = np.zeros_like(points)
        for place in range(self.count):
            step = STEP * (self.high[place] - self.low[place])
            for times, weight in STENCIL:
                for sign in (1, -1):
                    moved = points.copy()
                    moved[:, place] += sign * times * step
                    found[:, place] += sign * weight * self.values(moved) / step
        return found

    def noise_at(self, points: Float[ndarray, "n d"], times: int = 1) -> Float[ndarray, " n"]:
        """How far its values are off where the network's are off as far as they are."""
        still, found = self.values(points), np.zeros(len(points))
        self.source.shaken = True
        try:
            for _ in range(times):
                found += (self.values(points) - still) ** 2
        finally:
            self.source.shaken = False
        return np.sqrt(found / times)

    def _measured_noise(self) -> float:
        """The same for all of its box: root mean square, a little enlarged."""
        points = self.draw(64, 5)
        apart = self.noise_at(points)
        if not np.isfinite(apart).all():
            return float("inf")
        least = 1e-14 * float(np.abs(self.values(points)).max())
        return max(float(np.sqrt((apart**2).mean())) * 1.2, least)


def root_of(
    values: Values,
    slopes: Values | None,
    low: Float[ndarray, " d"],
    high: Float[ndarray, " d"],
    noise: float,
    limit: int,
) -> Oracle:
    """The network as the first function of a search."""
    source = Source(values, slopes, noise, limit)
    gradients = None if slopes is None else source.gradients
    return Oracle(source, low, high, source.values, gradients, noise)


def sliced(oracle: Oracle, kept: tuple[int, ...], at: Float[ndarray, " d"]) -> Oracle:
    """The function of some variables, where all others are fixed."""
    chosen = list(kept)

    def whole(points: ndarray) -> ndarray:
        full = np.tile(at, (len(points), 1))
        full[:, chosen] = points
        return full

    slopes = oracle.slopes
    return Oracle(
        oracle.source,
        oracle.low[chosen],
        oracle.high[chosen],
        lambda points: oracle.values(whole(points)),
        None if slopes is None else lambda points: slopes(whole(points))[:, chosen],
    )


def mapped(oracle: Oracle, function: Values, slope: Values) -> Oracle:
    """A function of its values."""
    slopes = oracle.slopes

    def gradients(points: ndarray) -> ndarray:
        assert slopes is not None
        return slope(oracle.values(points))[:, None] * slopes(points)

    return Oracle(
        oracle.source,
        oracle.low,
        oracle.high,
        lambda points: function(oracle.values(points)),
        None if slopes is None else gradients,
    )
