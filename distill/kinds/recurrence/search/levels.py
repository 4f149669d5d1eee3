"""What is carried from step to step: registers that fold a feature into themselves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, is_truth
from distill.kinds.recurrence.search.bank import FEATURE, SELF, VALUE, Bank, Draft, after, before
from distill.kinds.recurrence.search.grammar import (
    BASES,
    FEW_BASES,
    FEW_VALUES,
    HELD,
    MANY_BASES,
    ONE,
    TWO,
    ZERO,
    add_clocks,
    clock,
    is_clock,
    op,
)


def _carry_extremes(bank: Bank, places: list[int]) -> None:
    """The largest and the smallest value so far."""
    for start in ("low", 0):
        _fold(bank, "highest", places, op("max", SELF, FEATURE), (start,))
    for start in ("high", 0):
        _fold(bank, "lowest", places, op("min", SELF, FEATURE), (start,))


def _carry_repeats(bank: Bank, x: Expression, number: int) -> None:
    """How often the input was the register's value since it passed it."""
    equal = op("==", x, after(number))
    needs = bank.needs(equal)
    for operator in "<>":
        passed = op(operator, x, before(number))
        form = op("if", FEATURE, ONE, op("+", SELF, VALUE))
        given = {FEATURE: bank.evaluate(passed)[None], VALUE: bank.evaluate(equal)[None]}
        draft = Draft("count", 0, form, passed, equal, needs)
        bank.fold([draft], {name.name: column for name, column in given.items()})


def best_registers(bank: Bank, decoded: Float[ndarray, " registers"], most: int) -> list[int]:
    """Registers by what they cost less what the network holds of them."""
    scores = [
        sum(bank.price(other) for other in register.needs) - HELD * float(decoded[register.number])
        for register in bank.registers[: len(decoded)]
    ]
    return sorted(range(len(scores)), key=lambda number: (scores[number], number))[:most]


def _with_register(x: Expression, now: Expression, then: Expression) -> Iterator[Expression]:
    """What the input and a register show together, and a register alone."""
    yield from (op("==", now, ZERO), op("<", now, ZERO), op(">", now, ZERO))
    yield op("==", op("%", now, TWO), ZERO)
    yield op("==", op("%", now, Constant(3)), ZERO)
    yield from (op("min", then, x), op("max", then, x), op("-", x, then))
    yield from (op(">", x, then), op("<", x, then), op("==", x, then), op("==", x, now))


def _carry(bank: Bank, places: list[int], answers: range) -> None:
    """Carry columns in every way that suits them."""
    truths = [p for p in places if is_truth(bank.columns[p].expression) or _is_bit(bank, p)]
    strict = [p for p in places if is_truth(bank.columns[p].expression)]
    both = [p for p in places if bank.low(p) < 0 < bank.high(p)]
    numbers = [p for p in places if p not in set(strict)]
    wide = [p for p in numbers if not _is_bit(bank, p)]
    add = op("+", SELF, FEATURE)
    _fold(bank, "count", strict, add, (0,))
    _fold(bank, "total", numbers, add, (0,))
    _carry_extremes(bank, wide)
    plain = [p for p in wide if isinstance(bank.columns[p].expression, Name)]
    _fold(bank, "highest", plain, op("max", SELF, FEATURE), ("under",))
    _fold(bank, "lowest", plain, op("min", SELF, FEATURE), ("over",))
    _fold(bank, "level", both, op("max", op("+", SELF, FEATURE), ZERO), (0,))
    _fold(bank, "level", both, op("+", op("max", SELF, ZERO), FEATURE), (0,))
    _fold(bank, "level", both, op("max", op("-", SELF, FEATURE), ZERO), (0,))
    if 0 < answers.stop - 1 <= FEW_VALUES:
        kept = op("max", op("+", SELF, FEATURE), Constant(min(0, answers.start)))
        _fold(bank, "level", both, op("min", kept, Constant(answers.stop - 1)), (0,))
        _fold(bank, "level", numbers, op("min", add, Constant(answers.stop - 1)), (0,))
    sum_so_far = op("+", SELF, FEATURE)
    _fold(bank, "level", both, op("if", op(">=", sum_so_far, ZERO), sum_so_far, SELF), (0,))
    _fold(bank, "number", places, op("-", FEATURE, SELF), (0,))
    _fold(bank, "seen", truths, op("if", FEATURE, ONE, SELF), (0,))
    _fold(bank, "run", truths, op("if", FEATURE, op("+", SELF, ONE), ZERO), (0,))
    _fold(bank, "run", truths, op("if", FEATURE, op("+", SELF, ONE), ONE), (0,))
    _fold(bank, "since", truths, op("if", FEATURE, ZERO, op("+", SELF, ONE)), (0, -1))
    step = clock(bank)
    carried = [Name(name) for name in bank.inputs]
    for value in (*carried, before(step), after(step)):
        _fold(bank, "last", truths, op("if", FEATURE, VALUE, SELF), (0, -1), value)
    for value in carried:
        summed = op("+", SELF, VALUE)
        _fold(bank, "total", truths, op("if", FEATURE, ZERO, summed), (0,), value)
        _fold(bank, "total", truths, op("if", FEATURE, VALUE, summed), (0,), value)
        _fold(bank, "total", truths, op("if", FEATURE, summed, SELF), (0,), value)
        larger = op("max", SELF, VALUE)
        _fold(bank, "highest", truths, op("if", FEATURE, larger, SELF), (0,), value)


def _carry_digits(bank: Bank, places: list[int], sizes: set[int], answers: range) -> None:
    """Columns of the input as digits of a number: the number, its residue, and what is carried;
    and as what flows into a level that leaks.
    """
    few = [p for p in places if bank.high(p) <= 2 * FEW_VALUES]
    sum_so_far = op("+", SELF, FEATURE)
    for base in sorted({2, 3} | {size for size in sizes if size <= 16}):
        shifted = op("*", Constant(base), SELF)
        _fold(bank, "number", places, op("+", shifted, FEATURE), (0,))
        for modulus in range(3, min(answers.stop, FEW_VALUES) + 1):
            whole = op("%", op("+", shifted, FEATURE), Constant(modulus))
            _fold(bank, "residue", few, whole, (0,))
        carry = op("//", op("+", SELF, FEATURE), Constant(base))
        _fold(bank, "carry", few, carry, (0, 1))
    for part in (2, 3, 4):
        left = op("//", SELF, Constant(part))
        _fold(bank, "level", places, op("+", left, FEATURE), (0,))
        _fold(bank, "level", places, op("-", sum_so_far, left), (0,))
        kept = op("+", op("*", Constant(part - 1), SELF), FEATURE)
        _fold(bank, "level", places, op("//", kept, Constant(part)), (0,))


def _is_bit(bank: Bank, place: int) -> bool:
    return bank.low(place) == 0 and bank.high(place) == 1


def _fold(
    bank: Bank,
    role: str,
    places: list[int],
    form: Expression,
    starts: tuple[int | str, ...],
    value: Expression | None = None,
) -> None:
    """Carry columns in one way, from one value before the start or several."""
    if not places:
        return
    drafts = []
    stacks = np.stack([bank.column(place) for place in places for _ in starts])
    carried = value or VALUE
    more = bank.needs(carried) if value else frozenset[int]()
    bare = ex.cost(form) - ex.cost(FEATURE)
    for place in places:
        column = bank.columns[place]
        cost = bare + ex.cost(column.expression)
        for start in starts:
            low, high = bank.low(place), bank.high(place)
            bounds = {"low": low, "high": high, "under": low - 1, "over": high + 1}
            first = bounds[start] if isinstance(start, str) else start
            needs = column.needs | more
            drafts.append(Draft(role, first, form, column.expression, carried, needs, cost))
    given = {FEATURE.name: stacks}
    if value is not None:
        given[VALUE.name] = np.broadcast_to(bank.evaluate(value), stacks.shape)
    bank.fold(drafts, given)


def add_second_level(bank: Bank, decoded: Float[ndarray, " registers"], answers: range) -> None:
    """Features of the registers that are cheapest and best decoded, carried in every way."""
    many = best_registers(bank, decoded, MANY_BASES)
    chosen = many[:BASES]
    for number in chosen:
        for name in bank.inputs:
            _carry_repeats(bank, Name(name), number)
    start = len(bank.columns)
    for place, number in enumerate(chosen):
        now, then = after(number), before(number)
        for name in bank.inputs:
            for feature in _with_register(Name(name), now, then):
                bank.add(feature)
        for bound in (-1, 1, 2, 3):
            bank.add(op(">", now, Constant(bound)))
        for other in chosen[: min(place, 10)]:
            bank.add(op("-", now, after(other)))
            bank.add(op(">", now, after(other)))
            bank.add(op("==", now, after(other)))
    for number in range(len(bank.registers)):
        if bank.registers[number].role in {"power", "step", "sign"}:
            for name in bank.inputs:
                bank.add(op("*", before(number), Name(name)))
    end = len(bank.columns)
    _carry_extremes(bank, _places(bank, many[BASES:]))
    _carry(bank, _places(bank, chosen) + list(range(start, end)), answers)


def _places(bank: Bank, numbers: list[int]) -> list[int]:
    """The columns of registers after the step."""
    held = {after(number) for number in numbers}
    return [place for place, column in enumerate(bank.columns) if column.expression in held]


def add_first_level(
    bank: Bank,
    ranges: tuple[range, ...],
    answers: range,
    hidden: Float[ndarray, "n length d"],
) -> None:
    """Every feature of inputs and delays, carried in every way; and extremes of the best ones."""
    add_clocks(bank)
    places = [
        place for place, column in enumerate(bank.columns) if not is_clock(bank, column.needs)
    ]
    _carry(bank, places, answers)
    sizes = {len(values) for values in ranges}
    inputs = [
        place
        for place, column in enumerate(bank.columns)
        if not column.needs and (len(ex.names(column.expression)) > 1 or column.cost <= 4)
    ]
    _carry_digits(bank, inputs, sizes, answers)
    order = best_registers(bank, bank.decoded(hidden), len(bank.registers))
    lows = {bank.columns[place].expression: bank.low(place) for place in range(len(bank.columns))}
    falling = [number for number in order if lows.get(after(number), 0) < 0]
    _carry_extremes(bank, _places(bank, [*order[:FEW_BASES], *falling[:FEW_BASES]]))
