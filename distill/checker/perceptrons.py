"""Forward passes of stored perceptrons, and the list of all passes over tokens."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy import ndarray

from .forward import Ball, Pass, TransformerPass, together


class MLPPass(Pass):
    """Forward pass of a stored perceptron over embedded inputs."""

    def _batch(self, tokens: ndarray) -> Ball:
        a, w, x = self.arithmetic, self.weights, self._embedded(tokens)
        for layer in range(1, len(self.shape["widths"]) + 1):
            x = a.affine(x, w[f"W_{layer}"], w[f"b_{layer}"])
            x = a.activation(x, self.shape["activation"])
        return a.affine(x, w["W_U"], w["b_U"])

    def _embedded(self, tokens: ndarray) -> Ball:
        """The rows of the inputs, added or side by side."""
        a, w, inputs = self.arithmetic, self.weights, range(tokens.shape[1])
        tables = [w["W_E" if self.shape["shared"] else f"W_E{i}"] for i in inputs]
        rows = [a.exact(table[tokens[:, i]]) for i, table in enumerate(tables)]
        if self.shape["combine"] == "concat":
            return together(rows, lambda parts: np.concatenate(parts, axis=1))
        x = rows[0]
        for row in rows[1:]:
            x = a.add(x, row)
        return x


class FeedForwardPass(MLPPass):
    """Forward pass of a stored perceptron whose layers are listed."""

    def _batch(self, tokens: ndarray) -> Ball:
        a, w, x = self.arithmetic, self.weights, self._embedded(tokens)
        for k, layer in enumerate(self.shape["layers"], start=1):
            name = layer.partition(" ")[0]
            if name == "linear":
                x = a.affine(x, w[f"W_{k}"], w[f"b_{k}"])
            elif name == "shift":
                x = a.add(x, a.exact(w[f"b_{k}"][None]))
            elif name == "layer_norm":
                x = a.layer_norm(x, w[f"weight_{k}"], w[f"bias_{k}"])
            else:
                x = a.activation(x, name)
        return a.affine(x, w["W_U"], w["b_U"])


FORWARD_PASSES: Mapping[str, type[Pass]] = {
    "transformer": TransformerPass,
    "mlp": MLPPass,
    "feedforward": FeedForwardPass,
}
"""By the kind of the stored architecture."""
