"""What known function a sum of cosines is, proved.

With all phases zero and every amplitude positive,

    score(0) - score(x) = 2 Σ_k A_k sin²(πkx/p) >= 0,

and it is zero only if p divides kx for every key k, that is (with g the greatest common divisor
of the keys and p) only if p/g divides x. So for g = 1 the arg max over c of score(φ - c) is φ
modulo p, for all integers. How far the runner-up stays behind is computed in interval arithmetic,
for every x, and compared with a bound on what floating point can lose when the program runs.

Where amplitudes depend on the difference d of the inputs, A_k(d) = A_k + B_k |cos(πkd/p)|, the
lead is bounded for every d and x: p² small sums, in float64, less a bound on all their rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import gcd, pi
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.records.report import Meaning

UNIT_ROUNDOFF = 2.0**-53

VARYING_METHOD = "every residue and difference, in float64 with a bound on its rounding"


@dataclass(frozen=True)
class PrintedWave:
    """A wave with the digits that the program prints."""

    frequency: int
    amplitude: float
    phase: float
    pizza: float = 0.0


@dataclass(frozen=True)
class Unseparated:
    """The two best answers are too close for the program's own arithmetic to tell them apart."""

    gcd: int
    margin: float
    float_error: float

    def __str__(self) -> str:
        if self.margin < -self.float_error:
            return (
                "the answer that leads changes with the difference of the inputs: it falls behind "
                f"by {-self.margin:.3g}, so that the arg max is no function of the coordinate"
            )
        if self.gcd > 1:
            return (
                f"the frequencies and the modulus share the divisor {self.gcd}, so that "
                f"{self.gcd} answers tie for every input and no arg max is defined"
            )
        return (
            f"the best two answers differ by {self.margin:.3g} and floating point may lose "
            f"{self.float_error:.3g}: digits that cannot be separated are not printed"
        )


def prove_meaning(
    waves: tuple[PrintedWave, ...],
    modulus: int,
    answer: Callable[[int], str],
    reach: int,
    exceptions: int = 0,
) -> Meaning | Unseparated:
    """Prove what `argmax_c Σ A_k(d) cos(2πk(φ - ψ(c))/p + θ_k)` is, for every d.

    The outputs c are numbered by ψ from 0 to p - 1, one to one.

    Args:
        waves: as printed; A_k(d) is the amplitude, and `pizza` times |cos(πkd/p)|.
        modulus: p.
        answer: the arg max in closed form, for how far its number is behind φ.
        reach: the largest |φ - ψ(c)| that the program evaluates, and the largest |d|.
        exceptions: how many inputs the program lists.
    """
    divisor = gcd(modulus, *(wave.frequency for wave in waves))
    error = _float_error(waves, modulus, reach)
    if divisor > 1:
        return Unseparated(divisor, 0.0, error)
    varying = any(wave.pizza for wave in waves)
    best, margin, runner_up = (_varying_margin if varying else _margin)(waves, modulus)
    if margin <= 2 * error:
        return Unseparated(divisor, margin, error)
    symbolic = best == 0 and all(
        wave.phase == 0 and wave.amplitude > 0 and not wave.pizza for wave in waves
    )
    if symbolic:
        method, proof = "symbolic", _symbolic_steps(modulus)
    elif varying:
        method, proof = VARYING_METHOD, _varying_steps(modulus, best, margin)
    else:
        method, proof = "every residue, in interval arithmetic", _enumerated_steps(modulus, best)
    return Meaning(
        statement=f"the arg max is {answer(best)}" + _but_for(exceptions),
        method=method,
        proof=proof,
        gcd=divisor,
        margin=margin,
        margin_at=runner_up,
        float_error=error,
        terminates="no loop but sums and comparisons over finite ranges, and no recursion",
        exceptions=exceptions,
    )


def _but_for(exceptions: int) -> str:
    """What a statement must add where the program answers some inputs from a list."""
    if not exceptions:
        return ""
    inputs = "one input that it lists" if exceptions == 1 else f"{exceptions:,} inputs it lists"
    return f"; the program answers so but for {inputs}"


def _float_error(waves: tuple[PrintedWave, ...], modulus: int, reach: int) -> float:
    """Bound on |computed - exact| for `sum(A * cos(2 * pi * k * x / p + θ) ...)`, |x| <= reach.

    Five roundings (with that of pi) reach the angle, the cosine is taken to be right to two units
    in the last place, and each term is rounded once more and added. An amplitude that depends on
    d, `A + B * abs(cos(pi * k * d / p))` with |d| <= reach, loses as much again on the way.
    """
    terms = len(waves)
    total = 0.0
    for wave in waves:
        angle = 2 * pi * wave.frequency * reach / modulus + abs(wave.phase)
        size = abs(wave.amplitude) + abs(wave.pizza)
        total += size * (6 * angle + 4 + terms + 2) * UNIT_ROUNDOFF
        if wave.pizza:
            half_angle = pi * wave.frequency * reach / modulus
            total += (abs(wave.pizza) * (6 * half_angle + 4 + 2) + 2 * size) * UNIT_ROUNDOFF
    return 1.01 * total


def _margin(waves: tuple[PrintedWave, ...], modulus: int) -> tuple[int, float, int]:
    """The residue with the largest score, a lower bound on its lead, and the runner-up."""
    interval = _intervals()
    interval.dps = 25
    turn = interval.pi * 2 / modulus
    scores = [interval.mpf(0)] * modulus
    for wave in waves:
        amplitude, phase = interval.mpf(wave.amplitude), interval.mpf(wave.phase)
        cosines = [interval.cos(turn * turns + phase) for turns in range(modulus)]
        scores = [
            score + amplitude * cosines[wave.frequency * x % modulus]
            for x, score in enumerate(scores)
        ]
    lower = [float(score.a) for score in scores]
    best = max(range(modulus), key=lower.__getitem__)
    leads = {x: float((scores[best] - score).a) for x, score in enumerate(scores) if x != best}
    runner_up = min(leads, key=leads.__getitem__)
    # one step towards zero: the conversion to a float may have rounded up
    return best, leads[runner_up] * (1 - 2 * UNIT_ROUNDOFF), runner_up


def _varying_margin(waves: tuple[PrintedWave, ...], modulus: int) -> tuple[int, float, int]:
    """As `_margin`, for the worst d: the lead at (d, x) is Σ_k A_k(d) (C_k(best) - C_k(x)).

    With u = 2^-53, terms K and s_k = |A_k| + |B_k|: a cosine is read from an interval and off by
    at most u, so A_k(d) by 4u s_k and C_k(best) - C_k(x), at most 2, by 4u. Their product is off
    by 12u s_k and the sum of K of them, in any order, by 2(K + 1)u Σ s_k more; the rest of
    (20 + 4K)u Σ s_k is room for what is of second order.
    """
    sizes = np.stack(
        [
            wave.amplitude
            + wave.pizza * np.abs(_cosines(wave.frequency, 0.0, modulus, halves=True))
            for wave in waves
        ],
        axis=1,
    )
    cosines = np.stack([_cosines(wave.frequency, wave.phase, modulus) for wave in waves])
    best = int((sizes.mean(axis=0) @ cosines).argmax())
    leads = (sizes @ (cosines[:, best, None] - cosines)).min(axis=0)
    leads[best] = np.inf
    runner_up = int(leads.argmin())
    total = sum(abs(wave.amplitude) + abs(wave.pizza) for wave in waves)
    rounding = (20 + 4 * len(waves)) * UNIT_ROUNDOFF * total
    return best, float(leads[runner_up]) - rounding, runner_up


def _cosines(
    frequency: int, phase: float, modulus: int, halves: bool = False
) -> Float[ndarray, " modulus"]:
    """cos(2πkx/p + θ), or cos(πkx/p) by `halves`, for x = 0, ..., p - 1: each within 2^-53."""
    interval = _intervals()
    interval.dps = 25
    steps = 2 * modulus if halves else modulus
    turn, shift = interval.pi * 2 / steps, interval.mpf(phase)
    return np.array(
        [float(interval.cos(turn * (frequency * x % steps) + shift).mid) for x in range(modulus)]
    )


def _intervals() -> Any:
    """Arithmetic on intervals, of which mpmath's stubs know nothing."""
    from mpmath import iv

    return iv


@cache
def _identities() -> tuple[str, ...]:
    """Check with sympy the two identities that the symbolic proof rests on."""
    import sympy as sp

    theta = sp.symbols("theta", real=True)
    n = sp.symbols("n", integer=True)
    if sp.simplify(1 - sp.cos(2 * theta) - 2 * sp.sin(theta) ** 2) != 0:
        raise AssertionError("sympy no longer proves 1 - cos 2θ = 2 sin² θ")
    zeros = sp.solveset(sp.sin(sp.pi * theta), theta, sp.S.Reals)
    images = {sp.simplify(part.lamda(n)) for part in getattr(zeros, "args", ())}
    if images != {2 * n, 2 * n + 1}:
        raise AssertionError("sympy no longer proves that sin πx is zero exactly at the integers")
    return ("1 - cos 2θ = 2 sin² θ", "sin πx = 0 exactly if x is an integer")


def _symbolic_steps(modulus: int) -> tuple[str, ...]:
    half_angle, zeros = _identities()
    return (
        f"score(0) - score(x) = 2 Σ A_k sin²(πkx/{modulus}), as {half_angle} (sympy)",
        "it is not negative, as every A_k is positive",
        f"it is 0 only if {modulus} divides kx for every k, as {zeros} (sympy)",
        f"gcd(keys, {modulus}) = 1, so that happens only if {modulus} divides x",
    )


def _enumerated_steps(modulus: int, best: int) -> tuple[str, ...]:
    return (
        f"the score depends on x modulo {modulus} alone, as every frequency is an integer",
        f"of its {modulus} values the one at x = {best} is the largest, by interval arithmetic",
    )


def _varying_steps(modulus: int, best: int, margin: float) -> tuple[str, ...]:
    return (
        f"the score depends on x and on the difference d modulo {modulus} alone: every frequency "
        f"is an integer, and |cos(πkd/{modulus})| does not change where d grows by {modulus}",
        f"in all {modulus * modulus:,} cases the score at x = {best} is the largest, by at least "
        f"{margin:.4g}: float64, less a bound on all its rounding",
    )
