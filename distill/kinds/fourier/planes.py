"""Surgery on a network's embedding: keep, remove or move the planes of chosen frequencies.

If a network computes with angles, the embedding holds every value on one circle per frequency
(Nanda et al., arXiv 2301.05217), and the circle spans a plane. Everything that touches the
embedding in weight space is here, so that extraction and verification mean the same by a plane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeGuard

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray

from distill.domains.finite import Domain
from distill.kinds.fourier.coordinate import Coordinate
from distill.networks.architecture import TokenArchitecture
from distill.networks.network import HasLogits
from distill.networks.stored import Model, reads_tokens


@dataclass(frozen=True)
class EmbeddedRows:
    """Rows of a parameter that embed the values of some inputs: row start + t holds token t."""

    parameter: str
    start: int
    count: int
    inputs: tuple[int, ...]


def embedded_rows(model: Model[TokenArchitecture], domain: Domain) -> tuple[EmbeddedRows, ...]:
    """Where a network embeds its inputs: one block of rows, or one for each vocabulary.

    None where two vocabularies share some of their rows and not all.
    """
    blocks: dict[tuple[str, int], list[int]] = {}
    for i in range(len(domain.inputs)):
        blocks.setdefault(model.architecture.embedded(i), []).append(i)
    rows = tuple(
        EmbeddedRows(parameter, start, max(domain.shape[i] for i in inputs), tuple(inputs))
        for (parameter, start), inputs in sorted(blocks.items())
    )
    apart = all(
        first.parameter != second.parameter or first.start + first.count <= second.start
        for first, second in pairwise(rows)
    )
    return rows if apart else ()


def has_embedding(network: HasLogits, domain: Domain) -> TypeGuard[Model[TokenArchitecture]]:
    """Whether a network's weights are known, and which rows of them embed its inputs."""
    return reads_tokens(network) and bool(embedded_rows(network, domain))


class EmbeddingPlanes:
    """The planes that key frequencies of a coordinate span in the embeddings of a network.

    Every method returns the network after an operation in weight space.
    """

    def __init__(
        self,
        model: Model[TokenArchitecture],
        coordinate: Coordinate,
        keys: Sequence[int],
        domain: Domain,
    ) -> None:
        """Find the planes.

        Args:
            model: the network.
            coordinate: of which the keys are frequencies.
            keys: the frequencies.
            domain: of the network. Rows that stand for none of its values are left alone.
        """
        self.model = model
        self.blocks = embedded_rows(model, domain)
        self.rows = [self._read(block) for block in self.blocks]
        self.inside = []
        for block, rows in zip(self.blocks, self.rows, strict=True):
            basis = _circles(coordinate, keys, domain, block)
            self.inside.append(basis @ (basis.T @ rows))

    def _read(self, block: EmbeddedRows) -> Float[ndarray, "tokens d"]:
        weights = self.model.parameters[block.parameter].double().numpy()
        return weights[block.start : block.start + block.count]

    def _with_rows(self, changed: list[Float[ndarray, "_ d"]]) -> Model[TokenArchitecture]:
        names = {block.parameter for block in self.blocks}
        parameters = {name: self.model.parameters[name].double().clone() for name in sorted(names)}
        for block, rows in zip(self.blocks, changed, strict=True):
            place = slice(block.start, block.start + block.count)
            parameters[block.parameter][place] = torch.from_numpy(rows)
        return self.model.with_parameters(**parameters)

    def alone(self) -> Model[TokenArchitecture]:
        """With nothing in its embeddings but the planes."""
        return self._with_rows(self.inside)

    def kept(self) -> Model[TokenArchitecture]:
        """With the means of its embeddings and the planes."""
        pairs = zip(self.rows, self.inside, strict=True)
        return self._with_rows([rows.mean(axis=0) + inside for rows, inside in pairs])

    def removed(self) -> Model[TokenArchitecture]:
        """Without the planes."""
        pairs = zip(self.rows, self.inside, strict=True)
        return self._with_rows([rows - inside for rows, inside in pairs])

    def interchanged(self, permutation: Int[ndarray, " tokens"]) -> Model[TokenArchitecture]:
        """With every value at the point of another value on the circles."""
        pairs = zip(self.rows, self.inside, strict=True)
        return self._with_rows([rows - inside + inside[permutation] for rows, inside in pairs])


def _circles(
    coordinate: Coordinate, keys: Sequence[int], domain: Domain, block: EmbeddedRows
) -> Float[ndarray, "tokens planes"]:
    """Orthonormal basis of the circles on which these inputs' values lie, token by token."""
    columns = []
    for k in keys:
        for i in block.inputs:
            values = np.array(domain.inputs[i])
            numbers = coordinate.numberings[i].numbers(values, coordinate.modulus)
            turns = k * coordinate.weights[i] * numbers % coordinate.modulus
            angle = 2 * np.pi * turns / coordinate.modulus
            for wave in (np.cos(angle), np.sin(angle)):
                columns.append(np.pad(wave, (0, block.count - len(wave))))
    left, sizes, _ = np.linalg.svd(np.stack(columns, axis=1), full_matrices=False)
    return left[:, sizes > 1e-9 * sizes[0]]


def embedding_gradients(
    model: Model[TokenArchitecture],
    domain: Domain,
    tokens: Int[ndarray, "n k"],
    outputs: Int[ndarray, " n"],
) -> Float[ndarray, "n k d"]:
    """Gradient of logit outputs[i] at the input tokens[i], by the embedding of each of its tokens.

    Where inputs share an embedding, a token that occurs twice in a row has the sum of its two
    gradients in both places.
    """
    parameters = {name: weights.detach().double() for name, weights in model.parameters.items()}
    blocks = {i: block for block in embedded_rows(model, domain) for i in block.inputs}
    names = sorted({block.parameter for block in blocks.values()})
    leaves = {name: parameters[name].clone().requires_grad_(True) for name in names}
    gradients = []
    for row, output in zip(tokens, outputs, strict=True):
        logits = model.architecture.logits({**parameters, **leaves}, torch.from_numpy(row[None]))
        found = torch.autograd.grad(logits[0, int(output)], list(leaves.values()))
        by_name = dict(zip(names, found, strict=True))
        gradients.append(
            [
                by_name[blocks[i].parameter][blocks[i].start + int(token)].numpy()
                for i, token in enumerate(row)
            ]
        )
    return np.array(gradients)
