"""Transformers read at their last position (Nanda et al., arXiv 2301.05217).

Tokens are the inputs followed by special tokens ("="). Where there is one layer and the last token
is a special one, only one query is needed, and keys and values depend on token and position alone:
they are small tables, normalised or not. That is exact, and what makes training fast; every other
network goes through all positions. `tests/networks/test_architecture.py` holds the two against
each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import softmax

from distill.checker.scope import many
from distill.domains.finite import Domain
from distill.networks.activation import ACTIVATIONS, Activation
from distill.networks.network import HIDDEN

NORM_EPSILON = 1e-5
"""Added to the variance in a layer norm, as is common."""


@dataclass(frozen=True)
class Transformer:
    """Shapes and token layout of a transformer.

    Parameters, by name: W_E [n_vocab, d_model], W_pos [positions, d_model], W_U [d_model,
    n_outputs]; in every block W_Q, W_K, W_V [n_heads, d_model, d_head], W_O [n_heads, d_head,
    d_model], W_in [d_model, d_mlp], b_in, W_out [d_mlp, d_model], b_out; with `biases` also b_Q,
    b_K, b_V [n_heads, d_head], b_O [d_model] and b_U [n_outputs]; with `layer_norm` also
    ln_1_weight, ln_1_bias, ln_2_weight, ln_2_bias [d_model] in every block, and ln_final_weight,
    ln_final_bias [d_model].

    Attributes:
        offsets: token t of input i is row `offsets[i] + t` of the vocabulary.
        suffix: vocabulary rows of the special tokens that follow the inputs.
        attention_coefficient: c in softmax · c + (1 - c), Zhong et al. (arXiv 2306.17844).
        masked: whether attention is causal.
        layer_norm: whether the stream is normalised before attention, before the MLP and before
            the unembedding.
    """

    n_inputs: int
    n_vocab: int
    n_outputs: int
    offsets: tuple[int, ...]
    suffix: tuple[int, ...]
    d_model: int = 128
    n_heads: int = 8
    d_mlp: int = 256
    n_layers: int = 1
    d_head: int = 16
    activation: Activation = "relu"
    attention_coefficient: float = 1.0
    masked: bool = True
    biases: bool = False
    layer_norm: bool = False
    kind: Literal["transformer"] = "transformer"

    @classmethod
    def for_domain(cls, domain: Domain) -> Transformer:
        """Default widths; the inputs share one vocabulary, and "=" is its last token."""
        values, count = max(domain.shape), len(domain.inputs)
        return cls(count, values + 1, len(domain.outputs), (0,) * count, (values,))

    @property
    def in_words(self) -> str:
        """Its layers, heads and widths, and what is not usual of it."""
        other = {
            f"heads of {self.d_head}": self.d_head * self.n_heads != self.d_model,
            f"attention coefficient {self.attention_coefficient:g}": self.attention_coefficient
            != 1,
            "attention in both directions": not self.masked,
            "biases": self.biases,
            "layer norm": self.layer_norm,
        }
        sizes = (
            f"transformer of {many(self.n_layers, 'layer')} and {many(self.n_heads, 'head')}, "
            f"{self.d_model:,} wide, {self.d_mlp:,} {self.activation}"
        )
        return ", ".join([sizes, *(said for said, so in other.items() if so)])

    @property
    def positions(self) -> int:
        """How many tokens are read."""
        return self.n_inputs + len(self.suffix)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter."""
        heads, d, d_head = self.n_heads, self.d_model, self.d_head
        shapes: dict[str, tuple[int, ...]] = {
            "W_E": (self.n_vocab, d),
            "W_pos": (self.positions, d),
        }
        for layer in range(self.n_layers):
            block: dict[str, tuple[int, ...]] = {
                "W_Q": (heads, d, d_head),
                "W_K": (heads, d, d_head),
                "W_V": (heads, d, d_head),
                "W_O": (heads, d_head, d),
                "W_in": (d, self.d_mlp),
                "b_in": (self.d_mlp,),
                "W_out": (self.d_mlp, d),
                "b_out": (d,),
            }
            if self.biases:
                block |= dict.fromkeys(("b_Q", "b_K", "b_V"), (heads, d_head))
                block |= {"b_O": (d,)}
            if self.layer_norm:
                norms = ("ln_1_weight", "ln_1_bias", "ln_2_weight", "ln_2_bias")
                block |= dict.fromkeys(norms, (d,))
            shapes |= {f"blocks.{layer}.{name}": shape for name, shape in block.items()}
        if self.layer_norm:
            shapes |= {"ln_final_weight": (d,), "ln_final_bias": (d,)}
        shapes["W_U"] = (d, self.n_outputs)
        if self.biases:
            shapes["b_U"] = (self.n_outputs,)
        return shapes

    def initialise(self, generator: torch.Generator) -> dict[str, Tensor]:
        """Normal weights with the variance of 1 / fan-in, biases zero, layer norms plain."""
        parameters = {}
        for name, shape in self.shapes().items():
            short = name.rpartition(".")[2]
            fan_in = self.d_mlp if short == "W_out" else self.d_model
            weights = torch.zeros(shape)
            if short.startswith("W"):
                weights = torch.randn(shape, generator=generator) / fan_in**0.5
            elif short.endswith("_weight"):
                weights = torch.ones(shape)
            parameters[name] = weights
        return parameters

    def logits(
        self, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"]
    ) -> Float[Tensor, "n outputs"]:
        """Logits at the last position."""
        residual, hidden = self._before_last_write(parameters, tokens)
        block = self._block(parameters, self.n_layers - 1)
        W_U = parameters["W_U"]
        if self.layer_norm:
            written = residual + hidden @ block["W_out"] + block["b_out"]
            logits = self._normalised(parameters, "ln_final", written) @ W_U
        else:  # W_out @ W_U first: one product over the hidden units instead of two.
            logits = (residual + block["b_out"]) @ W_U + hidden @ (block["W_out"] @ W_U)
        return logits + parameters["b_U"] if self.biases else logits

    @property
    def places(self) -> tuple[str, ...]:
        """Where activations can be asked for, at the last position: the last MLP's hidden units,
        and the residual stream that it reads.
        """
        return "residual", HIDDEN

    def embedded(self, place: int) -> tuple[str, int]:
        """The parameter that embeds an input, and the row of its token 0."""
        return "W_E", self.offsets[place]

    def activations(
        self, place: str, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"]
    ) -> Float[Tensor, "n width"]:
        """Activations at one of the places."""
        return self._before_last_write(parameters, tokens)[self.places.index(place)]

    def _before_last_write(
        self, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"]
    ) -> tuple[Float[Tensor, "n d_model"], Float[Tensor, "n hidden"]]:
        """Residual stream before the last MLP writes, and the hidden units of that MLP."""
        if self.n_layers == 1 and self.suffix and not self.biases:
            residual = self._by_tables(parameters, tokens)
        else:
            residual = self._all_positions(parameters, tokens)
        block = self._block(parameters, self.n_layers - 1)
        return residual, self._units(block, residual)

    def _units(
        self, block: dict[str, Tensor], stream: Float[Tensor, "*rest d_model"]
    ) -> Float[Tensor, "*rest hidden"]:
        """Hidden units of a block's MLP."""
        read = self._normalised(block, "ln_2", stream)
        return ACTIVATIONS[self.activation](read @ block["W_in"] + block["b_in"])

    def _by_tables(
        self, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"]
    ) -> Float[Tensor, "n d_model"]:
        W_E, W_pos, block = parameters["W_E"], parameters["W_pos"], self._block(parameters, 0)
        heads, d_head, count = self.n_heads, self.d_head, len(tokens)
        last = W_E[self.suffix[-1]] + W_pos[-1]

        read = partial(self._normalised, block, "ln_1")
        query = torch.einsum("d,hde->he", read(last), block["W_Q"])
        to_score = torch.einsum("hde,he->dh", block["W_K"], query) / d_head**0.5
        W_V = block["W_V"].permute(1, 0, 2).reshape(self.d_model, heads * d_head)
        scores, values = [], []
        for position, offset in enumerate(self.offsets):
            embedded = read(W_E[offset:] + W_pos[position])
            scores.append((embedded @ to_score)[tokens[:, position]])
            values.append((embedded @ W_V)[tokens[:, position]])
        for place, row in enumerate(self.suffix, start=self.n_inputs):
            embedded = read(W_E[row] + W_pos[place])
            scores.append((embedded @ to_score).expand(count, heads))
            values.append((embedded @ W_V).expand(count, heads * d_head))
        attention = softmax(torch.stack(scores, dim=-1), dim=-1)
        if (c := self.attention_coefficient) != 1:
            attention = attention * c + (1 - c)
        mixed = sum(
            attention[:, :, position, None] * value.view(-1, heads, d_head)
            for position, value in enumerate(values)
        )
        assert isinstance(mixed, Tensor)
        W_O = block["W_O"].reshape(heads * d_head, self.d_model)
        return last + mixed.reshape(-1, heads * d_head) @ W_O

    def _all_positions(
        self, parameters: dict[str, Tensor], tokens: Int[Tensor, "n k"]
    ) -> Float[Tensor, "n d_model"]:
        rows = tokens + torch.tensor(self.offsets)
        special = torch.tensor(self.suffix, dtype=torch.int64).expand(len(tokens), -1)
        stream = parameters["W_E"][torch.cat([rows, special], dim=1)] + parameters["W_pos"]
        for layer in range(self.n_layers):
            block = self._block(parameters, layer)
            stream = stream + self._attend(block, self._normalised(block, "ln_1", stream))
            if layer < self.n_layers - 1:
                hidden = self._units(block, stream)
                stream = stream + hidden @ block["W_out"] + block["b_out"]
        return stream[:, -1]

    def _attend(
        self, block: dict[str, Tensor], stream: Float[Tensor, "n positions d_model"]
    ) -> Float[Tensor, "n positions d_model"]:
        Q, K, V = (torch.einsum("npd,hde->nhpe", stream, block[f"W_{kind}"]) for kind in "QKV")
        if self.biases:
            Q, K, V = (
                it + block[f"b_{kind}"][:, None] for it, kind in zip((Q, K, V), "QKV", strict=True)
            )
        scores = Q @ K.transpose(-1, -2) / self.d_head**0.5
        future = torch.zeros(scores.shape[-2:], dtype=torch.bool)
        if self.masked:
            future = torch.ones_like(future).triu(diagonal=1)
        c = self.attention_coefficient
        attention = softmax(scores.masked_fill(future, -torch.inf), dim=-1) * c + (1 - c)
        attention = attention.masked_fill(future, 0.0)
        written = torch.einsum("nhpe,hed->npd", attention @ V, block["W_O"])
        return written + block["b_O"] if self.biases else written

    def _normalised(
        self, parameters: dict[str, Tensor], name: str, stream: Float[Tensor, "*rest d_model"]
    ) -> Float[Tensor, "*rest d_model"]:
        """What a layer reads of the stream: its layer norm, or the stream as it is.

        Written out because the checker bounds the rounding of these steps, and a library's kernel
        may take others.
        """
        if not self.layer_norm:
            return stream
        centred = stream - stream.mean(-1, keepdim=True)
        spread = (centred.square().mean(-1, keepdim=True) + NORM_EPSILON).sqrt()
        return centred / spread * parameters[f"{name}_weight"] + parameters[f"{name}_bias"]

    def _block(self, parameters: dict[str, Tensor], layer: int) -> dict[str, Tensor]:
        prefix = f"blocks.{layer}."
        return {
            name.removeprefix(prefix): weights
            for name, weights in parameters.items()
            if name.startswith(prefix)
        }
