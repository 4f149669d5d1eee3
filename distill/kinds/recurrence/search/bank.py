"""Registers and columns: what a program could hold, with its values along probe sequences.

A register r has two columns, of its values before a step and after it, called `r3` and `r3'`. A
column is an expression of inputs and registers, and its values at every step of every sequence
(rows). Of columns with equal values only the first is kept, so cheap ones are added first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.evidence.probe import linear_reading
from distill.expressions import expression as ex
from distill.expressions.expression import Expression, Name

REGISTER_PRICE = 2.0
"""What a register adds to the cost of a program, besides its update."""

ODD = {"level": 2.5, "carry": 2.0, "first": -5.0}
"""What roles add to it that can be said more plainly, often, with others; and one take off."""

LARGEST = 2**42
"""Values beyond this are left out: sums and small multiples of the rest stay exact."""

HASH_SEED = 1

RIDGE = 1e-6
"""Of the probe for registers: directions of the hidden state are scaled alike before."""


SELF = Name("self")
FEATURE = Name("feature")
VALUE = Name("value")


@dataclass(frozen=True)
class Draft:
    """A register that may be added.

    Attributes:
        role: what it is, for its name.
        start: its value before the first step.
        form: its next value, of `SELF`, `FEATURE` and `VALUE`.
        feature, value: what the last two stand for.
        parents: the registers that those take.
        cost: of the update.
    """

    role: str
    start: int
    form: Expression
    feature: Expression = FEATURE
    value: Expression = VALUE
    parents: frozenset[int] = frozenset()
    cost: float = 0.0


@dataclass(frozen=True)
class Register:
    """A number that is carried along.

    Attributes:
        number: its place in the bank.
        draft: what it is.
        needs: the numbers of all registers that it takes to compute it, its own among them.
    """

    number: int
    draft: Draft
    needs: frozenset[int]

    @property
    def role(self) -> str:
        """What it is, for its name."""
        return self.draft.role

    @property
    def start(self) -> int:
        """Its value before the first step."""
        return self.draft.start

    @cached_property
    def update(self) -> Expression:
        """Its next value, of inputs, of registers before the step, and of earlier ones after.

        Thousands of registers are made and few are read, so this is written out when asked for.
        """
        draft = self.draft
        whole = ex.replace(draft.form, SELF, before(self.number))
        return ex.replace(ex.replace(whole, FEATURE, draft.feature), VALUE, draft.value)


@dataclass(frozen=True)
class Column:
    """An expression of inputs and registers, and the registers that it takes."""

    expression: Expression
    needs: frozenset[int]
    cost: float


class Measured(NamedTuple):
    """The values of a column, the smallest and the largest of them, and their hash."""

    values: ndarray
    low: int
    high: int
    key: int


def before(number: int) -> Name:
    """A register's value before the step."""
    return Name(f"r{number}")


def after(number: int) -> Name:
    """A register's value after the step."""
    return Name(f"r{number}'")


class Bank:
    """Registers and columns over probe sequences.

    Attributes:
        inputs: names of the channels.
        count, length: how many sequences there are, and how long.
        registers: in the order in which they were added.
        columns: those with different values, constant ones left out.
        keys: the hashes of their values.
    """

    def __init__(
        self, sequences: Int[ndarray, "n length channels"], inputs: tuple[str, ...]
    ) -> None:
        self.inputs = inputs
        self.count, self.length, _ = sequences.shape
        self.registers: list[Register] = []
        self.columns: list[Column] = []
        self._values: list[Int[ndarray, " rows"]] = []
        self.keys: list[int] = []
        self._prices: list[float] = []
        self._bounds: list[tuple[int, int]] = []
        self._seen: set[int] = set()
        self._held: set[tuple[int, int]] = set()
        self._named: dict[str, Int[ndarray, " rows"]] = {}
        rng = np.random.default_rng(HASH_SEED)
        rows = self.count * self.length
        self.weights = rng.integers(-(2**62), 2**62, rows) * 2 + 1
        for place, name in enumerate(inputs):
            self._named[name] = np.ascontiguousarray(sequences[:, :, place]).reshape(-1)
            self.add(Name(name))

    def values(self, places: list[int]) -> Int[ndarray, "columns rows"]:
        """The values of some columns."""
        return np.stack([self._values[place] for place in places])

    def evaluate(self, expression: Expression) -> Int[ndarray, " rows"]:
        """The values of an expression of inputs and registers."""
        return ex.evaluate(expression, self._named)

    def named(self, names: Iterable[str]) -> Mapping[str, Int[ndarray, " rows"]]:
        """Columns of inputs and registers by their names."""
        return {name: self._named[name] for name in names}

    def cost(self, expression: Expression, needs: frozenset[int]) -> float:
        """Of an expression with the registers that it takes."""
        return ex.cost(expression) + sum(self.price(number) for number in needs)

    def price(self, number: int) -> float:
        """Of one register alone."""
        return self._prices[number]

    def add(self, expression: Expression) -> bool:
        """Add a column unless there is one with its values; whether it was added."""
        (measured,) = self._measured(self.evaluate(expression)[None])
        if measured.key in self._seen:
            return False
        needs = self.needs(expression)
        return self._put(Column(expression, needs, self.cost(expression, needs)), measured)

    def needs(self, expression: Expression) -> frozenset[int]:
        """The numbers of the registers that it takes to compute an expression."""
        direct = (int(n[1:].rstrip("'")) for n in ex.names(expression) if n[1:2].isdigit())
        return frozenset[int]().union(*(self.registers[number].needs for number in direct))

    def column(self, place: int) -> Int[ndarray, " rows"]:
        """The values of a column."""
        return self._values[place]

    def low(self, place: int) -> int:
        """The smallest value of a column."""
        return self._bounds[place][0]

    def high(self, place: int) -> int:
        """The largest value of a column."""
        return self._bounds[place][1]

    def fold(
        self,
        drafts: list[Draft],
        given: Mapping[str, Int[ndarray, "drafts rows"]],
    ) -> None:
        """Add registers that have one form and differ in columns.

        Args:
            drafts: the registers.
            given: for `FEATURE` and `VALUE` the column of every draft.
        """
        form = drafts[0].form
        shape = (len(drafts), self.count, self.length)
        stacks = {name: stack.reshape(shape) for name, stack in given.items()}
        state = np.repeat(np.array([d.start for d in drafts], dtype=np.int64), self.count)
        held = np.empty(shape, dtype=np.int64)
        for t in range(self.length):
            columns = {name: stack[:, :, t].reshape(-1) for name, stack in stacks.items()}
            state = ex.evaluate(form, columns | {SELF.name: state})
            # what grows beyond the largest is dropped below; it must not wrap around before
            state = np.clip(state, -2 * LARGEST, 2 * LARGEST)
            held[:, :, t] = state.reshape(shape[:2])
        self._keep(drafts, held)

    def _keep(self, drafts: list[Draft], held: Int[ndarray, "drafts n length"]) -> None:
        shifted = np.empty_like(held)
        shifted[:, :, 1:] = held[:, :, :-1]
        shifted[:, :, 0] = np.array([draft.start for draft in drafts])[:, None]
        measured = [self._measured(values.reshape(len(drafts), -1)) for values in (held, shifted)]
        for draft, now, then in zip(drafts, *measured, strict=True):
            low, high = now.low, now.high
            key = now.key, then.key
            if -LARGEST <= low < high <= LARGEST and key not in self._held:
                self._held.add(key)
                self._register(draft, now, then)

    def _measured(self, values: Int[ndarray, "drafts rows"]) -> list[Measured]:
        bounds = values.min(axis=1).tolist(), values.max(axis=1).tolist()
        return list(map(Measured, values, *bounds, (values @ self.weights).tolist()))

    def _register(self, draft: Draft, now: Measured, then: Measured) -> Register:
        number = len(self.registers)
        register = Register(number, draft, draft.parents | frozenset({number}))
        self.registers.append(register)
        price = REGISTER_PRICE + ODD.get(draft.role, 0.0) + 0.2 * (draft.start != 0)
        self._prices.append(price + (draft.cost or ex.cost(draft.form)))
        cost = 1 + sum(self._prices[other] for other in register.needs)
        for name, measured in ((after(number), now), (before(number), then)):
            self._named[name.name] = measured.values
            self._put(Column(name, register.needs, cost), measured)
        return register

    def _put(self, column: Column, measured: Measured) -> bool:
        low, high = measured.low, measured.high
        if low == high or low < -LARGEST or high > LARGEST or measured.key in self._seen:
            return False
        self._seen.add(measured.key)
        self.keys.append(measured.key)
        self.columns.append(column)
        self._values.append(measured.values)
        self._bounds.append((low, high))
        return True

    def carry(self, role: str, start: int, update: Expression) -> Register:
        """Add a register whose update does not speak of itself: a delay."""
        parents = self.needs(update)
        held = self.evaluate(update)
        shifted = np.empty((self.count, self.length), dtype=np.int64)
        shifted[:, 1:] = held.reshape(self.count, self.length)[:, :-1]
        shifted[:, 0] = start
        draft = Draft(role, start, update, parents=parents)
        now, then = self._measured(np.stack([held, shifted.reshape(-1)]))
        return self._register(draft, now, then)

    def decoded(self, hidden: Float[ndarray, "n length d"]) -> Float[ndarray, " registers"]:
        """Held-out R² of every register, after the step, read linearly from the hidden state."""
        if not self.registers:
            return np.zeros(0)
        flat = hidden.reshape(-1, hidden.shape[2]).astype(np.float64)
        size = flat.std(axis=0)
        flat = (flat - flat.mean(axis=0)) / np.where(size > 0, size, 1)
        held = np.stack([self._named[after(r.number).name] for r in self.registers]).T
        fitted = (np.arange(len(flat)) // self.length) % 2 == 0
        reading = linear_reading(flat, held, fitted, RIDGE * fitted.sum())
        rest = reading.targets[~fitted]
        # what does not vary there has no R²: it counts by how near the reading comes to it
        near = 1 - np.square(rest - reading.read[~fitted]).sum(axis=0)
        varies = np.ptp(rest, axis=0) > 0
        return np.clip(np.where(varies, reading.score(), near), 0, 1)
