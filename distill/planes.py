"""Surgery on a network's embedding: keep, remove or move the planes of chosen frequencies.

If a network computes with angles, the embedding holds every value on one circle per frequency
(Nanda et al., arXiv 2301.05217), and the circle spans a plane. Everything that touches the
embedding in weight space is here, so that extraction and verification mean the same by a plane.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray

from distill.mechanism import AffineCoordinate
from distill.model import Model, Network

EMBEDDING = "W_E"
"""The parameter whose row t is the embedding of token t, for every input."""


def has_embedding(network: Network) -> TypeGuard[Model]:
    """Whether a network's weights are known and hold one embedding for all inputs."""
    return isinstance(network, Model) and network.shares_embedding


class EmbeddingPlanes:
    """The planes that key frequencies of a coordinate span in the embedding of a network.

    Every method returns the network after an operation in weight space.
    """

    def __init__(
        self, model: Model, coordinate: AffineCoordinate, keys: Sequence[int], count: int
    ) -> None:
        """Find the planes.

        Args:
            model: the network.
            coordinate: of which the keys are frequencies. Token t stands for the value t up to a
                shift, which turns the circles but leaves their planes where they are.
            keys: the frequencies.
            count: how many tokens are values; rows after these are left alone.
        """
        x = np.arange(count)
        columns = []
        for k in keys:
            for weight in sorted({abs(w) for w in coordinate.weights} - {0}):
                angle = 2 * np.pi * k * weight * x / coordinate.modulus
                columns += [np.cos(angle), np.sin(angle)]
        left, sizes, _ = np.linalg.svd(np.stack(columns, axis=1), full_matrices=False)
        basis = left[:, sizes > 1e-9 * sizes[0]]
        self.model = model
        self.count = count
        self.rows = model.parameters[EMBEDDING].double().numpy()[:count]
        self.inside = basis @ (basis.T @ self.rows)

    def _with_rows(self, rows: Float[ndarray, "tokens d"]) -> Model:
        embedding = self.model.parameters[EMBEDDING].double().clone()
        embedding[: self.count] = torch.from_numpy(rows)
        return self.model.with_parameters(**{EMBEDDING: embedding})

    def alone(self) -> Model:
        """With nothing in its embedding but the planes."""
        return self._with_rows(self.inside)

    def kept(self) -> Model:
        """With the mean of its embedding and the planes."""
        return self._with_rows(self.rows.mean(axis=0) + self.inside)

    def removed(self) -> Model:
        """Without the planes."""
        return self._with_rows(self.rows - self.inside)

    def interchanged(self, permutation: Int[ndarray, " tokens"]) -> Model:
        """With every value at the point of another value on the circles."""
        return self._with_rows(self.rows - self.inside + self.inside[permutation])


def embedding_gradients(
    model: Model, tokens: Int[ndarray, "n k"], outputs: Int[ndarray, " n"]
) -> Float[ndarray, "n k d"]:
    """Gradient of logit outputs[i] at the input tokens[i], by the embedding of each of its tokens.

    A token that occurs twice in a row has the sum of its two gradients in both places.
    """
    parameters = {name: weights.detach().double() for name, weights in model.parameters.items()}
    embedding = parameters[EMBEDDING].clone().requires_grad_(True)
    gradients = []
    for row, output in zip(tokens, outputs, strict=True):
        inputs = torch.from_numpy(row[None])
        logits = model.architecture.logits({**parameters, EMBEDDING: embedding}, inputs)
        (gradient,) = torch.autograd.grad(logits[0, int(output)], embedding)
        gradients.append(gradient[torch.from_numpy(row)].numpy())
    return np.stack(gradients)
