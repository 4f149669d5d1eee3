"""Recurrent networks over a finite alphabet: every symbol has its own map of the hidden state.

    h_t = tanh(W[x_t] h_{t-1} + b[x_t]),    logits_t = W_out h_t + b_out

A second-order network (Giles et al., "Learning and extracting finite state automata with
second-order recurrent neural networks", Neural Computation 4, 1992). It learns machines that a
first-order one of the same width does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True)
class Recurrent:
    """Shapes of a recurrent network.

    Parameters, by name: W [n_symbols, d_hidden, d_hidden], b [n_symbols, d_hidden], h_0
    [d_hidden], W_out [n_outputs, d_hidden], b_out [n_outputs]. An ensemble of m networks has the
    same with a first axis of m.
    """

    n_symbols: int
    n_outputs: int
    d_hidden: int
    kind: Literal["recurrent"] = "recurrent"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter."""
        d = self.d_hidden
        return {
            "W": (self.n_symbols, d, d),
            "b": (self.n_symbols, d),
            "h_0": (d,),
            "W_out": (self.n_outputs, d),
            "b_out": (self.n_outputs,),
        }

    def initialise(self, generator: torch.Generator, members: int) -> dict[str, Tensor]:
        """Fresh parameters of an ensemble, drawn from the generator."""
        scales = {"W": self.d_hidden**-0.5, "b": 0.3, "h_0": 0.5, "W_out": self.d_hidden**-0.5}
        return {
            name: torch.randn((members, *shape), generator=generator) * scales.get(name, 0.0)
            for name, shape in self.shapes().items()
        }

    def step(
        self,
        parameters: dict[str, Tensor],
        hidden: Float[Tensor, "m n d"],
        symbols: Int[Tensor, " n"],
    ) -> Float[Tensor, "m n d"]:
        """The hidden states after one more symbol; the same symbols for every member."""
        W, b = parameters["W"], parameters["b"]
        if self.n_symbols > MASKED_SYMBOLS:
            moved = torch.matmul(W[:, symbols], hidden[..., None])[..., 0]
            return torch.tanh(moved + b[:, symbols])
        # all symbols at once and one of them chosen: no gathered copy of W for every sequence
        members, count, d = hidden.shape
        every = torch.bmm(hidden, W.permute(0, 3, 1, 2).reshape(members, d, -1))
        every = every.view(members, count, self.n_symbols, d) + b[:, None]
        chosen = torch.nn.functional.one_hot(symbols, self.n_symbols).to(every.dtype)
        return torch.tanh((every * chosen[None, :, :, None]).sum(dim=2))

    def hidden(
        self,
        parameters: dict[str, Tensor],
        sequences: Int[Tensor, "n length"],
        start: Float[Tensor, "m n d"] | None = None,
        noise: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> Float[Tensor, "m n length d"]:
        """Hidden states after every symbol.

        Args:
            parameters: of an ensemble.
            sequences: of symbol numbers.
            start: hidden states before the first symbol, instead of h_0.
            noise: standard deviation of what is added to the hidden state after every step.
            generator: of that noise.
        """
        members = len(parameters["h_0"])
        if start is None:
            start = parameters["h_0"][:, None].expand(members, len(sequences), self.d_hidden)
        states, hidden = [], start
        for symbols in sequences.unbind(dim=1):
            hidden = self.step(parameters, hidden, symbols)
            if noise:
                drawn = torch.randn(hidden.shape, generator=generator, dtype=hidden.dtype)
                hidden = hidden + noise * drawn
            states.append(hidden)
        return torch.stack(states, dim=2)

    def logits(
        self, parameters: dict[str, Tensor], hidden: Float[Tensor, "m n length d"]
    ) -> Float[Tensor, "m n length outputs"]:
        """Logits at hidden states."""
        W_out, b_out = parameters["W_out"], parameters["b_out"]
        return torch.einsum("mnld,mod->mnlo", hidden, W_out) + b_out[:, None, None]


MASKED_SYMBOLS = 8
"""Alphabets up to this size go through all their maps at once, which is faster than gathering."""
