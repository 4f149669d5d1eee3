"""Transformers that read a text at once and answer at its positions, or at the last one.

The forward pass is written once, for training and for interventions: whoever asks may look at
every site on the way, and put something else there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import softmax

from distill.networks.activation import ACTIVATIONS, Activation

Edit = Callable[[str, Tensor], Tensor]
"""From a site and what is there to what is to be there: `scores L`, `attention L` [n, heads, q, k],
`heads L` [n, heads, q, d_model] and `mlp L` [n, q, d_model], of layer L from 0."""


def _unchanged(site: str, there: Tensor) -> Tensor:
    return there


@dataclass(frozen=True)
class TextTransformer:
    """Shapes and readout of a transformer over texts.

    Parameters, by name: W_E [n_rows, d_model], W_pos [n_positions, d_model], W_U [d_model,
    n_outputs], b_U; in every block W_Q, W_K, W_V [n_heads, d_model, d_head], b_Q, b_K, b_V
    [n_heads, d_head], W_O [n_heads, d_head, d_model], b_O; where there are MLPs W_in [d_model,
    d_mlp], b_in, W_out [d_mlp, d_model], b_out; with `layer_norm` ln_1_weight, ln_1_bias [d_model]
    in every block, ln_2_weight, ln_2_bias where there are MLPs, and ln_final_weight, ln_final_bias.
    What a file holds fused or tied is stored apart.

    Attributes:
        n_rows: of the embedding; special tokens have some of them.
        tokens: the row of every token of a text, in the order of their values.
        bos: the row of the token that is put before every text; null for none.
        d_mlp: 0 without MLPs.
        causal: whether a position sees those before it and itself alone.
        layer_norm: whether the stream is normalised before attention, MLP and unembedding.
        norm_epsilon: added to the variance in a layer norm.
        starts: positions that a text may start at: position ids go on from one of 0 to starts - 1,
            which the text itself decides (`first_positions`).
        readout: whether an output is chosen, or the one output is a number, or an answer is the set
            of outputs above 0, written as the sum of what they stand for (powers of two).
        reads: at which positions answers are: every one, the last, or from a token on.
        read_from: the row of that token: answers are read where it stands, and after it.
        tie: a lead below it is none: the network chooses no answer.
        none: the number that stands for no answer, and for what stands before `read_from`.
        tolerance: up to which numbers count as the same, beside 1 or their size.
    """

    n_rows: int
    tokens: tuple[int, ...]
    n_positions: int
    n_outputs: int
    d_model: int
    n_layers: int
    n_heads: int
    d_head: int
    d_mlp: int
    bos: int | None = None
    causal: bool = False
    layer_norm: bool = False
    norm_epsilon: float = 1e-5
    activation: Activation = "relu"
    starts: int = 1
    readout: Literal["choice", "value", "set"] = "choice"
    reads: Literal["every", "last", "after"] = "every"
    read_from: int | None = None
    tie: float = 0.0
    none: int = -1
    tolerance: float = 1e-9
    kind: Literal["text_transformer"] = "text_transformer"

    @property
    def longest(self) -> int:
        """Tokens of the longest text, for which there are positions wherever it starts."""
        return self.n_positions - self.before - (self.starts - 1)

    @property
    def before(self) -> int:
        """Tokens that are put before a text."""
        return 0 if self.bos is None else 1

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter."""
        heads, d, d_head = self.n_heads, self.d_model, self.d_head
        block: dict[str, tuple[int, ...]] = {
            **{f"W_{name}": (heads, d, d_head) for name in "QKV"},
            **{f"b_{name}": (heads, d_head) for name in "QKV"},
        }
        block |= {"W_O": (heads, d_head, d), "b_O": (d,)}
        if self.d_mlp:
            block |= {"W_in": (d, self.d_mlp), "b_in": (self.d_mlp,)}
            block |= {"W_out": (self.d_mlp, d), "b_out": (d,)}
        shapes: dict[str, tuple[int, ...]] = {"W_E": (self.n_rows, d)}
        shapes |= {"W_pos": (self.n_positions, d)}
        if self.layer_norm:
            normed = "12" if self.d_mlp else "1"
            block |= {f"ln_{n}_{part}": (d,) for n in normed for part in ("weight", "bias")}
            shapes |= {"ln_final_weight": (d,), "ln_final_bias": (d,)}
        for layer in range(self.n_layers):
            shapes |= {f"blocks.{layer}.{name}": shape for name, shape in block.items()}
        return shapes | {"W_U": (d, self.n_outputs), "b_U": (self.n_outputs,)}

    def logits(
        self,
        parameters: Mapping[str, Tensor],
        texts: Int[Tensor, "n length"],
        edit: Edit = _unchanged,
        at: Int[Tensor, "n length"] | None = None,
    ) -> Float[Tensor, "n answers outputs"]:
        """Logits at the positions of texts that answers are read at.

        Args:
            parameters: by name, of one precision.
            texts: places of tokens in their range.
            edit: sees every site, and says what is to be there.
            at: the position in its text that every token is to be told to have; null for its own.
        """
        x = self.embedded(parameters, texts, at)
        for layer in range(self.n_layers):
            block = self.block(parameters, layer)
            read = self._normalised(block, "ln_1", x)
            if edit is _unchanged:
                x = x + self._heads_together(block, read) + block["b_O"]
            else:
                x = x + edit(f"heads {layer}", self._heads(block, layer, read, edit)).sum(1)
                x = x + block["b_O"]
            if self.d_mlp:
                units = self._normalised(block, "ln_2", x) @ block["W_in"] + block["b_in"]
                written = ACTIVATIONS[self.activation](units) @ block["W_out"] + block["b_out"]
                x = x + edit(f"mlp {layer}", written)
        x = self._normalised(parameters, "ln_final", x) @ parameters["W_U"] + parameters["b_U"]
        return x[:, -1:] if self.reads == "last" else x[:, self.before :]

    def answered(self, texts: Int[Tensor, "n length"]) -> Bool[Tensor, "n answers"]:
        """Which of the positions that logits are given at are answered."""
        if self.reads != "after":
            width = 1 if self.reads == "last" else texts.shape[1]
            return torch.ones((len(texts), width), dtype=torch.bool)
        return (torch.tensor(self.tokens)[texts] == self.read_from).cumsum(1) > 0

    def first_positions(self, texts: Int[Tensor, "n length"]) -> Int[Tensor, " n"]:
        """The position that every text starts at: as even as a draw, and the same every time."""
        weights = torch.arange(1, texts.shape[1] + 1)
        return ((texts + 1) * weights).sum(1) % self.starts

    def embedded(
        self,
        parameters: Mapping[str, Tensor],
        texts: Int[Tensor, "n length"],
        at: Int[Tensor, "n length"] | None = None,
    ) -> Float[Tensor, "n positions d_model"]:
        """The stream before the first block; `at` as of `logits`."""
        rows = torch.tensor(self.tokens)[texts]
        if self.bos is not None:
            rows = torch.cat([torch.full_like(rows[:, :1], self.bos), rows], dim=1)
        positions = self.first_positions(texts)[:, None] + torch.arange(rows.shape[1])
        if at is not None:
            positions[:, self.before :] = self.first_positions(texts)[:, None] + self.before + at
        return parameters["W_E"][rows] + parameters["W_pos"][positions]

    def block(self, parameters: Mapping[str, Tensor], layer: int) -> dict[str, Tensor]:
        """The parameters of a block, by their short names."""
        prefix = f"blocks.{layer}."
        return {
            name.removeprefix(prefix): weights
            for name, weights in parameters.items()
            if name.startswith(prefix)
        }

    def _heads(
        self, block: Mapping[str, Tensor], layer: int, read: Tensor, edit: Edit
    ) -> Float[Tensor, "n heads positions d_model"]:
        """What every head writes."""
        q, k, v = (
            torch.einsum("ntd,hdk->nhtk", read, block[f"W_{name}"]) + block[f"b_{name}"][:, None]
            for name in "QKV"
        )
        attention = softmax(edit(f"scores {layer}", self._scores(q, k)), dim=-1)
        return (edit(f"attention {layer}", attention) @ v) @ block["W_O"]

    def _heads_together(
        self, block: Mapping[str, Tensor], read: Tensor
    ) -> Float[Tensor, "n positions d_model"]:
        """What all heads write together, where nobody looks: in a third less of the time."""
        texts, positions, width = read.shape
        whole = self.n_heads * self.d_head
        weights = torch.cat([block[f"W_{it}"].transpose(0, 1).flatten(1) for it in "QKV"], dim=1)
        biases = torch.cat([block[f"b_{it}"].flatten() for it in "QKV"])
        parts = (read @ weights + biases).view(texts, positions, 3, self.n_heads, self.d_head)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        taken = (softmax(self._scores(q, k), dim=-1) @ v).transpose(1, 2)
        return taken.reshape(texts, positions, whole) @ block["W_O"].reshape(whole, width)

    def _scores(self, q: Tensor, k: Tensor) -> Float[Tensor, "n heads positions positions"]:
        scores = q @ k.transpose(2, 3) / self.d_head**0.5
        if self.causal:
            later = torch.ones(scores.shape[-2:]).triu(1).bool()
            scores = scores.masked_fill(later, -torch.inf)
        return scores

    def _normalised(self, block: Mapping[str, Tensor], name: str, stream: Tensor) -> Tensor:
        if not self.layer_norm:
            return stream
        centred = stream - stream.mean(-1, keepdim=True)
        scale = (centred.square().mean(-1, keepdim=True) + self.norm_epsilon).sqrt()
        return centred / scale * block[f"{name}_weight"] + block[f"{name}_bias"]
