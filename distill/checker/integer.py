"""The stored weights of a recurrent network that reads integers, run step by step in float64."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

BATCH = 2048


@dataclass(frozen=True)
class Numbers:
    """What a network says along sequences.

    Attributes:
        answers: the numbers of its answer; where it chooses, the place of the leading one.
        lead: of the answer over the runner-up, or how far numbers are from other roundings.
    """

    answers: Int[ndarray, "n length outputs"]
    lead: Float[ndarray, "n length"]


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

    def __call__(self, sequences: Int[ndarray, "n length channels"]) -> Numbers:
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
                    answers[part, t, 0] = y.argmax(axis=1)
                    top = np.sort(y, axis=1)[:, -2:]
                    lead[part, t] = top[:, -1] - top[:, 0] if y.shape[1] > 1 else np.inf
                else:
                    answers[part, t] = np.rint(y).astype(np.int64)
                    lead[part, t] = (0.5 - np.abs(y - np.rint(y))).min(axis=1)
        return Numbers(answers, lead)

    def _step(
        self, hidden: Float[ndarray, "n d"], read: Int[ndarray, "n channels"]
    ) -> Float[ndarray, "n d"]:
        B = self._exact["B"]
        driven = B.T[read[:, 0]] if self.shape["one_hot"] else read @ B.T
        moved = hidden @ self._exact["A"].T + driven + self._exact["b"]
        return np.maximum(moved, 0) if self.shape["activation"] == "relu" else moved
