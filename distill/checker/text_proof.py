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

from . import text_bounds, text_two_layers
from .errors import ProgramError
from .kind import Claims
from .read import Data
from .real_answers import run_texts
from .selections import ANSWERS
from .text_bounds import Leads
from .text_cuts import halved, narrowed, parted
from .text_draws import drawn_texts
from .text_sets import NotFollowedError, OverSets
from .text_transformer import alike, answers_of, logits_of

MOST_WORK, MOST_UNIQUE = 10**10, 5 * 10**10
"""What the sets that are gone through may cost at most, in nanoseconds or so: of all answers, and
of those at positions at which no selection chooses more than one."""
LEAST = 1e-200
"""No lead is told from what is lost where products of weights are too small for float64."""
DRAWN, DRAWN_SEED = 200, 9_002
"""Texts of which it is counted how many answers are so."""
MOST_DIFFER = 64
"""Texts on which program and network part that are collected, all of one length."""
AT_ONCE = 1 << 20
"""Tokens of sets, times outputs or units, that are bounded at once."""


@dataclass(frozen=True)
class Reached:
    """What was gone through, and holds.

    Attributes:
        up_to: tokens of the longest texts that were; 0 where not even the shortest were.
        lead: the least that an output leads by on these, in real arithmetic.
        lost: the most that rounding may have taken from a bound.
        sets: that these texts were gone through in.
    """

    up_to: int = 0
    lead: float = np.inf
    lost: float = 0.0
    sets: int = 0


@dataclass(frozen=True)
class Searched:
    """What came of the search.

    Attributes:
        every: texts, all of which are answered alike.
        unique: answers of texts at positions at which no selection chooses more than one, where
            these were gone through up to longer texts than all of them; and some are such.
        drawn: answers to drawn texts, and how many of them are at such positions.
        differ: texts of one length, the shortest with some, on which program and network part: no
            more than `MOST_DIFFER`. [n, length]
    """

    every: Reached
    unique: Reached | None
    drawn: tuple[int, int]
    differ: ndarray

    @property
    def up_to(self) -> int:
        """Every text of up to so many tokens is answered alike."""
        return self.every.up_to

    @property
    def claims(self) -> Claims:
        """What follows for a report, by its names."""
        found: Claims = {}
        if len(self.differ):
            found["program_vs_model.search_disagreements"] = len(self.differ)
        if not self.up_to:
            return found
        if self.unique is not None:
            names = ("up_to_length", "smallest_lead", "rounding", "nodes", "drawn", "drawn_unique")
            reached = (self.unique.up_to, self.unique.lead, self.unique.lost, self.unique.sets)
            figures = zip(names, (*reached, *self.drawn), strict=True)
            found |= {f"proof.where_unique.{name}": it for name, it in figures}
        return found | {
            "proof.method": "sets",
            "proof.smallest_lead": self.every.lead,
            "proof.rounding": self.every.lost,
            "proof.up_to_length": self.up_to,
            "proof.nodes": self.every.sets,
            "proof.float_bound.smallest_lead": 0.0,
            "proof.float_bound.covered": False,
            **dict.fromkeys(("proof.history", "proof.error")),
        }


class _SpentError(Exception):
    """As many sets as may be have been gone through, or a text is not decided."""


@dataclass
class _Search:
    """The search through sets of texts of one length after the other.

    Attributes:
        unique: whether answers are left out at which a selection chooses more than one position.
    """

    source: str
    steps: Sequence[Data]
    tokens: range
    values: ndarray
    shape: Data
    net: Leads
    unique: bool = False
    sets: int = 0
    cost: int = 0
    lead: float = np.inf
    lost: float = 0.0
    differ: list[ndarray] = field(default_factory=list)

    def over(self, length: int) -> OverSets:
        """The program, over sets of texts of a length."""
        return OverSets(self.source, self.steps, self.tokens, length)

    def through(self, length: int) -> None:
        """All texts of a length, at every position that is answered.

        Raises:
            _SpentError: as many sets as may be were gone through.
        """
        program = self.over(length)
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
                self.cost += len(sets) * self.net.cost(length)
                if self.cost > (MOST_UNIQUE if self.unique else MOST_WORK):
                    raise _SpentError
                room = max(1, AT_ONCE // (length * size * wide))
                starts = range(0, len(sets), room)
                parts = [p for i in starts for p in self._gone(program, at, sets[i : i + room])]
                sets = np.concatenate([*parts, sets[:0]])

    def _gone(self, program: OverSets, at: int, sets: ndarray) -> Iterator[ndarray]:
        """What is left of sets."""
        over = program.over(sets, at)
        if self.unique:
            inside = over.fewest <= 1
            wide = inside & (over.fewest == 1) & (over.most > 1)
            if wide.any():
                fewer = narrowed(program, at, sets[wide])
                changed = (fewer != sets[wide]).any(axis=(1, 2))
                left = np.asarray(fewer.any(axis=2)).all(axis=1)
                yield fewer[changed & left]
                inside[np.flatnonzero(wide)[changed]] = False
            sets, over = sets[inside], over.of(inside)
            if not len(sets):
                return
        may = over.answers
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
                yield from halved(left, self.net.where(at, left))
        if not closed.all():
            yield from parted(program, at, sets[~closed], over.of(~closed))

    def _bounded(self, at: int, sets: ndarray, said: ndarray) -> ndarray:
        """Those sets on which an output does not lead everywhere, without single texts.

        Raises:
            _SpentError: what rounding may do decides what a text is answered.
        """
        same = self.values == said[:, None]
        shown = same.any(axis=1)  # of what no output stands for nothing leads
        seen = sets[:, : at + 1] if self.shape["causal"] else sets
        least = self.net.leads(at, seen, same.argmax(axis=1))
        far = np.maximum(least.lost, LEAST)  # so that a pass in float64 leads, too
        leads = shown & (least.value > far)
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
    net = _leads(shape, weights, longest)
    if net is None:
        return None
    about = (source, steps, tokens, answers, shape, net)
    try:
        every, differ = _through(_Search(*about), longest)
        unique, drawn = None, (0, 0)
        if 0 < every.up_to < longest:
            drawn = _drawn(_Search(*about, unique=True), longest)
        if drawn[1]:
            unique, _ = _through(_Search(*about, unique=True), longest)
            unique = None if unique.up_to <= every.up_to else unique
        return Searched(every, unique, drawn, _asked(_Search(*about), weights, differ))
    except (NotFollowedError, ProgramError):
        return None


def _drawn(search: _Search, longest: int) -> tuple[int, int]:
    """Answers to texts of the longest length that are drawn evenly, and how many of them are at
    positions at which no selection chooses more than one.
    """
    draw = {"kind": "uniform", "length": longest, "count": DRAWN, "seed": DRAWN_SEED}
    rows = drawn_texts(draw, search.tokens) - search.tokens.start
    program, sets = search.over(longest), np.eye(len(search.tokens), dtype=bool)[rows]
    answered = range(longest - 1, longest) if search.shape["reads"] == "last" else range(longest)
    unique = [(program.over(sets, at).most <= 1).sum() for at in answered]
    return DRAWN * len(answered), int(sum(unique))


def _leads(shape: Data, weights: Mapping[str, ndarray], longest: int) -> Leads | None:
    """Bounds on a network's leads; null where none are known."""
    if text_bounds.bounded(shape):
        return text_bounds.OneLayer(shape, weights, longest)
    if text_two_layers.bounded(shape):
        return text_two_layers.TwoLayers(shape, weights, longest)
    return None


def _through(search: _Search, longest: int) -> tuple[Reached, ndarray]:
    """Up to where a search comes, and texts on which program and network part."""
    reached = Reached()
    try:
        for length in range(1, longest + 1):
            search.through(length)
            if search.differ:
                break
            reached = Reached(length, search.lead, search.lost, search.sets)
    except _SpentError:
        pass
    differ = np.array(search.differ or np.empty((0, 1)), dtype=np.int64)
    return reached, np.unique(differ, axis=0)  # some part at several positions


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
