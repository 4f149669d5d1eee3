"""The search for inputs on which a program and its network answer differently.

It has a fixed plan (`BUDGET`, `SEED`) and can be made again for ever: what it visits follows from
PCG64's raw stream, from the program's constants, and from the network's lead, rounded; over texts
also from its weights, so that a network that learned from a search is asked about others. First
come structured inputs (`families`); then those on which the network was least sure are changed a
little, again and again. Every row counts at every step: a sequence tries all of its beginnings.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy import ndarray

from distill.search.families import FAMILIES, Space, Stream, changed, mixed, prefixes

SEED = 4
BUDGET = 30_000
"""Rows at most; an eighth of them are changes of others."""

AT_ONCE = 5_000
"""Rows that are asked together."""

ROUNDS, PARENTS = 8, 64
"""How often rows are changed, and how many: those where the network is least sure."""
CHANGES = 8
"""One in so many rows is a change of others."""
OVER_TEXTS, TEXT_ROUNDS, TEXT_CHANGES = 20_000, 24, 2
"""The same over texts, of which a network that has seen most kinds errs on few."""
FEWEST_TEXTS, TEXT_PRODUCTS = 1_000, 1 << 34
"""Texts at least, and products of numbers in all their forward passes, about, beyond that."""
KEPT = 64
"""Rows on which the two differ that are handed on."""

DECIMALS = 6
"""Of a lead that the search goes by: what two forward passes differ by must not steer it."""


@dataclass(frozen=True)
class Asked:
    """What was seen on rows.

    Attributes:
        differs: whether program and network differ, bool [n, length]; [n] over finite domains.
        lead: of the network's answer over the runner-up, float of the same shape.
    """

    differs: ndarray
    lead: ndarray


Ask = Callable[[ndarray], Asked]


@dataclass(frozen=True)
class Searched:
    """What a search came to.

    Attributes:
        visited: different rows that were asked.
        disagreements: rows of these on which program and network differ at some step.
        first: the shortest beginning of a row at whose end they differ, [steps, channels], or the
            input [k] of a finite domain; null where there is none.
        differ: the first of them, [n, steps, channels], or texts [n, length]; null where there is
            none.
    """

    visited: int
    disagreements: int
    first: ndarray | None
    differ: ndarray | None = None


def search_sequences(
    ask: Ask,
    channels: Sequence[range],
    length: int,
    constants: Sequence[int] = (),
    budget: int = BUDGET,
) -> Searched:
    """Search among sequences.

    Args:
        ask: about values [n, length, channels].
        channels: the values of each, without gaps.
        length: of the sequences.
        constants: the integers in the program's text, in its order, with repetitions. A program
            that is wrong at a rare place has to name it.
        budget: sequences that may be asked.
    """
    low = np.tile([values.start for values in channels], (length, 1))
    size = np.tile([len(values) for values in channels], (length, 1))
    return _searched(ask, Space(low, size, tuple(constants)), budget)


def search_inputs(
    ask: Ask, shape: Sequence[int], constants: Sequence[int] = (), budget: int = BUDGET
) -> Searched:
    """Search in a finite domain, whose inputs are read as the steps of a sequence.

    Args:
        ask: about tokens [n, k], each from 0.
        shape: how many tokens every input has, k numbers.
        constants: as for sequences, but as tokens: less by 1 where a range starts from 1.
        budget: inputs that may be asked.
    """
    size = np.array(shape, dtype=np.int64)[:, None]
    last = np.arange(len(size)) == len(size) - 1

    def asked(rows: ndarray) -> Asked:
        seen = ask(rows[..., 0])
        return Asked(last & seen.differs[:, None], seen.lead[:, None])

    found = _searched(asked, Space(0 * size, size, tuple(constants)), budget)
    return replace(found, first=None if found.first is None else found.first[:, 0])


def search_texts(
    ask: Ask,
    tokens: range,
    length: int,
    constants: Sequence[int] = (),
    budget: int = OVER_TEXTS,
    seed: int = SEED,
) -> Searched:
    """Search among texts of one length, which are read at once.

    Args:
        ask: about texts [n, length]; a text counts if they differ anywhere along it.
        tokens: the values of a token.
        length: of the texts.
        constants: as for sequences.
        budget: texts that may be asked.
        seed: of what is drawn.
    """
    low = np.full((length, 1), tokens.start)
    space = Space(low, np.full((length, 1), len(tokens)), tuple(constants))
    last = np.arange(length) == length - 1

    def asked(rows: ndarray) -> Asked:
        seen = ask(rows[..., 0])
        wrong = seen.differs.any(axis=1, keepdims=True)
        return Asked(last & wrong, seen.lead.min(axis=1, keepdims=True))

    found = _searched(asked, space, budget, TEXT_ROUNDS, TEXT_CHANGES, seed)
    first, differ = (None if it is None else it[..., 0] for it in (found.first, found.differ))
    return replace(found, first=first, differ=differ)


def texts_searched(shape: Mapping[str, Any], length: int) -> int:
    """How many texts a search over a network asks about: fewer of a large one.

    Args:
        shape: of the network.
        length: of the texts.
    """
    wide = 4 * shape["n_heads"] * shape["d_head"] + 2 * shape["d_mlp"] + 2 * length
    products = shape["n_layers"] * length * shape["d_model"] * wide
    return min(OVER_TEXTS, max(FEWEST_TEXTS, TEXT_PRODUCTS // products))


def seed_of(weights: Mapping[str, ndarray]) -> int:
    """A seed that follows from the weights of a network.

    A network that was trained on texts that a search found is asked about others: its weights have
    changed, and so have all texts but those of the systematic families.

    Args:
        weights: by name.
    """
    found = SEED
    for name in sorted(weights):
        exact = np.ascontiguousarray(weights[name], dtype="<f8")
        found = zlib.crc32(exact.tobytes(), zlib.crc32(name.encode(), found))
    return found


def _searched(
    ask: Ask,
    space: Space,
    budget: int,
    rounds: int = ROUNDS,
    changes: int = CHANGES,
    seed: int = SEED,
) -> Searched:
    """Everything, where that is little; else the families, then changes of unsure rows."""
    stream, seen = Stream(seed), _Seen(ask, budget)
    if space.size.astype(float).prod() <= budget:
        seen.look(prefixes(stream, space, budget))
        return seen.searched()
    plain = (budget - budget // changes) * CHANGES // (CHANGES - 1)
    for family, share in FAMILIES:
        seen.look(family(stream, space, plain * share // 20))
    seen.look(mixed(stream, space, budget - budget // changes - len(seen.keys)))
    for _ in range(rounds):
        seen.look(changed(stream, space, seen.unsure(stream), budget // changes // rounds))
    return seen.searched()


class _Seen:
    """What was asked so far."""

    def __init__(self, ask: Ask, budget: int) -> None:
        self.ask, self.budget = ask, budget
        self.keys = set[bytes]()
        self.rows, self.leads = list[ndarray](), list[ndarray]()
        self.disagreements, self.first, self.differ = 0, None, list[ndarray]()

    def look(self, rows: ndarray) -> None:
        """Ask about the rows that are new, as far as the budget goes. [n, length, channels]"""
        new = list[int]()
        for place, row in enumerate(rows):
            key = row.tobytes()
            if key not in self.keys and len(self.keys) < self.budget:
                self.keys.add(key)
                new.append(place)
        for start in range(0, len(new), AT_ONCE):
            some = rows[new[start : start + AT_ONCE]]
            asked = self.ask(some)
            wrong = asked.differs.max(axis=1)
            self.disagreements += int(wrong.sum())
            self.differ += [*some[wrong][: KEPT - len(self.differ)]]
            ends = np.where(wrong, asked.differs.argmax(axis=1) + 1, some.shape[1] + 1)
            row = int(ends.argmin())
            if wrong[row] and (self.first is None or ends[row] < len(self.first)):
                self.first = some[row, : ends[row]]
            self.rows.append(some)
            self.leads.append(np.round(np.nan_to_num(asked.lead.min(axis=1)), DECIMALS))

    def unsure(self, stream: Stream) -> ndarray:
        """The rows with the smallest leads; of equal ones, any. [parents, length, channels]"""
        leads = np.concatenate(self.leads)
        order = np.lexsort((stream.below(2**48, len(leads)), leads))
        return np.concatenate(self.rows)[order[:PARENTS]]

    def searched(self) -> Searched:
        """What it came to."""
        differ = np.stack(self.differ) if self.differ else None
        return Searched(len(self.keys), self.disagreements, self.first, differ)
