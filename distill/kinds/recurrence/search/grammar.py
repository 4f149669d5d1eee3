"""The grammar of registers: features of a step, and the ways in which they are carried along.

A feature is a number or a truth that a step shows: the input, whether it is even, whether it is
above the one before. A fold carries it: its sum, its largest value, how long ago it was true. The
second level makes features of registers of the first: whether a sum is negative, the smaller of
the input and the largest so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import combinations, permutations, product

import numpy as np

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.kinds.recurrence.search.bank import FEATURE, SELF, Bank, Draft, before

HELD = 8.0
"""How much cheaper a register counts that the network holds entirely."""

DELAYS = 7
"""How many earlier inputs are kept."""

FEW_VALUES = 12
"""Values up to which each of them is a feature."""

SMALL = 4
"""Values up to which pairs of them are features."""

FEW_BASES, BASES, MANY_BASES = 12, 40, 250
"""Registers whose extremes belong to the first level, of which the second makes features, and of
which it takes extremes."""

ZERO, ONE, TWO = Constant(0), Constant(1), Constant(2)


def op(operator: str, *operands: Expression) -> Operation:
    """An operation, short to write."""
    return Operation(operator, operands)


def add_inputs(bank: Bank, ranges: tuple[range, ...]) -> None:
    """Columns of the input alone."""
    for name, values in zip(bank.inputs, ranges, strict=True):
        for feature in _of_one(Name(name), values):
            bank.add(feature)
    for (one, first), (other, second) in combinations(
        list(zip(map(Name, bank.inputs), ranges, strict=True))[:3], 2
    ):
        for feature in _of_two(one, other, first, second):
            bank.add(feature)
    if len(bank.inputs) > 2:
        bank.add(ex.add([(1, Name(name)) for name in bank.inputs]))


def _of_one(x: Expression, values: range) -> Iterator[Expression]:
    low, high = values.start, values.stop - 1
    wide = len(values) > FEW_VALUES
    for value in (0, 1, high) if wide else values:
        if value in values:
            yield op("==", x, Constant(value))
    if low < 0:
        yield op("abs", x)
        yield op("max", x, ZERO)
        yield op("min", x, ZERO)
        yield op(">", x, ZERO)
        yield op("<", x, ZERO)
    if len(values) > 2:
        yield op("%", x, TWO)
        yield op("==", op("%", x, TWO), ZERO)
        yield op("==", op("%", x, Constant(3)), ZERO)
        yield op("*", x, x)
        yield op("if", op("==", op("%", x, TWO), ZERO), x, ZERO)
        yield op("if", op("==", op("%", x, TWO), ONE), x, ZERO)
    step = 5 if len(values) > 32 else 1
    for value in range(low - low % step + step, high + 1, step):
        if len(values) > 2:
            yield op(">=", x, Constant(value))
    if len(values) == 2:
        middle = low + high
        yield ex.add([(-2, x)], middle)
        yield ex.add([(2, x)], -middle)
    elif len(values) <= SMALL:
        for one, other in permutations(values, 2):
            yield op("-", op("==", x, Constant(one)), op("==", x, Constant(other)))


def _of_two(x: Expression, y: Expression, first: range, second: range) -> Iterator[Expression]:
    bits = first == second == range(2)
    yield from (op("+", x, y), op("-", x, y), op("-", y, x), op("*", x, y))
    if bits:
        yield from (op(operator, x, y) for operator in "^|&")
    yield from (op("==", x, y), op("!=", x, y), op("<", x, y), op("<", y, x))
    yield from (op("max", x, y), op("min", x, y), op("abs", op("-", x, y)))
    for one, other, values in ((x, y, first), (y, x, second)):
        if len(values) <= SMALL:
            for value in values:
                yield op("if", op("==", one, Constant(value)), other, ZERO)
                yield op("if", op("==", one, Constant(value)), op("neg", other), other)
    if len(first) <= 3 and len(second) <= 3:
        for one in first:
            for other in second:
                yield op("and", op("==", x, Constant(one)), op("==", y, Constant(other)))


def add_delays(bank: Bank, ranges: tuple[range, ...]) -> None:
    """Earlier inputs, and features of the input with the one before it.

    Before the start is 0; or a value that no input has, where 0 is one.
    """
    for name, values in zip(bank.inputs, ranges, strict=True):
        x = Name(name)
        first = earlier = before(bank.carry("previous", 0, x).number)
        window: list[Expression] = [x, first]
        # that an input further back has no say is seen only where there is one further back
        for place in range(2, min(DELAYS, bank.length - 2) + 1):
            earlier = before(bank.carry(f"previous{place}", 0, earlier).number)
            window.append(earlier)
        for feature in (*_of_pair(x, first, values), *_of_window(window, values)):
            bank.add(feature)
        if 0 in values:
            low = min(values.start - 1, -1)
            none = before(bank.carry("previous", low, x).number)
            for operator in ("==", "!=", "<", ">"):
                bank.add(op(operator, x, none))
            begun = op("!=", none, Constant(low))
            for change in (op("-", x, none), op("abs", op("-", x, none))):
                bank.add(op("if", begun, change, ZERO))
            bank.add(op("and", begun, op(">", x, none)))


def _of_pair(x: Expression, previous: Expression, values: range) -> Iterator[Expression]:
    """Features of the input with the one before it."""
    yield from (op("-", x, previous), op("abs", op("-", x, previous)), op("+", x, previous))
    yield from (op("==", x, previous), op("!=", x, previous))
    yield from (op(">", x, previous), op("<", x, previous))
    yield from (op("max", x, previous), op("min", x, previous), op("*", x, previous))
    if len(values) > 2:
        yield op("max", op("-", x, previous), ZERO)
    if values.start < 0:
        yield op("<", op("*", x, previous), ZERO)
    if len(values) <= 3:
        for one in values:
            for other in values:
                yield op("and", op("==", previous, Constant(one)), op("==", x, Constant(other)))


def _of_window(window: list[Expression], values: range) -> Iterator[Expression]:
    """Features of the last three inputs, newest first, and sums and extremes of the last few."""
    for count in range(3, len(window) + 1):
        yield ex.add([(1, name) for name in window[:count]])
        if len(values) > 2:
            yield from (_nested(operator, window[:count]) for operator in ("max", "min"))
    if len(window) < 3:
        return
    x, previous, oldest = window[:3]
    yield from (op("-", x, oldest), op("==", x, oldest))
    if len(values) <= 2:
        for bits in product(values, repeat=3):
            equal = [
                op("==", n, Constant(v)) for n, v in zip((oldest, previous, x), bits, strict=True)
            ]
            yield op("and", op("and", equal[0], equal[1]), equal[2])
        return
    low, high = op("min", x, previous), op("max", x, previous)
    yield op("max", low, op("min", high, oldest))  # the middle one
    for operator in "<>":
        yield op("and", op(operator, x, previous), op(operator, oldest, previous))
    yield op("<", op("*", op("-", x, previous), op("-", previous, oldest)), ZERO)


def _nested(operator: str, names: list[Expression]) -> Expression:
    return reduce(lambda whole, name: op(operator, whole, name), names[1:], names[0])


def add_clocks(bank: Bank) -> None:
    """Registers that heed no input: how many steps there were, and powers."""
    none = np.zeros((1, bank.count * bank.length), dtype=np.int64)
    for role, start, update in (
        ("step", 0, op("+", SELF, ONE)),
        ("power", 1, op("*", TWO, SELF)),
        ("power", 1, op("*", Constant(3), SELF)),
        ("sign", 1, op("neg", SELF)),
    ):
        bank.fold([Draft(role, start, update)], {FEATURE.name: none})
    begins = op("==", before(clock(bank)), ZERO)
    for name in bank.inputs:
        feature = bank.evaluate(begins)[None]
        draft = Draft(
            "first", 0, op("if", FEATURE, Name(name), SELF), begins, parents=bank.needs(begins)
        )
        bank.fold([draft], {FEATURE.name: feature, name: bank.evaluate(Name(name))[None]})


def clock(bank: Bank) -> int:
    """The register that counts the steps."""
    return next(register.number for register in bank.registers if register.role == "step")


def is_clock(bank: Bank, needs: Iterable[int]) -> bool:
    """Whether something is of the step, a power or a sign alone."""
    return any(bank.registers[number].role in {"step", "power", "sign"} for number in needs)
