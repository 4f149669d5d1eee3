"""A causal transformer over texts, a token at a time: what it says may come next.

Keys and values of earlier positions are kept, so that a text of n tokens takes n steps and not n
passes. It is for drawing texts alone: answers are those of `text_transformer`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy import ndarray

from .activations import ACTIVATIONS
from .read import Data
from .text_forms import Grows
from .text_transformer import normed

MOST = 1 << 24
"""Numbers that are kept at once."""


class TextSteps:
    """Texts that grow together, with positions from 0.

    Args:
        shape: of the network, a causal one.
        weights: by name.
        answers: what outputs stand for.
        tokens: the values of a token.
        count: texts.
        longest: tokens of the longest.
    """

    def __init__(
        self,
        shape: Data,
        weights: Mapping[str, ndarray],
        answers: ndarray,
        tokens: range,
        count: int,
        longest: int,
    ) -> None:
        self.shape, self.answers, self.tokens = shape, answers, tokens
        self.weights = {name: value.astype(np.float64) for name, value in weights.items()}
        self.blocks = [_joined(self.weights, layer) for layer in range(shape["n_layers"])]
        self.at, room = 0, longest + (shape["bos"] is not None)
        sizes = (shape["n_layers"], count, shape["n_heads"], room, shape["d_head"])
        self.keys, self.values = np.zeros(sizes), np.zeros(sizes)
        self.logits = np.zeros((count, shape["n_outputs"]))
        if shape["bos"] is not None:
            self._row(np.full(count, shape["bos"]))

    def add(self, tokens: ndarray) -> None:
        """The next token of every text."""
        self._row(np.array(self.shape["tokens"])[tokens - self.tokens.start])

    def follow(self) -> ndarray:
        """The tokens that may come next. [n, tokens]"""
        return following(self.shape["readout"], self.answers, self.tokens, self.logits)

    def keep(self, which: ndarray) -> None:
        """Leave the other texts as they are, and go on with these."""
        self.keys, self.values = self.keys[:, which], self.values[:, which]
        self.logits = self.logits[which]

    def _row(self, rows: ndarray) -> None:
        shape, weights, at = self.shape, self.weights, self.at
        x = weights["W_E"][rows] + weights["W_pos"][at]
        act = ACTIVATIONS[shape["activation"]].value
        for layer, block in enumerate(self.blocks):
            read = normed(shape, block, "ln_1", x) @ block["W_QKV"] + block["b_QKV"]
            q, k, v = read.reshape(len(x), 3, shape["n_heads"], shape["d_head"]).swapaxes(0, 1)
            self.keys[layer, :, :, at], self.values[layer, :, :, at] = k, v
            keys, values = (it[layer, :, :, : at + 1] for it in (self.keys, self.values))
            scores = (keys @ q[..., None])[..., 0] / np.sqrt(shape["d_head"])
            part = np.exp(scores - scores.max(axis=-1, keepdims=True))
            part /= part.sum(axis=-1, keepdims=True)
            mixed = (part[:, :, None] @ values).reshape(len(x), -1)
            x = x + mixed @ block["W_O"].reshape(-1, shape["d_model"]) + block["b_O"]
            if shape["d_mlp"]:
                units = normed(shape, block, "ln_2", x) @ block["W_in"] + block["b_in"]
                x = x + act(units) @ block["W_out"] + block["b_out"]
        last = normed(shape, weights, "ln_final", x)
        self.logits = last @ weights["W_U"] + weights["b_U"]
        self.at += 1


def _joined(weights: Mapping[str, ndarray], layer: int) -> dict[str, ndarray]:
    """The tensors of a block, with query, key and value of all heads in one."""
    prefix = f"blocks.{layer}."
    block = {k.removeprefix(prefix): it for k, it in weights.items() if k.startswith(prefix)}
    wide = [block[f"W_{name}"].transpose(1, 0, 2) for name in "QKV"]
    block["W_QKV"] = np.concatenate([it.reshape(len(it), -1) for it in wide], axis=1)
    block["b_QKV"] = np.concatenate([block[f"b_{name}"].ravel() for name in "QKV"])
    return block


def following(readout: str, answers: ndarray, tokens: range, logits: ndarray) -> ndarray:
    """The tokens that logits [n, outputs] say may come next: the chosen one, or those of the set.

    A token's answer is its value, or two to the power of it where an answer is a set. [n, tokens]
    """
    if readout == "choice":
        return answers[logits.argmax(axis=1)][:, None] == np.array(tokens)
    shown = 2.0 ** np.array(tokens)
    return ((logits > 0)[:, :, None] & (answers[:, None] == shown)).any(axis=1)


def growing(
    shape: Data, weights: Mapping[str, ndarray], answers: ndarray, tokens: range, longest: int
) -> Grows:
    """What begins texts of a network, and how many of them grow together."""
    wide = shape["n_layers"] * shape["n_heads"] * shape["d_head"] * (longest + 1)

    def begun(count: int) -> TextSteps:
        return TextSteps(shape, weights, answers, tokens, count, longest)

    return Grows(begun, max(1, MOST // (2 * wide)))
