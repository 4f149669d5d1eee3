"""Python's operations, functions and methods that programs may use, over values (`values.py`).

What a program could use to fill the memory, or never to end, is bounded here.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Sequence
from fractions import Fraction
from functools import partial, reduce
from typing import Any

import numpy as np
from numpy import ndarray

from .errors import ProgramError
from .rules import MATH
from .values import (
    MAX_ENTRIES,
    MAX_LENGTH,
    SAFE,
    Apart,
    Function,
    Value,
    apply,
    check_length,
    kind_of,
    lanes_of,
    larger,
    made,
    peak,
    smaller,
)

MOST_DIGITS = 400


def _pow(base: Any, exponent: Any, modulus: Any) -> Any:
    if any(not isinstance(part, int) for part in (base, exponent, modulus)):
        raise TypeError("pow() is given something other than three integers")
    return pow(base, exponent, modulus)


def _round(number: Any, digits: Any = None) -> Any:
    if digits is not None and (not isinstance(digits, int) or abs(digits) > MOST_DIGITS):
        raise ValueError("round() is given something other than a small number of digits")
    return round(number, digits)


def _sum(values: Any, start: Any = 0) -> Any:
    if isinstance(start, list | tuple):
        raise TypeError("sum() is given lists, not numbers")
    exact = Fraction in map(type, values)  # and longer with every one
    return reduce(partial(apply, operator.add), values, start) if exact else sum(values, start)


def _range(*ends: Value) -> range:
    if any(map(lanes_of, ends)):
        raise Apart
    listed = range(*ends)
    if len(listed) > MAX_LENGTH:
        raise ProgramError(f"a range of the program has {len(listed):,} places")
    return listed


OPERATIONS: dict[type, Function] = {
    **{ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul},
    **{ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod},
    **{ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor},
    **{ast.RShift: operator.rshift, ast.LShift: operator.lshift, ast.Pow: operator.pow},
    **{ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le},
    **{ast.Gt: operator.gt, ast.GtE: operator.ge, ast.In: lambda one, held: one in held},
    **{ast.NotIn: lambda one, held: one not in held, ast.Not: operator.not_},
    **{ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert},
}
FUNCTIONS: dict[str, Function] = {
    **{name: getattr(math, name) for name in MATH},
    **{f.__name__: f for f in (abs, all, any, bool, float, int, max, min, sorted, Fraction)},
    **{"pow": _pow, "round": _round, "sum": _sum},
    "divmod": lambda one, other: (made(one // other), made(one % other)),
}
FOLDS: dict[str, tuple[Function, list[set[type]]]] = {
    "sum": (operator.add, [{int}, {bool}, {int, bool}]),
    **{"max": (larger, [{int}, {float}]), "min": (smaller, [{int}, {float}])},
}
"""What functions do to one value of a list after the other, and to which NumPy does the same."""
SHAPES: dict[str, Function] = {
    **{"len": len, "list": list, "tuple": tuple},
    "zip": lambda *lists: list(zip(*lists, strict=False)),
    "enumerate": lambda listed: list(enumerate(listed)),
    "reversed": lambda listed: listed[::-1],
}
"""What functions do to lists, whatever these hold."""
METHODS: dict[str, tuple[Any, int]] = {
    **dict.fromkeys(("items", "keys", "values"), (dict, 0)),
    **{"get": (dict, 2), "index": (list | tuple, 1), "count": (list | tuple, 1)},
}
"""What has a method, and how many values this is given; `bit_count` is of integers, given none."""


def elements(value: Value) -> list[Value]:
    """What a list, tuple, dictionary or range goes through."""
    if isinstance(value, list | tuple | dict | range):
        return list(value)
    raise TypeError("this is no list")


def operation(node: ast.AST, left: Value, right: Value) -> Value:
    """An operation on two values; lists are put together and repeated as they stand."""
    do = OPERATIONS[type(node)]
    lists = [value for value in (left, right) if isinstance(value, list | tuple)]
    if not lists or do not in (operator.add, operator.mul):
        return apply(do, left, right)
    if isinstance(left, ndarray) or isinstance(right, ndarray):
        raise Apart
    times = [number for number in (left, right) if isinstance(number, int)]
    check_length(len(lists[0]) * max(times, default=0))
    return made(do(left, right))


def builtin(name: str, given: Sequence[Value]) -> Value:
    """What a function of Python gives."""
    if name == "range":
        return _range(*given)
    if name in SHAPES:
        return made(SHAPES[name](*map(elements, given)))
    if name in FOLDS and len(given) == 1 and lanes_of(given[0]) and isinstance(given[0], list):
        do, kinds = FOLDS[name]
        if {*map(kind_of, given[0])} in kinds:
            if name == "sum" and (added := _added(given[0])) is not None:
                return added
            return reduce(partial(apply, do), [0, *given[0]] if name == "sum" else given[0])
    own = [one for one in given if hasattr(one, "called")]
    if own:  # values with arithmetic of their own (`program_models.Quantity`)
        return own[0].called(name, given)
    return apply(FUNCTIONS[name], *given)


def _added(values: Sequence[Value]) -> Value | None:
    """The sum of integers and truths at once; null where it might be too large for 64 bits."""
    width = lanes_of(values)
    if len(values) * width > MAX_ENTRIES or sum(map(peak, values)) >= SAFE:
        return None
    return np.stack([np.broadcast_to(one, width) for one in values]).sum(axis=0, dtype=np.int64)


def method(held: Value, name: str, given: Sequence[Value]) -> Value:
    """What a method of a list, tuple or dictionary gives, or the one of integers."""
    if name == "bit_count" and not given:
        return apply(int.bit_count, held)
    kind, count = METHODS.get(name, ((), 0))
    if not isinstance(held, kind) or len(given) != count:
        raise TypeError(f"{name} is called on something that does not have it")
    if not given:
        return list(getattr(held, name)())
    if name == "index" and isinstance(held, list | tuple):
        return _index(held, given[0])
    return apply(lambda one, *rest: getattr(one, name)(*rest), held, *given)


def _index(held: Sequence[Value], sought: Value) -> Value:
    """The first place of a list that holds a value: that of the largest of many, say."""
    alike = [apply(operator.eq, one, sought) for one in held]
    width = max(map(lanes_of, alike), default=0)
    if not width:
        return list(held).index(sought)
    if len(alike) * width > MAX_ENTRIES:
        raise Apart
    met = np.stack([np.broadcast_to(one, width) for one in alike])
    if not met.any(axis=0).all():
        raise ValueError("a list does not hold what its index is asked for")
    return met.argmax(axis=0)


def place(held: Value, *indices: Value) -> Value:
    """What stands in a list at a place, as in TABLE[a][b]: no row is laid out for that."""
    left = list(indices)
    while left and not lanes_of(left[0]) and isinstance(held, list | tuple | dict):
        held = held[left.pop(0)]
    return apply(lambda *them: reduce(operator.getitem, them), held, *left) if left else held


def listed(held: Value) -> list[Value]:
    """A list that is to be changed: one of its own, as it is changed by binding another."""
    if not isinstance(held, list):
        raise TypeError("what is changed is no list")
    return list(held)


def stored(held: Value, index: Value, value: Value) -> list[Value]:
    """A list with another value at a place."""

    def one(held: Value, index: Any, value: Value) -> list[Value]:
        changed = listed(held)
        changed[index] = value
        return changed

    return apply(one, held, index, value) if lanes_of(index) else one(held, index, value)
