"""The one-layer transformer of Nanda et al. (arXiv 2301.05217) over pairs, as a batch.

Only the position of "=" is read, so that its query, and keys and values of every token at both
positions, are small tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import relu

from distill.studies.readout import looked_up, unembedded
from distill.train.together import Parameters


@dataclass(frozen=True)
class AttentionOverPairs:
    """Embedding, attention from "=", an MLP of ReLU units, and unembedding, all on one stream.

    Parameters: E [p, d]; places [2, d] of the inputs; last [1, d], "=" at its place; W_Q, W_K, W_V
    [d, heads · d_head]; W_O [heads · d_head, d]; W_in [d, width], b_in; W_out [width, d]; U [d, p].
    """

    p: int
    d: int = 128
    heads: int = 4
    width: int = 512

    def initialise(self, generator: torch.Generator) -> dict[str, Tensor]:
        """Normal weights with the variance of 1 / fan-in, and biases of zero."""
        d = self.d
        shapes = {
            **{"E": (self.p, d), "places": (2, d), "last": (1, d)},
            **dict.fromkeys(("W_Q", "W_K", "W_V", "W_O"), (d, d)),
            **{"W_in": (d, self.width), "W_out": (self.width, d), "U": (d, self.p)},
        }
        drawn = {
            name: torch.randn(shape, generator=generator)
            / (self.width if name == "W_out" else d) ** 0.5
            for name, shape in shapes.items()
        }
        return drawn | {"b_in": torch.zeros(self.width)}

    def logits(
        self, parameters: Parameters, inputs: Int[Tensor, "n 2"]
    ) -> Float[Tensor, "members n p"]:
        """Logits of every member on the same inputs."""
        E, last, heads = parameters["E"], parameters["last"], self.heads
        members, count, d_head = len(E), len(inputs), self.d // heads
        query = (last @ parameters["W_Q"]).view(members, heads, d_head)
        keys = parameters["W_K"].view(members, self.d, heads, d_head)
        to_score = torch.einsum("mdhe,mhe->mdh", keys, query) / d_head**0.5
        scores, values = [], []
        for place in range(2):
            stream = E + parameters["places"][:, place, None]
            which = inputs[:, place]
            scores.append(looked_up(stream @ to_score, which))
            values.append(looked_up(stream @ parameters["W_V"], which))
        scores.append((last @ to_score).expand(-1, count, -1))
        values.append((last @ parameters["W_V"]).expand(-1, count, -1))
        attention = torch.stack(scores).softmax(dim=0)
        mixed = sum(
            weight[..., None] * value.view(members, count, heads, d_head)
            for weight, value in zip(attention, values, strict=True)
        )
        assert isinstance(mixed, Tensor), "there are three positions"
        stream = last + mixed.flatten(2) @ parameters["W_O"]
        hidden = relu(stream @ parameters["W_in"] + parameters["b_in"][:, None])
        return unembedded(stream + hidden @ parameters["W_out"], parameters["U"])
