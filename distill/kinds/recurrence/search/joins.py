"""Answers as sums, residues, quotients, extremes and distances of columns.

Every join looks for a pair of columns at once: the two that add up to the answer have hashes that
add up to its hash, since the hash is linear. What is yielded fits the probes; it need not be what
the network computes, so it is tried on fresh sequences by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name
from distill.kinds.recurrence.search.bank import Bank, Column
from distill.kinds.recurrence.search.grammar import op

GLANCE = 24
"""Rows on which pairs are tried before all."""

SHORT = 300
"""Columns of which every pair is tried."""

COMMON = 20
"""Columns that everything is divided by, where they are positive."""

KEPT = 40
"""Candidates that a join hands on, the cheapest."""

DIVISORS = (*range(2, 11), 12, 15, 16, 20, 24, 32, 60, 100)


@dataclass(frozen=True)
class Candidate:
    """An expression that gives the answer on the probes, and its cost with its registers."""

    expression: Expression
    cost: float


@dataclass(frozen=True)
class Shelf:
    """Columns with their values and hashes, ready to be joined.

    Attributes:
        bank: where the registers are.
        columns: the cheapest and best decoded first.
        values: their values.
        keys: their hashes.
    """

    bank: Bank
    columns: Sequence[Column]
    values: Int[ndarray, "columns rows"]
    keys: Int[ndarray, " columns"]

    def candidate(self, expression: Expression, *places: int) -> Candidate:
        """An expression of some columns, with its cost."""
        needs = frozenset[int]().union(*(self.columns[place].needs for place in places))
        return Candidate(expression, self.bank.cost(expression, needs))

    def expression(self, place: int) -> Expression:
        """The expression of a column."""
        return self.columns[place].expression

    def first(self, most: int) -> Shelf:
        """The first columns alone."""
        return Shelf(self.bank, self.columns[:most], self.values[:most], self.keys[:most])

    def taken(self, places: Int[ndarray, " few"]) -> Shelf:
        """Some columns alone."""
        columns = [self.columns[place] for place in places.tolist()]
        return Shelf(self.bank, columns, self.values[places], self.keys[places])

    def joined(self, columns: list[Column], values: list[Int[ndarray, " rows"]]) -> Shelf:
        """With more columns at the end; those that are constant or there already are left out."""
        seen = set(self.keys.tolist())
        kept = []
        for place, column in enumerate(values):
            key = int(column @ self.bank.weights)
            if key not in seen:
                seen.add(key)
                kept.append(place)
        if not kept:
            return self
        more = np.stack([values[place] for place in kept])
        return Shelf(
            self.bank,
            [*self.columns, *(columns[place] for place in kept)],
            np.concatenate([self.values, more]),
            np.concatenate([self.keys, more @ self.bank.weights]),
        )


def glance(rows: int) -> Int[ndarray, " few"]:
    """Rows to try first, spread over all."""
    return np.unique(np.linspace(0, rows - 1, GLANCE).astype(np.int64))


def cheapest(candidates: Iterable[Candidate], most: int = KEPT) -> list[Candidate]:
    """The cheapest of them, each once."""
    return sorted(dict.fromkeys(candidates), key=lambda candidate: candidate.cost)[:most]


def numbers(shelf: Shelf, answer: Int[ndarray, " rows"]) -> Iterator[Candidate]:
    """Everything below, over all columns or over the first of them, as far as that is cheap."""
    yield from cheapest(sums(shelf, answer))
    yield from cheapest(residues(shelf, answer))
    yield from cheapest(quotients(shelf, answer))
    yield from cheapest(extremes(shelf, answer))
    short = shelf.first(SHORT)
    yield from cheapest(distances(short, answer))
    yield from cheapest(products(short, answer))
    yield from cheapest(sums(derived(short), answer))


def sums(shelf: Shelf, answer: Int[ndarray, " rows"]) -> Iterator[Candidate]:
    """k·f + c, f + g + c, f - g + c and 2f ± g."""
    keys, bank = shelf.keys, shelf.bank
    wanted, one = int(answer @ bank.weights), int(bank.weights.sum())
    for offset in (0, 1, -1):
        rest = _wrapped(wanted - offset * one)
        for factor in (1, -1, 2, -2, 3):
            for place in np.flatnonzero(keys * factor == rest).tolist():
                whole = ex.add([(factor, shelf.expression(place))], offset)
                yield shelf.candidate(whole, place)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    for offset, factor, sign in (
        *((offset, 1, sign) for offset in (0, 1, -1) for sign in (1, -1)),
        *((0, factor, sign) for factor, sign in ((2, 1), (2, -1), (-2, 1), (-1, -1))),
    ):
        # the hash that the other column must have
        rest = sign * (_wrapped(wanted - offset * one) - factor * keys)
        found = np.searchsorted(ordered, rest).clip(max=len(keys) - 1)
        for place in np.flatnonzero(ordered[found] == rest).tolist()[: 20 * KEPT]:
            other = int(order[found[place]])
            if place == other or (factor == sign and place > other):
                continue
            terms = [(factor, shelf.expression(place)), (sign, shelf.expression(other))]
            yield shelf.candidate(ex.add(terms, offset), place, other)


def weighed(bank: Bank, names: list[str], answer: Int[ndarray, " rows"]) -> Iterator[Candidate]:
    """A sum of integer multiples: least squares, rounded."""
    columns = bank.named(names)
    rows = np.column_stack([*columns.values(), np.ones_like(answer)]).astype(float)
    whole = np.rint(np.linalg.lstsq(rows, answer.astype(float), rcond=None)[0]).astype(int).tolist()
    terms = [(factor, Name(name)) for factor, name in zip(whole, names, strict=False) if factor]
    expression = ex.add(list(terms), whole[-1])
    if terms and (ex.evaluate(expression, columns) == answer).all():
        yield Candidate(expression, bank.cost(expression, bank.needs(expression)))


def _wrapped(value: int) -> int:
    """The integer of 64 bits that it is in arithmetic modulo 2⁶⁴."""
    return (value + 2**63) % 2**64 - 2**63


def residues(shelf: Shelf, answer: Int[ndarray, " rows"]) -> Iterator[Candidate]:
    """(f + c) % m, and (f ± g) % m for the smallest m that there can be."""
    low, high = int(answer.min()), int(answer.max())
    if low < 0 or high < 1:
        return
    apart = shelf.values - answer
    few = apart[:, glance(len(answer))]
    common = np.gcd.reduce(few - few[:, :1], axis=1)
    for place in np.flatnonzero(common > high).tolist():
        modulus = int(np.gcd.reduce(apart[place] - apart[place, 0]))
        if modulus <= high:
            continue
        offset = int(-apart[place, 0]) % modulus
        offset -= modulus if offset > modulus // 2 else 0
        inner = ex.add([(1, shelf.expression(place))], offset)
        yield shelf.candidate(op("%", inner, Constant(modulus)), place)
    modulus = high + 1
    if modulus > 100:
        return
    few_columns = shelf.first(10 * SHORT)
    keys = _residue_keys(few_columns.values, modulus)
    wanted = _residue_keys(answer[None], modulus)[0]
    known: dict[bytes, int] = {}
    for place, key in enumerate(keys):
        known.setdefault(key.tobytes(), place)
    for sign in (1, -1):
        for place, key in enumerate((wanted - sign * keys) % modulus):
            other = known.get(key.tobytes())
            if other is not None and (sign < 0 or place < other):
                terms = [(1, shelf.expression(other)), (sign, shelf.expression(place))]
                whole = op("%", ex.add(terms), Constant(modulus))
                yield shelf.candidate(whole, place, other)


def _residue_keys(
    values: Int[ndarray, "columns rows"], modulus: int
) -> Int[ndarray, "columns keys"]:
    """A linear hash modulo m, as many digits of it as 64 bits have."""
    digits = 2 + int(64 / np.log2(modulus))
    weights = np.random.default_rng(modulus).integers(0, modulus, (values.shape[1], digits))
    return ((values % modulus).astype(float) @ weights.astype(float)).astype(np.int64) % modulus


def quotients(shelf: Shelf, answer: Int[ndarray, " rows"]) -> Iterator[Candidate]:
    """F // m; by a constant only where three values or more tell which."""
    chosen = glance(len(answer))
    few = shelf.values[:, chosen]
    for divisor in DIVISORS if answer.max() - answer.min() >= 2 else ():
        for place in np.flatnonzero((few // divisor == answer[chosen]).all(axis=1)).tolist():
            if (shelf.values[place] // divisor == answer).all():
                whole = op("//", shelf.expression(place), Constant(divisor))
                yield shelf.candidate(whole, place)
    positive = np.flatnonzero((shelf.values[:SHORT] > 0).all(axis=1)).tolist()
    for other in positive[:COMMON]:
        divisors = shelf.values[other]
        for operator, function in (("//", np.floor_divide), ("%", np.remainder)):
            made = function(few, divisors[chosen])
            for place in np.flatnonzero((made == answer[chosen]).all(axis=1)).tolist():
                if (function(shelf.values[place], divisors) == answer).all():
                    whole = op(operator, shelf.expression(place), shelf.expression(other))
                    yield shelf.candidate(whole, place, other)


def extremes(shelf: Shelf, answer: Int[ndarray, " rows"]) -> Iterator[Candidate]:
    """The larger or the smaller of two columns, or of one and a constant."""
    for operator, bound, compare in (
        ("max", answer.min(), np.less_equal),
        ("min", answer.max(), np.greater_equal),
    ):
        within = compare(shelf.values, answer).all(axis=1)
        part = (shelf.values == answer).mean(axis=1) * within
        places = np.argsort(-part, kind="stable")[: 2 * SHORT]
        found = shelf.taken(np.sort(places[part[places] > 0])).joined(
            [Column(Constant(int(bound)), frozenset(), 1.0)], [np.full_like(answer, bound)]
        )
        for one, other in _covering(found.values == answer):
            operands = found.expression(one), found.expression(other)
            yield found.candidate(op(operator, *operands), one, other)


def _covering(equal: Bool[ndarray, "columns rows"]) -> list[tuple[int, int]]:
    """Pairs of which one at least is equal on every row, and neither on all."""
    if not len(equal):
        return []
    missing = (~equal).astype(np.float32)
    both = np.argwhere(missing @ missing.T == 0)
    alone = np.all(equal, axis=1).tolist()
    return [(i, j) for i, j in both.tolist() if i < j and not alone[i] and not alone[j]]


def distances(shelf: Shelf, answer: Int[ndarray, " rows"]) -> Iterator[Candidate]:
    """|f|, |f - g| and |f + g|."""
    if answer.min() < 0:
        return
    for place in np.flatnonzero((np.abs(shelf.values) == answer).all(axis=1)).tolist():
        yield shelf.candidate(op("abs", shelf.expression(place)), place)
    for one, other in _pairs(shelf, answer, lambda a, b: np.abs(a - b)):
        whole = op("abs", op("-", shelf.expression(one), shelf.expression(other)))
        yield shelf.candidate(whole, one, other)
    for one, other in _pairs(shelf, answer, lambda a, b: np.abs(a + b)):
        whole = op("abs", op("+", shelf.expression(one), shelf.expression(other)))
        yield shelf.candidate(whole, one, other)


def products(shelf: Shelf, answer: Int[ndarray, " rows"]) -> Iterator[Candidate]:
    """F · g."""
    for one, other in _pairs(shelf, answer, lambda a, b: a * b):
        whole = op("*", shelf.expression(one), shelf.expression(other))
        yield shelf.candidate(whole, one, other)


def _pairs(
    shelf: Shelf,
    answer: Int[ndarray, " rows"],
    combine: Callable[[ndarray, ndarray], ndarray],
) -> Iterator[tuple[int, int]]:
    """Pairs of columns that give the answer where a symmetric function combines them."""
    chosen = glance(len(answer))
    few, wanted = shelf.values[:, chosen], answer[chosen]
    for one in range(len(few)):
        fits = (combine(few[one], few[one:]) == wanted).all(axis=1)
        for other in (np.flatnonzero(fits) + one).tolist():
            if (combine(shelf.values[one], shelf.values[other]) == answer).all():
                yield one, other


def derived(shelf: Shelf) -> Shelf:
    """Columns, their absolute values, and quotients of those that are not of the input alone."""
    columns: list[Column] = []
    values: list[Int[ndarray, " rows"]] = []
    for place, column in enumerate(shelf.columns):
        held = shelf.values[place]
        low, high = int(held.min()), int(held.max())
        forms: list[tuple[Expression, Int[ndarray, " rows"]]] = []
        if low < 0:
            forms.append((op("abs", column.expression), np.abs(held)))
        if column.needs and isinstance(column.expression, Name):
            for divisor in DIVISORS:
                if high // divisor - low // divisor >= 2:  # with fewer it is a comparison
                    whole = op("//", column.expression, Constant(divisor))
                    forms.append((whole, held // divisor))
                if high - low >= divisor and divisor <= 10:
                    whole = op("%", column.expression, Constant(divisor))
                    forms.append((whole, held % divisor))
        for form, made in forms:
            cost = column.cost + ex.cost(form) - ex.cost(column.expression)
            columns.append(Column(form, column.needs, cost))
            values.append(made)
    return shelf.joined(columns, values)
