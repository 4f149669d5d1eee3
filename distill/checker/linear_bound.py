"""How far a linear network can be from an integer recurrence: bounds that rounding cannot break.

The network answers the nearest integers of y_t = C h_t + d with h_t = A h_{t-1} + B x_t + b. Both
it and an integer recurrence are sums over the past,

    y_t = z_t + Σ_j M_j x_{t-j},    M_j = C A^j B,

so that over all inputs of a range they are never further apart than by Σ_j |M_j - M'_j| times the
half-width of the range, and the difference of what they answer to its middle. While that is below
1/2, the network's rounded answer is the recurrence's, whatever the inputs.

A recurrence may also answer n // q, the whole part of a q-th of an integer n. The network's y
rounds to that where y + 1/2 is between n // q and the next integer. Whatever n is, what is less
than 1/(2q) away from (n + 1/2) / q is there, so that it is enough that q y is less than 1/2 away
from n + (1 - q) / 2.

The Markov parameters are computed in integers with a fixed binary point and far more digits than a
float64 has; what is lost is carried along. Added to this is what the network's own float64
arithmetic can lose: a sum of n products is off by at most γ(n) = nu / (1 - nu) times the sum of
their absolute values, in any order of summation, with or without fused operations (Higham,
Accuracy and Stability of Numerical Algorithms, 2002, section 3.1), and an error in a hidden state
reaches the answer through C A^j. Assumed are IEEE 754 float64, rounding to nearest, and no
overflow or underflow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

UNIT = 2.0**-53
GUARD = 160
"""Binary digits behind the point, beyond those that the growth of A can use up."""

KEPT = 110
"""Of these, the digits that are left when a number is handed to float64 arithmetic."""

ALLOWANCE = 1 + 1e-9
"""For the float64 sums of the bound itself: they have far fewer than 10^6 terms."""

LONGEST = 1000
"""Steps that a bound is computed for, where nothing else is asked for."""

Rows = tuple[tuple[int, ...], ...]
Integers = ndarray


@dataclass(frozen=True)
class IntegerSystem:
    """r_t = A r_{t-1} + B x_t + constant, and y_t = (C r + D x_t + offset) // q, in integers.

    Attributes:
        A: [registers][registers]; B: [registers][channels]; constant, start: [registers].
        C: [outputs][registers]; D: [outputs][channels]; offset: [outputs].
        after: whether r in the answer is r_t, or r_{t-1}.
        divisors: q for every output; none where all are 1.
    """

    A: Rows
    B: Rows
    constant: tuple[int, ...]
    start: tuple[int, ...]
    C: Rows
    D: Rows
    offset: tuple[int, ...]
    after: bool
    divisors: tuple[int, ...] = ()

    def markov(self, length: int) -> ndarray:
        """What an input of 1 adds 0, 1, ... steps later, undivided, in Python integers."""
        channels, n = len(self.D[0]), len(self.A)
        found = np.full((length, len(self.offset), channels), 0, dtype=object)
        if length:
            found[0] = _matrix(self.D, channels)
        A, C, state = _matrix(self.A, n), _matrix(self.C, n), _matrix(self.B, channels)
        for j in range(0 if self.after else 1, length):
            found[j] = found[j] + _times(C, state)
            state = _times(A, state)
        return found

    def drift(self, length: int) -> ndarray:
        """The answers while all inputs are 0, undivided, in Python integers."""
        n = len(self.A)
        A, C = _matrix(self.A, n), _matrix(self.C, n)
        constant, before = (_column(values) for values in (self.constant, self.start))
        found = np.full((length, len(self.offset)), 0, dtype=object)
        for t in range(length):
            after = _times(A, before) + constant
            found[t] = (_times(C, after if self.after else before) + _column(self.offset))[:, 0]
            before = after
        return found


@dataclass(frozen=True)
class LinearBound:
    """How far the network's y can be from the recurrence's answer, for inputs of their ranges.

    Attributes:
        errors: at every step from the first, over all sequences and outputs; of what is divided by
            q, in parts of 1/q.
        holds_to: the last step up to which that is below 1/2 throughout: so far the network's
            answers, in float64, are the recurrence's. 0 where it is not so at the first step.
        lead: how far the network's y stays from being rounded to anything else so long; 0 where
            `holds_to` is.
    """

    errors: ndarray
    holds_to: int
    lead: float

    @property
    def error(self) -> float:
        """The largest error up to that step; infinite where there is none."""
        return float(self.errors[: self.holds_to].max(initial=0.0)) if self.holds_to else math.inf


def linear_bound(
    weights: Mapping[str, ndarray],
    system: IntegerSystem,
    ranges: tuple[range, ...] | None,
    longest: int = LONGEST,
) -> LinearBound:
    """Bound the difference of a linear network and an integer recurrence, step by step.

    Args:
        weights: A [d, d], B [d, channels], b [d], h_0 [d], C [outputs, d], d [outputs].
        system: the recurrence.
        ranges: what the inputs are; null for one-hot vectors.
        longest: steps that are looked at.
    """
    exact = {name: np.asarray(value, dtype=np.float64) for name, value in weights.items()}
    powers = _powers(exact["A"], longest)
    markov, drift = _apart(exact, powers, system)
    if ranges is None:
        top, bottom = markov.max(axis=2), markov.min(axis=2)
        middle, half, most = (top + bottom) / 2, (top - bottom) / 2, np.abs(markov).max(axis=2)
        driven = np.abs(exact["B"]).max(axis=1)
    else:
        low = np.array([values.start for values in ranges], dtype=np.float64)
        high = np.array([values.stop - 1 for values in ranges], dtype=np.float64)
        largest = np.maximum(np.abs(low), np.abs(high))
        middle, half = markov @ ((low + high) / 2), np.abs(markov) @ ((high - low) / 2)
        most, driven = np.abs(markov) @ largest, np.abs(exact["B"]) @ largest
    with np.errstate(over="ignore", invalid="ignore"):
        shift = np.abs(drift + np.cumsum(middle, axis=0))
        # what cancels in these sums is lost to float64: allow for all of it
        lost = (np.abs(drift) + np.cumsum(most, axis=0)) * (longest + 8) * 2 * UNIT
        apart = shift + np.cumsum(half, axis=0) + lost
        rounding = _rounding(exact, powers, driven, exact["B"].shape[1])
        rounding = rounding * np.array(system.divisors or 1, dtype=np.float64)
        errors = np.nan_to_num((apart + rounding).max(axis=1) * ALLOWANCE, nan=math.inf)
    over = np.flatnonzero(~(errors < 0.5))
    holds_to = int(over[0]) if len(over) else longest
    left = 0.5 - float(errors[:holds_to].max()) if holds_to else 0.0
    return LinearBound(errors, holds_to, left / max(system.divisors, default=1))


@dataclass(frozen=True)
class _Powers:
    """A^0, A^1, ... as integers over 2^point, each entry off by at most `lost` of its units."""

    fixed: list[Integers]
    lost: list[int]
    point: int

    def fix(self, values: ndarray) -> Integers:
        """Floats as integers over 2^point, off by less than one unit."""
        flat = [_fixed(float(value), self.point) for value in values.ravel()]
        found = np.empty(len(flat), dtype=object)
        found[:] = flat
        return found.reshape(values.shape)

    def real(self, values: Integers) -> ndarray:
        """Such integers as floats, with the error of float64 and of `KEPT` digits."""
        cut = max(self.point - KEPT, 0)
        return np.array([_float(int(v) >> cut, self.point - cut) for v in values.ravel()]).reshape(
            values.shape
        )


def _powers(A: ndarray, length: int) -> _Powers:
    """The powers that `length` steps need: A^length is the last."""
    size = max(1.0, float(np.abs(A).sum(axis=1).max()))
    point = GUARD + math.ceil(length * math.log2(size * ALLOWANCE))
    found = _Powers([], [], point)
    fixed = found.fix(A)
    norm = max(sum(abs(int(v)) + 1 for v in row) for row in fixed)
    power, lost = found.fix(np.eye(len(A))), 0
    for _ in range(length + 1):
        found.fixed.append(power)
        found.lost.append(lost)
        # the error so far through A, that of A itself on the power, and that of cutting off
        columns = max(sum(abs(int(v)) for v in column) for column in power.T)
        lost = ((norm * lost) >> point) + 1 + (columns >> point) + 1 + 1
        power = (fixed @ power) >> point
    return found


def _apart(
    weights: Mapping[str, ndarray], powers: _Powers, system: IntegerSystem
) -> tuple[ndarray, ndarray]:
    """What Markov parameters and drifts differ by; upper bounds in size, of the right sign.

    Of q y and the integer that is divided by q, where an answer is divided.
    """
    point, length = powers.point, len(powers.fixed) - 1
    B, C = (powers.fix(weights[name]) for name in ("B", "C"))
    b, h_0, d = (powers.fix(weights[name])[:, None] for name in ("b", "h_0", "d"))
    wide = weights["C"].shape[1]
    large = 2 + wide * (1 + _most(weights["C"])) * (2 + _most(weights["B"], weights["b"]))
    markov, drift = system.markov(length), system.drift(length)
    parts = _column(system.divisors or (1,) * len(drift[0]))
    large *= int(parts.max())
    gaps = np.empty(markov.shape)
    shifts = np.empty(drift.shape)
    total, size = np.full_like(b, 0), 1  # sum of A^i b; what no entry of a power exceeds
    for t in range(length):
        row = (C @ powers.fixed[t]) >> point
        gap = parts * ((row @ B) >> point) - (markov[t] * (1 << point))
        total = total + ((powers.fixed[t] @ b) >> point)
        settled = total + ((powers.fixed[t + 1] @ h_0) >> point)
        middle = (2 * drift[t][:, None] + 1 - parts) * (1 << (point - 1))
        shift = parts * (((C @ settled) >> point) + d) - middle
        # an entry of a product of two or three such matrices, and of t of them, is off by this
        size = max(size, _largest(powers.fixed[t], point), _largest(powers.fixed[t + 1], point))
        units = large * wide * (max(powers.lost[: t + 2]) + 2 * size + 4)
        units_sum = units * (t + 2) * (1 + _most(weights["h_0"])) * wide
        gaps[t] = _away(powers, gap, int(units))
        shifts[t] = _away(powers, shift, int(units_sum))[:, 0]
    return gaps, shifts


def _away(powers: _Powers, values: Integers, units: int) -> ndarray:
    """Floats at least as far from 0 as what these fixed-point numbers, `units` off, stand for."""
    moved = np.array([int(v) + (units if v >= 0 else -units) for v in values.ravel()], dtype=object)
    real = powers.real(moved.reshape(values.shape))
    return real + np.copysign(2.0 ** (1 - KEPT), real)


def _rounding(
    weights: Mapping[str, ndarray], powers: _Powers, driven: ndarray, inputs: int
) -> ndarray:
    """What the network's own float64 arithmetic can add to the error of y, at every step.

    Args:
        weights: of the network.
        powers: of its A.
        driven: at least |B x| by units, over all inputs x, summed in absolute values.
        inputs: how many numbers x has.
    """
    size = {name: np.abs(value) for name, value in weights.items()}
    d, length = len(size["A"]), len(powers.fixed) - 1
    tiny = 2.0 ** (1 - KEPT) + 2.0**-GUARD * 2  # of a power's entry, beside its own size
    real = np.stack([np.abs(powers.real(power)) for power in powers.fixed]) + tiny
    lost = np.array([_float(lost, powers.point) for lost in powers.lost])
    real = (real + lost[:, None, None]) * ALLOWANCE
    reach = size["C"] @ real  # at least |C A^j|
    driven = driven + size["b"]
    held = np.cumsum(real[:-1] @ driven, axis=0) + real[1:] @ size["h_0"]
    step, answer = _gamma(d + inputs + 2), _gamma(d + 1)
    made = np.zeros((length, d))  # by the step itself, before it is carried on
    before, found = size["h_0"], np.zeros((length, len(size["C"])))
    for t in range(length):
        made[t] = step * (size["A"] @ before + driven) * ALLOWANCE
        carried = np.einsum("jab,jb->a", real[: t + 1], made[t::-1])
        before = held[t] + carried
        found[t] = np.einsum("job,jb->o", reach[: t + 1], made[t::-1])
        found[t] += answer * (size["C"] @ before + size["d"])
    return found


def _gamma(terms: int) -> float:
    return terms * UNIT / (1 - terms * UNIT)


def _most(*values: ndarray) -> int:
    """An integer that no entry exceeds in size."""
    return max(math.ceil(float(np.abs(v).max(initial=0.0))) for v in values)


def _largest(fixed: Integers, point: int) -> int:
    return max(abs(int(v)) for v in fixed.ravel()) // (1 << point) + 1


def _fixed(value: float, point: int) -> int:
    numerator, denominator = value.as_integer_ratio()
    return (numerator << point) // denominator


def _float(value: int, point: int) -> float:
    """The float nearest to value / 2^point; infinite where it overflows."""
    try:
        return value / (1 << point)
    except OverflowError:
        return math.copysign(math.inf, value)


def _matrix(rows: Rows, columns: int) -> ndarray:
    """Python integers as an array."""
    found = np.full((len(rows), columns), 0, dtype=object)
    for i, row in enumerate(rows):
        found[i] = list(row)
    return found


def _column(values: tuple[int, ...]) -> ndarray:
    return _matrix(tuple((value,) for value in values), 1)


def _times(left: ndarray, right: ndarray) -> ndarray:
    """A product of Python integers; zeros where there is nothing to sum."""
    if not left.shape[1]:
        return np.full((left.shape[0], right.shape[1]), 0, dtype=object)
    return left @ right
