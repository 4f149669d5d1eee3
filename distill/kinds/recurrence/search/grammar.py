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
from jaxtyping import Float
from numpy import ndarray

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, Operation, is_truth
from distill.kinds.recurrence.search.bank import FEATURE, SELF, VALUE, Bank, Draft, after, before

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


def add_first_level(
    bank: Bank,
    ranges: tuple[range, ...],
    answers: range,
    hidden: Float[ndarray, "n length d"],
) -> None:
    """Every feature of inputs and delays, carried in every way; and extremes of the best ones."""
    add_clocks(bank)
    places = [
        place for place, column in enumerate(bank.columns) if not _is_clock(bank, column.needs)
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


def _is_clock(bank: Bank, needs: Iterable[int]) -> bool:
    return any(bank.registers[number].role in {"step", "power", "sign"} for number in needs)


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
