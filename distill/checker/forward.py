"""The checker's own forward pass, with a rigorous bound on what rounding can do to it.

Every quantity is a ball: a float64 midpoint and a radius. For a unit roundoff u the ball holds
both the real number that the stored weights define and the number that a plain evaluation in
arithmetic of that roundoff gives, in any order of summation. The rules are those of running error
analysis (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1): a sum of n
products is off by at most γ(n) = nu / (1 - nu) times the sum of their absolute values. exp is
taken to be right to four units in the last place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

DOUBLE = 2.0**-53
SINGLE = 2.0**-24
BATCH = 4096

Array = Float[ndarray, "..."]


@dataclass(frozen=True)
class Ball:
    """Midpoints and radii of the same shape."""

    mid: Array
    rad: Array

    @property
    def size(self) -> Array:
        """Upper bound on the absolute value."""
        return np.abs(self.mid) + self.rad


@dataclass(frozen=True)
class Arithmetic:
    """Ball operations for one unit roundoff."""

    u: float

    def gamma(self, n: int) -> float:
        """γ for n roundings, twice over: once for the evaluation, once for the midpoint."""
        return 2 * n * self.u / (1 - n * self.u)

    def ball(self, mid: Array, rad: Array) -> Ball:
        """A ball whose radius is blown up by what computing the radius may have lost."""
        return Ball(mid, rad * (1 + 1e-12) + 1e-300)

    def exact(self, values: Array) -> Ball:
        """Stored numbers."""
        return Ball(values, np.zeros_like(values))

    def add(self, x: Ball, y: Ball) -> Ball:
        """Sum."""
        mid = x.mid + y.mid
        rad = x.rad + y.rad
        return self.ball(mid, rad + self.gamma(1) * (np.abs(mid) + rad))

    def matmul(self, x: Ball, weights: Array) -> Ball:
        """Product with stored weights, over the last axis of x and the first of the weights."""
        rad = (x.rad + self.gamma(weights.shape[0] + 1) * x.size) @ np.abs(weights)
        return self.ball(x.mid @ weights, rad)

    def dot(self, x: Ball, y: Ball, axis: int) -> Ball:
        """Sum of products of two balls along an axis."""
        terms = x.mid.shape[axis]
        rad = (x.rad * y.size + np.abs(x.mid) * y.rad).sum(axis)
        rad = rad + self.gamma(terms + 1) * (x.size * y.size).sum(axis)
        return self.ball((x.mid * y.mid).sum(axis), rad)

    def relu(self, x: Ball) -> Ball:
        """max(x, 0): moves no two numbers apart."""
        return Ball(np.maximum(x.mid, 0), x.rad)

    def softmax(self, scores: Ball) -> Ball:
        """Softmax over the last axis.

        Scores that are each off by at most η change a probability by a factor of at most
        exp(2η). Rounding in the shift by the largest score counts towards η.
        """
        shifted = scores.mid - scores.mid.max(-1, keepdims=True)
        weights = np.exp(shifted)
        mid = weights / weights.sum(-1, keepdims=True)
        eta = (scores.rad + 2 * self.gamma(1) * (scores.size + np.abs(shifted))).max(
            -1, keepdims=True
        )
        relative = np.expm1(2 * eta) + self.gamma(12 + scores.mid.shape[-1])
        return self.ball(mid, mid * relative * (1 + self.gamma(16)))


class TransformerPass:
    """Forward pass of a stored one-layer transformer, read at its last position.

    Keys and values depend on token and position alone and are computed once.
    """

    def __init__(
        self, shape: Mapping[str, Any], weights: Mapping[str, Array], u: float = DOUBLE
    ) -> None:
        self.weights = {name: value.astype(np.float64) for name, value in weights.items()}
        self.arithmetic = Arithmetic(u)
        self.heads, self.inputs = int(shape["n_heads"]), int(shape["n_inputs"])
        a, w, tokens = self.arithmetic, self.weights, int(shape["n_tokens"])
        d_head = w["W_Q"].shape[-1]
        self.last = a.add(a.exact(w["W_E"][tokens]), a.exact(w["W_pos"][self.inputs]))
        query = [a.matmul(self.last, w["W_Q"][head]) for head in range(self.heads)]
        self.scores: list[list[Ball]] = []
        self.values: list[list[Ball]] = []
        for position in range(self.inputs + 1):
            rows = w["W_E"][:tokens] if position < self.inputs else w["W_E"][tokens : tokens + 1]
            embedded = a.add(a.exact(rows), a.exact(w["W_pos"][position][None]))
            scores, values = [], []
            for head in range(self.heads):
                key = a.matmul(embedded, w["W_K"][head])
                raw = a.dot(key, Ball(query[head].mid[None], query[head].rad[None]), axis=-1)
                scale = math.sqrt(d_head)
                scores.append(
                    a.ball(raw.mid / scale, raw.rad / scale + a.gamma(3) * raw.size / scale)
                )
                values.append(a.matmul(embedded, w["W_V"][head]))
            self.scores.append(scores)
            self.values.append(values)

    def __call__(self, tokens: Int[ndarray, "n k"]) -> Ball:
        """Logits of every row of tokens, as balls [n, outputs]."""
        parts = [self._batch(tokens[i : i + BATCH]) for i in range(0, len(tokens), BATCH)]
        return Ball(np.concatenate([p.mid for p in parts]), np.concatenate([p.rad for p in parts]))

    def _batch(self, tokens: Int[ndarray, "n k"]) -> Ball:
        a, w = self.arithmetic, self.weights
        last = np.zeros((len(tokens), 1), dtype=np.int64)
        at = np.concatenate([tokens, last], axis=1).T
        residual = Ball(self.last.mid[None], self.last.rad[None])
        for head in range(self.heads):
            attention = a.softmax(_stack([s[head] for s in self.scores], at))
            values = _stack([v[head] for v in self.values], at, axis=1)
            spread = Ball(attention.mid[..., None], attention.rad[..., None])
            mixed = a.dot(spread, values, axis=1)
            residual = a.add(residual, a.matmul(mixed, w["W_O"][head]))
        hidden = a.relu(a.add(a.matmul(residual, w["W_in"]), a.exact(w["b_in"][None])))
        written = a.add(a.matmul(hidden, w["W_out"]), a.exact(w["b_out"][None]))
        return a.matmul(a.add(residual, written), w["W_U"])


def _stack(tables: list[Ball], at: Int[ndarray, "k n"], axis: int = -1) -> Ball:
    mids = [table.mid[rows] for table, rows in zip(tables, at, strict=True)]
    rads = [table.rad[rows] for table, rows in zip(tables, at, strict=True)]
    return Ball(np.stack(mids, axis), np.stack(rads, axis))


FORWARD_PASSES = {"transformer": TransformerPass}
"""By the kind of the stored architecture."""


def margins(logits: Ball) -> tuple[Int[ndarray, " n"], Float[ndarray, " n"], Float[ndarray, " n"]]:
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
