"""Program = network on every text up to a length, by going through sets of texts.

A set of texts is closed where the program has one answer on all of it (`text_sets.py`) and the
network's output for that leads everywhere (`text_bounds.py`). Another set is cut in two, where the
program's answers part soonest, and in halves where the network's bound does not reach. What is left
in the end are single texts, which program and network answer alike or not: so the search proves,
or finds texts on which they part, or has gone through as many sets as it may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy import ndarray

from .errors import ProgramError
from .kind import Claims
from .read import Data
from .real_answers import run_texts
from .selections import ANSWERS
from .text_bounds import OneLayer, bounded
from .text_sets import NotFollowedError, OverSets
from .text_transformer import alike, answers_of, logits_of

MOST_WORK = 600_000_000
"""What the sets that are gone through may cost at most, as `cost` has it: some ten seconds."""
MOST_DIFFER = 64
"""Texts on which program and network part that are collected, all of one length."""
AT_ONCE = 1 << 20
"""Tokens of sets, times outputs or units, that are bounded at once."""


@dataclass(frozen=True)
class Searched:
    """What came of the search.

    Attributes:
        up_to: every text of up to so many tokens is answered alike; 0 where not even the shortest
            were shown to be.
        lead: the least that an output leads by on these, in real arithmetic.
        lost: the most that rounding may have taken from a bound.
        sets: that these texts were gone through in.
        differ: texts of one length, the shortest with some, on which program and network part: no
            more than `MOST_DIFFER`. [n, length]
    """

    up_to: int
    lead: float
    lost: float
    sets: int
    differ: ndarray

    @property
    def claims(self) -> Claims:
        """What follows for a report, by its names."""
        found: Claims = {}
        if len(self.differ):
            found["program_vs_model.search_disagreements"] = len(self.differ)
        if not self.up_to:
            return found
        return found | {
            "proof.method": "sets",
            "proof.smallest_lead": self.lead,
            "proof.rounding": self.lost,
            "proof.up_to_length": self.up_to,
            "proof.nodes": self.sets,
            "proof.float_bound.smallest_lead": 0.0,
            "proof.float_bound.covered": False,
            **dict.fromkeys(("proof.history", "proof.error")),
        }


class _SpentError(Exception):
    """As many sets as may be have been gone through, or a text is not decided."""


@dataclass
class _Search:
    """The search through sets of texts of one length after the other.

    What a set costs: for every token that may stand somewhere the network's outputs or units, and
    all other tokens that it may stand beside.
    """

    source: str
    steps: Sequence[Data]
    tokens: range
    values: ndarray
    shape: Data
    net: OneLayer
    sets: int = 0
    cost: int = 0
    lead: float = np.inf
    lost: float = 0.0
    differ: list[ndarray] = field(default_factory=list)

    def through(self, length: int) -> None:
        """All texts of a length, at every position that is answered.

        Raises:
            _SpentError: as many sets as may be were gone through.
        """
        program = OverSets(self.source, self.steps, self.tokens, length)
        last = self.shape["reads"] == "last"
        if last or (self.shape["causal"] and program.causal):
            answered = range(length - 1, length)  # of shorter texts the rest
        else:
            answered = range(length)
        size = len(self.tokens)
        for at in answered:
            sets = np.ones((size, length, size), dtype=bool)
            sets[:, at] = np.eye(size, dtype=bool)
            while len(sets):
                wide = self.shape["n_outputs"] + 2 * self.shape["d_mlp"]
                self.sets += len(sets)
                self.cost += len(sets) * length * size * (wide + length * size)
                if self.cost > MOST_WORK:
                    raise _SpentError
                room = max(1, AT_ONCE // (length * size * wide))
                starts = range(0, len(sets), room)
                parts = [p for i in starts for p in self._gone(program, at, sets[i : i + room])]
                sets = np.concatenate([*parts, sets[:0]])

    def _gone(self, program: OverSets, at: int, sets: ndarray) -> Iterator[ndarray]:
        """What is left of sets."""
        may = program.answers(sets, at)
        known, values = may.sum(axis=1) == 1, program.values[ANSWERS]
        single = (sets.sum(axis=2) == 1).all(axis=1)
        said = values[may.argmax(axis=1)].astype(np.float64)
        rest = single & ~known  # of several that are as often chosen: the program itself says
        if rest.any():
            texts = sets[rest].argmax(axis=2) + self.tokens.start
            wide = 1 if self.shape["reads"] == "last" else sets.shape[1]
            said[rest] = run_texts(self.source, texts, wide)[:, 0 if wide == 1 else at]
        closed = known | single
        if closed.any():
            left = self._bounded(at, sets[closed], said[closed])
            if len(left):
                yield from _halved(left, left.sum(axis=2).argmax(axis=1))
        if not closed.all():
            yield from _parted(program, at, sets[~closed], may[~closed])

    def _bounded(self, at: int, sets: ndarray, said: ndarray) -> ndarray:
        """Those sets on which an output does not lead everywhere, without single texts.

        Raises:
            _SpentError: what rounding may do decides what a text is answered.
        """
        same = self.values == said[:, None]
        shown = same.any(axis=1)  # of what no output stands for nothing leads
        seen = sets[:, : at + 1] if self.shape["causal"] else sets
        least = self.net.leads(at, seen, same.argmax(axis=1))
        leads = shown & (least.value > least.lost)  # so that a pass in float64 leads, too
        if leads.any():
            self.lead = min(self.lead, float(least.value[leads].min()))
            self.lost = max(self.lost, float(least.lost[leads].max()))
        single = (seen.sum(axis=2) == 1).all(axis=1)
        parts = least.value + 2 * least.lost < 0  # not where rounding is without bound
        if (single & shown & ~leads & ~parts).any():
            raise _SpentError
        for one in sets[single & ~leads][: MOST_DIFFER - len(self.differ)]:
            self.differ.append(one.argmax(axis=1) + self.tokens.start)
        if len(self.differ) >= MOST_DIFFER:
            raise _SpentError
        return sets[~leads & ~single]


def over_sets(
    source: str,
    steps: Sequence[Data],
    tokens: range,
    longest: int,
    answers: ndarray,
    shape: Data,
    weights: Mapping[str, ndarray],
) -> Searched | None:
    """Search through all texts; null where program or network are of another sort.

    Args:
        source: of the program.
        steps: that its lines say (`selections.py`).
        tokens: values of a token.
        longest: tokens of the longest text.
        answers: what the network's outputs stand for.
        shape: of the network.
        weights: by name.

    Raises:
        ValueError: program and network part, and are not seen to when they are asked.
    """
    if not bounded(shape):
        return None
    search = _Search(source, steps, tokens, answers, shape, OneLayer(shape, weights, longest))
    up_to, lead, lost, sets = 0, np.inf, 0.0, 0
    try:
        for length in range(1, longest + 1):
            search.through(length)
            if search.differ:
                break
            up_to, lead, lost, sets = length, search.lead, search.lost, search.sets
    except (NotFollowedError, ProgramError):
        return None
    except _SpentError:
        pass
    differ = np.array(search.differ or np.empty((0, 1)), dtype=np.int64)
    differ = np.unique(differ, axis=0)  # some part at several positions
    try:
        return Searched(up_to, lead, lost, sets, _asked(search, weights, differ))
    except ProgramError:
        return None


def _asked(search: _Search, weights: Mapping[str, ndarray], texts: ndarray) -> ndarray:
    """Those texts on which program and network part when they are asked: all of them.

    Raises:
        ValueError: some are answered alike, so that the bounds are wrong.
    """
    if not len(texts):
        return texts
    logits = logits_of(search.shape, weights, texts - search.tokens.start)
    said, _ = answers_of(search.shape, search.values, logits)
    program = run_texts(search.source, texts, said.shape[1])
    if alike(search.shape, program, said).all(axis=1).any():
        raise ValueError("a text on which program and network part is answered alike by both")
    return texts


def _parted(program: OverSets, at: int, sets: ndarray, may: ndarray) -> Iterator[ndarray]:
    """Sets cut in two where the program's answers part: at the position with a token that leaves
    the fewest of them, into the tokens that do, and all others; in halves where none parts them.
    """
    size, count = sets.shape[2], len(sets)
    left, fewest = np.arange(count), may.sum(axis=1)
    where, first = sets.sum(axis=2).argmax(axis=1), np.zeros((count, size), dtype=bool)
    for position in range(sets.shape[1]):
        mine = left[sets[left, position].sum(axis=1) > 1]
        if not len(mine):
            continue
        each = np.repeat(sets[mine], size, axis=0)
        each[:, position] = np.tile(np.eye(size, dtype=bool), (len(mine), 1))
        answers = program.answers(each, at).reshape(len(mine), size, -1)
        allowed, rows = sets[mine, position], np.arange(len(mine))
        fewer = np.where(allowed, answers.sum(axis=2), np.iinfo(np.int64).max)
        best = fewer.argmin(axis=1)
        alike = (answers == answers[rows, best][:, None]).all(axis=2) & allowed
        better = (alike != allowed).any(axis=1) & (fewer[rows, best] < fewest[mine])
        cut = mine[better]
        fewest[cut], where[cut] = fewer[rows, best][better], position
        first[cut] = alike[better]
        left = left[fewest[left] > 1]
    parts = first.any(axis=1)
    yield from _cut(sets[parts], where[parts], first[parts])
    yield from _halved(sets[~parts], where[~parts])


def _halved(sets: ndarray, at: ndarray) -> Iterator[ndarray]:
    """Sets with half of the tokens at a position each."""
    tokens = sets[np.arange(len(sets)), at]
    yield from _cut(sets, at, np.cumsum(tokens, axis=1) <= (tokens.sum(axis=1) // 2)[:, None])


def _cut(sets: ndarray, at: ndarray, first: ndarray) -> Iterator[ndarray]:
    """Sets with these tokens at a position, and with the others."""
    rows = np.arange(len(sets))
    for which in (first, ~first):
        part = sets.copy()
        part[rows, at] &= which
        yield part
