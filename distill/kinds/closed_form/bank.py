"""Expressions of a table's inputs by their length, each with its values on a few rows.

They are grown from the bottom, and of those with equal values on the rows the shortest alone is
kept and built upon (observational equivalence: Albarghouthi et al., Recursive program synthesis,
2013; Udupa et al., TRANSIT, 2013). All expressions of a length are made at once, as rows of one
array. What a bank holds is bounded by counts and never by time, so that the same table gives the
same bank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions.arithmetic import apply
from distill.expressions.expression import OPERATORS, Constant, Expression, Name, Operation

MOST_KEPT = 24_000
"""Expressions that a bank holds."""

MOST_TRIED = 1_200_000
"""Expressions that are made to see whether they are new."""

AT_ONCE = 40_000
"""Expressions that are made together."""

STEP = 0.5
"""Width of a level of costs."""

MOST_LEVELS = 40
"""Levels of costs that are gone through."""

LARGEST = 1 << 20
"""Values beyond this are not built upon."""

BINARY = ("+", "-", "*", "and", "or", "&", "|", "^", "min", "max", "//", "%", "==", "!=", "<")
COMMUTATIVE = {"+", "*", "and", "or", "&", "|", "^", "min", "max", "==", "!="}
JOINED = {"and", "or"}
BITWISE = {"&", "|", "^"}
COMPARED = {"==", "!=", "<"}

MOST_COMPARED = 12
"""Level up to which two expressions are compared, or divided by each other: beyond, truths crowd
out what they could be made of."""

MOST_BOUND = {"<": 4, "==": 7, "max": 2, "min": 2}
"""Level up to which an expression is held against a constant."""

WIDE, NARROW = 64, 13
"""Constants that are divided by, of a single input and of several."""

SEED = 11


@dataclass(frozen=True)
class Made:
    """How an entry was made: an input, a constant, or an operator on entries and on a constant.

    Attributes:
        name: of the input, or of the operator; none of a constant.
        parts: the entries it is made of; none of an input.
        constant: the right operand, where there is one; on the left of `-`, if `turned`.
    """

    name: str
    parts: tuple[int, ...] = ()
    constant: int | None = None
    turned: bool = False


Maker = Callable[[int], Made]
"""How the entry at a place of an array was made: told when it is asked, as few are."""


@dataclass(frozen=True)
class Batch:
    """Expressions that were made together: how, and their values on the rows."""

    made: Maker
    values: Int[ndarray, "some rows"]
    truth: bool = False


@dataclass(frozen=True)
class Bank:
    """Different columns of values, the cheapest first, and how each was made.

    Attributes:
        values: of every entry on the rows, [entries, rows].
        makers: what tells how each entry was made, and of which place it tells.
        level: its cost, in steps.
        truth: whether it is made of comparisons alone.
    """

    values: Int[ndarray, "entries rows"]
    makers: list[tuple[Maker, int]]
    level: list[int]
    truth: list[bool]

    def made(self, place: int) -> Made:
        """How an entry was made."""
        maker, at = self.makers[place]
        return maker(at)

    def expression(self, place: int) -> Expression:
        """An entry as an expression."""
        made = self.made(place)
        parts = tuple(self.expression(part) for part in made.parts)
        if not parts:
            return Name(made.name) if made.name else Constant(made.constant or 0)
        if made.constant is None:
            return Operation(made.name, parts)
        if made.turned or made.name == "*":
            return Operation(made.name, (Constant(made.constant), *parts))
        return Operation(made.name, (*parts, Constant(made.constant)))

    def elsewhere(
        self, columns: Mapping[str, Int[ndarray, " rows"]], most: int
    ) -> Int[ndarray, "entries rows"]:
        """The values of the first entries on other rows.

        Args:
            columns: the inputs on these rows.
            most: entries that are wanted. Where one cannot be evaluated it is 0.
        """
        rows = len(next(iter(columns.values())))
        found = np.zeros((min(most, len(self.makers)), rows), dtype=np.int64)
        # what was made together is of one operator, and of entries that stand before all of it
        places = range(len(found))
        for _, together in groupby(places, key=lambda place: id(self.makers[place][0])):
            some = list(together)
            made = [self.made(place) for place in some]
            if not made[0].parts:
                for place, one in zip(some, made, strict=True):
                    found[place] = columns[one.name] if one.name else (one.constant or 0)
                continue
            parts = zip(*(one.parts for one in made), strict=True)
            operands = [found[list(part)] for part in parts]
            if made[0].constant is not None:
                whole = np.full(rows, made[0].constant, dtype=np.int64)
                operands.insert(0 if made[0].turned else 1, whole)
            if made[0].name in {"//", "%"} and operands[1].ndim == 2:
                able = (operands[1] >= 1).all(axis=1)
                some = np.flatnonzero(able) + some[0]
                operands = [each[able] for each in operands]
            found[some] = np.clip(apply(made[0].name, *operands), -LARGEST, LARGEST)
        return found


def grown(columns: Mapping[str, Int[ndarray, " rows"]]) -> Bank:
    """The expressions of some inputs, by their cost, until a count is reached."""
    return _Growing(columns).bank()


class _Growing:
    """A bank on the way: levels of costs, and what values were seen."""

    def __init__(self, columns: Mapping[str, Int[ndarray, " rows"]]) -> None:
        self.columns = columns
        self.rows = len(next(iter(columns.values())))
        self.weights = np.random.default_rng(SEED).integers(1, 2**62, self.rows) | 1
        self.known = set[int]()  # sums of what was seen
        self.values = [np.zeros((0, self.rows), dtype=np.int64)]
        self.makers: list[tuple[Maker, int]] = []
        self.level: list[int] = []
        self.truth: list[bool] = []
        self.of_level: dict[int, tuple[int, Int[ndarray, "some rows"]]] = {}
        self.tried = 0
        highest = max(int(np.abs(column).max()) for column in columns.values())
        self.divisors = range(2, min(WIDE if len(columns) == 1 else NARROW, highest + 1))
        self.ends = range(min(WIDE if len(columns) == 1 else NARROW, highest) + 1)
        self.masks = tuple(c for c in (1, 2, 3, 4, 6, 7, 8, 15) if c <= highest)

    def bank(self) -> Bank:
        """Grow it, a level after another."""
        for level in range(1, MOST_LEVELS):
            start, new = len(self.makers), [self.values[0]]
            for batch in self._level(level):
                new.append(self._new(batch, level))
                if len(self.makers) >= MOST_KEPT or self.tried > MOST_TRIED:
                    break
            self.of_level[level] = start, np.concatenate(new)
            self.values.append(self.of_level[level][1])
            if len(self.makers) >= MOST_KEPT or self.tried > MOST_TRIED:
                break
        return Bank(np.concatenate(self.values), self.makers, self.level, self.truth)

    def _new(self, batch: Batch, level: int) -> Int[ndarray, "new rows"]:
        """Keep those whose values were not seen; gives the values of these."""
        values = batch.values
        self.tried += len(values)
        sums = (values @ self.weights).tolist()
        small = (values.max(axis=1) <= LARGEST) & (values.min(axis=1) >= -LARGEST)
        fresh = list[int]()
        for place in np.flatnonzero(small).tolist():
            if (seen := sums[place]) not in self.known:
                self.known.add(seen)
                fresh.append(place)
        self.makers += [(batch.made, place) for place in fresh]
        self.truth += [batch.truth] * len(fresh)
        self.level += [level] * len(fresh)
        return values[fresh]

    def _level(self, level: int) -> Iterator[Batch]:
        if level == round(1 / STEP):
            inputs = [*map(Made, self.columns)]
            yield Batch(inputs.__getitem__, np.stack([*self.columns.values()]))
            constants = np.repeat([[0], [1]], self.rows, axis=1)
            yield Batch(lambda value: Made("", constant=value), constants)
        yield from self._with_constants(level)
        for operator in BINARY:
            if operator in COMPARED | {"//", "%"} and level > MOST_COMPARED:
                continue
            rest = level - round(OPERATORS[operator] / STEP)
            for first in sorted(self.of_level):
                second = rest - first
                if second in self.of_level and (operator not in COMMUTATIVE or first <= second):
                    yield from self._pairs(operator, first, second)

    def _pairs(self, operator: str, first: int, second: int) -> Iterator[Batch]:
        (start, ones), (begin, others) = self.of_level[first], self.of_level[second]
        left, right = self._able(operator, start, ones), self._able(operator, begin, others)
        if operator in {"//", "%"} and len(right):
            right = right[others[right].min(axis=1) > 0]
        if not len(left) or not len(right):
            return
        each = max(1, AT_ONCE // len(right))
        for at in range(0, len(left), each):
            some = left[at : at + each]
            values = apply(operator, ones[some][:, None], others[right][None])
            made = partial(self._pair, operator, start + some, begin + right)
            truth = operator in COMPARED | JOINED
            yield Batch(made, values.reshape(-1, self.rows), truth)

    @staticmethod
    def _pair(operator: str, ones: ndarray, others: ndarray, place: int) -> Made:
        """How the entry at a place of all pairs was made."""
        one, other = divmod(place, len(others))
        return Made(operator, (int(ones[one]), int(others[other])))

    def _able(
        self, operator: str, start: int, values: Int[ndarray, "some rows"]
    ) -> Int[ndarray, " able"]:
        """Entries of a level that an operator is for: digits are of numbers from 0, and truths are
        joined by `and` and `or` alone.
        """
        truth = np.array(self.truth[start : start + len(values)], dtype=bool)
        if operator in JOINED:
            return np.flatnonzero(truth)
        if operator in BITWISE:
            return np.flatnonzero((values.min(axis=1, initial=0) >= 0) & ~truth)
        if operator in {"min", "max", "//", "%"}:
            return np.flatnonzero(~truth)
        return np.arange(len(values))

    def _with_constants(self, level: int) -> Iterator[Batch]:
        """An operator on an entry and a constant, and on an entry alone."""
        for operator, constants, turned in (
            ("%", self.divisors, False),
            ("//", self.divisors, False),
            ("&", self.masks, False),
            ("^", self.masks[:3], False),
            ("*", (2, 3, 4, 5), False),
            ("+", (1,), False),
            ("-", (1,), False),
            ("-", (1, 2, 3), True),
            *((operator, self.ends, False) for operator in ("<", "==", "max", "min")),
        ):
            for constant in constants:
                extra = 1.0 + 0.05 * constant if operator == "*" and constant > 2 else 0.0
                below = level - round((OPERATORS[operator] + 1.0 + extra) / STEP)
                if below not in self.of_level or (constant < 2 and operator in {"max", "min"}):
                    continue
                if operator in {"<", "==", "max", "min"} and below > MOST_BOUND[operator]:
                    continue
                start, values = self.of_level[below]
                least = values.min(axis=1, initial=0) if len(values) else np.zeros(0)
                if operator in BITWISE | {"%", "//"}:
                    places = np.flatnonzero((least >= 0) & (values.max(axis=1, initial=0) > 1))
                else:
                    places = np.arange(len(values))
                if not len(places):
                    continue
                whole = np.full(self.rows, constant, dtype=np.int64)
                pair = (whole, values[places]) if turned else (values[places], whole)
                made = partial(self._single, operator, constant, turned, start + places)
                yield Batch(made, apply(operator, *pair), operator in COMPARED)
        yield from self._alone(level)

    def _alone(self, level: int) -> Iterator[Batch]:
        """An operator on one entry: how large it is, how many of its digits in base 2 are 1."""
        for operator in ("abs", "bit_count"):
            below = level - round(OPERATORS[operator] / STEP)
            if below not in self.of_level:
                continue
            start, values = self.of_level[below]
            signed = values.min(axis=1, initial=0) < 0
            several = values.max(axis=1, initial=0) > 1
            places = np.flatnonzero(signed if operator == "abs" else ~signed & several)
            if len(places):
                made = partial(self._single, operator, None, False, start + places)
                yield Batch(made, apply(operator, values[places]))

    @staticmethod
    def _single(
        operator: str, constant: int | None, turned: bool, ones: ndarray, place: int
    ) -> Made:
        """How the entry at a place was made, of one entry and perhaps a constant."""
        return Made(operator, (int(ones[place]),), constant, turned)
