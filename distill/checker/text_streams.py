"""What the first of two layers of attention leaves, over all texts of a set.

Along any direction that is bounded at a position as in a network of one layer (`text_bounds.py`):
here at every position, and for every token that may stand there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy import ndarray

from .read import Data
from .text_bounds import FEWER, Least, OneLayer, quotients


@dataclass(frozen=True)
class Reach:
    """What a stream may be along directions, whatever stands before it.

    Attributes:
        low, high: of every token at every position, [positions, tokens, directions].
        start: of what stands before the text, [directions]; null where nothing does.
        lost: what float64 may have taken from it, [directions].
    """

    low: ndarray
    high: ndarray
    start: ndarray | None
    lost: ndarray

    @property
    def size(self) -> ndarray:
        """The largest absolute value, [directions]."""
        most = np.maximum(np.abs(self.low), np.abs(self.high)).max(axis=(0, 1))
        return most if self.start is None else np.maximum(most, np.abs(self.start))

    @cached_property
    def middle(self) -> ndarray:
        """Some values in the middle of them, [directions]."""
        return (self.low + self.high).mean(axis=(0, 1)) / 2

    @cached_property
    def apart(self) -> ndarray:
        """How far tokens are from that at most, [positions, tokens, directions]."""
        return np.maximum(np.abs(self.low - self.middle), np.abs(self.high - self.middle))

    @cached_property
    def start_apart(self) -> ndarray:
        """The same of what stands before the text, [directions]."""
        assert self.start is not None, "something stands before the text"
        return np.abs(self.start - self.middle) + self.lost


class Streams:
    """The stream behind the first layer.

    Attributes:
        one: the network as if it ended there.
        start: the stream of what stands before the text, [d_model]; null where nothing does.
        size: the sums of absolute values that a stream is, at most. [d_model]

    Args:
        shape: of the network; what stands before its texts sees nothing of them.
        weights: by name.
        longest: tokens of the longest text.
    """

    def __init__(self, shape: Data, weights: Mapping[str, ndarray], longest: int) -> None:
        self.shape, self.one = shape, OneLayer(shape, weights, longest)
        self.start: ndarray | None = None
        net, self.size = self.one.net, self.one.size
        if net.start is not None:
            own = net.weights["W_E"][shape["bos"]] + net.weights["W_pos"][0]
            self.start = own + net.block["b_O"] + net.start[1].sum(axis=0)
            self.size = np.maximum(self.size, self._start_size())

    @property
    def gamma(self) -> float:
        """What a number may be off at most, in parts of the absolute values that it is made of."""
        return self.one.gamma

    @property
    def off(self) -> ndarray:
        """What a float64 pass may be off in a stream, at most. [d_model]"""
        return self.size * (4 * self.one.weighed + 6 * self.gamma)

    def _start_size(self) -> ndarray:
        """The sums of absolute values that the stream before the text is, [d_model]."""
        block, exact = self.one.net.block, self.one.net.weights
        own = np.abs(exact["W_E"][self.shape["bos"]]) + np.abs(exact["W_pos"][0])
        size = own + np.abs(block["b_O"])
        for value, shift, out in zip(block["W_V"], block["b_V"], block["W_O"], strict=True):
            size = size + (own @ np.abs(value) + np.abs(shift)) @ np.abs(out)
        return size

    def reach(self, towards: ndarray) -> Reach:
        """What streams behind the first layer may be along directions, [d_model, directions]."""
        net = self.one.net
        low = high = (net.stream + net.block["b_O"]) @ towards
        for which, taken in enumerate(net.taken):
            along = taken @ towards
            least, most = along.min(axis=1), along.max(axis=1)
            if net.start is not None:
                start = net.start[1][which] @ towards
                least, most = np.minimum(least, start), np.maximum(most, start)
            if self.shape["causal"]:
                least, most = np.minimum.accumulate(least), np.maximum.accumulate(most)
            else:
                least, most = least.min(axis=0)[None], most.max(axis=0)[None]
            low, high = low + least[:, None], high + most[:, None]
        lost = 2 * self.one.gamma * (self.size @ np.abs(towards))
        start = None if self.start is None else self.start @ towards
        return Reach(low - lost, high + lost, start, lost)

    def looked_at(self, seen: int) -> ndarray:
        """The other position at which each may look most, of so many; itself where there is none.
        [positions]
        """
        most = np.zeros((seen, seen))
        for head in range(self.shape["n_heads"]):
            score = self.one.net.score[head, :seen, :, :seen].max(axis=3)
            if self.shape["causal"]:
                score = np.where(np.tri(seen, dtype=bool)[:, None], score, -np.inf)
            weight = np.exp(score - score.max(axis=2, keepdims=True))
            most = np.maximum(most, (weight / weight.sum(axis=2, keepdims=True)).max(axis=1))
        np.fill_diagonal(most, 0)
        return np.where(most.any(axis=1), most.argmax(axis=1), np.arange(seen))

    def beside(self, seen: int) -> list[ndarray]:
        """For every position sets of texts with one token where it may look most, and any
        elsewhere; up to what it sees. [tokens, positions, tokens] each
        """
        tokens, found = len(self.shape["tokens"]), list[ndarray]()
        for key, place in enumerate(self.looked_at(seen)):
            upto = key + 1 if self.shape["causal"] else seen
            sets = np.ones((tokens, upto, tokens), dtype=bool)
            if place != key:
                sets[:, place] = np.eye(tokens, dtype=bool)
            found.append(sets)
        return found

    def of_key(self, key: int, sets: ndarray, towards: ndarray, size: ndarray) -> Least:
        """Of the stream at a position along directions, for every token there.
        [sets, tokens, directions]

        Args:
            key: the position.
            sets: which tokens may stand where, [sets, positions that it sees, tokens].
            towards: the directions, [directions, d_model].
            size: the sums of absolute values that their entries are.
        """
        net, one = self.one.net, self.one
        count, upto, tokens = sets.shape
        lanes = count * tokens
        some = np.repeat(sets[:, None], tokens, axis=1)
        some[:, :, key] = np.eye(tokens, dtype=bool)
        some = some.reshape(lanes, upto, tokens)
        value = (net.stream[key] + net.block["b_O"]) @ towards.T
        value, spread = np.tile(value, (count, 1)), np.zeros(lanes)
        for head in range(self.shape["n_heads"]):
            along = np.einsum("fd,jtd->fjt", towards, net.taken[head, :upto])
            along = np.broadcast_to(along, (lanes, *along.shape))
            score = np.tile(net.score[head, key, :, :upto], (count, 1, 1))
            ends = None
            if net.start is not None:
                start = np.broadcast_to(net.start[1][head] @ towards.T, value.shape)
                ends = np.tile(net.start[0][head, key], count), start
            least, ratio = quotients(score, along, some, ends, FEWER)
            value, spread = value + least, np.maximum(spread, ratio)
        off = 3 * one.gamma + 4 * one.weighed + 2 * one.gamma * spread[:, None]
        lost = (size @ self.size) * off * (1 + 1e-9)
        return Least(*(it.reshape(count, tokens, -1) for it in (value, lost)))
