"""Recurrent networks over a finite alphabet: every symbol has its own map of the hidden state.

    h_t = tanh(W[x_t] h_{t-1} + b[x_t]),    logits_t = W_out h_t + b_out

A second-order network (Giles et al., "Learning and extracting finite state automata with
second-order recurrent neural networks", Neural Computation 4, 1992). It learns machines that a
first-order one of the same width does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor


@dataclass(frozen=True)
class Recurrent:
    """Shapes of a recurrent network.

    Parameters, by name: W [n_symbols, d_hidden, d_hidden], b [n_symbols, d_hidden], h_0
    [d_hidden], W_out [n_outputs, d_hidden], b_out [n_outputs]. An ensemble of m networks, which is
    what is trained, has the same with a first axis of m.
    """

    n_symbols: int
    n_outputs: int
    d_hidden: int
    kind: Literal["recurrent"] = "recurrent"

    @property
    def readout(self) -> Literal["choice"]:
        """Its values are logits of answers to choose from."""
        return "choice"

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

    def start(self, weights: Mapping[str, ndarray]) -> Float[ndarray, " d"]:
        """The hidden state of one network before the first symbol."""
        return weights["h_0"]

    def step(
        self,
        weights: Mapping[str, ndarray],
        hidden: Float[ndarray, "n d"],
        inputs: Int[ndarray, " n"],
    ) -> Float[ndarray, "n d"]:
        """The hidden states of one network after one more symbol each, in float64."""
        W, b = weights["W"], weights["b"]
        moved = np.empty_like(hidden)
        for symbol in np.unique(inputs):
            here = inputs == symbol
            moved[here] = hidden[here] @ W[symbol].T + b[symbol]
        return np.tanh(moved)

    def values(
        self, weights: Mapping[str, ndarray], hidden: Float[ndarray, "n d"]
    ) -> Float[ndarray, "n outputs"]:
        """Logits of one network at hidden states."""
        return hidden @ weights["W_out"].T + weights["b_out"]

    def ensemble_step(
        self,
        parameters: dict[str, Tensor],
        hidden: Float[Tensor, "m n d"],
        symbols: Int[Tensor, " n"],
    ) -> Float[Tensor, "m n d"]:
        """The hidden states after one more symbol; the same symbols for every member."""
        return torch.tanh(_mapped(parameters["W"], parameters["b"], hidden, symbols))

    def hidden(
        self,
        parameters: dict[str, Tensor],
        sequences: Int[Tensor, "n length"],
        start: Float[Tensor, "m n d"] | None = None,
        noise: float | Float[Tensor, " m"] = 0.0,
        generator: torch.Generator | None = None,
    ) -> Float[Tensor, "m n length d"]:
        """Hidden states after every symbol.

        Args:
            parameters: of an ensemble.
            sequences: of symbol numbers.
            start: hidden states before the first symbol, instead of h_0.
            noise: standard deviation of what is added to the hidden state after every step, one
                for all members or one for each.
            generator: of that noise.
        """
        members = len(parameters["h_0"])
        if start is None:
            start = parameters["h_0"][:, None].expand(members, len(sequences), self.d_hidden)
        each = _for_each(noise, members)
        states, hidden = [], start
        for symbols in sequences.unbind(dim=1):
            hidden = self.ensemble_step(parameters, hidden, symbols)
            if each is not None:
                hidden = hidden + each * _drawn_like(hidden, generator)
            states.append(hidden)
        return torch.stack(states, dim=2)

    def boxes(
        self,
        parameters: dict[str, Tensor],
        sequences: Int[Tensor, "n length"],
        radius: Float[Tensor, " m"],
        noise: float,
        generator: torch.Generator,
    ) -> tuple[Float[Tensor, "m n length d"], Float[Tensor, "m n length d"]]:
        """Boxes of hidden states that are reached when every step may be off by a radius.

        Interval bound propagation (Gowal et al., "On the effectiveness of interval bound
        propagation for training verifiably robust models", arXiv:1810.12715), along the sequence:
        after every step the box grows by the radius in every coordinate.

        Args:
            parameters: of an ensemble.
            sequences: of symbol numbers.
            radius: what is added to the half-width of the box after every step, for each member.
            noise: standard deviation of what is added to the centre after every step.
            generator: of that noise.

        Returns:
            Centres and half-widths after every symbol, before anything is added.
        """
        W, b = parameters["W"], parameters["b"]
        members, size, none = len(W), W.abs(), torch.zeros_like(b)
        centre = parameters["h_0"][:, None].expand(members, len(sequences), self.d_hidden)
        half = torch.zeros_like(centre)
        centres, halves = [], []
        for symbols in sequences.unbind(dim=1):
            middle = _mapped(W, b, centre, symbols)
            reach = _mapped(size, none, half, symbols)
            low, high = torch.tanh(middle - reach), torch.tanh(middle + reach)
            centre, half = (low + high) / 2, (high - low) / 2
            centres.append(centre)
            halves.append(half)
            centre = centre + noise * _drawn_like(centre, generator)
            half = half + radius[:, None, None]
        return torch.stack(centres, dim=2), torch.stack(halves, dim=2)

    def logits(
        self, parameters: dict[str, Tensor], hidden: Float[Tensor, "m n length d"]
    ) -> Float[Tensor, "m n length outputs"]:
        """Logits at hidden states."""
        W_out, b_out = parameters["W_out"], parameters["b_out"]
        return torch.einsum("mnld,mod->mnlo", hidden, W_out) + b_out[:, None, None]


MAX_PADDING = 16
"""Padded rows for every row: beyond, symbols are so uneven that a gathered copy of W is smaller."""


def _mapped(
    W: Float[Tensor, "m symbols d d"],
    b: Float[Tensor, "m symbols d"],
    hidden: Float[Tensor, "m n d"],
    symbols: Int[Tensor, " n"],
) -> Float[Tensor, "m n d"]:
    """W[x] h + b[x] for every row."""
    by_symbol = _by_symbol(symbols, W.shape[1])
    if by_symbol is None:
        return torch.matmul(W[:, symbols], hidden[..., None])[..., 0] + b[:, symbols]
    rows, places = by_symbol
    members, _, d = hidden.shape
    grouped = hidden.index_select(1, rows).view(members * W.shape[1], -1, d)
    moved = torch.baddbmm(b.reshape(-1, 1, d), grouped, W.transpose(2, 3).reshape(-1, d, d))
    return moved.view(members, -1, d).index_select(1, places)


def _by_symbol(
    symbols: Int[Tensor, " n"], n_symbols: int
) -> tuple[Int[Tensor, " padded"], Int[Tensor, " n"]] | None:
    """Rows in equally many places for every symbol, so that one product takes each symbol's map
    once; several times faster than a gathered copy of the map for every row.

    Returns:
        The row in every place (any row where there is none) and the place of every row; or null
        where the padding would be too large.
    """
    count = len(symbols)
    counts = torch.bincount(symbols, minlength=n_symbols)
    most = int(counts.max())
    if most * n_symbols > MAX_PADDING * count:
        return None
    order = torch.argsort(symbols, stable=True)
    ordered = symbols[order]
    before = counts.cumsum(dim=0) - counts
    places = torch.empty_like(symbols)
    places[order] = ordered * most + torch.arange(count) - before[ordered]
    rows = torch.zeros(n_symbols * most, dtype=torch.int64)
    rows[places] = torch.arange(count)
    return rows, places


def _for_each(noise: float | Float[Tensor, " m"], members: int) -> Float[Tensor, "m 1 1"] | None:
    """The noise of every member, or null where there is none."""
    if isinstance(noise, Tensor):
        return noise[:, None, None]
    return torch.full((members, 1, 1), noise) if noise else None


def _drawn_like(hidden: Tensor, generator: torch.Generator | None) -> Tensor:
    return torch.randn(hidden.shape, generator=generator, dtype=hidden.dtype)
