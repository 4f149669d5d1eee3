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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
        found[:1] = _matrix(self.D, channels)
        A, C, state = _matrix(self.A, n), _matrix(self.C, n), _matrix(self.B, channels)
        for j in range(0 if self.after else 1, length):
            found[j] = found[j] + C @ state
            state = A @ state
        return found

    def drift(self, length: int) -> ndarray:
        """The answers while all inputs are 0, undivided, in Python integers."""
        n = len(self.A)
        A, C = _matrix(self.A, n), _matrix(self.C, n)
        constant, before, offset = (
            _matrix(values, 1) for values in (self.constant, self.start, self.offset)
        )
        found = np.full((length, len(self.offset)), 0, dtype=object)
        for t in range(length):
            after = A @ before + constant
            found[t] = (C @ (after if self.after else before) + offset)[:, 0]
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


@dataclass(frozen=True)
class Fixed:
    """A matrix of integers over 2^point, each off by at most so many units."""

    units: ndarray
    off: int
    point: int

    @classmethod
    def of(cls, values: ndarray, point: int) -> Fixed:
        """Floats, rounded down."""
        found = np.empty(values.size, dtype=object)
        for place, value in enumerate(values.ravel().tolist()):
            numerator, denominator = value.as_integer_ratio()
            found[place] = (numerator << point) // denominator
        return cls(found.reshape(values.shape), 1, point)

    def __matmul__(self, other: Fixed) -> Fixed:
        rows = int(np.abs(self.units).sum(axis=1).max())
        columns = int(np.abs(other.units).sum(axis=0).max())
        lost = rows * other.off + self.off * (columns + len(other.units) * other.off)
        units = (self.units @ other.units) >> self.point
        return Fixed(units, (lost >> self.point) + 2, self.point)

    def __add__(self, other: Fixed) -> Fixed:
        return Fixed(self.units + other.units, self.off + other.off, self.point)

    def parts_less(self, parts: ndarray, halves: ndarray) -> Fixed:
        """So many times its rows, less what is given in halves."""
        units = parts * self.units - halves * (1 << (self.point - 1))
        return Fixed(units, self.off * int(parts.max()), self.point)

    def away(self) -> ndarray:
        """Floats at least as far from 0 as what it stands for but for their own rounding, for which
        sums allow; on the same side.
        """
        cut, real = max(self.point - KEPT, 0), np.empty(self.units.size)
        for place, unit in enumerate(self.units.ravel().tolist()):
            moved = (unit + (self.off if unit >= 0 else -self.off)) >> cut
            try:
                real[place] = moved / (1 << (self.point - cut))
            except OverflowError:
                real[place] = math.inf if moved > 0 else -math.inf
        real += np.copysign(2.0 ** (1 - KEPT), real)
        return real.reshape(self.units.shape)


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
        rounding = _rounding(exact, powers, driven) * np.array(system.divisors or 1, dtype=float)
        errors = np.nan_to_num((apart + rounding).max(axis=1) * ALLOWANCE, nan=math.inf)
    over = np.flatnonzero(~(errors < 0.5))
    holds_to = int(over[0]) if len(over) else longest
    left = 0.5 - float(errors[:holds_to].max()) if holds_to else 0.0
    return LinearBound(errors, holds_to, left / max(system.divisors, default=1))


def _powers(A: ndarray, length: int) -> list[Fixed]:
    """The powers of A that `length` steps need: A^length is the last."""
    size = max(1.0, float(np.abs(A).sum(axis=1).max()))
    point = GUARD + math.ceil(length * math.log2(size * ALLOWANCE))
    fixed, powers = Fixed.of(A, point), [Fixed.of(np.eye(len(A)), point)]
    for _ in range(length):
        powers.append(fixed @ powers[-1])
    return powers


def _apart(
    weights: Mapping[str, ndarray], powers: list[Fixed], system: IntegerSystem
) -> tuple[ndarray, ndarray]:
    """What Markov parameters and drifts differ by; upper bounds in size, of the right sign.

    Of q y and the integer that is divided by q, where an answer is divided.
    """
    length, point = len(powers) - 1, powers[0].point
    B, C = (Fixed.of(weights[name], point) for name in ("B", "C"))
    b, h_0, d = (Fixed.of(weights[name][:, None], point) for name in ("b", "h_0", "d"))
    markov, drift = system.markov(length), system.drift(length)
    parts = _matrix(system.divisors or (1,) * len(system.offset), 1)
    gaps, shifts, total = np.empty(markov.shape), np.empty(drift.shape), powers[0] @ b
    for t in range(length):
        gaps[t] = (C @ powers[t] @ B).parts_less(parts, 2 * markov[t]).away()
        settled = C @ (total + powers[t + 1] @ h_0) + d
        shifts[t] = settled.parts_less(parts, 2 * drift[t][:, None] + 1 - parts).away()[:, 0]
        total += powers[t + 1] @ b
    return gaps, shifts


def _rounding(weights: Mapping[str, ndarray], powers: list[Fixed], driven: ndarray) -> ndarray:
    """What the network's own float64 arithmetic can add to the error of y, at every step.

    Args:
        weights: of the network.
        powers: of its A.
        driven: at least |B x| by units, over all inputs x, summed in absolute values.
    """
    size, length = {name: np.abs(value) for name, value in weights.items()}, len(powers) - 1
    d, inputs = size["B"].shape
    real = np.stack([np.abs(power.away()) for power in powers]) * ALLOWANCE
    reach = size["C"] @ real  # at least |C A^j|
    driven = driven + size["b"]
    held = np.cumsum(real[:-1] @ driven, axis=0) + real[1:] @ size["h_0"]
    step, answer = _gamma(d + inputs + 2), _gamma(d + 1)
    made = np.zeros((length, d))  # by the step itself, before it is carried on
    before, found = size["h_0"], np.zeros((length, len(size["C"])))
    for t in range(length):
        made[t] = step * (size["A"] @ before + driven) * ALLOWANCE
        before = held[t] + np.einsum("jab,jb->a", real[: t + 1], made[t::-1])
        found[t] = np.einsum("job,jb->o", reach[: t + 1], made[t::-1])
        found[t] += answer * (size["C"] @ before + size["d"])
    return found


def _gamma(terms: int) -> float:
    return terms * UNIT / (1 - terms * UNIT)


def _matrix(rows: Sequence[Any], columns: int) -> ndarray:
    """Python integers as an array, also where there are no rows, or no columns."""
    return np.array(rows, dtype=object).reshape(len(rows), columns)
