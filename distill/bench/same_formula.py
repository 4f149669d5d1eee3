"""Whether the formula of a program is the one that a task over a box was defined by.

Two ways to write one formula differ in nothing but rounding, and two formulas are the same nearly
nowhere. So both are evaluated with 60 digits, at points drawn from the box, by mpmath, which SymPy
calculates with: functions of `math` are replaced in both, and decimal numbers are taken as written.
Nothing of this comes before a run has ended.
"""

from __future__ import annotations

import builtins
import math
import types
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mp

DIGITS, ALIKE = 60, 40
"""Digits of the arithmetic, and those to which two values are the same."""

POINTS, SEED = 20, 12
"""Points that are drawn from the box, and their seed."""

CHECK = "check"
"""What a program calls first, to refuse what is no point of the box."""

WRITTEN = 10_000
"""The largest denominator of a fraction that a constant was written as, or folded from."""


def same_formula(
    source: str, reference: Callable[..., float], box: Mapping[str, tuple[float, float]]
) -> bool | None:
    """Whether a program's formula is a task's reference.

    Args:
        source: of the program; its one function takes a number per input, by position.
        reference: of the task.
        box: both ends of every input.

    Returns:
        Null where one of them is more than a formula: calls functions other than those of `math`
        or has no value in this arithmetic.
    """
    space: dict[str, Any] = {"__name__": "program"}
    exec(compile(source, "program.py", "exec"), space)
    dice = np.random.default_rng(SEED)
    with mp.workdps(DIGITS):
        ours, theirs = _many_digits(space[space["__all__"][0]]), _many_digits(reference)
        if ours is None or theirs is None:
            return None
        for _ in range(POINTS):
            at = [low + (high - low) * mp.mpf(dice.random()) for low, high in box.values()]
            try:
                one, other = mp.mpf(ours(*at)), mp.mpf(theirs(*at))
            except (ArithmeticError, TypeError, ValueError):
                return None
            if abs(one - other) > mp.mpf(10) ** -ALIKE * max(1, abs(other)):
                return False
    return True


def _many_digits(function: Any) -> Callable[..., Any] | None:
    """A function of numbers of many digits; null where it asks for more than `math`."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_freevars:
        return None
    space = dict[str, Any]()
    for name in code.co_names:
        given = function.__globals__.get(name, getattr(builtins, name, None))
        if given is math:
            space[name] = mp
        elif name == CHECK:
            space[name] = lambda *_: None
        elif given in (abs, min, max):
            space[name] = given
        elif hasattr(math, name) and hasattr(mp, name):
            space[name] = getattr(mp, name)
        else:
            return None
    constants = tuple(_exact(each) if isinstance(each, float) else each for each in code.co_consts)
    return types.FunctionType(code.replace(co_consts=constants), space, "formula")


def _exact(value: float) -> Any:
    """A constant as the fraction that it was written as, or folded from."""
    near = Fraction(value).limit_denominator(WRITTEN)
    return mp.mpf(near.numerator) / near.denominator if float(near) == value else mp.mpf(value)
