"""The stored weights of a recurrent network, run step by step in float64."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

BATCH = 2048


@dataclass(frozen=True)
class Said:
    """What a network says along sequences.

    Attributes:
        answers: the number of the leading output at every step.
        lead: of that output over the runner-up.
    """

    answers: Int[ndarray, "n length"]
    lead: Float[ndarray, "n length"]


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

    def __call__(self, sequences: Int[ndarray, "n length"]) -> Said:
        """Run sequences of symbol numbers."""
        answers = np.empty(sequences.shape, dtype=np.int64)
        lead = np.empty(sequences.shape)
        for first in range(0, len(sequences), BATCH):
            part = slice(first, first + BATCH)
            hidden = np.tile(self._exact["h_0"], (len(sequences[part]), 1))
            for t, symbols in enumerate(sequences[part].T):
                hidden = self._step(hidden, symbols)
                logits = hidden @ self._exact["W_out"].T + self._exact["b_out"]
                answers[part, t] = logits.argmax(axis=1)
                top = np.partition(logits, -2, axis=1)[:, -2:] if logits.shape[1] > 1 else None
                lead[part, t] = np.inf if top is None else top[:, 1] - top[:, 0]
        return Said(answers, lead)

    def _step(
        self, hidden: Float[ndarray, "n d"], symbols: Int[ndarray, " n"]
    ) -> Float[ndarray, "n d"]:
        order = np.argsort(symbols, kind="stable")
        moved = np.empty_like(hidden)
        cuts = np.flatnonzero(np.diff(symbols[order])) + 1
        for rows in np.split(order, cuts):
            symbol = symbols[rows[0]]
            moved[rows] = hidden[rows] @ self._exact["W"][symbol].T + self._exact["b"][symbol]
        return np.tanh(moved)
