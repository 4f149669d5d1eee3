"""The stored weights of recurrent networks, run step by step in float64."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray

BATCH = 2048
LARGEST = 2.0**63
NONE = -(1 << 63)
"""What stands for an answer that is no number of 64 bits; no program may answer it."""


@dataclass(frozen=True)
class Said:
    """What a network says along sequences.

    Attributes:
        answers: the numbers of its answer at every step, [n, length, outputs]; where it chooses,
            the place of the leading one, or -1 where one is no finite number.
        lead: of the answer over the runner-up, or how far numbers are from other roundings.
    """

    answers: ndarray
    lead: ndarray


@dataclass(frozen=True)
class RecurrentForward:
    """h_t = tanh(W[x_t] h_{t-1} + b[x_t]), y_t = W_out h_t + b_out.

    Attributes:
        shape: of the network.
        weights: W [symbols, d, d], b [symbols, d], h_0 [d], W_out [outputs, d], b_out [outputs].
    """

    shape: Mapping[str, Any]
    weights: Mapping[str, ndarray]

    def __call__(self, sequences: ndarray) -> Said:
        """Run sequences [n, length, channels], or of symbol numbers in one channel."""
        answers, leads = [], []
        for first in range(0, len(sequences), BATCH):
            part = sequences[first : first + BATCH]
            hidden, said = np.tile(self._start(), (len(part), 1)), []
            for t in range(part.shape[1]):
                hidden = self._step(hidden, part[:, t])
                said.append(self._answer(self._read(hidden)))
            answers.append(np.stack([answer for answer, _ in said], axis=1))
            leads.append(np.stack([lead for _, lead in said], axis=1))
        return Said(np.concatenate(answers), np.concatenate(leads))

    @cached_property
    def _exact(self) -> dict[str, ndarray]:
        return {name: value.astype(np.float64) for name, value in self.weights.items()}

    def _start(self) -> ndarray:
        return self._exact["h_0"]

    def _step(self, hidden: ndarray, read: ndarray) -> ndarray:
        moved, order = np.empty_like(hidden), np.argsort(read[:, 0], kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(read[order, 0])) + 1):
            symbol = read[rows[0], 0]
            moved[rows] = hidden[rows] @ self._exact["W"][symbol].T + self._exact["b"][symbol]
        return np.tanh(moved)

    def _read(self, hidden: ndarray) -> ndarray:
        return hidden @ self._exact["W_out"].T + self._exact["b_out"]

    def _answer(self, y: ndarray) -> tuple[ndarray, ndarray]:
        """The leading output, and its lead."""
        return _chosen(y)


@dataclass(frozen=True)
class IntegerForward(RecurrentForward):
    """h_t = σ(A h_{t-1} + B x_t + b), y_t = C h_t + d.

    Attributes:
        shape: activation ("linear", "relu"), readout ("value", "choice") and `one_hot`.
        weights: A [d, d], B [d, inputs], b [d], h_0 [d], C [outputs, d], d [outputs].
    """

    def _step(self, hidden: ndarray, read: ndarray) -> ndarray:
        B = self._exact["B"]
        driven = B.T[read[:, 0]] if self.shape["one_hot"] else read @ B.T
        moved = hidden @ self._exact["A"].T + driven + self._exact["b"]
        return np.maximum(moved, 0) if self.shape["activation"] == "relu" else moved

    def _read(self, hidden: ndarray) -> ndarray:
        return hidden @ self._exact["C"].T + self._exact["d"]

    def _answer(self, y: ndarray) -> tuple[ndarray, ndarray]:
        return (_chosen if self.shape["readout"] == "choice" else _rounded)(y)


@dataclass(frozen=True)
class LayersForward(RecurrentForward):
    """Stacked Elman, GRU or LSTM cells over the vectors of symbols, and a head of linear layers.

    Attributes:
        shape: which cell, how many layers, where the reset gate acts, what z keeps, and so on.
        weights: of every gate its own, "layers.0.W_xz" and so on; W_E, W_out, b_out, "head.0.W".
    """

    def _start(self) -> ndarray:
        return np.concatenate(
            [self._exact[f"layers.{k}.{s}_0"] for k in range(self._layers) for s in self._kept]
        )

    def _step(self, hidden: ndarray, read: ndarray) -> ndarray:
        d, x, after = self.shape["d_hidden"], self._exact["W_E"][read[:, 0]], list[ndarray]()
        for layer in range(self._layers):
            width = d * len(self._kept)
            old = hidden[:, layer * width : (layer + 1) * width]
            after += self._cell(f"layers.{layer}.", x, old[:, :d], old[:, d:])
            x = after[-len(self._kept)]
        return np.concatenate(after, axis=1)

    def _read(self, hidden: ndarray) -> ndarray:
        d, w = self.shape["d_hidden"], self._exact
        x = hidden[:, -d * len(self._kept) :][:, :d]
        for place in range(len(self.shape["head"])):
            x = x @ w[f"head.{place}.W"].T + w[f"head.{place}.b"]
            x = ACTIVATIONS[self.shape["head_activation"]](x)
        return x @ w["W_out"].T + w["b_out"]

    def _answer(self, y: ndarray) -> tuple[ndarray, ndarray]:
        return (_chosen if self.shape["readout"] == "choice" else _rounded)(y)

    @property
    def _layers(self) -> int:
        return self.shape["n_layers"]

    @property
    def _kept(self) -> str:
        """What a layer remembers: h, and c of an LSTM."""
        return "hc" if self.shape["cell"] == "lstm" else "h"

    def _cell(self, of: str, x: ndarray, h: ndarray, c: ndarray) -> list[ndarray]:
        """What a layer remembers next."""
        w, shape = self._exact, self.shape

        def side(name: str, gate: str, seen: ndarray) -> ndarray:
            product = seen @ w[f"{of}W_{name}{gate}"].T
            return product + w.get(f"{of}b_{name}{gate}", 0.0)

        def gate(name: str, cell: ndarray | None = None) -> ndarray:
            total = side("x", name, x) + side("h", name, h)
            return _sigmoid(total if cell is None else total + w.get(f"{of}p_{name}", 0.0) * cell)

        if shape["cell"] == "rnn":
            return [ACTIVATIONS[shape["activation"]](side("x", "n", x) + side("h", "n", h))]
        if shape["cell"] == "lstm":
            forget = gate("f", c)
            written = 1 - forget if shape["coupled"] else gate("i", c)
            c = forget * c + written * np.tanh(side("x", "g", x) + side("h", "g", h))
            return [gate("o", c) * np.tanh(c), c]
        z, driven = gate("z"), side("x", "n", x)
        if shape["reset"] == "after":
            new = np.tanh(driven + gate("r") * side("h", "n", h))
        else:
            seen = h if shape["reset"] == "unused" else gate("r") * h
            new = np.tanh(driven + side("h", "n", seen))
        kept = z if shape["update"] == "keeps" else 1 - z
        return [kept * h + (1 - kept) * new]


def _sigmoid(values: ndarray) -> ndarray:
    return 1 / (1 + np.exp(-np.clip(values, -700, 700)))


ACTIVATIONS = {"tanh": np.tanh, "relu": lambda x: np.maximum(x, 0), "sigmoid": _sigmoid}


def _chosen(y: ndarray) -> tuple[ndarray, ndarray]:
    """The place of the leading output, and its lead; -1 where one is no finite number."""
    top = np.sort(y, axis=1)[:, -2:]
    lead = top[:, -1] - top[:, 0] if y.shape[1] > 1 else np.full(len(y), np.inf)
    return np.where(np.isfinite(y).all(axis=1), y.argmax(axis=1), -1)[:, None], lead


def _rounded(y: ndarray) -> tuple[ndarray, ndarray]:
    """The nearest integers, and how far they are from others."""
    counts = np.abs(y) < LARGEST
    answers = np.where(counts, np.rint(np.where(counts, y, 0)), NONE).astype(np.int64)
    return answers, (0.5 - np.abs(y - np.rint(y))).min(axis=1)


PASSES = {
    "recurrent": RecurrentForward,
    "integer_recurrent": IntegerForward,
    "recurrent_layers": LayersForward,
}
"""By the kind of the stored architecture."""
