"""Functions of one or two real numbers, as they may be written in a program."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy import ndarray

Number = int | float


def candidates(
    arrays: Mapping[str, ndarray], target: ndarray
) -> Iterator[tuple[float, str, ndarray]]:
    """Expressions of real numbers: weight, text, values."""
    for name, x in arrays.items():
        yield 1.0, name, x
    if len(arrays) == 1:
        ((name, x),) = arrays.items()
        yield from _linear(name, x, target)
        yield from _thresholds(name, x, target)
        for text, function in FUNCTIONS.items():
            yield 4.0, f"{text}({name})", function(x)
            yield from _scaled(f"{text}(", name, x, function)
    if len(arrays) == 2:
        (a, x), (b, y) = arrays.items()
        for (p, u), (q, v) in (((a, x), (b, y)), ((b, y), (a, x))):
            yield 3.0, f"{p} / {q}", u / v
            yield 5.0, f"{p} / {q} if {q} else 0.0", np.where(v == 0, 0.0, u / v)
            yield 3.0, f"{p} - {q}", u - v
        yield 3.0, f"{a} * {b}", x * y
        yield 3.0, f"{a} + {b}", x + y
        yield 3.5, f"max({a}, {b})", np.maximum(x, y)
        yield 3.5, f"min({a}, {b})", np.minimum(x, y)
        yield 4.0, f"abs({a} - {b})", np.abs(x - y)
        yield 5.0, f"({a} > {b}) - ({a} < {b})", np.sign(x - y)
        yield 4.5, f"({a} + {b}) / 2", (x + y) / 2
        for operator, function in COMPARED.items():
            holds = function(x, y).astype(float)
            if set(target.tolist()) <= {0.0, 1.0}:
                yield 3.0, f"int({a} {operator} {b})", holds


FUNCTIONS: Mapping[str, Callable[[ndarray], ndarray]] = {
    **{"sqrt": np.sqrt, "exp": np.exp, "sin": np.sin, "cos": np.cos, "tan": np.tan},
    **{"sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "log": np.log},
    **{"asin": np.arcsin, "acos": np.arccos, "atan": np.arctan},
}
"""Functions of one real number that programs may use."""

COMPARED: Mapping[str, Callable[[ndarray, ndarray], ndarray]] = {
    **{"==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal},
    **{">": np.greater, ">=": np.greater_equal},
}


def _linear(name: str, x: ndarray, target: ndarray) -> Iterator[tuple[float, str, ndarray]]:
    """Multiples and quotients of one variable, with an offset."""
    low, high = int(x.argmin()), int(x.argmax())
    if x[low] == x[high]:
        return
    slope = (target[high] - target[low]) / (x[high] - x[low])
    offset = target[low] - slope * x[low]
    for below in (1, 2, 3, 4, 5, 6, 8, 10):
        times, more = round(slope * below), round(offset, 9)
        if abs(times - slope * below) > 1e-6 or times == 0:
            continue
        inner = name if times == 1 else f"-{name}" if times == -1 else f"{times} * {name}"
        inner = inner if below == 1 else f"{inner} / {below}"
        whole = int(more) if more == int(more) else more
        sign = "-" if more < 0 else "+"
        text = inner if not whole else f"{inner} {sign} {abs(whole)}"
        yield 2.0 + (below > 1) + bool(whole), text, times * x / below + more
        return


def _thresholds(name: str, x: ndarray, target: ndarray) -> Iterator[tuple[float, str, ndarray]]:
    """Whether a number is beyond another, or is one."""
    if len(set(target.tolist())) != 2:
        return
    high, low = sorted(set(target.tolist()), reverse=True)
    upper, lower = x[target == high], x[target == low]
    for above, below, then, other in ((upper, lower, high, low), (lower, upper, low, high)):
        if above.min() > below.max():
            cut = _between(float(below.max()), float(above.min()))
            yield 4.0, _chosen(f"{name} > {cut!r}", then, other), np.where(x > cut, then, other)
        if len(set(above.tolist())) == 1:
            one = above[0]
            shown = int(one) if one == int(one) else one
            yield 4.5, _chosen(f"{name} == {shown!r}", then, other), np.where(x == one, then, other)


def _chosen(test: str, then: float, other: float) -> str:
    if (then, other) == (1.0, 0.0):
        return f"int({test})"
    if then == int(then) and other == int(other):
        return f"{int(then)!r} if {test} else {int(other)!r}"
    return f"{float(then)!r} if {test} else {float(other)!r}"


def _tidy(value: float) -> Number:
    return int(value) if value == int(value) else value


def _between(low: float, high: float) -> Number:
    """The number with the fewest digits between two."""
    for digits in range(1, 12):
        for cut in (round((low + high) / 2, digits), math.floor(high * 10**digits) / 10**digits):
            if low < cut < high:
                return _tidy(cut)
    return (low + high) / 2


def _scaled(
    opening: str, name: str, x: ndarray, function: Callable[[ndarray], ndarray]
) -> Iterator[tuple[float, str, ndarray]]:
    """Functions of a grid: (x - c) / 10 and its like."""
    for below in (2, 10):
        for less in sorted({0, *(round(float(x.mean())) + d for d in (-1, 0, 1)), below}):
            inner = f"({name} - {less}) / {below}" if less else f"{name} / {below}"
            yield 6.0, f"{opening}{inner})", function((x - less) / below)
