"""What is said of a network in which no waves were found: what was measured, and nothing else.

A reason stands beside others, so that none may deny what another says: that the logits are a
function of a + b, and that no few waves make up that function, are both true of an exact table,
whose frequencies are all alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy import ndarray

from distill.evidence.profile import aligned_profile, mean_square
from distill.kinds.fourier.coordinate import Coordinate, Listed, Logarithm, balanced
from distill.kinds.fourier.few_outputs import FEWEST, refuse_few
from distill.kinds.fourier.mechanism import TableStructure
from distill.kinds.fourier.proposals import propose_affine
from distill.kinds.fourier.waves import key_waves, profile_and_constant
from distill.networks.trace import Trace
from distill.records.refusal import MECHANISM, Refusal, one_of

FUNCTION_OF = 0.5
"""R² from which logits are said to be a function of a coordinate."""


def described(coordinate: Coordinate) -> str:
    """A coordinate with its modulus, and what stands behind the constants that it names."""
    listed = [name for held, name in coordinate.constants.items() if isinstance(held, Listed)]
    said = [
        f"{name}: the logarithm to base {held.base} modulo {held.prime}"
        for held, name in coordinate.constants.items()
        if isinstance(held, Logarithm)
    ]
    if listed:
        said.append(
            f"{' and '.join(listed)}: numbers of the values as read in the network, "
            f"listed in {MECHANISM}"
        )
    return f"{coordinate.expression} mod {coordinate.modulus}" + (
        f" ({'; '.join(said)})" if said else ""
    )


def listed_numbers(coordinate: Coordinate) -> dict[str, int]:
    """The numbers behind the constants that a coordinate names: `NUMBER[3]` is that of 3."""
    return {
        one_of(name, held.first + place): number
        for held, name in coordinate.constants.items()
        if isinstance(held, Listed)
        for place, number in enumerate(held.numbered)
    }


def accounts_for(r2: float) -> str:
    """What an R² says of the logits, in words that are true of a negative one too."""
    if r2 <= 0:
        return f"accounts for nothing of the logits (R² {r2:.2f}, further off than their mean)"
    return f"accounts for {r2:.1%} of the logits"


def refuse(trace: Trace, table: TableStructure | None, coordinates: list[Coordinate]) -> Refusal:
    """Why no waves were found, with what was measured in the coordinates that were tried."""
    if len(trace.domain.outputs) < FEWEST:
        return refuse_few(trace)
    spread = [_spread(trace, coordinate) for coordinate in coordinates]
    best = max(spread, key=lambda each: each.all_waves, default=None)
    reasons = ["no coordinate was proposed by the Fourier peaks of its logits"]
    if best is not None:
        among = f"the best of {len(spread)} coordinates" if len(spread) > 1 else "the coordinate"
        reasons = [
            f"in {among}, {described(best.coordinate)}, no few frequencies stand out: the "
            f"strongest of {best.frequencies} explains {best.strongest:.1%} of the logits, all of "
            f"them together {best.all_waves:.1%}"
        ]
    inner, inner_r2 = _inner_coordinate(trace)
    if inner is not None and inner_r2 is not None and inner_r2 >= FUNCTION_OF:
        reasons.append(
            f"its logits are a function of {inner.expression} mod {inner.modulus} ({inner_r2:.1%} "
            "of them on inputs that were not fitted), but no few waves make up that function"
        )
    if table is not None:
        reasons.append(str(table))
    logits, answers = trace.logits[trace.fitted], trace.outputs[trace.fitted]
    profile, scale = aligned_profile(logits, answers), mean_square(logits)
    spike = _part(float(np.square(profile).sum()) / scale)
    _, shares = key_waves(profile, scale)
    reasons.append(
        f"around its own answers the logits are {spike:.1%} alike, the strongest frequency "
        f"{_part(shares.max()):.1%}"
    )
    return Refusal(
        tuple(reasons),
        {
            "all_waves": None if best is None else best.all_waves,
            "strongest_wave": None if best is None else best.strongest,
            "function_of_a_sum": inner_r2,
            "candidates": len(coordinates),
            "latin": table.latin if table else None,
            "associative": table.associative if table else None,
            "self_aligned": spike,
            "strongest_share": _part(shares.max()),
            **({} if best is None else listed_numbers(best.coordinate)),
        },
    )


@dataclass(frozen=True)
class _Spread:
    """How the fitted logits are spread over the frequencies of a coordinate, as parts of them."""

    coordinate: Coordinate
    frequencies: int
    strongest: float
    all_waves: float


def _spread(trace: Trace, coordinate: Coordinate) -> _Spread:
    logits, outputs = trace.logits[trace.fitted], trace.domain.outputs
    phi = coordinate.phi(trace.domain.values(trace.tokens[trace.fitted]))
    profile, _ = profile_and_constant(coordinate.by_number(logits, outputs), phi)
    _, shares = key_waves(profile, mean_square(logits))
    return _Spread(coordinate, len(shares) - 1, _part(shares.max()), _part(float(shares.sum())))


def _part(share: float) -> float:
    """A part of a whole, without what rounding adds beyond it."""
    return float(min(max(share, 0.0), 1.0))


def _inner_coordinate(trace: Trace) -> tuple[Coordinate | None, float | None]:
    """The sum of multiples of all inputs that the logits are most a function of, if there is one.

    Returns:
        The coordinate with its first weight 1, and the R² off the fitted inputs of the mean logits
        at each of its values; null where no such sum was proposed.
    """
    found: list[tuple[float, Coordinate]] = []
    modulus, fit = len(trace.domain.outputs), trace.fitted
    sums = propose_affine(trace.logits[fit], trace.tokens[fit], trace.domain)
    for weights in dict.fromkeys(coordinate.weights for coordinate in sums):
        if not all(gcd(weight, modulus) == 1 for weight in weights):
            continue
        first = pow(weights[0], -1, modulus)
        inner = Coordinate(tuple(balanced(w * first, modulus) for w in weights), 0, modulus)
        phi = inner.phi(trace.domain.values(trace.tokens))
        means: ndarray = np.zeros((modulus, modulus))
        np.add.at(means, phi[fit], trace.logits[fit])
        means /= np.maximum(np.bincount(phi[fit], minlength=modulus), 1)[:, None]
        lost = mean_square(trace.logits[~fit] - means[phi[~fit]])
        found.append((1 - lost / max(mean_square(trace.logits[~fit]), 1e-300), inner))
    if not found:
        return None, None
    r2, inner = max(found, key=lambda entry: entry[0])
    return inner, r2
