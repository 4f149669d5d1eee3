"""Boxes of hidden states under layers of Elman, GRU and LSTM cells.

The image of a box is bounded gate by gate: the sums before a gate as dot products with running
error bounds, sigmoid and tanh by their ends, since they rise, products at their four corners. What
is a mixture of an old and a new state, z∘h + (1 - z)∘n, lies between mixtures of their ends, and is
bounded as such: as a product and a sum it would count z twice. Every quantity holds what the stored
weights define in real arithmetic, and what a plain evaluation in floating point of the given unit
roundoff makes of it, summed in any order; sigmoid and tanh are taken to be right to four units in
the last place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray

from .forward import DOUBLE, LARGEST
from .invariant import TANH_ULPS, centre_and_radius, leads_over, sum_error

Box = tuple[ndarray, ndarray]
"""Lower and upper corners."""

TINY = 1e-300
"""What rounding near 0 can lose beyond its relative error."""


@dataclass(frozen=True)
class LayerBoxes:
    """What stacked cells do with boxes of what they remember.

    Attributes:
        shape: of the network.
        weights: by name.
    """

    shape: Mapping[str, Any]
    weights: Mapping[str, ndarray]

    @cached_property
    def _exact(self) -> dict[str, ndarray]:
        return {name: value.astype(np.float64) for name, value in self.weights.items()}

    @property
    def _kept(self) -> str:
        return "hc" if self.shape["cell"] == "lstm" else "h"

    @property
    def start(self) -> ndarray:
        """What all layers remember before the first symbol."""
        layers = range(self.shape["n_layers"])
        return np.concatenate(
            [self._exact[f"layers.{k}.{s}_0"] for k in layers for s in self._kept]
        )

    def image(self, symbol: int, low: ndarray, high: ndarray, roundoff: float) -> Box:
        """A box around what the network makes of every point of every box with a symbol."""
        d, after = self.shape["d_hidden"], list[Box]()
        vector = np.tile(self._exact["W_E"][symbol], (len(low), 1))
        x, width = (vector, vector), d * len(self._kept)
        for layer in range(self.shape["n_layers"]):
            first = layer * width
            h, c = (
                (low[:, first + at : first + at + d], high[:, first + at : first + at + d])
                for at in (0, width - d)
            )
            after += _Step(self.shape, self._exact, f"layers.{layer}.", x, h, c, roundoff).boxes()
            x = after[-len(self._kept)]
        inner, outer = (np.concatenate(ends, axis=1) for ends in zip(*after, strict=True))
        lost = ~(np.isfinite(inner) & np.isfinite(outer)).all(axis=1)
        inner[lost], outer[lost] = -np.inf, np.inf  # a sum might overflow
        return inner, outer

    def leads(self, low: ndarray, high: ndarray, answers: ndarray, roundoff: float) -> ndarray:
        """Lower bounds on how far an answer leads over all others, on every point of every box."""
        d, w = self.shape["d_hidden"], self._exact
        top = (self.shape["n_layers"] - 1) * d * len(self._kept)
        x = low[:, top : top + d], high[:, top : top + d]
        for place in range(len(self.shape["head"])):
            W, b = w[f"head.{place}.W"], w[f"head.{place}.b"]
            x = _activated(self.shape["head_activation"], _affine([(W, x)], b, roundoff), roundoff)
        return leads_over(w["W_out"], w["b_out"], *x, answers, roundoff)


@dataclass(frozen=True)
class _Step:
    """One cell on boxes of its inputs and of what it remembers."""

    shape: Mapping[str, Any]
    weights: Mapping[str, ndarray]
    of: str
    x: Box
    h: Box
    c: Box
    roundoff: float

    def boxes(self) -> list[Box]:
        """What it remembers next."""
        u, shape = self.roundoff, self.shape
        if shape["cell"] == "rnn":
            return [_activated(shape["activation"], self._sum("n"), u)]
        if shape["cell"] == "lstm":
            new = _activated("tanh", self._sum("g"), u)
            forget = self._gate("f", self.c)
            if shape["coupled"]:
                c = _mixed(forget, self.c, new, u)
            else:
                written = _product(self._gate("i", self.c), new, u)
                c = _sum(_product(forget, self.c, u), written, u)
            return [_product(self._gate("o", c), _activated("tanh", c, u), u), c]
        z = self._gate("z")
        new = _activated("tanh", self._new(), u)
        old_and_new = (self.h, new) if shape["update"] == "keeps" else (new, self.h)
        return [_mixed(z, *old_and_new, u)]

    def _new(self) -> Box:
        """What the new state of a GRU is the tanh of."""
        if self.shape["reset"] == "unused":
            return self._sum("n")
        w, u, r = self.weights, self.roundoff, self._gate("r")
        W, b = w[f"{self.of}W_hn"], w.get(f"{self.of}b_hn", np.zeros(self.shape["d_hidden"]))
        driven = self._driven("n")
        if self.shape["reset"] == "before":
            return _sum(driven, _affine([(W, _product(r, self.h, u))], b, u), u)
        return _sum(driven, _product(r, _affine([(W, self.h)], b, u), u), u)

    def _driven(self, gate: str) -> Box:
        W = self.weights[f"{self.of}W_x{gate}"]
        b = self.weights.get(f"{self.of}b_x{gate}", np.zeros(len(W)))
        return _affine([(W, self.x)], b, self.roundoff)

    def _sum(self, gate: str) -> Box:
        """All that a gate adds up: one sum, in whatever order."""
        W_x, W_h = (self.weights[f"{self.of}W_{side}{gate}"] for side in "xh")
        none = np.zeros(len(W_h))
        b_x, b_h = (self.weights.get(f"{self.of}b_{side}{gate}", none) for side in "xh")
        return _affine([(W_x, self.x), (W_h, self.h)], b_x, self.roundoff, b_h)

    def _gate(self, gate: str, cell: Box | None = None) -> Box:
        total = self._sum(gate)
        if cell is not None and self.shape["peepholes"]:
            peephole = self.weights[f"{self.of}p_{gate}"]
            seen = _product((peephole, peephole), cell, self.roundoff)
            total = _sum(total, seen, self.roundoff)
        low, high = _activated("sigmoid", total, self.roundoff)
        return np.maximum(low, 0.0), np.minimum(high, 1.0)


def _affine(
    parts: list[tuple[ndarray, Box]], b: ndarray, roundoff: float, beside: ndarray | None = None
) -> Box:
    """Sums of products and of one or two biases."""
    terms = sum(W.shape[1] for W, _ in parts) + 1
    middle, size, spread = b + (0.0 if beside is None else beside), np.abs(b), np.zeros(())
    size = size + (0.0 if beside is None else np.abs(beside))
    for W, box in parts:
        centre, radius = centre_and_radius(*box)
        middle = middle + centre @ W.T
        size = size + np.abs(centre) @ np.abs(W).T
        spread = spread + radius @ np.abs(W).T
    off = sum_error(terms, roundoff) * (size + spread) + TINY
    reach = spread * (1 + 4 * sum_error(terms, DOUBLE)) + off
    fits = np.max(size + spread) < LARGEST[roundoff]
    return (middle - reach, middle + reach) if fits else (-np.inf + 0 * size, np.inf + 0 * size)


def _activated(name: str, box: Box, roundoff: float) -> Box:
    """A rising function of both ends."""
    low, high = box
    if name == "relu":
        return np.maximum(low, 0), np.maximum(high, 0)
    ulps = 2 * TANH_ULPS * (roundoff + DOUBLE)
    if name == "tanh":
        return np.tanh(low) - ulps, np.tanh(high) + ulps
    return 0.5 + 0.5 * np.tanh(0.5 * low) - ulps, 0.5 + 0.5 * np.tanh(0.5 * high) + ulps


def _product(one: Box, other: Box, roundoff: float) -> Box:
    corners = np.stack([a * b for a in one for b in other])
    off = 4 * (roundoff + DOUBLE) * np.abs(corners).max(axis=0) + TINY
    return corners.min(axis=0) - off, corners.max(axis=0) + off


def _sum(one: Box, other: Box, roundoff: float) -> Box:
    low, high = one[0] + other[0], one[1] + other[1]
    sizes = sum(np.maximum(np.abs(a), np.abs(b)) for a, b in (one, other))
    off = 4 * (roundoff + DOUBLE) * sizes + TINY
    return low - off, high + off


def _mixed(part: Box, one: Box, other: Box, roundoff: float) -> Box:
    """p∘a + (1 - p)∘b for p in a box within 0 to 1: it rises with a and b, and is linear in p."""
    low = np.minimum(*(p * one[0] + (1 - p) * other[0] for p in part))
    high = np.maximum(*(p * one[1] + (1 - p) * other[1] for p in part))
    sizes = sum(np.maximum(np.abs(a), np.abs(b)) for a, b in (one, other))
    off = 8 * (roundoff + DOUBLE) * sizes + TINY
    return low - off, high + off
