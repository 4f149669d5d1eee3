"""Nouns in titles of recurrences as numbers along sequences, read from the words alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.errors import MachineError
from distill.expressions import expression as ex
from distill.expressions.reading import read_expression
from distill.programs.claims import KINDS, is_kind

Columns = Int[ndarray, "_ _"]

Series = np.ma.MaskedArray
"""Numbers along sequences, [n][1 + length], the first before any step; masked where not known."""

LARGEST_BASE = 36
"""Of digits that a number may be written in."""


@dataclass(frozen=True)
class Along:
    """What a recurrence reads and holds along sequences.

    Attributes:
        given: of every channel, [n][length].
        registers: of every register, before the first step and after each, [n][1 + length].
    """

    given: Mapping[str, Int[ndarray, "n length"]]
    registers: Mapping[str, Int[ndarray, "n more"]]

    @property
    def first(self) -> Columns:
        """What is read on the first channel."""
        return next(iter(self.given.values()))

    def values(self, text: str) -> Iterator[Columns]:
        """An expression at every step; each register as it was before it, or is after it."""
        try:
            expression = read_expression(text)
        except MachineError:
            return
        read = [name for name in self.registers if name in ex.names(expression)]
        for late in product((slice(None, -1), slice(1, None)), repeat=len(read)):
            held = {n: self.registers[n][:, when] for n, when in zip(read, late, strict=True)}
            columns = {name: np.ravel(column) for name, column in {**self.given, **held}.items()}
            yield ex.evaluate(expression, columns).reshape(self.first.shape)

    def adds_up(self, one: Columns, other: Columns) -> bool:
        """Whether a register changes by what another is, or becomes."""
        change = np.diff(one, axis=1)
        return any(bool((change == way).all()) for way in (other[:, :-1], other[:, 1:]))


def nouns(title: str, along: Along) -> Iterator[Series]:
    """What a noun may mean."""
    for pattern, made in NOUNS:
        found = re.fullmatch(pattern, title)
        if found is not None:
            yield from map(np.ma.masked_array, made(along, *found.groups()))


def unspecific_nouns(title: str, along: Along) -> Iterator[Series]:
    """What a noun may mean that need not say of what it is the sum, the count or the extreme."""
    yield from nouns(title, along)
    found = re.fullmatch(rf"running (sum|count|maximum|minimum){FROM}", title)
    if found is None:
        return
    may_change, starts = UNSPECIFIC[found[1]]
    begins = found[2] or starts
    for held in along.registers.values():
        begun = begins is None or bool((held[:, 0] == int(begins)).all())
        if begun and bool(may_change(np.diff(held, axis=1)).all()):
            yield np.ma.masked_array(held)


UNSPECIFIC: Mapping[str, tuple[Callable[[ndarray], ndarray], str | None]] = {
    "sum": (np.isfinite, "0"),
    "count": (lambda change: (change == 0) | (change == 1), "0"),
    "maximum": (lambda change: change >= 0, None),
    "minimum": (lambda change: change <= 0, None),
}
"""How a register of a name may change, and where it begins that does not say so."""


def _summed(steps: Columns, start: str | None) -> Columns:
    """What steps add up to, from where they begin."""
    return np.hstack([np.zeros((len(steps), 1), dtype=np.int64), steps.cumsum(axis=1)]) + int(
        start or 0
    )


def _sum(along: Along, of: str | None, start: str | None) -> Iterator[Columns]:
    added = [np.sum([*along.given.values()], axis=0)] if of is None else along.values(of)
    yield from (_summed(steps, start) for steps in added)


def _count(along: Along, condition: str, start: str | None) -> Iterator[Columns]:
    yield from (_summed(held, start) for held in along.values(condition))


def _count_of_kind(along: Along, kind: str, start: str | None) -> Iterator[Columns]:
    held = np.vectorize(lambda value: int(is_kind(kind, int(value))), otypes=[np.int64])
    yield _summed(held(along.first), start)


def _steps(along: Along, start: str | None) -> Iterator[Columns]:
    yield _summed(np.ones_like(along.first), start)


def _changes(along: Along) -> Iterator[Columns]:
    """How often an input is another than the one before: never at the first step."""
    other = np.diff(along.first, axis=1, prepend=along.first[:, :1]) != 0
    yield _summed(other.astype(np.int64), None)


def _parity(along: Along, which: str) -> Iterator[Columns]:
    yield _summed(np.ones_like(along.first), "1" if which == "evenness" else "0") % 2


def _power(along: Along, base: str) -> Iterator[Columns]:
    yield int(base) ** _summed(np.ones_like(along.first), None)


def _extreme(along: Along, which: str, of: str | None, start: str | None) -> Iterator[Series]:
    """From a number, or from no more than what it is the extreme of, or as a register begins."""
    best = {"maximum": np.maximum, "minimum": np.minimum}[which]
    for column in [along.first] if of is None else along.values(of):
        begins = [np.full(len(column), int(start), dtype=np.int64)] if start else [column[:, 0]]
        begins += [] if start else [held[:, 0] for held in along.registers.values()]
        for begin in begins:
            whole = np.ma.masked_array(best.accumulate(np.column_stack([begin, column]), axis=1))
            if not start:
                whole[:, 0] = np.ma.masked
            yield whole


def _number(along: Along) -> Iterator[Columns]:
    """The inputs as digits in some base, the first of them first."""
    for base in range(2, LARGEST_BASE + 1):
        number = np.zeros((len(along.first), along.first.shape[1] + 1), dtype=np.int64)
        for step, digit in enumerate(along.first.T):
            number[:, step + 1] = base * number[:, step] + digit
        yield number


def _reversed_number(along: Along) -> Iterator[Columns]:
    """The inputs as digits in some base, the last of them first."""
    steps = np.arange(along.first.shape[1])
    for base in range(2, LARGEST_BASE + 1):
        yield _summed(np.int64(base) ** steps * along.first, None)


def _delayed(along: Along, channel: str, steps: str) -> Iterator[Columns]:
    """A register that has what was read some steps before."""
    age = int(steps) - 1
    for held in along.registers.values():
        late = held[:, 1 + age :]
        if channel in along.given and (late == along.given[channel][:, : late.shape[1]]).all():
            yield held


def _position(along: Along) -> Iterator[Columns]:
    registers = along.registers.values()
    yield from (p for p in registers if any(along.adds_up(p, v) for v in registers if v is not p))


def _velocity(along: Along) -> Iterator[Columns]:
    registers = along.registers.values()
    yield from (v for v in registers if any(along.adds_up(p, v) for p in registers if v is not p))


FROM = r"(?: from (-?\d+))?"

NOUNS: tuple[tuple[str, Callable[..., Iterator[Series | Columns]]], ...] = (
    (f"running sum(?: of (.+?))?{FROM}", _sum),
    (f"running (maximum|minimum)(?: of (.+?))?{FROM}", _extreme),
    (f"number of steps{FROM}", _steps),
    (f"number of steps with (.+?){FROM}", _count),
    (f"number of inputs that are ({KINDS}){FROM}", _count_of_kind),
    ("number of changes", _changes),
    ("(parity|evenness) of the number of steps", _parity),
    (r"power of (\d+)", _power),
    ("number", _number),
    ("reversed number", _reversed_number),
    (r"the (\w+) (\d+) steps? before", _delayed),
    ("position", _position),
    ("velocity", _velocity),
)
"""Nouns, and what they may mean."""
