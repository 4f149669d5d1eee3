"""Exact forms of numbers: fractions, with roots and powers of pi and e.

A float that was fitted is known to some precision. It is taken for an exact number only where a
number that simple would hardly be so near by chance: the form must cost clearly fewer bits than the
precision has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

MARGIN = 5.0
"""Bits that a form must cost less than what is known of the number: one in thirty by chance."""

LARGEST = 2_000
"""Of numerators and denominators that are looked for as fractions."""

DIGITS = 6
"""Of decimal numbers that are looked for: 9.81, 1.380649."""


@dataclass(frozen=True)
class Exact:
    """`numerator / denominator * sqrt(radicand) * pi ** (pi_halves / 2) * e ** e_power`."""

    numerator: int
    denominator: int = 1
    radicand: int = 1
    pi_halves: int = 0
    e_power: int = 0

    @property
    def value(self) -> float:
        """As a float."""
        return self.numerator / self.denominator * _factor(*self._rest)

    @property
    def _rest(self) -> tuple[int, int, int]:
        return self.radicand, self.pi_halves, self.e_power

    @property
    def fraction(self) -> Fraction | None:
        """As a fraction, where it is one."""
        plain = self._rest == (1, 0, 0)
        return Fraction(self.numerator, self.denominator) if plain else None


def _factor(radicand: int, pi_halves: int, e_power: int) -> float:
    return math.sqrt(radicand) * math.pi ** (pi_halves / 2) * math.e**e_power


@cache
def _rests() -> tuple[tuple[tuple[int, int, int], float, float], ...]:
    """What fractions are multiplied by, its value, and what it costs in bits."""
    found = [((1, 0, 0), 1.0, 0.0)]
    for half in (2, -2, 4, -4, 1, -1, 6, -6, 3, -3):
        found.append(((1, half, 0), _factor(1, half, 0), 2.5 + abs(half) * 0.5 + 2 * (half % 2)))
    for radicand in (2, 3, 5, 6, 7):
        found.append(((radicand, 0, 0), _factor(radicand, 0, 0), 3.0 + math.log2(radicand) / 2))
    found.append(((2, 1, 0), _factor(2, 1, 0), 5.0))
    found.append(((2, -1, 0), _factor(2, -1, 0), 5.0))
    found += [((1, 0, 1), math.e, 4.0), ((1, 0, -1), 1 / math.e, 4.0)]
    return tuple(found)


def snapped(value: float, within: float) -> tuple[Exact, float] | None:
    """The cheapest form of a number that is known to be within so much, and its bits to spare.

    Null where no form is cheaper than what is known by `MARGIN` bits.
    """
    if value == 0 or abs(value) <= within:
        return None
    within = max(within, 4e-16 * abs(value))
    known = math.log2(abs(value) / within) + math.log2(1 + abs(math.log2(abs(value))))
    best: tuple[float, Exact] | None = None
    for rest, factor, cost in _rests():
        for form in _fractions(abs(value) / factor, within / factor):
            bits = cost + _bits(form)
            if best is None or bits < best[0]:
                sign = -1 if value < 0 else 1
                best = bits, Exact(sign * form.numerator, form.denominator, *rest)
    if best is None or known - best[0] < MARGIN:
        return None
    return best[1], known - best[0]


def _fractions(value: float, within: float) -> list[Fraction]:
    """The simplest fraction in reach, the shortest decimal number, and one over one."""
    found = list[Fraction]()
    simplest = _simplest(value - within, value + within)
    if simplest is not None:
        found.append(simplest)
    shortest = _shortest_decimal(value, within)
    if shortest is not None:
        found.append(shortest)
    below = _shortest_decimal(1 / value, within / value**2)
    if below is not None:
        found.append(1 / below)
    return found


def _shortest_decimal(value: float, within: float) -> Fraction | None:
    """The decimal number in reach that has the fewest digits."""
    for digits in range(1, DIGITS + 1):
        scale = math.floor(math.log10(value)) + 1 - digits
        rounded = round(value / 10.0**scale)
        if rounded and abs(rounded * 10.0**scale - value) <= within:
            return rounded * Fraction(10) ** scale
    return None


def _simplest(low: float, high: float) -> Fraction | None:
    """The fraction with the smallest denominator between two positive numbers, if one is small.

    By continued fractions: the whole part that both ends share, and the same of the remainders.
    """
    if low <= 0:
        return None
    wholes = list[int]()
    while math.floor(low) + 1 > high and low != math.floor(low):
        whole = math.floor(low)
        wholes.append(whole)
        low, high = 1 / (high - whole), 1 / (low - whole)
        if len(wholes) > 12:
            return None
    found = Fraction(math.ceil(low))
    for whole in reversed(wholes):
        found = whole + 1 / found
    return found if min(found.numerator, found.denominator) <= LARGEST else None


def _bits(form: Fraction) -> float:
    """What it costs to write a fraction: as one, as a decimal number, or as one over that."""
    plain = (
        math.log2(form.numerator + 1) * 1.0
        + math.log2(form.denominator) * 1.0
        + (1.0 if form.denominator > 1 else 0.0)
    )
    ways = [plain]
    for turned, more in ((form, 0.0), (1 / form, 1.0)):
        decimal = _decimal_bits(turned)
        if decimal is not None:
            ways.append(decimal + more)
    return min(ways)


def _decimal_bits(form: Fraction) -> float | None:
    """What it costs as a decimal number: its digits, and where the point stands."""
    over, under = form.numerator, form.denominator
    while under % 10 == 0:
        under //= 10
    for base in (2, 5):
        while under % base == 0:
            under //= base
    if under != 1:
        return None
    scale = 0
    value = form
    while value.denominator > 1:
        value, scale = value * 10, scale + 1
    digits = value.numerator
    while digits and digits % 10 == 0:
        digits, scale = digits // 10, scale - 1
    return math.log2(digits + 1) + 2 + 0.5 * abs(scale) if over else 0.0
