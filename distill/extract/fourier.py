"""Fourier mechanisms: cosines of a few frequencies of a cyclic group.

    propose coordinates, and numberings of inputs and outputs
    → align the fitted logits on each → pick the one that explains most
    → keep its key frequencies → fit how they depend on the difference of the inputs
    → score on the inputs that were not fitted

The program that follows is the arg max of the waves, so an input on which that differs from the
network is an exception; a network with more than 1% of them is refused.
"""

from __future__ import annotations

import math
from dataclasses import replace
from math import gcd

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.coordinate import Coordinate, Listed, balanced
from distill.extract.coordinates import placed, propose_affine
from distill.extract.numbering import output_numberings, propose_numbered
from distill.extract.pizza import key_differences, label_waves
from distill.extract.table import table_structure
from distill.extract.waves import aligned_profile, key_waves, mean_square, profile_and_constant
from distill.mechanism import (
    Candidate,
    Fit,
    FourierMechanism,
    Refusal,
    TableStructure,
    Wave,
    mechanism_logits,
)
from distill.trace import FIT_SEED, Trace

MIN_R2 = 0.5
"""Part of the variance of unfitted logits below which waves are no explanation."""

SAME_R2 = 0.01
"""Shares that differ by less than this are taken to be equal, and the shorter coordinate wins."""

NUMBERED_LIMIT = 1_000_000
"""Pairs of inputs beyond which no numbers are read, for the singular vectors' sake."""

MAX_EXCEPTIONS = 0.01
"""Part of a finite domain that may be listed as exceptions (design: at most 1%)."""


def extract_fourier(trace: Trace) -> FourierMechanism | Refusal:
    """Fit waves in the best coordinate, or say with numbers why there are none."""
    fit_logits = trace.logits[trace.fitted]
    table, logarithm = _own_table(trace)
    scale = mean_square(fit_logits)
    if scale == 0:
        return Refusal(("every logit is the same: there is nothing to explain",), {"r2": 0.0})
    best, waves, candidates = _best_coordinate(trace, logarithm, scale)
    if best is None or not waves:
        return _refuse(trace, table, candidates)

    values, outputs = trace.domain.values(trace.tokens), trace.domain.outputs
    waves = key_differences(fit_logits, best, values[trace.fitted], outputs, waves)
    logits = mechanism_logits(best, waves, values, outputs)
    constant = (trace.logits - logits)[trace.fitted].mean(axis=0)
    varying = trace.logits - constant
    r2 = {
        part: 1
        - float(np.square(varying[mask] - logits[mask]).sum())
        / float(np.square(varying[mask]).sum())
        for part, mask in {"fitted": trace.fitted, "rest": ~trace.fitted}.items()
    }
    wrong = np.flatnonzero(logits.argmax(axis=1) != trace.outputs)
    agreement = 1 - len(wrong) / len(trace.indices)
    exceptions_allowed = int(MAX_EXCEPTIONS * trace.domain.size) if trace.whole else 0
    numbers = {
        "heldout_r2": r2["rest"],
        "agreement": agreement,
        "key_frequencies": len(waves),
        "exceptions": len(wrong),
    }
    if r2["rest"] < MIN_R2:
        return Refusal(
            (
                f"{_counted(waves)} of {best.expression} mod {best.modulus} accounts for "
                f"{max(r2['rest'], 0.0):.1%} of the logits on inputs that were not fitted; "
                f"{MIN_R2:.0%} is the least that counts as a mechanism",
            ),
            numbers,
        )
    if trace.whole and len(wrong) > exceptions_allowed:
        return Refusal(
            (
                f"the arg max of {_counted(waves)} of {best.expression} mod {best.modulus} "
                f"differs from the network on {len(wrong):,} of {len(trace.indices):,} inputs; "
                f"at most {exceptions_allowed:,} may be listed as exceptions",
            ),
            numbers,
        )
    exceptions = (
        np.column_stack([trace.tokens[wrong], trace.outputs[wrong]]).tolist() if trace.whole else []
    )
    return FourierMechanism(
        coordinate=best,
        waves=label_waves(trace, best, waves),
        exceptions=tuple(tuple(row) for row in exceptions),
        agreement=agreement,
        fit=Fit(
            FIT_SEED,
            len(trace.indices),
            int(trace.fitted.sum()),
            r2["fitted"],
            r2["rest"],
            float(np.square(constant).sum()) / scale,
        ),
        candidates=candidates,
        table=table,
        inputs=tuple((given[0], given[-1]) for given in trace.domain.inputs),
        outputs=(outputs[0], outputs[-1]),
    )


def _counted(waves: tuple[Wave, ...]) -> str:
    return "a single frequency" if len(waves) == 1 else f"a sum of {len(waves)} frequencies"


def _best_coordinate(
    trace: Trace, logarithm: Int[ndarray, " outputs"] | None, scale: float
) -> tuple[Coordinate | None, tuple[Wave, ...], tuple[Candidate, ...]]:
    """The proposed coordinate whose waves explain most of the fitted logits.

    Of those that explain as much to a hundredth the shortest is taken: numbers that are listed
    can be bent to the noise, and a rule cannot.
    """
    logits, outputs = trace.logits[trace.fitted], trace.domain.outputs
    values = trace.domain.values(trace.tokens[trace.fitted])
    tried: list[tuple[float, Coordinate, tuple[Wave, ...]]] = []
    for proposal in _proposals(trace, logarithm):
        coordinate = placed(proposal, logits, values, outputs)
        phi, numbered = coordinate.phi(values), coordinate.by_number(logits, outputs)
        profile, constant = profile_and_constant(numbered, phi)
        waves, _ = key_waves(profile, scale, float(np.square(constant).sum()) / scale)
        tried.append((math.fsum(wave.share for wave in waves), coordinate, waves))
    if not tried:
        return None, (), ()
    most = max(share for share, _, _ in tried)
    tried.sort(key=lambda entry: (entry[0] < most - SAME_R2, _length(entry[1]), -entry[0]))
    candidates = tuple(
        Candidate(coordinate.expression, r2, rank == 0)
        for rank, (r2, coordinate, _) in enumerate(tried)
    )
    return tried[0][1], tried[0][2], candidates


def _proposals(trace: Trace, logarithm: Int[ndarray, " outputs"] | None) -> list[Coordinate]:
    """Coordinates to try, without regard to their offsets."""
    logits, tokens = trace.logits[trace.fitted], trace.tokens[trace.fitted]
    proposals = propose_affine(logits, tokens, trace.domain)
    if len(trace.domain.inputs) == 2 and trace.domain.size <= NUMBERED_LIMIT:
        for output in output_numberings(trace.domain, logarithm):
            proposals += propose_numbered(logits, tokens, trace.domain, output)
    return list(dict.fromkeys(replace(coordinate, offset=0) for coordinate in proposals))


def _length(coordinate: Coordinate) -> int:
    """Length of a coordinate as Python, with the numbers that it lists."""
    listed = sum(
        len(numbering.numbered)
        for numbering in {*coordinate.numberings, coordinate.output}
        if isinstance(numbering, Listed)
    )
    return len(coordinate.expression) + listed


def _own_table(
    trace: Trace,
) -> tuple[TableStructure | None, Int[ndarray, " outputs"] | None]:
    """What the network's own output table is, and the numbers of its outputs if it is cyclic."""
    if not trace.whole or len(trace.domain.inputs) != 2:
        return None, None
    table = trace.outputs.reshape(trace.domain.shape)
    return table_structure(table, len(trace.domain.outputs)) or (None, None)


def _refuse(
    trace: Trace, table: TableStructure | None, candidates: tuple[Candidate, ...]
) -> Refusal:
    best = replace(candidates[0], chosen=False) if candidates else None
    profile = aligned_profile(trace.logits[trace.fitted], trace.outputs[trace.fitted])
    scale = mean_square(trace.logits[trace.fitted])
    spike = float(np.square(profile).sum()) / scale
    _, shares = key_waves(profile, scale)
    seen = "no coordinate was proposed by the Fourier peaks of its logits"
    if best is not None:
        seen = (
            f"in the best of {len(candidates)} coordinates ({best.expression}) no few frequencies "
            f"stand out: they explain {best.r2:.1%} of the logits"
        )
    reasons = [seen]
    inner, inner_r2 = _inner_coordinate(trace)
    if inner is not None and inner_r2 >= MIN_R2:
        reasons.append(
            f"its logits are a function of {inner.expression} mod {inner.modulus} ({inner_r2:.1%} "
            "of them on inputs that were not fitted), but no waves around an answer that turns "
            "with it"
        )
    if table is not None:
        reasons.append(str(table))
    reasons.append(
        f"around its own answers the logits are {spike:.1%} alike, the strongest frequency "
        f"{shares.max():.1%}"
    )
    return Refusal(
        tuple(reasons),
        {
            "r2": best.r2 if best else 0.0,
            "function_of_a_sum": inner_r2,
            "candidates": len(candidates),
            "latin": table.latin if table else None,
            "associative": table.associative if table else None,
            "self_aligned": spike,
            "strongest_share": float(shares.max()),
        },
    )


def _inner_coordinate(trace: Trace) -> tuple[Coordinate | None, float]:
    """The sum of multiples of all inputs that the logits are most a function of, if there is one.

    Returns:
        The coordinate with its first weight 1, and the R² off the fitted inputs of the mean logits
        at each of its values.
    """
    found: list[tuple[float, Coordinate]] = [(0.0, Coordinate((), 0, 1))]
    modulus = len(trace.domain.outputs)
    fit = trace.fitted
    sums = propose_affine(trace.logits[fit], trace.tokens[fit], trace.domain)
    for weights in dict.fromkeys(coordinate.weights for coordinate in sums):
        if not all(gcd(weight, modulus) == 1 for weight in weights):
            continue
        first = pow(weights[0], -1, modulus)
        inner = Coordinate(tuple(balanced(w * first, modulus) for w in weights), 0, modulus)
        phi = inner.phi(trace.domain.values(trace.tokens))
        means = np.zeros((modulus, modulus))
        np.add.at(means, phi[fit], trace.logits[fit])
        means /= np.maximum(np.bincount(phi[fit], minlength=modulus), 1)[:, None]
        lost = np.square(trace.logits[~fit] - means[phi[~fit]]).sum()
        found.append((1 - float(lost / np.square(trace.logits[~fit]).sum()), inner))
    r2, inner = max(found, key=lambda entry: entry[0])
    return (inner if inner.weights else None), r2
