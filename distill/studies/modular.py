"""Modular addition for studies: all pairs, a split, and perceptrons on embedded tokens, as a batch.

The first layer reads the two embeddings one after the other, so that its sums are those of two
tables, one for each input: E A for the first and E B for the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import relu, silu

from distill.studies.readout import looked_up, unembedded
from distill.train.together import Parameters


@dataclass(frozen=True)
class Pairs:
    """All pairs modulo p, and which of them are trained on.

    Attributes:
        inputs: [p², 2], in the order of the first and then the second.
        labels: their sums modulo p, or something else for a decoy.
        trained: places in `inputs` of those that are trained on.
        held: places of the others.
    """

    p: int
    inputs: Int[Tensor, "pairs 2"]
    labels: Int[Tensor, " pairs"]
    trained: Int[Tensor, " trained"]
    held: Int[Tensor, " held"]

    @property
    def mask(self) -> Bool[Tensor, "p p"]:
        """Whether a pair is trained on, by a and b."""
        mask = torch.zeros(self.p**2, dtype=torch.bool)
        mask[self.trained] = True
        return mask.view(self.p, self.p)


def pairs(p: int, fraction: float, seed: int, shuffled: bool = False, both: bool = False) -> Pairs:
    """Pairs with a random part to train on.

    Args:
        p: modulus.
        fraction: of the pairs.
        seed: of the choice.
        shuffled: whether labels are permuted, so that they mean nothing.
        both: whether (b, a) goes with (a, b): a held-out pair is then not the mirror image of a
            trained one, which a network that treats its inputs alike would have for nothing.
    """
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.cartesian_prod(torch.arange(p), torch.arange(p))
    labels = inputs.sum(dim=1) % p
    ranks = torch.rand(p, p, generator=generator)
    order = (torch.minimum(ranks, ranks.T) if both else ranks).flatten().argsort(stable=True)
    if shuffled:
        labels = labels[torch.randperm(p * p, generator=generator)]
    count = round(fraction * p * p)
    return Pairs(p, inputs, labels, order[:count].sort().values, order[count:].sort().values)


@dataclass(frozen=True)
class Perceptron:
    """Embedding, hidden layers and unembedding.

    Parameters: E [p, d]; A, B [d, width] and b_0 of the first hidden layer; W_i, b_i of the others;
    U [width, p].

    Attributes:
        widths: of the hidden layers.
        embedding_scale: standard deviation of E times √d is 1 at 1/√d.
        silu: whether units are SiLU rather than ReLU.
    """

    p: int
    d: int = 128
    widths: tuple[int, ...] = (128,)
    embedding_scale: float = 1.0
    silu: bool = False

    def initialise(self, generator: torch.Generator) -> dict[str, Tensor]:
        """Normal weights with the variance of 1 / fan-in, and biases of zero."""

        def drawn(rows: int, columns: int, fan_in: int) -> Tensor:
            return torch.randn(rows, columns, generator=generator) / fan_in**0.5

        first = self.widths[0]
        parameters = {
            "E": torch.randn(self.p, self.d, generator=generator) * self.embedding_scale,
            "A": drawn(self.d, first, 2 * self.d),
            "B": drawn(self.d, first, 2 * self.d),
            "b_0": torch.zeros(first),
        }
        for place, (before, after) in enumerate(
            zip(self.widths, self.widths[1:], strict=False), start=1
        ):
            parameters[f"W_{place}"] = drawn(before, after, before)
            parameters[f"b_{place}"] = torch.zeros(after)
        parameters["U"] = drawn(self.widths[-1], self.p, self.widths[-1])
        return parameters

    def logits(
        self, parameters: Parameters, inputs: Int[Tensor, "n 2"]
    ) -> Float[Tensor, "members n p"]:
        """Logits of every member on the same inputs."""
        bend = silu if self.silu else relu
        E = parameters["E"]
        first = looked_up(E @ parameters["A"], inputs[:, 0])
        second = looked_up(E @ parameters["B"], inputs[:, 1])
        hidden = bend(first + second + parameters["b_0"][:, None])
        for place in range(1, len(self.widths)):
            hidden = bend(hidden @ parameters[f"W_{place}"] + parameters[f"b_{place}"][:, None])
        return unembedded(hidden, parameters["U"])


def spaced(steps: int, count: int) -> list[int]:
    """Steps to look at: all scales of the beginning, then evenly."""
    early = [0, 1, 2, 5, 10, 20, 35]
    late: Sequence[int] = range(0, steps + 1, max(1, steps // count))
    return sorted({*(step for step in early if step <= steps), *late, steps})
