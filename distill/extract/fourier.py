"""Fourier mechanisms: cosines of a few frequencies of a cyclic group.

    propose coordinates → align the fitted logits on each → pick the one that explains most
    → keep its key frequencies → fit how they depend on the difference of the inputs
    → score on the inputs that were not fitted

The program that follows is the arg max of the waves, so an input on which that differs from the
network is an exception; a network with more than 1% of them is refused.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from distill.extract.coordinates import from_weights, propose_affine
from distill.extract.pizza import key_differences, label_waves
from distill.extract.table import table_structure
from distill.extract.waves import aligned_profile, constant_part, key_waves, mean_square
from distill.mechanism import (
    AffineCoordinate,
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

MAX_EXCEPTIONS = 0.01
"""Part of a finite domain that may be listed as exceptions (design: at most 1%)."""


def extract_fourier(trace: Trace) -> FourierMechanism | Refusal:
    """Fit waves in the best coordinate, or say with numbers why there are none."""
    fit_logits = trace.logits[trace.fitted]
    table = _own_table(trace)
    scale = mean_square(fit_logits)
    if scale == 0:
        return Refusal(("every logit is the same: there is nothing to explain",), {"r2": 0.0})
    best, waves, candidates = _best_coordinate(trace, table, scale)
    if best is None or not waves:
        return _refuse(trace, table, candidates)

    values, outputs = trace.domain.values(trace.tokens), trace.domain.outputs
    waves = key_differences(fit_logits, best, values[trace.fitted], outputs, waves)
    logits = mechanism_logits(best, waves, values, np.array(outputs))
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
                f"{len(waves)} frequencies of {best.expression} mod {best.modulus} explain "
                f"{max(r2['rest'], 0.0):.1%} of the logits on inputs that were not fitted; "
                f"{MIN_R2:.0%} is the least that counts as a mechanism",
            ),
            numbers,
        )
    if trace.whole and len(wrong) > exceptions_allowed:
        return Refusal(
            (
                f"the arg max of {len(waves)} frequencies of {best.expression} mod {best.modulus} "
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
    )


def _best_coordinate(
    trace: Trace, table: TableStructure | None, scale: float
) -> tuple[AffineCoordinate | None, tuple[Wave, ...], tuple[Candidate, ...]]:
    """The proposed coordinate whose waves explain most of the fitted logits."""
    fit_logits = trace.logits[trace.fitted]
    fit_tokens = trace.tokens[trace.fitted]
    values = trace.domain.values(fit_tokens)
    tried: list[tuple[float, AffineCoordinate, tuple[Wave, ...]]] = []
    proposals = propose_affine(fit_logits, fit_tokens, trace.domain)
    if table is not None and table.affine is not None:
        read = from_weights(table.affine, fit_logits, values, trace.domain)
        proposals += [read] if read not in proposals else []
    for coordinate in proposals:
        phi = coordinate.phi(values)
        profile = aligned_profile(fit_logits, phi, trace.domain.outputs.start)
        constant = constant_part(fit_logits, phi, profile, trace.domain.outputs.start)
        waves, _ = key_waves(profile, scale, float(np.square(constant).sum()) / scale)
        tried.append((math.fsum(wave.share for wave in waves), coordinate, waves))
    tried.sort(key=lambda entry: -entry[0])
    candidates = tuple(
        Candidate(coordinate.expression, r2, rank == 0)
        for rank, (r2, coordinate, _) in enumerate(tried)
    )
    if not tried:
        return None, (), candidates
    return tried[0][1], tried[0][2], candidates


def _own_table(trace: Trace) -> TableStructure | None:
    if not trace.whole or len(trace.domain.inputs) != 2:
        return None
    return table_structure(trace.outputs.reshape(trace.domain.shape), len(trace.domain.outputs))


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
            "candidates": len(candidates),
            "latin": table.latin if table else None,
            "associative": table.associative if table else None,
            "self_aligned": spike,
            "strongest_share": float(shares.max()),
        },
    )
