"""A one-layer transformer read at its last position, as in Nanda et al. (arXiv 2301.05217).

Tokens are the inputs followed by one "=" token. There is no layer norm, the MLP is ReLU, and only
the last position is read, so that only its query is needed; keys and values depend on token and
position alone and are small tables. Both are exact: `tests/test_architecture.py` holds them
against a forward pass over all positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import relu, softmax

from distill.domain import Domain


@dataclass(frozen=True)
class Transformer:
    """Shapes of a one-layer transformer over `n_inputs` tokens and a final "=".

    Parameters, by name: W_E [n_tokens + 1, d_model] ("=" is the last row), W_pos
    [n_inputs + 1, d_model], W_Q, W_K, W_V [n_heads, d_model, d_head], W_O [n_heads, d_head,
    d_model], W_in [d_model, d_mlp], b_in, W_out [d_mlp, d_model], b_out, W_U [d_model, n_outputs].
    """

    n_inputs: int
    n_tokens: int
    n_outputs: int
    d_model: int = 128
    n_heads: int = 8
    d_mlp: int = 256
    kind: Literal["transformer"] = "transformer"

    @classmethod
    def for_domain(cls, domain: Domain) -> Transformer:
        """Default widths; inputs share one vocabulary, as large as the largest needs."""
        return cls(len(domain.inputs), max(domain.shape), len(domain.outputs))

    @property
    def d_head(self) -> int:
        """Width of an attention head."""
        return self.d_model // self.n_heads

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter."""
        heads, d, d_head = self.n_heads, self.d_model, self.d_head
        return {
            "W_E": (self.n_tokens + 1, d),
            "W_pos": (self.n_inputs + 1, d),
            "W_Q": (heads, d, d_head),
            "W_K": (heads, d, d_head),
            "W_V": (heads, d, d_head),
            "W_O": (heads, d_head, d),
            "W_in": (d, self.d_mlp),
            "b_in": (self.d_mlp,),
            "W_out": (self.d_mlp, d),
            "b_out": (d,),
            "W_U": (d, self.n_outputs),
        }

    def initialise(self, generator: torch.Generator) -> dict[str, Tensor]:
        """Normal weights with the variance of 1 / fan-in, biases zero."""
        fan_in = {"W_out": self.d_mlp, "b_in": None, "b_out": None}
        parameters = {}
        for name, shape in self.shapes().items():
            inputs = fan_in.get(name, self.d_model)
            weights = torch.zeros(shape)
            if inputs is not None:
                weights = torch.randn(shape, generator=generator) / inputs**0.5
            parameters[name] = weights
        return parameters

    def residual_mid(
        self, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"]
    ) -> Float[Tensor, "n d_model"]:
        """The residual stream at the last position, between attention and MLP."""
        W_E, W_pos = parameters["W_E"], parameters["W_pos"]
        heads, d_head = self.n_heads, self.d_head
        equals = W_E[self.n_tokens] + W_pos[self.n_inputs]
        query = torch.einsum("d,hde->he", equals, parameters["W_Q"])
        to_score = torch.einsum("hde,he->dh", parameters["W_K"], query) / d_head**0.5
        W_V = parameters["W_V"].permute(1, 0, 2).reshape(self.d_model, heads * d_head)
        scores, values = [], []
        for position in range(self.n_inputs):
            embedded = W_E[: self.n_tokens] + W_pos[position]
            scores.append((embedded @ to_score)[tokens[:, position]])
            values.append((embedded @ W_V)[tokens[:, position]])
        scores.append((equals @ to_score).expand(len(tokens), heads))
        values.append((equals @ W_V).expand(len(tokens), heads * d_head))
        attention = softmax(torch.stack(scores, dim=-1), dim=-1)
        mixed = sum(
            attention[:, :, position, None] * value.view(-1, heads, d_head)
            for position, value in enumerate(values)
        )
        assert isinstance(mixed, Tensor)
        W_O = parameters["W_O"].reshape(heads * d_head, self.d_model)
        return equals + mixed.reshape(-1, heads * d_head) @ W_O

    def hidden(
        self, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"]
    ) -> Float[Tensor, "n hidden"]:
        """MLP activations after the ReLU at the last position."""
        residual = self.residual_mid(parameters, tokens)
        return relu(residual @ parameters["W_in"] + parameters["b_in"])

    def logits(
        self, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"]
    ) -> Float[Tensor, "n outputs"]:
        """Logits at the last position."""
        residual = self.residual_mid(parameters, tokens)
        hidden = relu(residual @ parameters["W_in"] + parameters["b_in"])
        W_U = parameters["W_U"]
        # W_out @ W_U first: one product over the hidden units instead of two.
        return (residual + parameters["b_out"]) @ W_U + hidden @ (parameters["W_out"] @ W_U)
