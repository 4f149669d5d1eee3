"""How far answers of a transformer of one layer lead over all texts of a set.

A set of texts has, at every position, the tokens that may stand there. In one layer the score of a
key and what is taken from it depend on its own token alone, so that what a head adds to a direction
of the residual stream is a quotient of two sums over positions, Σ w d / Σ w. Its least value over
the set is found by Dinkelbach's method (Management Science 13, 1967): at any λ the least of
Σ w (d - λ) is taken position by position, and bounds the quotient from below. Relus are bounded by
lines over the interval of what they are given (Weng et al., arXiv 1804.09699), so that a lead is
bounded by one direction of the stream. Over a set of one text that is exact but for rounding.

Everything is said of the network in real arithmetic. What float64 may be off is bounded by the
sums of absolute values (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1):
an expression of k roundings by γ(k) = ku / (1 - ku) of what it is with all its terms positive.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy import ndarray

from .forward import DOUBLE
from .read import Data

ROUNDS, FEWER = 4, 2
"""Of Dinkelbach's method, which converges faster than linearly: for leads, and for units."""
CLOSE = 1e-6
"""Parts of itself that a bound need not come nearer."""
LIBRARY = 16
"""Roundings that an exponential may be off."""
NANOSECONDS = 17
"""Of one of the numbers that a set costs."""
TINY = 1e-300
"""No sum of weights is taken to be less, that it can be divided by."""
MOST_OFF = 500.0
"""What a score may be off at most; a weight that is e to this off says nothing, nor does more."""


def bounded(shape: Data) -> bool:
    """Whether leads of such a network are bounded: one layer without norms, that chooses."""
    plain = shape["activation"] == "relu" or not shape["d_mlp"]
    chooses = shape["readout"] == "choice" and shape["n_outputs"] > 1 and not shape["tie"]
    read = shape["reads"] != "after" and shape["starts"] == 1
    return plain and chooses and read and shape["n_layers"] == 1 and not shape["layer_norm"]


@dataclass(frozen=True)
class Least:
    """A lower bound, [sets, directions], and how much float64 may have lost on the way."""

    value: ndarray
    lost: ndarray


class Leads(Protocol):
    """Leads of a network over sets of texts."""

    def leads(self, at: int, sets: ndarray, answers: ndarray) -> Least:
        """Lower bounds on how far an output is above all others at a position. [sets]

        Args:
            at: the position.
            sets: which tokens may stand where, [sets, positions that are seen, tokens]; one where
                the answer is read.
            answers: the place of the output, [sets].
        """
        ...

    def where(self, at: int, sets: ndarray) -> ndarray:
        """The position at which a set is best cut where its bound does not reach. [sets]"""
        ...

    def cost(self, length: int) -> int:
        """What bounding one set costs, in nanoseconds or so."""
        ...


class OneLayer:
    """Leads of a network of one layer over sets of texts.

    Attributes:
        stream: before the layer, by position and token. [positions, tokens, d_model]
        score: of a query for a key. [heads, positions, tokens, positions, tokens]
        taken: what a head adds to the stream for a key. [heads, positions, tokens, d_model]
        start: score [heads, positions, tokens] and addition [heads, d_model] of what stands before
            the text; null where nothing does.

    Args:
        shape: of the network, which is `bounded`.
        weights: by name.
        longest: tokens of the longest text.
    """

    def __init__(self, shape: Data, weights: Mapping[str, ndarray], longest: int) -> None:
        self.shape = shape
        exact = {name: value.astype(np.float64) for name, value in weights.items()}
        self.net = _Tables(shape, exact, longest)
        size = _Tables(shape, {name: np.abs(value) for name, value in exact.items()}, longest)
        terms = sum(int(shape[n]) for n in ("d_model", "d_head", "d_mlp", "n_heads", "n_outputs"))
        self.gamma = gamma(8 * terms + 16 * longest * len(shape["tokens"]) + 64)
        off = self.gamma * float(size.largest_score) + 4 * DOUBLE * float(size.largest_score)
        self.weighed = float(np.expm1(min(2 * off, MOST_OFF))) + LIBRARY * DOUBLE
        """How much of itself a weight may be off."""
        self.size = size.largest_stream

    def cost(self, length: int) -> int:
        """For every token that may stand somewhere the network's outputs or units, and all other
        tokens that it may stand beside.
        """
        tokens = length * len(self.shape["tokens"])
        return NANOSECONDS * tokens * (self.shape["n_outputs"] + 2 * self.shape["d_mlp"] + tokens)

    def where(self, at: int, sets: ndarray) -> ndarray:
        """The first position with the most tokens."""
        return sets.sum(axis=2).argmax(axis=1)

    def leads(self, at: int, sets: ndarray, answers: ndarray) -> Least:
        """Lower bounds on how far an output is above all others at a position. [sets]"""
        net = self.net
        up, shift = net.weights["W_U"], net.weights["b_U"]
        towards = up.T[answers][:, None] - up.T
        size = np.abs(up.T)[answers][:, None] + np.abs(up.T)
        rest = shift[answers][:, None] - shift
        rest_size = np.abs(shift)[answers][:, None] + np.abs(shift)
        if self.shape["d_mlp"]:
            units = self._units(at, sets)
            behind, bias = net.block["W_out"], net.block["b_out"]
            reads, given = net.block["W_in"], net.block["b_in"]
            weigh, weigh_size = towards @ behind.T, size @ np.abs(behind).T
            slope, lift = units.line(weigh)
            rest = rest + towards @ bias + (weigh * (slope * given + lift)).sum(axis=2)
            unit_size = np.abs(given) + np.abs(reads).T @ self.size + np.abs(units.low)
            unit_size = unit_size + np.abs(units.high)
            rest_size = rest_size + size @ np.abs(bias)
            rest_size = rest_size + (weigh_size * 2 * unit_size[:, None]).sum(axis=2)
            towards = towards + (weigh * slope) @ reads.T
            size = size + weigh_size @ np.abs(reads).T
        found = self.least(at, sets, towards, size)
        value, lost = found.value + rest, found.lost + self.gamma * rest_size
        own = np.arange(len(answers))
        value[own, answers], lost[own, answers] = np.inf, 0
        return Least((value - lost).min(axis=1), lost.max(axis=1))

    def _units(self, at: int, sets: ndarray) -> _Units:
        """Between what all units of the MLP are given."""
        reads, given = self.net.block["W_in"], self.net.block["b_in"]
        towards = np.broadcast_to(reads.T, (len(sets), *reads.T.shape))
        size = np.abs(towards)
        low, high = (self.least(at, sets, sign * towards, size, FEWER) for sign in (1, -1))
        lost = self.gamma * np.abs(given)
        return _Units(low.value - low.lost + given - lost, high.lost - high.value + given + lost)

    def least(
        self, at: int, sets: ndarray, towards: ndarray, size: ndarray, rounds: int = ROUNDS
    ) -> Least:
        """Of the stream behind the attention along directions, [sets, directions, d_model].

        Args:
            at: the position.
            sets: which tokens may stand where.
            towards: the directions.
            size: the sums of absolute values that their entries are.
            rounds: of Dinkelbach's method.
        """
        net, own, seen = self.net, sets[:, at].argmax(axis=1), sets.shape[1]
        value = np.einsum("sfd,sd->sf", towards, net.stream[at, own] + net.block["b_O"])
        spread = np.zeros(len(sets))
        for head in range(self.shape["n_heads"]):
            score = net.score[head, at, own][:, :seen]
            along = np.einsum("sfd,jtd->sfjt", towards, net.taken[head, :seen])
            ends = None
            if net.start is not None:
                ends = net.start[0][head, at, own], towards @ net.start[1][head]
            least, ratio = quotients(score, along, sets, ends, rounds)
            value, spread = value + least, np.maximum(spread, ratio)
        lost = (size @ self.size) * (
            3 * self.gamma + 4 * self.weighed + 2 * self.gamma * spread[:, None]
        )
        return Least(value, lost * (1 + 1e-9))


def quotients(
    score: ndarray,
    along: ndarray,
    sets: ndarray,
    ends: tuple[ndarray, ndarray] | None,
    rounds: int = ROUNDS,
) -> tuple[ndarray, ndarray]:
    """Lower bounds on Σ w d / Σ w over every set, [sets, directions], and the most that Σ w is of
    its least, [sets].

    Args:
        score: whose exponentials are the weights, [sets, positions, tokens].
        along: what is weighed, [sets, directions, positions, tokens].
        sets: which tokens may stand where, [sets, positions, tokens].
        ends: score and what is weighed of what stands before the text, [sets] and
            [sets, directions].
        rounds: of the method.
    """
    score, sets, along = (  # what is summed over lies outermost
        np.ascontiguousarray(np.moveaxis(it, -1, 0)) for it in (score, sets, along)
    )
    top = np.where(sets, score, -np.inf).max(axis=(0, 2))
    if ends is not None:
        top = np.maximum(top, ends[0])
    weight = np.exp(np.minimum(score - top[:, None], 0))  # of others nothing is asked
    fixed = 0.0 if ends is None else np.exp(ends[0] - top)[:, None]
    value = 0.0 if ends is None else ends[1]
    least = np.where(sets, weight, np.inf).min(axis=0).sum(axis=1)[:, None] + fixed
    least = np.maximum(least, TINY)  # and a ratio that lets rounding decide nothing
    wide = np.where(sets, weight, 0.0)
    most = wide.max(axis=0).sum(axis=1)[:, None] + fixed
    wide, sets = wide[:, :, None], sets[:, :, None]
    part = np.where(sets, wide * along, np.inf)
    tried = np.where(sets, along, np.inf).min(axis=0).min(axis=2)
    tried = tried if ends is None else np.minimum(tried, ends[1])
    found, above = tried, np.empty_like(part)
    for left in reversed(range(rounds)):
        np.multiply(wide, tried[..., None], out=above)
        np.subtract(part, above, out=above)
        together = above.min(axis=0).sum(axis=2) + fixed * (value - tried)
        found = np.maximum(found, tried + np.minimum(together, 0) / least)
        if not left or (np.abs(together) <= CLOSE * least * np.abs(tried)).all():
            break
        at = above.argmin(axis=0)[None]
        total = np.take_along_axis(np.broadcast_to(wide, above.shape), at, axis=0)
        tried = tried + together / np.maximum(total[0].sum(axis=2) + fixed, TINY)
    return found, (most / least)[:, 0]


@dataclass(frozen=True)
class _Units:
    """Between what units are given, [sets, units] each."""

    low: ndarray
    high: ndarray

    def line(self, weigh: ndarray) -> tuple[ndarray, ndarray]:
        """Slopes and shifts of lines below a relu where it is weighed positively, else above it.

        Args:
            weigh: of every unit towards every direction, [sets, directions, units].
        """
        low, high = self.low, self.high
        cross = (low < 0) & (high > 0)
        plain = (low >= 0).astype(np.float64)
        wide = np.where(cross, high - low, 1.0)
        chord = np.where(cross, high / wide, plain)
        lift = np.where(cross, -chord * low, 0.0)
        under = np.where(cross, (high > -low).astype(np.float64), plain)
        below = weigh >= 0
        return np.where(below, under[:, None], chord[:, None]), np.where(below, 0.0, lift[:, None])


class _Tables:
    """What one layer makes of every token at every position."""

    def __init__(self, shape: Data, weights: Mapping[str, ndarray], longest: int) -> None:
        self.weights = weights
        start = "blocks.0."
        block: dict[str, Any] = {
            name.removeprefix(start): it for name, it in weights.items() if name.startswith(start)
        }
        self.block, before = block, int(shape["bos"] is not None)
        places = weights["W_pos"][before : before + longest]
        self.stream = weights["W_E"][np.array(shape["tokens"])] + places[:, None]
        query, key, value = (
            np.einsum("jtd,hdk->hjtk", self.stream, block[f"W_{n}"])
            + block[f"b_{n}"][:, None, None]
            for n in "QKV"
        )
        root = math.sqrt(int(shape["d_head"]))
        self.score = np.einsum("hitk,hjuk->hitju", query, key) / root
        self.taken = np.einsum("hjtk,hkd->hjtd", value, block["W_O"])
        self.start: tuple[ndarray, ndarray] | None = None
        if before:
            first = weights["W_E"][shape["bos"]] + weights["W_pos"][0]
            key, value = (
                np.einsum("d,hdk->hk", first, block[f"W_{n}"]) + block[f"b_{n}"] for n in "KV"
            )
            score = np.einsum("hitk,hk->hit", query, key) / root
            self.start = score, np.einsum("hk,hkd->hd", value, block["W_O"])

    @property
    def largest_score(self) -> float:
        """Of all."""
        first = 0.0 if self.start is None else self.start[0].max()
        return float(max(self.score.max(), first))

    @property
    def largest_stream(self) -> ndarray:
        """Of the stream behind the attention, where all are positive. [d_model]"""
        first = 0.0 if self.start is None else self.start[1]
        taken = np.maximum(self.taken.max(axis=(1, 2)), first).sum(axis=0)
        return self.stream.max(axis=(0, 1)) + self.block["b_O"] + taken


def gamma(roundings: int) -> float:
    """What so many roundings may be off, in parts of what all terms are together (Higham)."""
    return roundings * DOUBLE / (1 - roundings * DOUBLE)
