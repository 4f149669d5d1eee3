"""Transformers of attention alone over texts, as a batch (Elhage et al., 2021).

Every head adds to the stream what it copies, and the stream is read off at the end: there are no
hidden layers between, so that what a network of one layer cannot do is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from distill.train.together import Parameters


@dataclass(frozen=True)
class AttentionOnly:
    """Layers of causal attention heads on one stream.

    Parameters: E [tokens, d]; places [length, d]; Q_i, K_i, V_i, O_i [d, d] of layer i, whose
    columns (rows, for O_i) are those of one head after the other; U [d, tokens].
    """

    tokens: int
    length: int
    layers: int
    d: int = 64
    heads: int = 4

    def initialise(self, generator: torch.Generator) -> dict[str, Tensor]:
        """Normal weights with the variance of 1 / fan-in."""
        d = self.d
        shapes = {"E": (self.tokens, d), "places": (self.length, d), "U": (d, self.tokens)}
        for layer in range(self.layers):
            shapes |= {f"{name}_{layer}": (d, d) for name in "QKVO"}
        return {
            name: torch.randn(shape, generator=generator) / d**0.5 for name, shape in shapes.items()
        }

    def logits(
        self,
        parameters: Parameters,
        texts: Int[Tensor, "members n length"],
        without: Bool[Tensor, "layers members heads"] | None = None,
    ) -> tuple[
        Float[Tensor, "members n length tokens"],
        list[Float[Tensor, "members n heads length length"]],
    ]:
        """Logits of the next token at every place, and the attention of every layer.

        Args:
            parameters: of every member.
            texts: of every member.
            without: heads whose output is left out.
        """
        members, count, length = texts.shape
        d_head = self.d // self.heads
        after = torch.ones(length, length, dtype=torch.bool).triu(1)
        rows = torch.arange(members)[:, None, None]
        stream = parameters["E"][rows, texts] + parameters["places"][:, None, :length]
        seen = []
        for layer in range(self.layers):
            flat = stream.flatten(1, 2)
            query, key, value = (
                (flat @ parameters[f"{name}_{layer}"])
                .view(members, count, length, self.heads, d_head)
                .transpose(2, 3)
                for name in "QKV"
            )
            scores = (query @ key.mT / d_head**0.5).masked_fill(after, -torch.inf)
            attention = scores.softmax(dim=-1)
            seen.append(attention)
            mixed = attention @ value
            if without is not None:
                mixed = mixed * ~without[layer][:, None, :, None, None]
            joined = mixed.transpose(2, 3).flatten(3).flatten(1, 2)
            stream = stream + (joined @ parameters[f"O_{layer}"]).view_as(stream)
        return (stream.flatten(1, 2) @ parameters["U"]).view(members, count, length, -1), seen


def next_losses(
    logits: Float[Tensor, "members n length tokens"], texts: Int[Tensor, "members n length"]
) -> Float[Tensor, "members n places"]:
    """Cross-entropy of the next token, at every place but the last."""
    now, due = logits[:, :, :-1], texts[:, :, 1:]
    return now.logsumexp(dim=-1) - now.gather(-1, due[..., None])[..., 0]
