"""Layers of recurrent cells as libraries have them: Elman, GRU and LSTM, stacked, with a head.

    Elman   h' = σ(a_n)                                        σ = tanh or ReLU
    GRU     h' = z∘h + (1 - z)∘tanh(...),      z = σ(a_z), r = σ(a_r)
    LSTM    c' = f∘c + i∘tanh(a_g),  h' = o∘tanh(c'),          i, f, o = σ(a_i), σ(a_f), σ(a_o)

where a_g = W_xg x + b_xg + W_hg h + b_hg of every gate g, and x is the vector of the symbol in the
first layer, and the hidden state of the layer below in the others (Elman, "Finding structure in
time", 1990; Cho et al., arXiv:1406.1078; Hochreiter and Schmidhuber, "Long short-term memory",
1997). What differs from library to library is said by the architecture and not guessed: whether
the reset gate acts on the product (`after`: tanh(W_x x + b_x + r∘(W_h h + b_h)), PyTorch's), on the
state (`before`: W_h (r∘h), Cho's), or nowhere; and whether z keeps the old state or takes the new
one. Every gate has tensors of its own, so that no order of gates is left to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.errors import DistillError

Cell = Literal["rnn", "gru", "lstm"]
Readout = Literal["value", "choice"]
HeadActivation = Literal["relu", "tanh", "sigmoid"]
Weights = Mapping[str, ndarray]

GATES: Mapping[Cell, tuple[str, ...]] = {
    "rnn": ("n",),
    "gru": ("r", "z", "n"),
    "lstm": ("i", "f", "g", "o"),
}
"""The gates of a cell, in PyTorch's order."""

PEEPHOLES = ("i", "f", "o")
"""The gates of an LSTM that may see its cell state."""


def sigmoid(values: Float[ndarray, "*shape"]) -> Float[ndarray, "*shape"]:
    """1 / (1 + exp(-x)), which overflows nowhere."""
    return 0.5 + 0.5 * np.tanh(0.5 * values)


def relu(values: Float[ndarray, "*shape"]) -> Float[ndarray, "*shape"]:
    """max(x, 0)."""
    return np.maximum(values, 0)


ACTIVATIONS: Mapping[str, Callable[[ndarray], ndarray]] = {
    "tanh": np.tanh,
    "relu": relu,
    "sigmoid": sigmoid,
}


@dataclass(frozen=True)
class RecurrentLayers:
    """Shapes of layers of recurrent cells over symbols, and what no tensor of theirs says.

    Parameters, by name: W_E [n_symbols, d_input], what the first layer is given for a symbol: an
    embedding, one-hot vectors, or values; in every layer l and for every gate g of the cell
    layers.l.W_xg [d_hidden, d_input or d_hidden], layers.l.W_hg [d_hidden, d_hidden], layers.l.b_xg
    and layers.l.b_hg [d_hidden] (no b_hg with one bias, neither without), layers.l.p_g [d_hidden]
    of peepholes; the start, layers.l.h_0 and of an LSTM layers.l.c_0 [d_hidden]; of every hidden
    layer i of the head head.i.W [width, what is below] and head.i.b [width]; W_out [n_outputs, what
    is below] and b_out [n_outputs].

    Attributes:
        n_symbols: how many symbols there are.
        n_outputs: answers to choose from ("choice"), or numbers of an answer ("value").
        d_input: entries of the vector of a symbol.
        biases: vectors that every gate adds: 2, 1 (which is not multiplied by r) or 0.
        activation: of an Elman cell.
        reset: what the reset gate of a GRU acts on; unused, it has no tensors.
        update: whether z is the part of the old state (`keeps`) or of the new one (`takes`).
        coupled: whether the input gate of an LSTM is 1 - f; it has no tensors then.
        peepholes: whether the gates of an LSTM see its cell state: i and f the old, o the new one.
        head: widths of the layers between the last hidden state and the outputs.
        readout: whether the outputs are logits of answers, or numbers to be rounded.

    Raises:
        DistillError: a choice is one of another cell, or a size is below 1.
    """

    n_symbols: int
    n_outputs: int
    d_input: int
    cell: Cell = "gru"
    d_hidden: int = 32
    n_layers: int = 1
    biases: int = 2
    activation: Literal["tanh", "relu"] = "tanh"
    reset: Literal["after", "before", "unused"] = "after"
    update: Literal["keeps", "takes"] = "keeps"
    coupled: bool = False
    peepholes: bool = False
    head: tuple[int, ...] = ()
    head_activation: HeadActivation = "relu"
    readout: Readout = "choice"
    kind: Literal["recurrent_layers"] = "recurrent_layers"

    def __post_init__(self) -> None:
        own = {
            "rnn": {"activation"},
            "gru": {"reset", "update"},
            "lstm": {"coupled", "peepholes"},
        }
        fields = type(self).__dataclass_fields__
        for cell, names in own.items():
            for name in sorted(names):
                if cell != self.cell and getattr(self, name) != fields[name].default:
                    raise DistillError(
                        f"{name} = {getattr(self, name)!r} is of the cell '{cell}', and this "
                        f"network is of the cell '{self.cell}': leave it out"
                    )
        if self.biases not in (0, 1, 2):
            raise DistillError(f"biases = {self.biases}: expected 0, 1 or 2 for every gate")
        if min(self.n_layers, self.d_hidden, self.d_input, self.n_symbols, self.n_outputs) < 1:
            raise DistillError(f"{self}: expected 1 or more of everything")

    @property
    def reads_symbols(self) -> bool:
        """It takes the numbers of symbols, and not the values of channels."""
        return True

    @property
    def n_inputs(self) -> int:
        """How many symbols there are."""
        return self.n_symbols

    @property
    def step_shape(self) -> tuple[int, ...]:
        """Of what is read at a step: a plain number."""
        return ()

    @property
    def in_words(self) -> str:
        """The cell, and how many layers of it."""
        names = {"rnn": f"Elman ({self.activation})", "gru": "GRU", "lstm": "LSTM"}
        other = {
            f"reset gate {self.reset}": self.reset != "after",
            "z takes the new state": self.update != "keeps",
            "coupled gates": self.coupled,
            "peepholes": self.peepholes,
        }
        said = [names[self.cell], *(words for words, so in other.items() if so)]
        layers = f", {self.n_layers} layers" if self.n_layers > 1 else ""
        return " with ".join([said[0], *([" and ".join(said[1:])] if said[1:] else [])]) + layers

    @property
    def gates(self) -> tuple[str, ...]:
        """The gates that have tensors."""
        left_out = {"r"} if self.reset == "unused" else {"i"} if self.coupled else set()
        return tuple(gate for gate in GATES[self.cell] if gate not in left_out)

    @property
    def states(self) -> tuple[str, ...]:
        """What a layer remembers: h, and c of an LSTM."""
        return ("h", "c") if self.cell == "lstm" else ("h",)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter."""
        d, found = self.d_hidden, {"W_E": (self.n_symbols, self.d_input)}
        for layer in range(self.n_layers):
            at, below = f"layers.{layer}.", d if layer else self.d_input
            for gate in self.gates:
                found |= {f"{at}W_x{gate}": (d, below), f"{at}W_h{gate}": (d, d)}
                found |= {f"{at}b_{of}{gate}": (d,) for of in "xh"[: self.biases]}
                if self.peepholes and gate in PEEPHOLES:
                    found[f"{at}p_{gate}"] = (d,)
            found |= {f"{at}{state}_0": (d,) for state in self.states}
        below = d
        for place, width in enumerate(self.head):
            found |= {f"head.{place}.W": (width, below), f"head.{place}.b": (width,)}
            below = width
        return found | {"W_out": (self.n_outputs, below), "b_out": (self.n_outputs,)}

    def initialise(self, generator: torch.Generator) -> dict[str, Tensor]:
        """Fresh float64 parameters as PyTorch draws those of its cells, the start at 0."""
        drawn = {
            name: (2 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1)
            * self.d_hidden**-0.5
            for name, shape in self.shapes().items()
        }
        return {
            name: torch.zeros_like(value) if name.endswith(("h_0", "c_0")) else value
            for name, value in drawn.items()
        }

    def start(self, weights: Weights) -> Float[ndarray, " d"]:
        """What all layers remember before the first symbol, one after another."""
        return np.concatenate(
            [weights[f"layers.{i}.{s}_0"] for i in range(self.n_layers) for s in self.states]
        )

    def step(
        self, weights: Weights, hidden: Float[ndarray, "n d"], inputs: Int[ndarray, " n"]
    ) -> Float[ndarray, "n d"]:
        """What all layers remember after one more symbol each, in float64."""
        cell = {"rnn": self._elman, "gru": self._gru, "lstm": self._lstm}[self.cell]
        x, width, after = weights["W_E"][inputs], self.d_hidden * len(self.states), []
        for layer in range(self.n_layers):
            remembered = hidden[:, layer * width : (layer + 1) * width]
            after.append(cell(weights, f"layers.{layer}.", x, remembered))
            x = after[-1][:, : self.d_hidden]
        return np.concatenate(after, axis=1)

    def values(
        self, weights: Weights, hidden: Float[ndarray, "n d"]
    ) -> Float[ndarray, "n outputs"]:
        """Logits, or numbers before rounding, from the last layer's h."""
        top = (self.n_layers - 1) * self.d_hidden * len(self.states)
        x = hidden[:, top : top + self.d_hidden]
        for place in range(len(self.head)):
            W, b = weights[f"head.{place}.W"], weights[f"head.{place}.b"]
            x = ACTIVATIONS[self.head_activation](x @ W.T + b)
        return x @ weights["W_out"].T + weights["b_out"]

    def _driven(self, weights: Weights, gate: str, x: ndarray) -> Float[ndarray, "n d"]:
        """What the input adds to a gate; `gate` with the layer before it, as "layers.0.{}z"."""
        driven = x @ weights[gate.format("W_x")].T
        return driven + weights[gate.format("b_x")] if self.biases else driven

    def _recurring(self, weights: Weights, gate: str, h: ndarray) -> Float[ndarray, "n d"]:
        """What the state before adds to a gate."""
        recurring = h @ weights[gate.format("W_h")].T
        return recurring + weights[gate.format("b_h")] if self.biases == 2 else recurring

    def _gate(self, weights: Weights, gate: str, x: ndarray, h: ndarray) -> Float[ndarray, "n d"]:
        return self._driven(weights, gate, x) + self._recurring(weights, gate, h)

    def _elman(self, weights: Weights, at: str, x: ndarray, h: ndarray) -> Float[ndarray, "n d"]:
        return ACTIVATIONS[self.activation](self._gate(weights, f"{at}{{}}n", x, h))

    def _gru(self, weights: Weights, at: str, x: ndarray, h: ndarray) -> Float[ndarray, "n d"]:
        z = sigmoid(self._gate(weights, f"{at}{{}}z", x, h))
        new = f"{at}{{}}n"
        driven = self._driven(weights, new, x)
        if self.reset == "unused":
            n = np.tanh(driven + self._recurring(weights, new, h))
        else:
            r = sigmoid(self._gate(weights, f"{at}{{}}r", x, h))
            after = self.reset == "after"
            recurring = self._recurring(weights, new, h if after else r * h)
            n = np.tanh(driven + (r * recurring if after else recurring))
        return z * h + (1 - z) * n if self.update == "keeps" else z * n + (1 - z) * h

    def _lstm(
        self, weights: Weights, at: str, x: ndarray, remembered: ndarray
    ) -> Float[ndarray, "n d"]:
        h, c = remembered[:, : self.d_hidden], remembered[:, self.d_hidden :]

        def gate(name: str, seen: ndarray) -> ndarray:
            total = self._gate(weights, f"{at}{{}}{name}", x, h)
            return sigmoid(total + weights[f"{at}p_{name}"] * seen if self.peepholes else total)

        f = gate("f", c)
        i = 1 - f if self.coupled else gate("i", c)
        c = f * c + i * np.tanh(self._gate(weights, f"{at}{{}}g", x, h))
        return np.concatenate([gate("o", c) * np.tanh(c), c], axis=1)
