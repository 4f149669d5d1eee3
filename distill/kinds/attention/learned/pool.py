"""Variables that differ from each other along the sample; of equal ones the plainest is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.kinds.attention.learned.hints import Hints
from distill.kinds.attention.learned.tables import numbered
from distill.kinds.attention.learned.terms import (
    TOKEN,
    Aggregate,
    Selection,
    Sort,
    Variable,
    Vote,
)
from distill.kinds.attention.learned.values import AT_ONCE, Tallies, Values, aggregated

NOTHING = 1
"""How far below the smallest value that is what a variable is where nothing was chosen."""
VOTES: tuple[Vote, ...] = ("vote_least", "vote", "vote_last")
TAKEN: tuple[Aggregate, ...] = ("copy", "copy_first", "least", "greatest", *VOTES)
COSTS = {"width": 1.0, "copy": 1.0, "copy_first": 1.1, "least": 1.0, "greatest": 1.0}
DEAR = 1.4
ENDS = ("copy", "copy_first")
"""What is taken from one position of those chosen."""
LAST = 0.25
"""What it costs to read that the last of several is copied: a selection of it alone says so."""


class Pool:
    """The variables that are known, cheapest first among equals.

    Attributes:
        merit: of every variable, what its selection has in common with attention, from 0 to 1.
    """

    def __init__(self, values: Values, hints: Hints | None = None) -> None:
        self.values, self.hints = values, hints
        self.there = values.asked.there
        self.known: dict[bytes, Variable] = {}
        self.merit: dict[Variable, float] = {}
        self.telling: dict[Variable, float] = {}
        self.varying: dict[Variable, bool] = {}
        lengths = self.there.sum(axis=1)
        first = {int(n): int(np.argmax(lengths == n)) for n in np.unique(lengths)}
        self.alike = np.array([first[int(n)] for n in lengths])
        self.target = numbered(values.asked.target.astype(np.int64))
        self.nothing = int(values.asked.tokens.min()) - NOTHING

    def __iter__(self) -> Iterator[Variable]:
        """All of them."""
        return iter(self.known.values())

    def __len__(self) -> int:
        """How many there are."""
        return len(self.known)

    def add(self, variable: Variable, merit: float = 0.0, array: ndarray | None = None) -> bool:
        """Take a variable up, unless one that is as plain is the same; whether it was new."""
        array = self.values.of(variable) if array is None else array
        key = array[self.there].astype(np.int32).tobytes()
        before = self.known.get(key)
        if before is not None and before.cost - self.merit[before] <= variable.cost - merit:
            return False
        self.known[key] = variable
        self.merit[variable] = merit
        self.values.known[variable] = array
        return before is None

    def same(self, variable: Variable) -> Variable:
        """The variable that is kept of those that are as this one."""
        self.add(variable)
        return self.known[self.values.of(variable)[self.there].astype(np.int32).tobytes()]

    def aggregate(
        self,
        selections: Sequence[Selection],
        merits: Float[ndarray, " k"],
        taken: Sequence[Variable],
        ops: Sequence[Aggregate] = TAKEN,
        width: bool = True,
    ) -> list[Variable]:
        """All that may be taken from the positions that selections choose; what was new of it."""
        new = list[Variable]()
        n, length = self.there.shape
        step = max(1, AT_ONCE // (n * length * length))
        for start in range(0, len(selections), step):
            some = selections[start : start + step]
            choice = np.stack([self.values.choice(selection) for selection in some])
            single = (choice.sum(axis=-1) <= 1).all(axis=(1, 2))
            if width:
                arrays = aggregated(choice, "width", (), 0)
                for place, selection in enumerate(some):
                    made = Variable("width", "count", COSTS["width"], chosen=selection)
                    if self.add(made, float(merits[start + place]), arrays[place]):
                        new.append(made)
            several, ends = np.flatnonzero(~single), dict[str, ndarray]()
            for value in taken:
                told = Tallies.of(choice[several], self.values.of(value)) if len(several) else None
                for op in ops:
                    if op in VOTES and (value.sort == "position" or told is None):
                        continue
                    many, here = several if op != "copy" else np.arange(len(some)), told
                    if op in ("vote", "vote_last") and told is not None:
                        tied = np.flatnonzero(told.tied)  # without, all votes are the same
                        many, here = several[tied], told.some(tied)
                    if op in ENDS and op not in ends:
                        ends[op] = self._of_one(choice, merits[start : start + step], op)
                    if len(many):
                        which = ends.get(op, merits[start : start + step])
                        given = [some[int(k)] for k in many], choice[many], which[many]
                        new += self._taken(op, value, *given, here)
        return new

    def _of_one(
        self, choice: Bool[ndarray, "k n length length"], merits: Float[ndarray, " k"], op: str
    ) -> Float[ndarray, " k"]:
        """What attention has of selections, or of the last or the first position of each alone: of
        what a value is copied from, attention may look at that one.
        """
        if self.hints is None or not len(self.hints.heads):
            return merits
        length = choice.shape[-1]
        last = length - 1 - choice[..., ::-1].argmax(axis=-1)
        at = last if op == "copy" else choice.argmax(axis=-1)
        alone = choice & (np.arange(length) == at[..., None])
        return np.maximum(merits, self.hints.of(alone).max(axis=1))

    def _taken(
        self,
        op: Aggregate,
        value: Variable,
        selections: Sequence[Selection],
        choice: Bool[ndarray, "k n length length"],
        merits: Float[ndarray, " k"],
        told: Tallies | None,
    ) -> list[Variable]:
        new = list[Variable]()
        sort: Sort = value.sort
        known = None if op == "copy" else told
        arrays = aggregated(choice, op, [self.values.of(value)], self.nothing, known)
        own = COSTS.get(op, DEAR) + (0.0 if value is TOKEN else 0.3)
        several = (choice.sum(axis=-1) > 1).any(axis=(1, 2)) if op == "copy" else ()
        for place, selection in enumerate(selections):
            more = LAST if op == "copy" and several[place] else 0.0
            made = Variable(
                *(op, sort, own + more), reads=(value,), chosen=selection, otherwise=self.nothing
            )
            if self.add(made, float(merits[place]), arrays[place]):
                new.append(made)
        return new

    def best(
        self, count: int, sorts: Sequence[str] = (), of_tokens: bool = False
    ) -> list[Variable]:
        """The most promising: plain ones, and those whose selections attention has.

        Args:
            count: how many at most.
            sorts: of which sorts; of any if none is named.
            of_tokens: whether those are left out that are the same whatever the tokens are.
        """
        some = [each for each in self if not sorts or each.sort in sorts]
        some.sort(key=self._dear)
        found = list[Variable]()
        for each in some:
            if len(found) == count:
                break
            if not of_tokens or self._varies(each):
                found.append(each)
        return found

    def _dear(self, variable: Variable) -> float:
        """How late its turn comes: what it costs, less what speaks for it."""
        told = self.told(variable) if variable.sort in ("count", "other") else 0.0
        return variable.cost - MERIT * self.merit[variable] - TELLS * told

    def told(self, variable: Variable) -> float:
        """What a function of it has of the answers, above what a constant has, from 0 to 1."""
        if variable not in self.telling:
            asked = self.values.asked
            codes, kinds = self.target
            places, values = numbered(self.values.of(variable)[asked.wanted])
            counts = len(codes)
            table = np.bincount(places * kinds + codes, minlength=values * kinds)
            right = table.reshape(-1, kinds).max(axis=1).sum() / counts
            base = np.bincount(codes).max() / counts
            self.telling[variable] = float((right - base) / max(1e-9, 1 - base))
        return self.telling[variable]

    def _varies(self, variable: Variable) -> bool:
        """Whether it is not a function of the position and the length alone."""
        if variable not in self.varying:
            array = np.where(self.there, self.values.of(variable), 0)
            self.varying[variable] = bool((array != array[self.alike]).any())
        return self.varying[variable]

    def array(self, variables: Sequence[Variable], wanted: ndarray) -> Int[ndarray, "k m"]:
        """Their values where answers are wanted."""
        return np.stack([self.values.of(each)[wanted] for each in variables]).astype(np.int32)


MERIT, TELLS = 6.0, 8.0
"""What a full likeness to attention, and to tell all answers, is worth in what there is to read."""
