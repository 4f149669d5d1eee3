"""How far answers of two layers of attention lead over all texts of a set.

What the first layer leaves at a position is bounded along any direction as a network of one layer
is (`text_bounds.py`). The score of a key in the second layer is a product of two such streams. With
c in the middle of what the query may be, and κ a key,

    q·κ = c·κ + (q - c)·κ,

where the first part is a direction of the key's stream, and the second at most the sum of how far q
is from c times how far κ is from a fixed key, coordinate by coordinate: what all keys have in
common does nothing to attention. So every key has a least and a largest weight, and a least that is
taken from it towards the answer; what a head adds is a quotient of sums of those, and is bounded as
in the first layer. A set of one text is run.

Everything is said of real arithmetic. What float64 may be off is bounded as in `text_bounds.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy import ndarray

from .forward import DOUBLE
from .read import Data
from .text_bounds import FEWER, LIBRARY, MOST_OFF, Least
from .text_pairs import Pairs
from .text_streams import Reach, Streams
from .text_transformer import logits_of

BLUNT = 0.05
"""What a score may be off for coordinates of a query that are not looked at closely."""
NANOSECONDS = 200
"""Of one of the numbers that a set costs."""
TOGETHER = 1 << 18
"""Numbers of what is taken from keys along the directions of sets, at once."""


def bounded(shape: Data) -> bool:
    """Whether leads of such a network are bounded: two layers of attention alone, that choose."""
    chooses = shape["readout"] == "choice" and shape["n_outputs"] > 1 and not shape["tie"]
    read = shape["reads"] != "after" and shape["starts"] == 1
    plain = not shape["d_mlp"] and not shape["layer_norm"]
    alone = shape["causal"] or shape["bos"] is None  # else what stands before a text sees it
    return plain and chooses and read and alone and shape["n_layers"] == 2


@dataclass(frozen=True)
class _Head:
    """A head of the second layer, its queries and keys in coordinates in which keys differ in few.

    Attributes:
        query, key: of a stream, [d_model, d_head].
        query_size, key_size: the sums of absolute values that these are.
        shift, key_shift: of all streams, [d_head].
        taken: from a stream into the stream, [d_model, d_model].
        taken_size: the sums of absolute values that these are.
        plain: absolute values of queries and keys as they are stored, and of their biases.
        bent: how far the change of coordinates is from a rotation, as a matrix norm.
    """

    query: ndarray
    query_size: ndarray
    shift: ndarray
    key: ndarray
    key_size: ndarray
    key_shift: ndarray
    taken: ndarray
    taken_size: ndarray
    plain: tuple[tuple[ndarray, ndarray], tuple[ndarray, ndarray]]
    bent: float

    @classmethod
    def of(cls, block: Mapping[str, ndarray], which: int) -> _Head:
        """A head of a layer."""
        names = ("W_Q", "b_Q", "W_K", "b_K", "W_V", "W_O")
        query, shift, key, key_shift, value, out = (block[name][which] for name in names)
        turn = np.linalg.svd(key)[2].T
        size = np.abs(turn)
        plain = [(np.abs(one), np.abs(other)) for one, other in ((query, shift), (key, key_shift))]
        return cls(
            *(query @ turn, plain[0][0] @ size, shift @ turn),
            *(key @ turn, plain[1][0] @ size, key_shift @ turn),
            *(value @ out, np.abs(value) @ np.abs(out)),
            (plain[0], plain[1]),
            2 * float(np.linalg.norm(turn @ turn.T - np.eye(len(turn)))),
        )


@dataclass(frozen=True)
class _Scores:
    """Between what scores of a head's keys are, for every token where the query looks most.

    Attributes:
        low, high: by the token at a key's position and by that where it looks most,
            [tokens, positions, tokens, tokens]; what stands before the text is a last position.
    """

    low: ndarray
    high: ndarray


class TwoLayers:
    """Leads of a network of two layers of attention over sets of texts.

    Args:
        shape: of the network, which is `bounded`.
        weights: by name.
        longest: tokens of the longest text.
    """

    def __init__(self, shape: Data, weights: Mapping[str, ndarray], longest: int) -> None:
        self.shape, self.weights = shape, weights
        self.first = Streams(shape, weights, longest)
        exact = {name: it.astype(np.float64) for name, it in weights.items()}
        prefix = "blocks.1."
        block = {n.removeprefix(prefix): it for n, it in exact.items() if n.startswith(prefix)}
        self.heads = [_Head.of(block, which) for which in range(shape["n_heads"])]
        self.rest = block["b_O"] + np.einsum("hk,hkd->d", block["b_V"], block["W_O"])
        self.out, self.shift = exact["W_U"], exact["b_U"]
        self.root = math.sqrt(int(shape["d_head"]))
        self.keys = [self.first.reach(head.key) for head in self.heads]
        self.queries = [self.first.reach(head.query) for head in self.heads]
        self.sharp = [_sharp(*it, self.root) for it in zip(self.queries, self.keys, strict=True)]
        self.taken: dict[int, ndarray] = {}
        self.scores: dict[tuple[int, int, int], list[_Scores]] = {}
        self.off, self.turned = self._run_off()

    def cost(self, length: int) -> int:
        """For every token that may stand somewhere all that it may stand beside."""
        return NANOSECONDS * (length * len(self.shape["tokens"])) ** 2

    def leads(self, at: int, sets: ndarray, answers: ndarray) -> Least:
        """Lower bounds on how far an output is above all others at a position. [sets]"""
        value, lost = np.empty(len(sets)), np.full(len(sets), self.off)
        single = (sets.sum(axis=2) == 1).all(axis=1)
        if single.any():
            value[single] = self._run(at, sets[single], answers[single]) - self.off
        room = max(1, TOGETHER // (len(self.shift) * sets[0].size * sets.shape[2]))
        for own in range(sets.shape[2]):
            left = np.flatnonzero(~single & sets[:, at, own])
            for start in range(0, len(left), room):
                some = left[start : start + room]
                with np.errstate(over="ignore", invalid="ignore"):  # then nothing is shown
                    value[some], lost[some] = self._bounds(at, own, sets[some], answers[some])
        return Least(np.where(np.isnan(value), -np.inf, value), lost)

    def where(self, at: int, sets: ndarray) -> ndarray:
        """The first position with the most tokens, beside that at which all are gone through."""
        count, looked = sets.sum(axis=2), self.first.looked_at(sets.shape[1])[at]
        count[:, looked] = np.minimum(count[:, looked], 2)
        count[:, looked] -= count.max(axis=1) > 2
        return count.argmax(axis=1)

    def _run(self, at: int, sets: ndarray, answers: ndarray) -> ndarray:
        """Leads on single texts."""
        logits = logits_of(self.shape, self.weights, sets.argmax(axis=2))
        logits = logits[:, 0 if logits.shape[1] == 1 else at]
        own = np.arange(len(sets))
        led = logits[own, answers]
        logits[own, answers] = -np.inf
        return led - logits.max(axis=1)

    def _bounds(
        self, at: int, own: int, sets: ndarray, answers: ndarray
    ) -> tuple[ndarray, ndarray]:
        """Lower bounds on the least lead, and what float64 may have lost of them or of a lead.

        The tokens that may stand where the position looks most are gone through one by one.
        """
        outputs, gamma = np.arange(len(self.shift)), self.first.gamma
        others = np.array([outputs[outputs != one] for one in answers])
        up, up_size = self.out.T, np.abs(self.out.T)
        towards = up[answers][:, None] - up[others]
        size = up_size[answers][:, None] + up_size[others]
        direct = self.first.one.least(at, sets, towards, size)
        value = direct.value + towards @ self.rest + self.shift[answers][:, None]
        value -= self.shift[others]
        shifts = np.abs(self.shift)[answers][:, None] + np.abs(self.shift)[others]
        lost = direct.lost + gamma * (size @ np.abs(self.rest) + shifts)
        seen, token = sets.shape[1], np.arange(sets.shape[2])
        look = self.first.looked_at(seen)
        of, case = np.nonzero(sets[:, look[at]])
        cases = sets[of]
        cases[:, look[at]] = token == case[:, None]
        if self.first.start is not None:  # stands at a further position, where one token may
            look = np.append(look, seen)
            cases = np.append(cases, np.tile(token == 0, (len(cases), 1, 1)), axis=1)
        pairs = list[Pairs]()
        for scores, values in zip(self._scores(at, own, seen), self._values(seen), strict=True):
            taken = values[answers[of, None], others[of]]
            pairs.append(Pairs(scores.low[case], scores.high[case], taken, cases, look))
        found = [it.each_alone() for it in pairs]
        value = value[of] + sum(it.value for it in found)
        lost = lost[of] + sum(gamma * it.lost for it in found)
        first = np.searchsorted(of, np.arange(len(sets)))
        left = (value - lost).min(axis=1) <= self.off
        if left.any() and pairs[0].is_tree:
            for one, it in zip(pairs, found, strict=True):
                value[left] += one.of(left).as_tree(it.value[left]) - it.value[left]
        least = np.minimum.reduceat((value - lost).min(axis=1), first)
        return least, np.maximum.reduceat(lost.max(axis=1), first) + self.off

    def _scores(self, at: int, own: int, seen: int) -> list[_Scores]:
        """Of all heads, of a query at a position with a token."""
        if (at, own, seen) not in self.scores:
            found = [self._scores_of(at, own, seen, which) for which in range(len(self.heads))]
            self.scores = {key: it for key, it in self.scores.items() if key[0] == at}
            self.scores[at, own, seen] = found
        return self.scores[at, own, seen]

    def _scores_of(self, at: int, own: int, seen: int, which: int) -> _Scores:
        head, keys, gamma = self.heads[which], self.keys[which], self.first.gamma
        beside = self.first.beside(seen)
        sets = np.ones((len(beside[at]), seen, beside[at].shape[2]), dtype=bool)
        sets[:, : beside[at].shape[1]] = beside[at]
        sets[:, at] = np.arange(sets.shape[2]) == own
        query, off = self._queries(
            at, own, sets[:, : at + 1 if self.shape["causal"] else seen], which
        )
        scored = query @ head.key.T / self.root
        size = np.abs(query) @ head.key_size.T / self.root
        every, sizes = np.concatenate([scored, -scored]), np.concatenate([size, size])
        other = np.einsum("wc,jtc->wjt", off, keys.apart[:seen])
        low, high = (np.empty((*other.shape, other.shape[2])) for _ in range(2))
        for key, some in enumerate(beside):
            found = self.first.of_key(key, some, every, sizes)
            least = (found.value - found.lost).transpose(2, 1, 0)
            low[:, key], high[:, key] = least[: len(query)], -least[len(query) :]
        if keys.start is not None and self.first.start is not None:
            middle, lost = scored @ self.first.start, gamma * (size @ self.first.size)
            low, high = (
                np.append(it, np.broadcast_to(end[:, None, None, None], it[:, :1].shape), axis=1)
                for it, end in ((low, middle - lost), (high, middle + lost))
            )
            wide = np.broadcast_to((off @ keys.start_apart)[:, None, None], other[:, :1].shape)
            other = np.append(other, wide, axis=1)
        other = ((1 + gamma) * other / self.root + self.turned[which])[..., None]
        return _Scores(low - other, high + other)

    def _queries(self, at: int, own: int, sets: ndarray, which: int) -> tuple[ndarray, ndarray]:
        """The middle of what queries may be, and how far they are from it at most. [sets, d_head]

        Where it hardly matters, as far as any text may bring them.
        """
        head, reach, sharp = self.heads[which], self.queries[which], self.sharp[which]
        low, high = (np.tile(it[at, own], (len(sets), 1)) for it in (reach.low, reach.high))
        columns, size = (
            np.broadcast_to(it.T[sharp], (len(sets), len(sharp), len(it)))
            for it in (head.query, head.query_size)
        )
        least, most = (
            self.first.one.least(at, sets, sign * columns, size, FEWER) for sign in (1, -1)
        )
        low[:, sharp] = np.maximum(low[:, sharp], least.value - least.lost)
        high[:, sharp] = np.minimum(high[:, sharp], most.lost - most.value)
        query, off = (low + high) / 2 + head.shift, np.maximum(high - low, 0) / 2
        sums = np.abs(low) + np.abs(high) + np.abs(head.shift)
        return query, off + 4 * self.first.gamma * sums

    def _values(self, seen: int) -> ndarray:
        """The least that heads take towards one output and away from another, by the token at a
        position and that where it looks most. [heads, outputs, outputs, positions, tokens, tokens]
        """
        upto = len(self.first.one.net.stream) if self.shape["causal"] else seen
        if upto not in self.taken:
            pairs = (self.out.T[:, None] - self.out.T).reshape(-1, len(self.out))
            size = np.abs(self.out.T)
            sizes = (size[:, None] + size).reshape(pairs.shape)
            every, outputs = list[ndarray](), len(self.shift)
            for head in self.heads:
                towards, wide = pairs @ head.taken.T, sizes @ head.taken_size.T
                each = [
                    self.first.of_key(key, sets, towards, wide)
                    for key, sets in enumerate(self.first.beside(upto))
                ]
                found = np.array([(it.value - it.lost).transpose(2, 1, 0) for it in each])
                every.append(found.swapaxes(0, 1))
            found = np.array(every)
            self.taken[upto] = found.reshape(len(found), outputs, outputs, *found.shape[2:])
        found = self.taken[upto][:, :, :, :seen]
        if self.first.start is None:
            return found
        start = np.broadcast_to(self._start_values[..., None, None, None], found[:, :, :, :1].shape)
        return np.append(found, start, axis=3)

    @cached_property
    def _start_values(self) -> ndarray:
        """The same of what stands before the text, [heads, outputs, outputs]."""
        assert self.first.start is not None, "something stands before the text"
        found = list[ndarray]()
        for head in self.heads:
            along, size = (
                self.first.start @ head.taken @ self.out,
                self.first.size @ head.taken_size,
            )
            lost = 2 * self.first.gamma * (size @ np.abs(self.out))
            found.append((along - lost)[:, None] - (along + lost))
        return np.array(found)

    def _run_off(self) -> tuple[float, list[float]]:
        """What float64 may be off in the lead of an output, of any text; and in scores of heads,
        for that coordinates are turned.
        """
        gamma, turned = self.first.gamma, list[float]()
        stream = self.first.reach(np.eye(len(self.first.size))).size
        off = self.first.off
        whole, lost = stream + np.abs(self.rest), off
        for head, reach, keys in zip(self.heads, self.queries, self.keys, strict=True):
            query = reach.size + np.abs(head.shift)
            key = keys.size + np.abs(head.key_shift)
            plain = (off @ size + 2 * gamma * (stream @ size + shift) for size, shift in head.plain)
            lengths = [float(np.linalg.norm(it)) for it in (query, key, *plain)]
            turned.append((gamma + head.bent) * lengths[0] * lengths[1] / self.root)
            scores = (lengths[0] * lengths[3] + lengths[1] * lengths[2]) / self.root + turned[-1]
            weighed = float(np.expm1(min(2 * scores, MOST_OFF))) + LIBRARY * DOUBLE
            taken = stream @ head.taken_size
            whole = whole + taken
            lost = lost + off @ head.taken_size + taken * (2 * weighed + 6 * gamma)
        lost = lost + gamma * whole
        logits = lost @ np.abs(self.out) + gamma * (whole @ np.abs(self.out) + np.abs(self.shift))
        return float(2 * logits.max()), turned


def _sharp(queries: Reach, keys: Reach, root: float) -> ndarray:
    """The coordinates in which it matters where in their reach queries are."""
    wide = (queries.high - queries.low).max(axis=(0, 1)) * keys.apart.max(axis=(0, 1)) / root
    order = np.argsort(wide)
    return np.sort(order[np.cumsum(wide[order]) > BLUNT])
