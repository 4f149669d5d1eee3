"""Boxes and affine forms of hidden states under layers of Elman, GRU and LSTM cells.

What a step makes of a box is bounded gate by gate: the sums before a gate as dot products with
running error bounds, sigmoid and tanh by their ends, since they rise, products at their corners.
What is a mixture of an old and a new state, z∘h + (1 - z)∘n, lies between mixtures of their ends,
and is bounded as such: as a product and a sum it would count z twice. Where a form is followed and
not its box alone, coordinates are linear in those of the box that was set out from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray

from . import forms
from .forms import Form
from .intervals import Box, MayOverflowError
from .invariant import leads_over


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
        return self.step(symbol, Form((low, high)), roundoff).box

    def step(self, symbol: int, given: Form, roundoff: float) -> Form:
        """What the network makes of every point that a form holds, with a symbol."""
        try:
            return self._step(symbol, given, roundoff)
        except MayOverflowError:
            nowhere = np.full_like(given.box[0], np.inf)
            return Form((-nowhere, nowhere))

    def _step(self, symbol: int, given: Form, roundoff: float) -> Form:
        d, after = self.shape["d_hidden"], list[Form]()
        x, width = forms.constant(self._exact["W_E"][symbol]), d * len(self._kept)
        x = Form(x.box) if given.linear is None else x
        numbers = 0 if given.linear is None else given.linear.along.shape[1]
        for layer in range(self.shape["n_layers"]):
            first = layer * width
            h, c = (given.part(first + at, first + at + d) for at in (0, width - d))
            cell = _Cell(self.shape, self._exact, f"layers.{layer}.", x, h, c, roundoff)
            made, numbers = forms.together(cell.after(), numbers)
            after.append(made)
            x = made.part(0, d)
        if len(after) > 1:  # every rest is a number of its own by now
            return forms.together(after, numbers)[0]
        return after[0]

    def leads(self, low: ndarray, high: ndarray, answers: ndarray, roundoff: float) -> ndarray:
        """Lower bounds on how far an answer leads over all others, on every point of every box."""
        return self.lead(Form((low, high)), answers, roundoff)

    def lead(self, given: Form, answers: ndarray, roundoff: float) -> ndarray:
        """The same, on every point that a form holds."""
        d, w = self.shape["d_hidden"], self._exact
        top = (self.shape["n_layers"] - 1) * d * len(self._kept)
        x = given.part(top, top + d)
        try:
            for place in range(len(self.shape["head"])):
                W, b = w[f"head.{place}.W"], w[f"head.{place}.b"]
                sums = forms.affine([(W, x)], b, roundoff)
                x = forms.activated(self.shape["head_activation"], sums, roundoff)
        except MayOverflowError:
            return np.full(len(answers), -np.inf)
        found = leads_over(w["W_out"], w["b_out"], *x.box, answers, roundoff)
        if x.linear is not None:
            along = forms.leads_along(w["W_out"], w["b_out"], x, answers, roundoff)
            found = np.maximum(found, along)
        return found


@dataclass(frozen=True)
class _Cell:
    """One cell on forms of its inputs and of what it remembers."""

    shape: Mapping[str, Any]
    weights: Mapping[str, ndarray]
    of: str
    x: Form
    h: Form
    c: Form
    roundoff: float

    def after(self) -> list[Form]:
        """What it remembers next."""
        u, shape = self.roundoff, self.shape
        if shape["cell"] == "rnn":
            return [forms.activated(shape["activation"], self._sum("n"), u)]
        if shape["cell"] == "lstm":
            new = forms.activated("tanh", self._sum("g"), u)
            forget = self._gate("f", self.c)
            if shape["coupled"]:
                c = forms.mixed(forget, self.c, new, u)
            else:
                written = forms.product(self._gate("i", self.c), new, u)
                c = forms.total(forms.product(forget, self.c, u), written, u)
            return [forms.product(self._gate("o", c), forms.activated("tanh", c, u), u), c]
        z = self._gate("z")
        new = forms.activated("tanh", self._new(), u)
        old_and_new = (self.h, new) if shape["update"] == "keeps" else (new, self.h)
        return [forms.mixed(z, *old_and_new, u)]

    def _new(self) -> Form:
        """What the new state of a GRU is the tanh of."""
        if self.shape["reset"] == "unused":
            return self._sum("n")
        w, u, r = self.weights, self.roundoff, self._gate("r")
        W, b = w[f"{self.of}W_hn"], w.get(f"{self.of}b_hn", np.zeros(self.shape["d_hidden"]))
        driven = self._driven("n")
        if self.shape["reset"] == "before":
            kept = forms.product(r, self.h, u)
            return forms.total(driven, forms.affine([(W, kept)], b, u), u)
        return forms.total(driven, forms.product(r, forms.affine([(W, self.h)], b, u), u), u)

    def _driven(self, gate: str) -> Form:
        W = self.weights[f"{self.of}W_x{gate}"]
        b = self.weights.get(f"{self.of}b_x{gate}", np.zeros(len(W)))
        return forms.affine([(W, self.x)], b, self.roundoff)

    def _sum(self, gate: str) -> Form:
        """All that a gate adds up: one sum, in whatever order."""
        W_x, W_h = (self.weights[f"{self.of}W_{side}{gate}"] for side in "xh")
        none = np.zeros(len(W_h))
        b_x, b_h = (self.weights.get(f"{self.of}b_{side}{gate}", none) for side in "xh")
        return forms.affine([(W_x, self.x), (W_h, self.h)], b_x, self.roundoff, b_h)

    def _gate(self, gate: str, cell: Form | None = None) -> Form:
        total = self._sum(gate)
        if cell is not None and self.shape["peepholes"]:
            peephole = forms.constant(self.weights[f"{self.of}p_{gate}"])
            peephole = Form(peephole.box) if cell.linear is None else peephole
            seen = forms.product(peephole, cell, self.roundoff)
            total = forms.total(total, seen, self.roundoff)
        gate_of = forms.activated("sigmoid", total, self.roundoff)
        low, high = gate_of.box
        return Form((np.maximum(low, 0.0), np.minimum(high, 1.0)), gate_of.linear)
