"""Values for many inputs side by side, and functions of Python over them.

A value that is the same for every input is a Python value; one that differs is an array, an entry
for every input: truths, integers of 64 bits, floats, or (as objects) Python's own integers and
fractions. Lists and tuples hold values. `apply` gives what a function of Python gives for each
input: by NumPy where that is exactly the same, or else by calling the function for one input after
the other. Values with arithmetic of their own (`affine.Sum`) are the same for every input, and
raise where a program does more with them than they can bear.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy import ndarray

from .errors import ProgramError, TooLargeError

MAX_LENGTH = 1_000_000
MAX_BITS = 1 << 14
MAX_ENTRIES = 1 << 24
"""Numbers that are laid out at once, over all inputs."""
SAFE = 1 << 62
"""Integers that are smaller in size can be held in 64 bits, and so can the sum of two."""
EXACT = 1 << 53
"""Integers up to this size are floats."""

Value = Any
Function = Callable[..., Any]
NUMBERS = {bool, int, float, Fraction}


class Apart(Exception):  # noqa: N818 - a way to go on, no error
    """What inputs give cannot stand side by side."""


def larger(one: Any, other: Any) -> Any:
    """As Python's `max` has it: the first of equals."""
    return other if other > one else one


def smaller(one: Any, other: Any) -> Any:
    """As Python's `min` has it: the first of equals."""
    return other if other < one else one


COMPARISONS = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)
WHOLE: dict[Function, Callable[..., int]] = {
    **dict.fromkeys((*COMPARISONS, operator.floordiv, operator.mod, larger, smaller), max),
    **dict.fromkeys((operator.add, operator.sub), lambda one, other: one + other),
    operator.mul: lambda one, other: one * other,
    **dict.fromkeys((operator.neg, abs, int, bool, operator.not_), lambda one: one),
}
"""What NumPy does to integers as Python does, where the results are below `SAFE`: how large they
can be, by the sizes of what it is given."""
REAL = {*COMPARISONS, operator.add, operator.sub, operator.mul, operator.truediv}
REAL |= {operator.neg, abs, larger, smaller}
"""What NumPy does to floats as Python does."""
DIVISIONS = (operator.truediv, operator.floordiv, operator.mod)
NUMPY: dict[Function, Function] = {
    **{int: np.positive, bool: lambda one: one != 0, operator.not_: lambda one: one == 0},
    larger: lambda one, other: np.where(other > one, other, one),
    smaller: lambda one, other: np.where(other < one, other, one),
}
"""Where it does so by another name."""


def apply(do: Function, *values: Value) -> Value:
    """What a function of Python gives for every input.

    Raises:
        Apart: what it gives cannot stand side by side.
        ProgramError: that is too large. Other errors are the function's own.
    """
    width = max(map(lanes_of, values), default=0)
    if not width:
        return made(do(*values))
    found = _at_once(do, values)
    if found is not None:
        return made(found)
    if sum(_size(value) for value in values if lanes_of(value)) * width > MAX_ENTRIES:
        raise Apart

    def each(some: Sequence[Value], count: int) -> Value:
        columns = [unpacked(value, count) for value in some]
        return packed([do(*row) for row in zip(*columns, strict=True)])

    return made(for_distinct(each, values, width))


def _at_once(do: Function, values: Sequence[Value]) -> ndarray | None:
    """The same by NumPy; null where that might be something else."""
    kinds = {*map(kind_of, values)}
    real = float in kinds or do is operator.truediv
    if not kinds <= {int, bool, float} or do not in (REAL if real else WHOLE):
        return None
    sizes = [*map(peak, values)]
    if max(sizes) > EXACT if real else max(*sizes, WHOLE[do](*sizes)) >= SAFE:
        return None
    if do in DIVISIONS and np.any(np.asarray(values[1]) == 0):
        return None
    with np.errstate(all="ignore"):
        arrays = (np.asarray(value, dtype=float if real else np.int64) for value in values)
        return NUMPY.get(do, do)(*arrays)


def for_distinct(
    do: Callable[[Sequence[Value], int], Value], given: Sequence[Value], lanes: int
) -> Value:
    """What `do` gives of values for so many inputs, told for those alone that are distinct.

    Those whose integers lie in a few places: a table of the places finds them.
    """
    key, size = np.zeros(lanes, dtype=np.int64), 1
    for column in leaves(given):
        if column.dtype.kind not in "bi":
            return do(given, lanes)
        low, high = int(column.min()), int(column.max())
        size *= high - low + 1
        if size > 2 * lanes:
            return do(given, lanes)
        key = key * (high - low + 1) + (column - low)
    last = np.full(size, -1)
    last[key] = np.arange(lanes)
    met = last >= 0
    once = do([take(value, last[met]) for value in given], int(met.sum()))
    return take(once, (np.cumsum(met) - 1)[key])


def made(value: Value) -> Value:
    """A value that was just made: it must not be too large, nor a float that is no number.

    What holds itself twice, again and again, is small in memory and endless to go through.
    """
    if isinstance(value, tuple | list | dict):
        check_length(_size(value) - 1)
    elif kind_of(value) is float and np.any(value != value):
        raise ArithmeticError("the result is not a number")
    elif isinstance(value, int | Fraction):
        bits = value.numerator.bit_length() + value.denominator.bit_length() - 1
        if bits > MAX_BITS:
            raise TooLargeError(f"the program makes an integer of about {bits:,} bits")
    return value


def check_length(length: int) -> None:
    """Refuse a list that is too long."""
    if length > MAX_LENGTH:
        raise ProgramError(f"the program makes a list of more than {MAX_LENGTH:,} places")


def _size(value: Value, most: int = MAX_LENGTH) -> int:
    """How many values a value is, with all that it holds; counted up to a little above `most`."""
    size = 1
    if isinstance(value, tuple | list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            size += _size(part, most - size)
            if size > most + 1:
                break
    return size


def leaves(value: Value) -> Iterator[ndarray]:
    """The arrays in a value."""
    if isinstance(value, ndarray):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from leaves(part)


def lanes_of(value: Value) -> int:
    """How many inputs a value is for, 0 if it is the same for all."""
    return next(map(len, leaves(value)), 0)


def kind_of(value: Value) -> type:
    """The type of what a value is for one input."""
    if isinstance(value, ndarray):
        return type(value[:1].tolist()[0])
    return type(value)


def peak(value: Any) -> int:
    """The size of the largest integer."""
    if kind_of(value) is float:
        return 0
    return max(abs(int(value.max())), abs(int(value.min()))) if lanes_of(value) else abs(int(value))


def truth(value: Value) -> bool | ndarray:
    """Whether a value counts as true, for every input; the same for all where it is."""
    if not isinstance(value, ndarray):
        return bool(value)
    holds = apply(bool, value)
    return holds if holds.any() and not holds.all() else bool(holds[0])


def mapped(do: Function, *values: Value) -> Value:
    """What `do` gives of the entries in every place of lists and tuples, which must be alike."""
    kinds = {*map(type, values)}
    if not kinds & {list, tuple}:
        return do(*values)
    if len(kinds) > 1 or len({*map(len, values)}) > 1:
        raise Apart
    return type(values[0])([mapped(do, *column) for column in zip(*values, strict=True)])


def take(value: Value, places: ndarray) -> Value:
    """A value for some of the inputs."""
    return mapped(lambda one: one[places] if isinstance(one, ndarray) else one, value)


def joined(parts: Sequence[tuple[ndarray, Value]], lanes: int) -> Value:
    """One value for inputs that came to it by different ways.

    Raises:
        Apart: the parts cannot stand side by side.
    """
    if len(parts) == 1 and len(parts[0][0]) == lanes:
        return parts[0][1]

    def beside(*values: Value) -> Value:
        if not any(map(lanes_of, values)) and len({(type(one), repr(one)) for one in values}) == 1:
            return values[0]
        whole = np.zeros(lanes, dtype=_dtype({*map(kind_of, values)}, map(peak, values)))
        for (places, _), value in zip(parts, values, strict=True):
            whole[places] = value
        return whole

    return mapped(beside, *(value for _, value in parts))


def stacked(values: Sequence[Value], lanes: int) -> Value:
    """Values for so many inputs each as one value, for all inputs of the first, then of the next.

    Raises:
        Apart: they cannot stand side by side.
    """

    def beside(*column: Value) -> Value:
        wide = [isinstance(one, ndarray) for one in column]
        if all(wide) and len({one.dtype for one in column}) == 1 and column[0].dtype != object:
            return np.concatenate(column)
        if not any(wide) and len({(type(one), repr(one)) for one in column}) == 1:
            return column[0]
        whole = np.empty(
            (len(column), lanes), dtype=_dtype({*map(kind_of, column)}, map(peak, column))
        )
        for place, one in enumerate(column):
            whole[place] = one
        return whole.reshape(-1)

    return mapped(beside, *values)


def unstacked(value: Value, count: int, lanes: int) -> list[Value]:
    """The values that one was stacked of; one that is the same for every input is no array."""
    if isinstance(value, ndarray):
        rows = value.reshape(count, lanes)
        exact = rows.view(np.int64) if rows.dtype == np.float64 else rows  # 0.0 is not -0.0
        same = (exact == exact[:, :1]).all(axis=1)
        first = rows[:, 0].tolist()
        return [first[k] if alike else rows[k] for k, alike in enumerate(same.tolist())]
    if isinstance(value, tuple | list):
        columns = [unstacked(part, count, lanes) for part in value]
        return [type(value)([column[k] for column in columns]) for k in range(count)]
    return [value] * count


def unpacked(value: Value, width: int) -> list[Any]:
    """A Python value for every input."""
    if isinstance(value, ndarray):
        return value.tolist()
    if not lanes_of(value):
        return [value] * width
    return [*map(type(value), zip(*(unpacked(part, width) for part in value), strict=True))]


def packed(values: Sequence[Any]) -> Value:
    """One value for all inputs, of a Python value for each.

    Raises:
        Apart: they cannot stand side by side.
    """

    def beside(*column: Any) -> Value:
        kinds = {*map(type, column)}
        if not kinds & NUMBERS and all(one == column[0] for one in column):
            return column[0]
        return np.array(column, dtype=_dtype(kinds, map(abs, column)))

    return mapped(beside, *values)


def _dtype(kinds: set[type], sizes: Iterable[int]) -> type:
    """Of an array whose entries are of such kinds and sizes."""
    if len(kinds) > 1 or not kinds <= NUMBERS:
        raise Apart
    (kind,) = kinds
    return object if kind is Fraction or (kind is int and max(sizes) >= SAFE) else kind
