"""The checker's own forward pass, with a rigorous bound on what rounding can do to it.

Every quantity is a ball: a float64 midpoint and a radius. For a unit roundoff u the ball holds
both the real number that the stored weights define and the number that a plain evaluation in
arithmetic of that roundoff gives, in any order of summation. The rules are those of running error
analysis (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1): a sum of n
products is off by at most γ(n) = nu / (1 - nu) times the sum of their absolute values. exp is
taken to be right to four units in the last place; roots and quotients are correctly rounded, as
IEEE 754 asks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray

from .activations import ACTIVATIONS

DOUBLE = 2.0**-53
SINGLE = 2.0**-24
BATCH = 512
NORM_EPSILON = 1e-5
TINY = {DOUBLE: 1e-300, SINGLE: 1e-37}
LARGEST = {DOUBLE: 1e300, SINGLE: 1e37}
"""Numbers beyond this are not covered: sums on the way might overflow."""

Radius = ndarray | Callable[[], ndarray]
"""A radius; as a function, where it takes long to compute and is not always asked for."""


@dataclass(frozen=True)
class Ball:
    """Midpoints, and radii of the same shape, or 0."""

    mid: ndarray
    rad: ndarray

    @property
    def size(self) -> ndarray:
        """Upper bound on the absolute value."""
        return np.abs(self.mid) + self.rad

    def take(self, rows: Any) -> Ball:
        """The ball at some places."""
        return Ball(self.mid[rows], self.rad[rows] if self.rad.ndim else self.rad)


def together(balls: list[Ball], join: Callable[[list[ndarray]], ndarray]) -> Ball:
    """Balls joined into one."""
    rads = [ball.rad for ball in balls]
    return Ball(join([ball.mid for ball in balls]), join(rads) if rads[0].ndim else rads[0])


@dataclass(frozen=True)
class Arithmetic:
    """Ball operations for one unit roundoff."""

    u: float
    reached: list[float] = field(default_factory=lambda: [0.0])
    """The largest number that has come up, as an upper bound."""

    def gamma(self, n: int) -> float:
        """γ for n roundings, twice over: once for the evaluation, once for the midpoint."""
        return 2 * n * self.u / (1 - n * self.u)

    def ball(self, mid: ndarray, radius: Radius) -> Ball:
        """A ball whose radius is blown up by what computing the radius may have lost.

        What rounding near 0 can lose beyond its relative error is added too.
        """
        rad = radius() if callable(radius) else radius
        made = Ball(mid, rad * (1 + 1e-12) + TINY[self.u])
        if self.u == SINGLE:  # in float64 an overflow is seen in the logits
            size = max(mid.max(initial=0), -mid.min(initial=0))
            largest = float(size + made.rad.max(initial=0))
            self.reached[0] = max(self.reached[0], largest if largest < math.inf else math.inf)
        return made

    def exact(self, values: ndarray) -> Ball:
        """Stored numbers."""
        return Ball(values, np.zeros(()))

    def add(self, x: Ball, y: Ball) -> Ball:
        """Sum."""
        mid = x.mid + y.mid
        return self.ball(mid, lambda: (rad := x.rad + y.rad) + self.gamma(1) * (np.abs(mid) + rad))

    def matmul(self, x: Ball, weights: ndarray) -> Ball:
        """Product with stored weights: of the last axis of x and their last but one."""
        gamma = self.gamma(weights.shape[-2] + 1)
        return self.ball(x.mid @ weights, lambda: (x.rad + gamma * x.size) @ np.abs(weights))

    def affine(self, x: Ball, weights: ndarray, bias: ndarray | None) -> Ball:
        """Product with stored weights, and a stored bias where there is one."""
        made = self.matmul(x, weights)
        return made if bias is None else self.add(made, self.exact(bias[..., None, :]))

    def dot(self, x: Ball, y: Ball, axis: int) -> Ball:
        """Sum of products of two balls along an axis."""
        gamma = self.gamma(x.mid.shape[axis] + 1)

        def radius() -> ndarray:
            rad = (x.rad * y.size + np.abs(x.mid) * y.rad).sum(axis)
            return rad + gamma * (x.size * y.size).sum(axis)

        return self.ball((x.mid * y.mid).sum(axis), radius)

    def activation(self, x: Ball, name: str) -> Ball:
        """An activation function by name: its value at the midpoint, its slope for the radius."""
        if name == "square":
            rad = (2 * np.abs(x.mid) + x.rad) * x.rad + self.gamma(1) * x.size**2
            return self.ball(x.mid**2, rad)
        if name not in ACTIVATIONS:
            raise ValueError(f"no bound is known for the activation '{name}'")
        known = ACTIVATIONS[name]
        if not known.lost and known.slope == 1:  # moves no two numbers apart, and is exact
            return Ball(known.value(x.mid), x.rad)
        size = np.maximum(x.size, 1) if known.of_one else x.size
        return self.ball(known.value(x.mid), known.slope * x.rad + self.gamma(known.lost) * size)

    def softmax(self, scores: Ball) -> Ball:
        """Softmax over the last axis.

        Scores that are each off by at most η change a probability by a factor of at most
        exp(2η). Rounding in the shift by the largest score counts towards η.
        """
        shifted = scores.mid - scores.mid.max(-1, keepdims=True)
        weights = np.exp(shifted)
        mid = weights / weights.sum(-1, keepdims=True)
        lost = 2 * self.gamma(1) * (scores.size + np.abs(shifted))
        eta = (scores.rad + lost).max(-1, keepdims=True)
        relative = np.expm1(2 * eta) + self.gamma(12 + scores.mid.shape[-1])
        return self.ball(mid, mid * relative * (1 + self.gamma(16)))

    def scaled(self, x: Ball, weights: ndarray) -> Ball:
        """Product with stored weights, entry by entry."""
        rad = (x.rad + self.gamma(1) * x.size) * np.abs(weights)
        return self.ball(x.mid * weights, rad)

    def mean(self, x: Ball) -> Ball:
        """Mean over the last axis, which is kept; rounding of 1/n by itself is counted too."""
        n = x.mid.shape[-1]
        total = self.matmul(x, np.ones((n, 1)))
        return self.ball(total.mid / n, (total.rad + self.gamma(2) * total.size) / n)

    def root(self, x: Ball, least: float) -> tuple[Ball, ndarray]:
        """Square root of numbers that are known to be at least `least`, and a lower bound on it.

        For v and m that are, |√v - √m| = |v - m| / (√v + √m), and √v is bounded from below.
        """
        low = np.sqrt(np.maximum(x.mid * (1 - 1e-12) - x.rad, least))
        mid = np.sqrt(x.mid)
        rad = x.rad / (mid + low)
        return self.ball(mid, rad + self.gamma(1) * (mid + rad)), low * (1 - self.gamma(1))

    def quotient(self, x: Ball, y: Ball, least: ndarray) -> Ball:
        """Quotient x / y where y is known to be at least `least`, which is positive.

        For x and y of balls around m and n, x/y - m/n = ((x - m) + (m/n)(n - y)) / y.
        """
        mid = x.mid / y.mid
        rad = (x.rad + np.abs(mid) * y.rad) / least
        return self.ball(mid, rad + self.gamma(1) * (np.abs(mid) + rad))

    def layer_norm(self, x: Ball, weight: ndarray, bias: ndarray) -> Ball:
        """Centred and divided by its spread over the last axis, then scaled and shifted.

        However wide the balls are, a mean of squares is not negative, neither in real arithmetic
        nor rounded: the spread is at least the root of epsilon.
        """
        mean = self.mean(x)
        centred = self.add(x, Ball(-mean.mid, mean.rad))
        variance = self.mean(self.activation(centred, "square"))
        epsilon = np.full_like(variance.mid, NORM_EPSILON)
        raised = self.add(variance, Ball(epsilon, self.gamma(1) * epsilon))
        spread, least = self.root(raised, NORM_EPSILON * (1 - self.gamma(2)))
        normalised = self.quotient(centred, spread, least)
        return self.add(self.scaled(normalised, weight), self.exact(bias))


class Midpoints(Arithmetic):
    """The same without radii: what a network answers, where nothing is proved of it."""

    def ball(self, mid: ndarray, radius: Radius) -> Ball:
        """A midpoint."""
        return Ball(mid, np.zeros(()))


class Pass:
    """Forward pass of a stored network.

    Args:
        shape: its architecture.
        weights: by name.
        u: unit roundoff of the arithmetic that is covered; 0 for midpoints alone.
    """

    def __init__(
        self, shape: Mapping[str, Any], weights: Mapping[str, ndarray], u: float = DOUBLE
    ) -> None:
        self.shape, self.arithmetic = shape, Arithmetic(u) if u else Midpoints(DOUBLE)
        self.weights = {name: value.astype(np.float64) for name, value in weights.items()}

    def __call__(self, tokens: ndarray) -> Ball:
        """Logits of every row of tokens, as balls [n, outputs]."""
        starts = range(0, len(tokens), BATCH)
        return together([self._batch(tokens[i : i + BATCH]) for i in starts], np.concatenate)

    def _batch(self, tokens: ndarray) -> Ball:
        raise NotImplementedError


class TransformerPass(Pass):
    """Forward pass of a stored transformer, read at its last position.

    Before the first block the stream at a position depends on its token alone, so that block's
    queries, keys and values are computed once per token of the vocabulary.
    """

    @cached_property
    def _blocks(self) -> list[dict[str, ndarray]]:
        """Weights of every block, by their names in it."""
        return [
            {name.removeprefix(start): value for name, value in self.weights.items()}
            for start in (f"blocks.{layer}." for layer in range(self.shape["n_layers"]))
        ]

    @cached_property
    def _first(self) -> tuple[list[Ball], dict[str, list[Ball]]]:
        """The stream at every position, and what the first block makes of it, for every token."""
        a, tokens = self.arithmetic, self.arithmetic.exact(self.weights["W_E"])
        stream = [a.add(tokens, a.exact(position[None])) for position in self.weights["W_pos"]]
        return stream, self._project(self._blocks[0], stream)

    def _batch(self, tokens: ndarray) -> Ball:
        w, shape, last = self.weights, self.shape, self._blocks[-1]
        rows = tokens + np.array(shape["offsets"])
        special = np.tile(np.array(shape["suffix"], dtype=np.int64), (len(tokens), 1))
        at = list(np.concatenate([rows, special], axis=1).T)
        stream, projected = self._first
        for layer, block in enumerate(self._blocks):
            if layer:
                projected = self._project(block, stream)
            wanted = range(len(at) - 1 if block is last else 0, len(at))
            stream = [self._block(block, stream[q].take(at[q]), projected, at, q) for q in wanted]
            at = [np.arange(len(tokens))] * len(stream)
        read = self._read(stream[-1], w, "ln_final")
        return self.arithmetic.affine(read, w["W_U"], w.get("b_U"))

    def _read(self, stream: Ball, weights: Mapping[str, ndarray], norm: str) -> Ball:
        """What a layer reads of the stream: its layer norm, or the stream as it is."""
        if not self.shape.get("layer_norm", False):
            return stream
        parts = (weights[f"{norm}_{part}"] for part in ("weight", "bias"))
        return self.arithmetic.layer_norm(stream, *parts)

    def _project(self, block: Mapping[str, ndarray], stream: list[Ball]) -> dict[str, list[Ball]]:
        """Queries, keys and values [heads, rows, d_head] by kind and position."""
        read = [self._read(x, block, "ln_1") for x in stream]
        return {
            kind: [
                self.arithmetic.affine(x, block[f"W_{kind}"], block.get(f"b_{kind}")) for x in read
            ]
            for kind in "QKV"
        }

    def _block(
        self,
        block: Mapping[str, ndarray],
        residual: Ball,
        projected: dict[str, list[Ball]],
        at: list[ndarray],
        query: int,
    ) -> Ball:
        """One block at one position: attention to the positions that it may see, then the MLP."""
        a, scale = self.arithmetic, math.sqrt(int(self.shape["d_head"]))
        c = float(self.shape["attention_coefficient"])
        seen = range(query + 1) if self.shape["masked"] else range(len(at))
        keys, values = (
            together(
                [projected[kind][place].take(np.s_[:, at[place]]) for place in seen],
                lambda parts: np.stack(parts, axis=2),
            )
            for kind in "KV"
        )
        raw = a.dot(projected["Q"][query].take(np.s_[:, at[query], None]), keys, axis=-1)
        scores = a.ball(raw.mid / scale, raw.rad / scale + a.gamma(3) * raw.size / scale)
        attention = a.softmax(scores)
        if c != 1:
            size = attention.size * abs(c) + abs(1 - c)
            rad = attention.rad * abs(c) + a.gamma(3) * size
            attention = a.ball(attention.mid * c + (1 - c), rad)
        heard = a.dot(attention.take(np.s_[..., None]), values, axis=2)
        written = a.matmul(heard, block["W_O"])
        for head in range(len(block["W_O"])):
            residual = a.add(residual, written.take(head))
        if "b_O" in block:
            residual = a.add(residual, a.exact(block["b_O"][None]))
        hidden = a.affine(self._read(residual, block, "ln_2"), block["W_in"], block["b_in"])
        hidden = a.activation(hidden, self.shape["activation"])
        return a.add(residual, a.affine(hidden, block["W_out"], block["b_out"]))


def covers(forward: Pass, lead: float) -> bool:
    """Whether a lead was proved for the arithmetic of a pass, in which nothing overflows.

    And in which no stored weight is another number: those of float64 may be none of float32.
    """
    arithmetic, weights = forward.arithmetic, forward.weights.values()
    largest = max(float(np.abs(value).max()) for value in weights)
    if not 0 < lead < math.inf or max(largest, *arithmetic.reached) >= LARGEST[arithmetic.u]:
        return False
    single = arithmetic.u == SINGLE
    return not single or all((value == value.astype(np.float32)).all() for value in weights)


def margins(logits: Ball) -> tuple[ndarray, ndarray, ndarray]:
    """Arg max of every row, its lead over the runner-up, and a rigorous lower bound on the lead."""
    rows = np.arange(len(logits.mid))
    best = logits.mid.argmax(axis=1)
    others = logits.mid.copy()
    others[rows, best] = -np.inf
    lead = logits.mid[rows, best] - others.max(axis=1)
    upper = logits.mid + logits.rad
    upper[rows, best] = -np.inf
    lower = logits.mid[rows, best] - logits.rad[rows, best] - upper.max(axis=1)
    return best, lead, lower - 1e-12 * np.abs(lower)
