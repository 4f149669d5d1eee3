"""Affine forms: numbers as linear functions of what they were, and a rest, each within a box.

A box that is mapped step by step forgets that its coordinates hang together, and grows although
the network brings all points closer. Here what a step makes of a box is kept as a linear function
of the box's coordinates, c + sum_j e_j a_j with every e_j from -1 to 1, and a rest of a known size:
sigmoid and tanh are lines between two bounds, a product is linear but for the product of two
deviations (Comba and Stolfi, "Affine arithmetic and its applications to computer graphics", 1993).
Beside it goes a box by plain intervals; a value lies in both. What is true of the boxes of
`intervals` is true here: real arithmetic and floating point are both held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy import ndarray

from . import intervals
from .forward import DOUBLE
from .intervals import TINY, Box
from .invariant import TANH_ULPS, centre_and_radius, sum_error

NARROW = 1e-6
"""Width below which the line of a curve takes the slope at the middle."""

LEVEL = 1e-9
"""Slope below which a line is level."""


@dataclass(frozen=True)
class Linear:
    """c + sum_j e_j a_j + r with every e_j in [-1, 1] and |r| at most `beside`.

    Attributes:
        centre: c [n, d].
        along: a [n, m, d].
        beside: bounds on the size of the rest [n, d].
    """

    centre: ndarray
    along: ndarray
    beside: ndarray

    @property
    def reach(self) -> ndarray:
        """A bound on how far values are from the centre."""
        added = np.abs(self.along).sum(axis=1)
        return (added + self.beside) * (1 + 4 * sum_error(self.along.shape[1] + 1, DOUBLE))

    def padded(self, m: int) -> ndarray:
        """The coefficients, zeros for numbers that were added since."""
        n, have, d = self.along.shape
        return self.along if have == m else np.pad(self.along, ((0, 0), (0, m - have), (0, 0)))


@dataclass(frozen=True)
class Form:
    """Values [n, d] that lie in a box and, where that is followed, are linear in what they were."""

    box: Box
    linear: Linear | None = None

    @classmethod
    def of(cls, low: ndarray, high: ndarray) -> Form:
        """A box whose coordinates are numbers of their own."""
        centre, radius = centre_and_radius(low, high)
        along = np.zeros((*radius.shape, radius.shape[1]))
        place = np.arange(radius.shape[1])
        along[:, place, place] = radius
        return cls((low, high), Linear(centre, along, np.zeros_like(radius)))

    def __getitem__(self, rows: ndarray) -> Form:
        linear, box = self.linear, (self.box[0][rows], self.box[1][rows])
        if linear is None:
            return Form(box)
        parts = linear.centre[rows], linear.along[rows], linear.beside[rows]
        return Form(box, Linear(*parts))

    def part(self, first: int, last: int) -> Form:
        """Some of the coordinates."""
        linear, box = self.linear, (self.box[0][:, first:last], self.box[1][:, first:last])
        if linear is None:
            return Form(box)
        parts = (it[..., first:last] for it in (linear.centre, linear.along, linear.beside))
        return Form(box, Linear(*parts))


def within(box: Box, linear: Linear) -> Form:
    """A form whose box is no wider than its linear part allows."""
    reach = linear.reach
    off = 4 * DOUBLE * (np.abs(linear.centre) + reach) + TINY
    low = np.maximum(box[0], linear.centre - reach - off)
    return Form((low, np.minimum(box[1], linear.centre + reach + off)), linear)


def together(forms: Sequence[Form], before: int) -> tuple[Form, int]:
    """Coordinates side by side, their rests made numbers of their own.

    Args:
        forms: to be joined.
        before: how many numbers there are already.

    Returns:
        The joined form, and how many numbers there are now.
    """
    low, high = (np.concatenate([it.box[end] for it in forms], axis=1) for end in (0, 1))
    if any(it.linear is None for it in forms):
        return Form((low, high)), before
    parts = [it.linear for it in forms if it.linear is not None]
    along = np.concatenate([it.padded(before) for it in parts], axis=2)
    beside = np.concatenate([it.beside for it in parts], axis=1)
    n, _, d = along.shape
    fresh, place = np.zeros((n, d, d)), np.arange(d)
    fresh[:, place, place] = beside
    centre = np.concatenate([it.centre for it in parts], axis=1)
    whole = Linear(centre, np.concatenate([along, fresh], axis=1), np.zeros_like(beside))
    return Form((low, high), whole), before + d


def affine(
    parts: Sequence[tuple[ndarray, Form]], b: ndarray, roundoff: float, beside: ndarray | None = None
) -> Form:
    """Sums of products and of one or two biases."""
    box = intervals.affine([(W, form.box) for W, form in parts], b, roundoff, beside)
    followed = [(W, form.linear) for W, form in parts if form.linear is not None]
    if not followed:
        return Form(box)
    other = [(W, centre_and_radius(*form.box)) for W, form in parts if form.linear is None]
    terms, m = sum(W.shape[1] for W, _ in parts) + 1, max(it.along.shape[1] for _, it in followed)
    centre, size = b + (0.0 if beside is None else beside), np.abs(b)
    size = size + (0.0 if beside is None else np.abs(beside))
    along, rest, spread = np.zeros(()), np.zeros(()), np.zeros(())
    for W, it in followed:
        centre, size = centre + it.centre @ W.T, size + np.abs(it.centre) @ np.abs(W).T
        along, rest = along + it.padded(m) @ W.T, rest + it.beside @ np.abs(W).T
        spread = spread + it.reach @ np.abs(W).T
    for W, (middle, radius) in other:
        centre, size = centre + middle @ W.T, size + np.abs(middle) @ np.abs(W).T
        rest, spread = rest + radius @ np.abs(W).T, spread + radius @ np.abs(W).T
    off = 2 * sum_error(terms, roundoff) * (size + spread) + TINY
    rest = rest * (1 + 4 * sum_error(terms, DOUBLE)) + off
    return within(box, Linear(centre, along, rest))


def activated(name: str, form: Form, roundoff: float) -> Form:
    """A rising function, as a line and what it is off."""
    box = intervals.activated(name, form.box, roundoff)
    if form.linear is None:
        return Form(box)
    if name == "sigmoid":  # 1/2 + tanh(x / 2) / 2
        low, high = form.box
        slope, shift, off = line_of_tanh(0.5 * low, 0.5 * high, roundoff)
        slope, shift, off = 0.25 * slope, 0.5 + 0.5 * shift, 0.5 * off + 4 * (roundoff + DOUBLE)
    else:
        slope, shift, off = (line_of_tanh if name == "tanh" else line_of_relu)(*form.box, roundoff)
    return within(box, _scaled(form.linear, slope, shift, off))


def line_of_tanh(low: ndarray, high: ndarray, roundoff: float) -> tuple[ndarray, ndarray, ndarray]:
    """Slope, shift and error of a line that tanh keeps to between two ends.

    tanh(x) - s x is largest or smallest at an end, or where the slope of tanh is s: at the two
    points at which tanh is a root of 1 - s.
    """
    lower, upper = np.tanh(low), np.tanh(high)
    middle = np.tanh(0.5 * (low + high))
    wide = high - low > NARROW
    slope = np.where(wide, (upper - lower) / np.where(wide, high - low, 1.0), 1 - middle**2)
    slope = np.where(slope > LEVEL, np.minimum(slope, 1.0), 0.0)
    level = np.sqrt(1 - slope)
    turn = np.arctanh(np.where(slope > 0, level, 0.0))
    ends = [lower - slope * low, upper - slope * high]
    least, most = np.minimum(*ends), np.maximum(*ends)
    bend = level - slope * turn  # at turn, and its opposite at -turn
    inside = (slope > 0) & (turn >= low - NARROW) & (turn <= high + NARROW)
    most = np.where(inside, np.maximum(most, bend), most)
    inside = (slope > 0) & (-turn >= low - NARROW) & (-turn <= high + NARROW)
    least = np.where(inside, np.minimum(least, -bend), least)
    sizes = 1 + slope * np.maximum(np.abs(low), np.abs(high))
    off = 2 * TANH_ULPS * (roundoff + DOUBLE) + 32 * DOUBLE * sizes
    return slope, 0.5 * (least + most), 0.5 * (most - least) + off


def line_of_relu(low: ndarray, high: ndarray, roundoff: float) -> tuple[ndarray, ndarray, ndarray]:
    """The same of max(x, 0): the line through both ends lies above it, most at 0."""
    crosses = (low < 0) & (high > 0)
    slope = np.where(crosses, high / np.where(crosses, high - low, 1.0), (low >= 0) * 1.0)
    above = np.where(crosses, -slope * low, 0.0)
    off = 8 * DOUBLE * np.maximum(np.abs(low), np.abs(high)) + TINY
    return slope, 0.5 * above, 0.5 * above + off


def product(one: Form, other: Form, roundoff: float) -> Form:
    """x y = y_0 x + x_0 y - x_0 y_0 + (x - x_0)(y - y_0) around the middles of both boxes."""
    box = intervals.product(one.box, other.box, roundoff)
    if one.linear is None or other.linear is None:
        return Form(box)
    (x, far), (y, wide) = centre_and_radius(*one.box), centre_and_radius(*other.box)
    sizes = intervals.largest(one.box) * intervals.largest(other.box)
    off = far * wide + 16 * (roundoff + DOUBLE) * sizes + TINY
    return within(box, _sum(_scaled(one.linear, y, -x * y, off), _scaled(other.linear, x, 0.0, 0.0)))


def total(one: Form, other: Form, roundoff: float) -> Form:
    """Sums."""
    box = intervals.total(one.box, other.box, roundoff)
    if one.linear is None or other.linear is None:
        return Form(box)
    off = 4 * (roundoff + DOUBLE) * (intervals.largest(one.box) + intervals.largest(other.box))
    whole = _sum(one.linear, other.linear)
    return within(box, replace(whole, beside=whole.beside + off + TINY))


def mixed(part: Form, one: Form, other: Form, roundoff: float) -> Form:
    """p∘a + (1 - p)∘b = b + p∘(a - b), for p from 0 to 1."""
    box = intervals.mixed(part.box, one.box, other.box, roundoff)
    if part.linear is None or one.linear is None or other.linear is None:
        return Form(box)
    minus = _scaled(other.linear, -1.0, 0.0, 0.0)
    between = total(one, Form((-other.box[1], -other.box[0]), minus), roundoff)
    whole = total(other, product(part, between, roundoff), roundoff)
    assert whole.linear is not None, "all parts of it are followed"
    off = 8 * (roundoff + DOUBLE) * (intervals.largest(one.box) + intervals.largest(other.box))
    return within(box, replace(whole.linear, beside=whole.linear.beside + off + TINY))


def leads_along(
    W: ndarray, b: ndarray, x: Form, answers: ndarray, roundoff: float
) -> ndarray:
    """What the linear part says of how far an answer of W x + b leads over all others."""
    assert x.linear is not None, "of a box `leads_over` says what there is"
    it, smallest = x.linear, np.empty(len(answers))
    size = (np.abs(it.centre) + it.reach) @ (2 * np.abs(W)).T + 2 * np.abs(b)
    error = 4 * sum_error(W.shape[1] + it.along.shape[1], roundoff) * size.max(axis=1)
    for answer in np.unique(answers):
        here, apart, beside = answers == answer, W[answer] - W, b[answer] - b
        spread = np.abs(it.along[here] @ apart.T).sum(axis=1) + it.beside[here] @ np.abs(apart).T
        lead = it.centre[here] @ apart.T + beside - spread
        lead[:, answer] = np.inf  # an answer is no rival of itself
        smallest[here] = lead.min(axis=1) - 2 * error[here] - TINY
    return smallest


def constant(values: ndarray) -> Form:
    """Numbers that are known."""
    rows = values[None]
    return Form((rows, rows), Linear(rows, np.zeros((1, 0, len(values))), np.zeros_like(rows)))


def _scaled(it: Linear, slope: ndarray | float, shift: ndarray | float, off: object) -> Linear:
    """slope∘x + shift, and a rest that is as large as `off`."""
    slope = np.asarray(slope)
    size = np.abs(slope)
    along = it.along * (slope[:, None] if slope.ndim else slope)
    lost = 8 * DOUBLE * (size * (np.abs(it.centre) + it.reach) + np.abs(shift)) + TINY
    beside = size * it.beside * (1 + 4 * DOUBLE) + off + lost
    return Linear(slope * it.centre + shift, along, beside)


def _sum(one: Linear, other: Linear) -> Linear:
    m = max(one.along.shape[1], other.along.shape[1])
    sizes = np.abs(one.centre) + np.abs(other.centre) + one.reach + other.reach
    beside = one.beside + other.beside + 8 * DOUBLE * sizes + TINY
    along = one.padded(m) + other.padded(m)
    return Linear(one.centre + other.centre, along, beside)
