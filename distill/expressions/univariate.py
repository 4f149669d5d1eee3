"""Functions of one integer: quotient, remainder, clamp, threshold, equality, absolute value.

The integer is itself a sum of multiples of expressions, so that an offset found here joins that
sum: (a + b + carry - 1) // 2 and not ((a + b + carry) - 1) // 2.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.expressions.expression import Constant, Expression, Member, Operation, add

MAX_PERIOD = 16
"""Longest period that is looked for in a truth value."""

MAX_MEMBERS = 12
"""Longest list of values that is written as a membership."""

MANY_POINTS, LEAST_RISE = 16, 4
"""Points, and what a quotient grows by over them, from which its jumps need not all be seen: fewer
points would have such a quotient by chance."""

MOST_DIVISORS = 3
"""Quotients that are proposed of one value."""

Terms = list[tuple[int, Expression]]


def function_of_one(
    terms: Terms, value: Int[ndarray, " rows"], target: Int[ndarray, " rows"]
) -> Iterator[Expression]:
    """Expressions that may give the target, which is a function of the value of the terms."""
    v, first = np.unique(value, return_index=True)
    t = target[first]
    yield from _moduli(terms, v, t)
    yield from _quotients(terms, v, t)
    yield from _quotients_with_gaps(terms, v, t)
    if set(t.tolist()) != {0, 1}:  # a truth is better said by a comparison
        yield from _clamps(terms, v, t)
    if len(v) > 2:
        yield from _magnitudes(terms, v, t)
    if set(t.tolist()) == {0, 1}:
        yield from truths(terms, v, t)


def _moduli(
    terms: Terms, v: Int[ndarray, " points"], t: Int[ndarray, " points"]
) -> Iterator[Expression]:
    """(v + d) % m, with v or its negative: m divides what v and t grow apart by."""
    if t.min() < 0:
        return
    for sign in (1, -1):
        apart = sign * v - t
        common = int(np.gcd.reduce(np.abs(apart - apart[0])))
        for modulus in dict.fromkeys((int(t.max()) + 1, common)):
            if modulus > 1 and common % modulus == 0 and t.max() < modulus:
                offset = balanced(int(-apart[0]), modulus)
                if modulus == 2 and offset:  # not (v + 1) % 2
                    remainder = Operation("%", (add(terms), Constant(2)))
                    yield Operation("-", (Constant(1), remainder))
                    continue
                inner = add([(sign * factor, term) for factor, term in terms], offset)
                yield Operation("%", (inner, Constant(modulus)))


def _quotients(
    terms: Terms, v: Int[ndarray, " points"], t: Int[ndarray, " points"]
) -> Iterator[Expression]:
    """(v + d) // m, with v or its negative: steps of one, equally far apart."""
    for sign in (1, -1):
        order = np.argsort(sign * v)
        steps, values = np.diff(t[order]), (sign * v)[order]
        jumps = np.flatnonzero(steps)
        if not len(jumps) or (steps[jumps] != 1).any():
            continue
        upper = values[jumps + 1]  # the first values after a jump
        gaps = set(np.diff(upper).tolist())
        if len(gaps) > 1:
            continue
        # a single jump leaves the divisor open: the jump is at 1·m if the offset is to vanish
        divisors = gaps or {int(upper[0])} | {int(upper[0] - values[0])}
        for divisor in sorted(divisors):
            if divisor > 1:
                # an offset and both signs together fit almost anything
                offset = int(t[order][jumps[0] + 1]) * divisor - int(upper[0])
                signed = [(sign * factor, term) for factor, term in terms]
                if offset and min(factor for factor, _ in signed) < 0:
                    continue
                inner = add(signed, offset)
                yield Operation("//", (inner, Constant(divisor)))


def _quotients_with_gaps(
    terms: Terms, v: Int[ndarray, " points"], t: Int[ndarray, " points"]
) -> Iterator[Expression]:
    """(v + d) // m where not all values are there, so that jumps are not seen where they are.

    For every divisor that the slope allows, d lies between the bounds that all points set.
    """
    span, rise = int(v[-1] - v[0]), int(t[-1] - t[0])
    if len(v) < MANY_POINTS or rise < LEAST_RISE or span == len(v) - 1:
        return
    found = []
    for divisor in range(max(2, span // (rise + 1)), span // (rise - 1) + 2):
        low, high = int((divisor * t - v).max()), int((divisor * t + divisor - 1 - v).min())
        if low <= high:
            found.append((min(max(0, low), high), divisor))
    for offset, divisor in sorted(found, key=lambda each: (abs(each[0]), each[1]))[:MOST_DIVISORS]:
        yield Operation("//", (add(terms, offset), Constant(divisor)))


def _clamps(
    terms: Terms, v: Int[ndarray, " points"], t: Int[ndarray, " points"]
) -> Iterator[Expression]:
    """V + d, or its negative, kept between two bounds; a bound that never binds is left out."""
    low, high = int(t.min()), int(t.max())
    for sign in (1, -1):
        inside = (t > low) & (t < high)
        apart = np.unique((t - sign * v)[inside]).tolist() or np.unique(t - sign * v).tolist()
        for offset in apart[:4]:
            moved = sign * v + offset
            inner = add([(sign * factor, term) for factor, term in terms], offset)
            yield clamp(inner, moved, low, high)


def clamp(inner: Expression, value: Int[ndarray, " rows"], low: int, high: int) -> Expression:
    """The expression kept between two bounds; a bound that its value never passes is left out."""
    if value.max() > high:
        inner = Operation("min", (inner, Constant(high)))
    if value.min() < low:
        inner = Operation("max", (inner, Constant(low)))
    return inner


def _magnitudes(
    terms: Terms, v: Int[ndarray, " points"], t: Int[ndarray, " points"]
) -> Iterator[Expression]:
    """|v + d| + e, and the square of v."""
    lowest = np.flatnonzero(t == t.min())
    inner = add(terms, -int(v[lowest[0]]))
    yield add([(1, Operation("abs", (inner,)))], int(t.min()))
    if abs(int(v[0])) < 2**31 > abs(int(v[-1])):
        plain = add(terms)
        yield Operation("*", (plain, plain))


def truths(
    terms: Terms, v: Int[ndarray, " points"], t: Int[ndarray, " points"]
) -> Iterator[Expression]:
    """Comparisons, periods, squares, and membership where nothing else holds."""
    inner = add(terms)
    true, false = v[t == 1].tolist(), v[t == 0].tolist()
    if len(true) == 1:
        yield equality("==", terms, true[0])
    if len(false) == 1:
        yield equality("!=", terms, false[0])
    if max(false) < min(true):
        yield Operation(">=", (inner, Constant(min(true))))
        yield Operation(">", (inner, Constant(max(false))))
    if max(true) < min(false):
        yield Operation("<", (inner, Constant(min(false))))
        yield Operation("<=", (inner, Constant(max(true))))
    for period in range(2, MAX_PERIOD + 1):
        residues, others = {n % period for n in true}, {n % period for n in false}
        if residues & others:
            continue
        remainder = Operation("%", (inner, Constant(period)))
        if len(residues) == 1:
            yield Operation("==", (remainder, Constant(min(residues))))
        if len(others) == 1:
            yield Operation("!=", (remainder, Constant(min(others))))
    if all(abs(factor) == 1 for factor, _ in terms):
        yield from _intervals(terms, v, t == 1)
    if v[0] >= 0:
        root = Operation("isqrt", (inner,))
        yield Operation("==", (Operation("*", (root, root)), inner))
    if len(true) <= MAX_MEMBERS and len(terms) == 1 and terms[0][0] == 1:  # of a sum, a table
        yield Member(inner, tuple(true))


def _intervals(
    terms: Terms, v: Int[ndarray, " points"], true: Bool[ndarray, " points"]
) -> Iterator[Expression]:
    """Between two bounds; of a difference, how far two numbers are apart."""
    for inside, how in ((true, "<="), (~true, ">")):
        found = v[inside]
        low, high = int(found[0]), int(found[-1])
        between = (v >= low) & (v <= high)
        if len(found) < 2 or not np.array_equal(between, inside) or inside[0] or inside[-1]:
            continue
        if len(terms) == 2 and sum(factor for factor, _ in terms) == 0 and low == -high:
            yield Operation(how, (Operation("abs", (add(terms),)), Constant(high)))
        elif how == "<=" and low + high >= 0:
            yield Operation("between", (Constant(low), add(terms), Constant(high)))
        elif how == "<=":
            turned = [(-factor, term) for factor, term in terms]
            if any(factor > 0 for factor, _ in turned):
                terms, low, high = turned, -high, -low
            yield Operation("between", (Constant(low), add(terms), Constant(high)))


def equality(operator: str, terms: Terms, value: int) -> Expression:
    """V == c; a difference is written as an equality of its two sides."""
    if len(terms) == 2 and [factor for factor, _ in terms] in ([1, -1], [-1, 1]):
        (sign, one), (_, other) = terms
        if value == 0:
            return Operation(operator, (one, other))
        return Operation(operator, (one, add([(1, other)], sign * value)))
    return Operation(operator, (add(terms), Constant(value)))


def balanced(value: int, modulus: int) -> int:
    """The residue that is smallest in size; of two of one size the positive one."""
    value %= modulus
    return value - modulus if value > modulus // 2 else value
