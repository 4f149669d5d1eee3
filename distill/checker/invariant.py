"""Induction over steps: boxes in hidden space that a recurrent network never leaves.

A certificate gives every node of a graph a box and says to which node each symbol leads. If the
start lies in the box of node 0, and the network maps the box of every node, by every symbol, into
the box of the node that follows, then after any sequence of any length the hidden state lies in
the box of the node that the graph has reached. If over each of these images the network's answer
leads, network and graph answer alike on every sequence of every length.

The images are bounded in interval arithmetic with running error bounds: for the stored weights in
real arithmetic, and for a plain evaluation in floating point of unit roundoff u, summed in any
order. tanh is taken to be right to four units in the last place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
from numpy import ndarray

from .forward import DOUBLE, LARGEST

TANH_ULPS = 4

MAX_IMAGES = 200_000
"""Images of boxes after which they are followed no further from the start."""


@dataclass(frozen=True)
class Induction:
    """What a certificate of boxes was found to show.

    Attributes:
        starts: whether the start lies in the box of node 0.
        closed: whether every image lies in the box that it must lie in.
        lead: lower bound on the lead of the claimed answer, over all images.
        room: the smallest distance of an image from the border of its box.
    """

    starts: bool
    closed: bool
    lead: float
    room: float

    @property
    def holds(self) -> bool:
        """Whether the answers are proved for every length."""
        return self.starts and self.closed and self.lead > 0


@runtime_checkable
class Maps(Protocol):
    """What a network does with boxes of its hidden states."""

    @property
    def start(self) -> ndarray:
        """The hidden state before the first symbol [d]."""
        ...

    def image(
        self, symbol: int, low: ndarray, high: ndarray, roundoff: float
    ) -> tuple[ndarray, ndarray]:
        """A box around what the network makes of every point of every box with a symbol."""
        ...

    def leads(self, low: ndarray, high: ndarray, answers: ndarray, roundoff: float) -> ndarray:
        """Lower bounds on how far an answer leads over all others, on every point of every box."""
        ...


@dataclass(frozen=True)
class SymbolMaps:
    """A network with a map of its own for every symbol: W, b, h_0, W_out and b_out."""

    weights: Mapping[str, ndarray]

    @cached_property
    def _exact(self) -> dict[str, ndarray]:
        return {name: value.astype(np.float64) for name, value in self.weights.items()}

    @property
    def start(self) -> ndarray:
        """The hidden state before the first symbol [d]."""
        return self._exact["h_0"]

    def image(
        self, symbol: int, low: ndarray, high: ndarray, roundoff: float
    ) -> tuple[ndarray, ndarray]:
        """A box around what the network makes of every point of every box with a symbol."""
        return image(self._exact, symbol, low, high, roundoff)

    def leads(self, low: ndarray, high: ndarray, answers: ndarray, roundoff: float) -> ndarray:
        """Lower bounds on how far an answer leads over all others, on every point of every box."""
        return leads(self._exact, low, high, answers, roundoff)


def induction(
    maps: Maps,
    low: ndarray,
    high: ndarray,
    follows: ndarray,
    answers: ndarray,
    roundoff: float = DOUBLE,
) -> Induction:
    """Check one step from every box.

    Args:
        maps: of the network.
        low: lower corners of the boxes.
        high: upper corners.
        follows: the node that every symbol leads to.
        answers: the number of the output that the network is claimed to give on the way.
        roundoff: of the arithmetic that is covered, beside real arithmetic.
    """
    starts = bool(((low[0] <= maps.start) & (maps.start <= high[0])).all())
    closed, lead, room = True, np.inf, np.inf
    steps = _steps(maps, low, high, answers, roundoff)
    for target, (inner, outer, least) in zip(follows.T, steps, strict=True):
        distance = np.minimum(inner - low[target], high[target] - outer)
        closed &= bool((distance >= 0).all())
        room, lead = min(room, float(distance.min())), min(lead, least)
    return Induction(starts, closed, lead, room)


def reach(
    maps: Maps,
    follows: ndarray,
    answers: ndarray,
    most: int,
    roundoff: float = DOUBLE,
) -> tuple[int, float]:
    """How many steps the answers are proved for, where no boxes are closed.

    A box is carried along for every node and step, from the start on: it holds every hidden state
    that sequences of so many symbols can leave there.

    Args:
        maps: of the network.
        follows: the node that every symbol leads to.
        answers: the number of the output that the network is claimed to give on the way.
        most: steps after which to stop.
        roundoff: of the arithmetic that is covered, beside real arithmetic.

    Returns:
        The steps, and a lower bound on the lead of the answer over all of them (0 for no step).
    """
    shape = len(follows), len(maps.start)
    low, high = np.full(shape, np.inf), np.full(shape, -np.inf)
    low[0] = high[0] = maps.start
    smallest, images = np.inf, 0
    for step in range(most):
        reached = np.flatnonzero(np.isfinite(low[:, 0]))
        images += len(reached) * answers.shape[1] + len(follows) // 16
        if images > MAX_IMAGES:
            return step, smallest if step else 0.0
        lower, upper, lead = np.full(shape, np.inf), np.full(shape, -np.inf), np.inf
        steps = _steps(maps, low[reached], high[reached], answers[reached], roundoff)
        for target, (inner, outer, least) in zip(follows[reached].T, steps, strict=True):
            lead = min(lead, least)
            np.minimum.at(lower, target, inner)
            np.maximum.at(upper, target, outer)
        if not lead > 0:
            return step, smallest if step else 0.0
        low, high, smallest = lower, upper, min(smallest, lead)
    return most, smallest


def _steps(
    maps: Maps, low: ndarray, high: ndarray, answers: ndarray, roundoff: float
) -> Iterator[tuple[ndarray, ndarray, float]]:
    """By symbol, the image of every box and the least lead of its answer over all of them."""
    for symbol, said in enumerate(answers.T):
        inner, outer = maps.image(symbol, low, high, roundoff)
        lead = maps.leads(inner, outer, said, roundoff)
        # of what is no number nothing is proved
        yield inner, outer, -np.inf if np.isnan(lead).any() else float(lead.min())


def image(
    weights: Mapping[str, ndarray],
    symbol: int,
    low: ndarray,
    high: ndarray,
    roundoff: float = DOUBLE,
) -> tuple[ndarray, ndarray]:
    """A box around what the network makes of every point of every box with a symbol."""
    W, b = weights["W"][symbol], weights["b"][symbol]
    centre, radius = centre_and_radius(low, high)
    middle = centre @ W.T + b
    size = np.abs(centre) @ np.abs(W).T + np.abs(b)
    spread = radius @ np.abs(W).T
    if not float((size + spread).max()) < LARGEST[roundoff]:
        return np.full_like(low, -np.inf), np.full_like(high, np.inf)  # a sum might overflow
    # sums of d + 1 terms are off by at most (d + 2) u times the sum of their sizes, here and in
    # the network that is evaluated; radii are rounded up
    off = sum_error(W.shape[1], roundoff) * (size + spread)
    reach = spread * (1 + 4 * sum_error(W.shape[1], DOUBLE)) + off
    ulps = 2 * TANH_ULPS * (roundoff + DOUBLE)
    return np.tanh(middle - reach) - ulps, np.tanh(middle + reach) + ulps


def leads(
    weights: Mapping[str, ndarray],
    low: ndarray,
    high: ndarray,
    answers: ndarray,
    roundoff: float = DOUBLE,
) -> ndarray:
    """Lower bounds on how far an answer leads over all others, on every point of every box."""
    return leads_over(weights["W_out"], weights["b_out"], low, high, answers, roundoff)


def leads_over(
    W: ndarray, b: ndarray, low: ndarray, high: ndarray, answers: ndarray, roundoff: float
) -> ndarray:
    """The same of a linear readout W [outputs, d], b [outputs] of boxes [n, d]."""
    centre, radius = centre_and_radius(low, high)
    error = sum_error(W.shape[1], roundoff)
    smallest = np.empty(len(low))
    for answer in np.unique(answers):
        here = answers == answer
        apart, beside = W[answer] - W, b[answer] - b
        middle = centre[here] @ apart.T + beside
        size = (np.abs(centre[here]) + radius[here]) @ (np.abs(W[answer]) + np.abs(W)).T
        size += np.abs(b[answer]) + np.abs(b)
        spread = radius[here] @ np.abs(apart).T * (1 + 4 * sum_error(W.shape[1], DOUBLE))
        lead = middle - spread - 2 * error * size
        if not float(size.max()) < LARGEST[roundoff]:
            lead[:] = -np.inf  # a sum might overflow
        lead[:, answer] = np.inf  # an answer is no rival of itself
        smallest[here] = lead.min(axis=1)
    return smallest


def centre_and_radius(low: ndarray, high: ndarray) -> tuple[ndarray, ndarray]:
    """A ball in every coordinate that holds the box, its radius rounded up."""
    centre = (low + high) / 2
    radius = np.maximum(high - centre, centre - low)
    return centre, np.nextafter(radius * (1 + 4 * DOUBLE), np.inf)


def sum_error(terms: int, roundoff: float) -> float:
    """Relative error of a dot product with a constant added, and of as much again in float64."""
    return 1.01 * (terms + 3) * (roundoff + DOUBLE)
