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
        answers: the number of the leading output at every step.
        lead: of that output over the runner-up.
    """

    answers: ndarray
    lead: ndarray


@dataclass(frozen=True)
class RecurrentForward:
    """h_t = tanh(W[x_t] h_{t-1} + b[x_t]), logits_t = W_out h_t + b_out.

    Attributes:
        weights: W [symbols, d, d], b [symbols, d], h_0 [d], W_out [outputs, d], b_out [outputs].
    """

    weights: Mapping[str, ndarray]

    @cached_property
    def _exact(self) -> dict[str, ndarray]:
        return {name: value.astype(np.float64) for name, value in self.weights.items()}

    def __call__(self, sequences: ndarray) -> Said:
        """Run sequences of symbol numbers [n, length]."""
        answers = np.empty(sequences.shape, dtype=np.int64)
        lead = np.empty(sequences.shape)
        for first in range(0, len(sequences), BATCH):
            part = slice(first, first + BATCH)
            hidden = np.tile(self._exact["h_0"], (len(sequences[part]), 1))
            for t, symbols in enumerate(sequences[part].T):
                hidden = self._step(hidden, symbols)
                logits = hidden @ self._exact["W_out"].T + self._exact["b_out"]
                if not np.isfinite(logits).all():
                    raise ValueError("a logit of the network is no finite number")
                answers[part, t] = logits.argmax(axis=1)
                top = np.partition(logits, -2, axis=1)[:, -2:] if logits.shape[1] > 1 else None
                lead[part, t] = np.inf if top is None else top[:, 1] - top[:, 0]
        return Said(answers, lead)

    def _step(self, hidden: ndarray, symbols: ndarray) -> ndarray:
        order = np.argsort(symbols, kind="stable")
        moved = np.empty_like(hidden)
        cuts = np.flatnonzero(np.diff(symbols[order])) + 1
        for rows in np.split(order, cuts):
            symbol = symbols[rows[0]]
            moved[rows] = hidden[rows] @ self._exact["W"][symbol].T + self._exact["b"][symbol]
        return np.tanh(moved)


@dataclass(frozen=True)
class Numbers:
    """What a network says along sequences.

    Attributes:
        answers: the numbers of its answer; where it chooses, the place of the leading one, or -1
            where logits overflow.
        lead: of the answer over the runner-up, or how far numbers are from other roundings.
    """

    answers: ndarray
    lead: ndarray


@dataclass(frozen=True)
class IntegerForward:
    """h_t = σ(A h_{t-1} + B x_t + b), y_t = C h_t + d.

    Attributes:
        shape: activation ("linear", "relu"), readout ("value", "choice") and `one_hot`.
        weights: A [d, d], B [d, inputs], b [d], h_0 [d], C [outputs, d], d [outputs].
    """

    shape: Mapping[str, Any]
    weights: Mapping[str, ndarray]

    @cached_property
    def _exact(self) -> dict[str, ndarray]:
        return {name: value.astype(np.float64) for name, value in self.weights.items()}

    def __call__(self, sequences: ndarray) -> Numbers:
        """Run sequences: values of the channels, or one channel of symbol numbers."""
        chooses = self.shape["readout"] == "choice"
        outputs = 1 if chooses else len(self._exact["d"])
        answers = np.empty((*sequences.shape[:2], outputs), dtype=np.int64)
        lead = np.empty(sequences.shape[:2])
        for first in range(0, len(sequences), BATCH):
            part = slice(first, first + BATCH)
            hidden = np.tile(self._exact["h_0"], (len(sequences[part]), 1))
            for t in range(sequences.shape[1]):
                hidden = self._step(hidden, sequences[part, t])
                y = hidden @ self._exact["C"].T + self._exact["d"]
                if chooses:
                    answers[part, t, 0] = np.where(np.isfinite(y).all(axis=1), y.argmax(axis=1), -1)
                    top = np.sort(y, axis=1)[:, -2:]
                    lead[part, t] = top[:, -1] - top[:, 0] if y.shape[1] > 1 else np.inf
                else:
                    counts = np.abs(y) < LARGEST
                    answers[part, t] = np.where(counts, np.rint(np.where(counts, y, 0)), NONE)
                    lead[part, t] = (0.5 - np.abs(y - np.rint(y))).min(axis=1)
        return Numbers(answers, lead)

    def _step(self, hidden: ndarray, read: ndarray) -> ndarray:
        B = self._exact["B"]
        driven = B.T[read[:, 0]] if self.shape["one_hot"] else read @ B.T
        moved = hidden @ self._exact["A"].T + driven + self._exact["b"]
        return np.maximum(moved, 0) if self.shape["activation"] == "relu" else moved
