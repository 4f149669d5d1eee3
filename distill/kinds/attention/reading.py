"""From weights to a graph of finite functions: writers, what readers see of them, and tables.

What heads and hidden units compute is evaluated from the weights for every combination of values
that they tell apart; which combinations occur, and whether attention is all on what is chosen, is
seen in sampled texts. No basis is assumed. How large a difference must be to count is a `Grain`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor

from distill.kinds.attention.graph import Graph, HeadNode, MapNode, Readout
from distill.kinds.attention.heads import read_head
from distill.kinds.attention.variables import (
    NotReadError,
    Variable,
    View,
    between,
    cells,
    grouped,
    summed,
)
from distill.networks.activation import ACTIVATIONS
from distill.networks.text_network import TextNetwork


@dataclass(frozen=True)
class Grain:
    """What is too small to be told apart.

    Attributes:
        same: of vectors, as a part of the largest.
        score: of attention scores, in logarithms of weights.
        reads: of what a hidden unit reads, as a part of its largest weight.
        units: of what a hidden unit moves, as a part of what the one does that moves most.
    """

    same: float = 2e-4
    score: float = 0.02
    reads: float = 1e-3
    units: float = 1e-6


class Reader:
    """Reads one network, layer by layer.

    Attributes:
        constant: what is written at every position alike.
        start: the stream at the token before the text in every layer, as `before` gives it.
    """

    def __init__(
        self, network: TextNetwork, texts: list[Int[ndarray, "_ _"]], grain: Grain
    ) -> None:
        shape = network.shape
        if shape.layer_norm:
            raise NotReadError("the network has layer norms, which mix all that is written")
        self.network, self.texts, self.grain = network, texts, grain
        self.weights = {name: it.numpy() for name, it in network.parameters.items()}
        tokens = network.texts.tokens
        W_E, W_pos = self.weights["W_E"], self.weights["W_pos"]
        places = tuple(rows - tokens.start for rows in texts)
        at = tuple(np.broadcast_to(np.arange(rows.shape[1]), rows.shape).copy() for rows in texts)
        positions = range(network.texts.longest)
        self.variables = [
            Variable(W_E[list(shape.tokens)], tuple(tokens), places),
            Variable(W_pos[shape.before :][: len(positions)], tuple(positions), at),
        ]
        self.constant = np.zeros(shape.d_model)
        self.start = self._start()

    def graph(self) -> Graph:
        """All of it.

        Raises:
            NotReadError: a head or a hidden layer is no finite function that can be read.
        """
        nodes = list[HeadNode | MapNode]()
        for layer in range(self.network.shape.n_layers):
            made = list[tuple[HeadNode, Variable]]()
            for head in range(self.network.shape.n_heads):
                found = read_head(self, layer, head, len(self.variables) + len(made))
                if found is not None:
                    made.append(found)
            nodes += [node for node, _ in made]
            self.variables += [variable for _, variable in made]
            self.constant = self.constant + self.weights[f"blocks.{layer}.b_O"]
            if self.network.shape.d_mlp:
                nodes += self._maps(layer)
        shapes = tuple(rows.shape for rows in self.texts)
        return Graph(self.variables, tuple(nodes), self._readout(), shapes)

    def views(
        self, projection: Float[ndarray, "d k"], least: float
    ) -> tuple[tuple[View, ...], tuple[ndarray, ...], Float[ndarray, " k"]]:
        """The variables that a projection tells values of apart, what it sees, and the rest."""
        seen, parts, rest = list[View](), list[ndarray](), self.constant @ projection
        every = [variable.vectors @ projection for variable in self.variables]
        sizes = [float(np.abs(part - part[:1]).max(initial=0.0)) for part in every]
        least = max(least, self.grain.same * max(sizes))
        for place, (part, size) in enumerate(zip(every, sizes, strict=True)):
            if size > least:
                seen.append(View(place, grouped(part, least)))
                parts.append(part)
            else:
                rest = rest + part.mean(axis=0)
        return tuple(seen), tuple(parts), rest

    def before(self, layer: int) -> Float[ndarray, " d"] | None:
        """The stream at the token before the text, where the heads of a layer read it.

        Raises:
            NotReadError: it depends on the text.
        """
        if not self.start:
            return None
        stream, apart = self.start[layer]
        if apart > MOST_START:
            raise NotReadError(
                f"what stands at the token before the text depends on it, by {apart:.2g}"
            )
        return stream

    def _start(self) -> list[tuple[ndarray, float]]:
        """The stream at the token before the text in every layer, and how far it depends on it."""
        shape, written = self.network.shape, dict[str, list[ndarray]]()
        if shape.bos is None:
            return []

        def keep(site: str, there: Tensor) -> Tensor:
            if site.startswith(("heads", "mlp")):
                total = there.sum(1) if site.startswith("heads") else there
                written.setdefault(site, []).append(total[:, 0].numpy())
            return there

        for rows in self.texts:
            self.network.logits(rows[:64], keep)
        stream, apart = self.weights["W_E"][shape.bos] + self.weights["W_pos"][0], 0.0
        found = list[tuple[ndarray, float]]()
        for layer in range(shape.n_layers):
            found.append((stream, apart))
            for site in (f"heads {layer}", f"mlp {layer}"):
                if site in written:
                    rows = np.concatenate(written[site])
                    apart = max(apart, float(np.abs(rows - rows[:1]).max()))
                    stream = stream + rows.mean(axis=0)
            stream = stream + self.weights[f"blocks.{layer}.b_O"]
        return found

    def _maps(self, layer: int) -> list[MapNode]:
        """Groups of hidden units that read the same variables, as functions of these."""
        block = {n: self.weights[f"blocks.{layer}.{n}"] for n in ("W_in", "b_in", "W_out", "b_out")}
        W_in, W_out = block["W_in"], block["W_out"]
        act = ACTIVATIONS[self.network.shape.activation]
        parts = [variable.vectors @ W_in for variable in self.variables]
        base = self.constant @ W_in + block["b_in"]
        scale = np.maximum(1e-9, np.abs(W_in).max(axis=0))
        live = self._live(parts, base, W_out)
        reads = np.stack([np.abs(p - p[:1]).max(axis=0) / scale for p in parts])
        depends = reads > between(reads[:, live], self.grain.reads)
        constant = (
            block["b_out"] + _applied(act, _middle(parts, base)[None, ~live])[0] @ W_out[~live]
        )
        groups: dict[tuple[int, ...], list[int]] = {}
        for unit in np.flatnonzero(live).tolist():
            groups.setdefault(tuple(np.flatnonzero(depends[:, unit]).tolist()), []).append(unit)
        nodes, made = list[MapNode](), list[Variable]()
        for read, members in sorted(groups.items()):
            units = np.array(members)
            others = [part for place, part in enumerate(parts) if place not in read]
            rest = base[units] + sum((part[:, units].mean(axis=0) for part in others), np.zeros(1))
            if not read:
                constant = constant + _applied(act, rest[None])[0] @ W_out[units]
                continue
            views = tuple(
                View(place, grouped(parts[place][:, units] / scale[units], self.grain.reads))
                for place in read
            )
            if cells(views) * len(units) > MOST_NUMBERS:
                raise NotReadError(
                    f"{len(units):,} hidden units that tell {cells(views):,} combinations apart"
                )
            given = summed(views, tuple(parts[place][:, units] for place in read), rest)
            basis = _basis(W_out[units])
            written = _applied(act, given) @ (W_out[units] @ basis.T)
            size = float(np.abs(written - written[:1]).max(initial=0.0))
            table = grouped(written, max(self.grain.same * size, 1e-9))
            first = np.unique(table, return_index=True)[1]
            vectors = written[first] @ basis
            nodes.append(MapNode(len(self.variables) + len(made), views, table))
            along = tuple(table[self.combined(views, batch)] for batch in range(len(self.texts)))
            made.append(Variable(vectors, tuple(range(len(first))), along))
        self.variables += made
        self.constant = self.constant + constant
        return nodes

    def _live(
        self, parts: list[ndarray], base: Float[ndarray, " units"], W_out: Float[ndarray, "units d"]
    ) -> Bool[ndarray, " units"]:
        """Hidden units that move what is written by more than what counts as nothing."""
        low, high = (base + sum(end(part, axis=0) for part in parts) for end in (np.min, np.max))
        if self.network.shape.activation == "relu":
            low, high = np.maximum(low, 0), np.maximum(high, 0)
        moves = (high - low) * np.abs(W_out).max(axis=1, initial=0.0)
        largest = max(float(moves.max(initial=0.0)), 1e-9)
        return moves > max(1e-9, largest * between(moves / largest, self.grain.units))

    def combined(self, views: tuple[View, ...], batch: int) -> Int[ndarray, "n length"]:
        """Which combination of views holds along the sampled texts of one length."""
        index = np.zeros(self.texts[batch].shape, dtype=np.int64)
        for view in views:
            index = index * view.count + view.classes[self.variables[view.variable].along[batch]]
        return index

    def _readout(self) -> Readout:
        """The answers, for every combination of what the unembedding tells apart."""
        views, parts, rest = self.views(self.weights["W_U"], 1e-4)
        logits = summed(views, parts, rest + self.weights["b_U"])
        said = self.network.said(logits[:, None])[:, 0]
        return Readout(views, said)


MOST_START = 0.3
"""Differences of the stream at the token before the text that are leaks of the softmax."""
MOST_NUMBERS = 200_000_000


def _applied(act: Callable[[Tensor], Tensor], given: ndarray) -> ndarray:
    return act(torch.from_numpy(given)).numpy()


def _middle(parts: list[ndarray], base: Float[ndarray, " units"]) -> Float[ndarray, " units"]:
    """What hidden units read on average."""
    return base + sum((part.mean(axis=0) for part in parts), np.zeros(1))


def _basis(rows: Float[ndarray, "n d"]) -> Float[ndarray, "rank d"]:
    """An orthonormal basis of what rows span."""
    _, sizes, right = np.linalg.svd(rows, full_matrices=False)
    rank = max(1, int((sizes > 1e-9 * max(float(sizes.max(initial=0.0)), 1e-30)).sum()))
    return right[:rank]
