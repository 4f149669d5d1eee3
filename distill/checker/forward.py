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
from typing import Any

import numpy as np
from numpy import ndarray

DOUBLE = 2.0**-53
SINGLE = 2.0**-24
BATCH = 2048
NORM_EPSILON = 1e-5
NOTHING = np.zeros(())
TINY = {DOUBLE: 1e-300, SINGLE: 1e-37}
LARGEST = {DOUBLE: 1e300, SINGLE: 1e37}
"""Numbers beyond this are not covered: sums on the way might overflow."""

Array = ndarray


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
    reached: list[float] = field(default_factory=lambda: [0.0])
    """The largest number that has come up, as an upper bound."""

    def gamma(self, n: int) -> float:
        """γ for n roundings, twice over: once for the evaluation, once for the midpoint."""
        return 2 * n * self.u / (1 - n * self.u)

    def ball(self, mid: Array, rad: Array) -> Ball:
        """A ball whose radius is blown up by what computing the radius may have lost.

        What rounding near 0 can lose beyond its relative error is added too.
        """
        made = Ball(mid, rad * (1 + 1e-12) + TINY[self.u])
        if self.u == SINGLE:  # in float64 an overflow is seen in the logits
            largest = float(
                max(mid.max(initial=0.0), -mid.min(initial=0.0)) + made.rad.max(initial=0)
            )
            self.reached[0] = max(self.reached[0], largest if largest < math.inf else math.inf)
        return made

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

    def activation(self, x: Ball, name: str) -> Ball:
        """An activation function by name: its value at the midpoint, its slope for the radius."""
        if name == "relu":  # moves no two numbers apart, and is exact
            return Ball(np.maximum(x.mid, 0), x.rad)
        if name == "abs":
            return Ball(np.abs(x.mid), x.rad)
        if name == "square":
            rad = (2 * np.abs(x.mid) + x.rad) * x.rad + self.gamma(1) * x.size**2
            return self.ball(x.mid**2, rad)
        if name == "gelu":  # x Φ(x), whose slope is below 1.13; erf right to a few units
            erf = np.asarray(np.frompyfunc(math.erf, 1, 1)(x.mid / math.sqrt(2)), dtype=np.float64)
            mid = 0.5 * x.mid * (1 + erf)
            return self.ball(mid, 1.13 * x.rad + self.gamma(16) * x.size)
        raise ValueError(f"no bound is known for the activation '{name}'")

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

    def scaled(self, x: Ball, weights: Array) -> Ball:
        """Product with stored weights, entry by entry."""
        rad = (x.rad + self.gamma(1) * x.size) * np.abs(weights)
        return self.ball(x.mid * weights, rad)

    def mean(self, x: Ball) -> Ball:
        """Mean over the last axis, which is kept; rounding of 1/n by itself is counted too."""
        n = x.mid.shape[-1]
        total = self.matmul(x, np.ones((n, 1)))
        return self.ball(total.mid / n, (total.rad + self.gamma(2) * total.size) / n)

    def root(self, x: Ball, least: float) -> tuple[Ball, Array]:
        """Square root of numbers that are known to be at least `least`, and a lower bound on it.

        For v and m that are, |√v - √m| = |v - m| / (√v + √m), and √v is bounded from below.
        """
        low = np.sqrt(np.maximum(x.mid * (1 - 1e-12) - x.rad, least))
        mid = np.sqrt(x.mid)
        rad = x.rad / (mid + low)
        return self.ball(mid, rad + self.gamma(1) * (mid + rad)), low * (1 - self.gamma(1))

    def quotient(self, x: Ball, y: Ball, least: Array) -> Ball:
        """Quotient x / y where y is known to be at least `least`, which is positive.

        For x and y of balls around m and n, x/y - m/n = ((x - m) + (m/n)(n - y)) / y.
        """
        mid = x.mid / y.mid
        rad = (x.rad + np.abs(mid) * y.rad) / least
        return self.ball(mid, rad + self.gamma(1) * (np.abs(mid) + rad))

    def layer_norm(self, x: Ball, weight: Array, bias: Array) -> Ball:
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

    def ball(self, mid: Array, rad: Array) -> Ball:
        """A midpoint."""
        return Ball(mid, NOTHING)

    def exact(self, values: Array) -> Ball:
        """Stored numbers."""
        return Ball(values, NOTHING)

    def add(self, x: Ball, y: Ball) -> Ball:
        """Sum."""
        return Ball(x.mid + y.mid, NOTHING)

    def matmul(self, x: Ball, weights: Array) -> Ball:
        """Product with stored weights."""
        return Ball(x.mid @ weights, NOTHING)

    def dot(self, x: Ball, y: Ball, axis: int) -> Ball:
        """Sum of products along an axis."""
        return Ball((x.mid * y.mid).sum(axis), NOTHING)


class TransformerPass:
    """Forward pass of a stored transformer, read at its last position.

    Before the first block the stream at a position depends on its token alone, so that block's
    queries, keys and values are computed once per token of the vocabulary.
    """

    def __init__(
        self, shape: Mapping[str, Any], weights: Mapping[str, Array], u: float = DOUBLE
    ) -> None:
        self.shape, self.arithmetic = shape, Arithmetic(u) if u else Midpoints(DOUBLE)
        self.weights = {name: value.astype(np.float64) for name, value in weights.items()}
        a, w = self.arithmetic, self.weights
        self.embedded = [
            a.add(a.exact(w["W_E"]), a.exact(position[None])) for position in w["W_pos"]
        ]
        self.projected = self._project(0, self.embedded)

    def __call__(self, tokens: ndarray) -> Ball:
        """Logits of every row of tokens, as balls [n, outputs]."""
        return _in_batches(self._batch, tokens)

    def _batch(self, tokens: ndarray) -> Ball:
        a, w, layers = self.arithmetic, self.weights, int(self.shape["n_layers"])
        rows = tokens + np.array(self.shape["offsets"])
        special = np.tile(np.array(self.shape["suffix"], dtype=np.int64), (len(tokens), 1))
        at = list(np.concatenate([rows, special], axis=1).T)
        stream, projected = self.embedded, self.projected
        for layer in range(layers):
            if layer:
                projected = self._project(layer, stream)
            wanted = range(len(at) - 1, len(at)) if layer == layers - 1 else range(len(at))
            stream = [self._block(layer, _take(stream[q], at[q]), projected, at, q) for q in wanted]
            at = [np.arange(len(tokens))] * len(stream)
        logits = a.matmul(self._read(stream[-1], "ln_final"), w["W_U"])
        return a.add(logits, a.exact(w["b_U"][None])) if "b_U" in w else logits

    def _read(self, stream: Ball, norm: str) -> Ball:
        """What a layer reads of the stream: its layer norm, or the stream as it is."""
        if not self.shape.get("layer_norm", False):
            return stream
        weight, bias = (self.weights[f"{norm}_{part}"] for part in ("weight", "bias"))
        return self.arithmetic.layer_norm(stream, weight, bias)

    def _project(self, layer: int, stream: list[Ball]) -> dict[str, list[list[Ball]]]:
        """Queries, keys and values by kind, position and head."""
        a, w, heads = self.arithmetic, self.weights, int(self.shape["n_heads"])
        read = [self._read(x, f"blocks.{layer}.ln_1") for x in stream]

        def project(kind: str, x: Ball, head: int) -> Ball:
            made = a.matmul(x, w[f"blocks.{layer}.W_{kind}"][head])
            bias = w.get(f"blocks.{layer}.b_{kind}")
            return made if bias is None else a.add(made, a.exact(bias[head][None]))

        return {
            kind: [[project(kind, x, head) for head in range(heads)] for x in read]
            for kind in "QKV"
        }

    def _block(
        self,
        layer: int,
        residual: Ball,
        projected: dict[str, list[list[Ball]]],
        at: list[ndarray],
        query: int,
    ) -> Ball:
        """One block at one position: attention to the positions that it may see, then the MLP."""
        a, w, scale = self.arithmetic, self.weights, math.sqrt(int(self.shape["d_head"]))
        seen = range(query + 1) if self.shape["masked"] else range(len(at))
        c = float(self.shape["attention_coefficient"])
        for head in range(int(self.shape["n_heads"])):
            asked = _take(projected["Q"][query][head], at[query])
            keys = _stack([_take(projected["K"][place][head], at[place]) for place in seen])
            raw = a.dot(_take(asked, np.s_[:, None]), keys, axis=-1)
            scores = a.ball(raw.mid / scale, raw.rad / scale + a.gamma(3) * raw.size / scale)
            attention = a.softmax(scores)
            if c != 1:
                mixed = attention.mid * c + (1 - c)
                size = attention.size * abs(c) + abs(1 - c)
                attention = a.ball(mixed, attention.rad * abs(c) + a.gamma(3) * size)
            values = _stack([_take(projected["V"][place][head], at[place]) for place in seen])
            heard = a.dot(_take(attention, np.s_[..., None]), values, axis=1)
            residual = a.add(residual, a.matmul(heard, w[f"blocks.{layer}.W_O"][head]))
        block = {
            name.rpartition(".")[2]: value
            for name, value in w.items()
            if name.startswith(f"blocks.{layer}.")
        }
        if "b_O" in block:
            residual = a.add(residual, a.exact(block["b_O"][None]))
        read = self._read(residual, f"blocks.{layer}.ln_2")
        hidden = a.add(a.matmul(read, block["W_in"]), a.exact(block["b_in"][None]))
        hidden = a.activation(hidden, self.shape["activation"])
        written = a.add(a.matmul(hidden, block["W_out"]), a.exact(block["b_out"][None]))
        return a.add(residual, written)


class MLPPass:
    """Forward pass of a stored perceptron over embedded inputs."""

    def __init__(
        self, shape: Mapping[str, Any], weights: Mapping[str, Array], u: float = DOUBLE
    ) -> None:
        self.shape, self.arithmetic = shape, Arithmetic(u) if u else Midpoints(DOUBLE)
        self.weights = {name: value.astype(np.float64) for name, value in weights.items()}

    def __call__(self, tokens: ndarray) -> Ball:
        """Logits of every row of tokens, as balls [n, outputs]."""
        return _in_batches(self._batch, tokens)

    def _batch(self, tokens: ndarray) -> Ball:
        a, w = self.arithmetic, self.weights
        tables = [w["W_E" if self.shape["shared"] else f"W_E{i}"] for i in range(tokens.shape[1])]
        rows = [a.exact(table[tokens[:, i]]) for i, table in enumerate(tables)]
        if self.shape["combine"] == "concat":
            x = a.exact(np.concatenate([row.mid for row in rows], axis=1))
        else:
            x = rows[0]
            for row in rows[1:]:
                x = a.add(x, row)
        for layer in range(1, len(self.shape["widths"]) + 1):
            x = a.add(a.matmul(x, w[f"W_{layer}"]), a.exact(w[f"b_{layer}"][None]))
            x = a.activation(x, self.shape["activation"])
        return a.add(a.matmul(x, w["W_U"]), a.exact(w["b_U"][None]))


def _in_batches(batch: Callable[[ndarray], Ball], tokens: ndarray) -> Ball:
    parts = [batch(tokens[i : i + BATCH]) for i in range(0, len(tokens), BATCH)]
    rads = [p.rad for p in parts]
    return Ball(
        np.concatenate([p.mid for p in parts]), np.concatenate(rads) if rads[0].ndim else NOTHING
    )


def _take(ball: Ball, rows: Any) -> Ball:
    return Ball(ball.mid[rows], ball.rad[rows] if ball.rad.ndim else ball.rad)


def _stack(balls: list[Ball]) -> Ball:
    mids = np.stack([b.mid for b in balls], axis=1)
    if not balls[0].rad.ndim:
        return Ball(mids, NOTHING)
    return Ball(mids, np.stack([b.rad for b in balls], axis=1))


FORWARD_PASSES = {"transformer": TransformerPass, "mlp": MLPPass}
"""By the kind of the stored architecture."""


def covers(forward: TransformerPass | MLPPass, lead: float) -> bool:
    """Whether a lead was proved for the arithmetic of a pass, in which nothing overflows."""
    weights = max(float(np.abs(value).max()) for value in forward.weights.values())
    arithmetic = forward.arithmetic
    return 0 < lead < math.inf and max(weights, *arithmetic.reached) < LARGEST[arithmetic.u]


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
