"""Answers that are tried: held against the network on other texts, and what each is worth."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.kinds.attention.fitting import Fit, fit
from distill.kinds.attention.learned.asked import Asked
from distill.kinds.attention.learned.candidate import Candidate
from distill.kinds.attention.learned.latch import closed, up_to
from distill.kinds.attention.learned.terms import Selection, Variable, cost_of, told
from distill.kinds.attention.learned.values import Values

READ, NEVER_PARTS = 0.001, 0.03
"""Part of the texts that a program must win for every unit that there is to read in it, and what it
is worth that it never parts from the network."""
CLOSED = 6.0
"""What there is to read in lines that say that an answer stays."""


@dataclass(frozen=True)
class Tried:
    """A candidate with what it agrees on.

    Attributes:
        reads: what the answer is a function of.
        text: of the answer, where `v0`, `v1` stand for those.
        table: where it is one.
        latch: the answer that stays once it is given; null where none does.
        agree: which of the tried texts are answered as the network does.
        cost: how much there is to read.
    """

    answer: Variable | None
    reads: tuple[Variable, ...]
    table: Fit | None
    agree: Bool[ndarray, " n"]
    cost: float
    latch: int | None = None

    @property
    def part(self) -> float:
        """Of the tried texts."""
        return float(self.agree.mean())

    @property
    def worth(self) -> float:
        """What it is right on, less what it costs to read."""
        return self.part + NEVER_PARTS * bool(self.agree.all()) - READ * self.cost

    @property
    def selections(self) -> frozenset[tuple[str, ...]]:
        """What it looks at, in words: programs that differ in no more than maps have the same."""
        parts = frozenset[Variable | Selection]().union(*(each.parts for each in self.terms))
        return frozenset(told(part) for part in parts if isinstance(part, Selection))

    @property
    def terms(self) -> tuple[Variable, ...]:
        """The variables that the answer is, or is a table of, or a function that stands for one."""
        if self.answer is not None:
            return (self.answer,)
        text = "" if self.table is None else self.table.text
        return tuple(it for k, it in enumerate(self.reads) if re.search(rf"\bv{k}\b", text))


def worth(tried: Tried) -> float:
    """What one is worth, to sort by."""
    return tried.worth


def chosen(tried: Sequence[Tried]) -> Tried:
    """The one that is worth what it costs to read; one that never parts is worth most."""
    return max(tried, key=worth)


def try_all(
    values: Values, made: Sequence[Candidate], latch: int | None = None, best: Tried | None = None
) -> list[Tried]:
    """Hold candidates against the network on other texts; tables are filled by them.

    How a table is written is looked for where it may be worth most, or answers as many texts alike
    as what is.

    Args:
        values: of terms along those texts.
        made: candidates.
        latch: the answer that stays once it is given.
        best: what is known already.
    """
    drafts = [_drafted(values, it, latch) for it in made]
    found = dict[int, Tried]()
    for place in sorted(range(len(drafts)), key=lambda it: -drafts[it].hoped):
        draft = drafts[place]
        less = best is not None and draft.agree.sum() < best.agree.sum()
        if best is None or not less or draft.hoped >= best.worth:
            found[place] = tried = draft.written()
            best = chosen([tried, *([] if best is None else [best])])
    return [found[place] for place in sorted(found)]


@dataclass(frozen=True)
class _Draft:
    """A candidate with what it agrees on, before it is known how its table is written."""

    candidate: Candidate
    latch: int | None
    agree: Bool[ndarray, " n"]
    rows: Int[ndarray, "r k"] | None = None
    common: Int[ndarray, " r"] | None = None

    @property
    def hoped(self) -> float:
        """What it is worth at most."""
        cost = self.candidate.cost
        if self.rows is not None:
            cost = 1.0 + cost_of(frozenset().union(*(it.parts for it in self.candidate.reads)))
        cost += 0.0 if self.latch is None else CLOSED
        return float(self.agree.mean()) + NEVER_PARTS * bool(self.agree.all()) - READ * cost

    def written(self) -> Tried:
        """The same with its table."""
        cost, table, reads = self.candidate.cost, None, self.candidate.reads
        if self.rows is not None and self.common is not None:
            names = {f"v{place}": column.tolist() for place, column in enumerate(self.rows.T)}
            table = fit(names, self.common.tolist())
            cost = cost_of(frozenset().union(*(each.parts for each in reads))) + table.weight
        cost += 0.0 if self.latch is None else CLOSED
        return Tried(self.candidate.answer, reads, table, self.agree, cost, self.latch)


def _drafted(values: Values, candidate: Candidate, latch: int | None) -> _Draft:
    asked, rows, common = values.asked, None, None
    if candidate.answer is not None:
        given = values.of(candidate.answer)
    else:
        columns = [values.of(each) for each in candidate.reads]
        seen = asked if latch is None else up_to(asked, latch)
        rows, common = _commonest(columns, seen)
        given = _looked_up(columns, rows, common)
    if latch is not None:
        given = closed(given, latch)
    agree = ((given == asked.answers) | ~asked.wanted).all(axis=1)
    return _Draft(candidate, latch, agree, rows, common)


def _commonest(
    columns: Sequence[ndarray], asked: Asked
) -> tuple[Int[ndarray, "r k"], Int[ndarray, " r"]]:
    """Every combination of values, and the commonest answer for it."""
    stacked = np.stack([column[asked.wanted] for column in columns], axis=1)
    rows, places = np.unique(stacked, axis=0, return_inverse=True)
    values, codes = np.unique(asked.target, return_inverse=True)
    counts = np.zeros((len(rows), len(values)), dtype=np.int64)
    np.add.at(counts, (places.reshape(-1), codes), 1)
    return rows, values[counts.argmax(axis=1)].astype(np.int64)


def _looked_up(
    columns: Sequence[ndarray], rows: Int[ndarray, "r k"], values: Int[ndarray, " r"]
) -> Int[ndarray, "n length"]:
    """The value of a table everywhere; 0 for what it has no row for."""
    stacked = np.stack([column.ravel() for column in columns], axis=1)
    both, places = np.unique(np.concatenate([rows, stacked]), axis=0, return_inverse=True)
    known = np.zeros(len(both), dtype=np.int64)
    known[places.reshape(-1)[: len(rows)]] = values
    return known[places.reshape(-1)[len(rows) :]].reshape(columns[0].shape)
