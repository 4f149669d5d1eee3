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
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.evidence.profile import mean_square
from distill.kinds.fourier.coordinate import Coordinate, Listed
from distill.kinds.fourier.differences import key_differences, label_waves
from distill.kinds.fourier.mechanism import (
    Candidate,
    Fit,
    FourierMechanism,
    TableStructure,
    Wave,
    mechanism_logits,
)
from distill.kinds.fourier.numbering import output_numberings, propose_numbered
from distill.kinds.fourier.proposals import placed, propose_affine
from distill.kinds.fourier.refusal import accounts_for, described, listed_numbers, refuse
from distill.kinds.fourier.table import table_structure
from distill.kinds.fourier.waves import key_waves, profile_and_constant
from distill.networks.trace import FIT_SEED, Trace
from distill.records.refusal import Refusal

MIN_R2 = 0.5
"""Part of the variance of unfitted logits below which waves are no explanation."""

SAME_R2 = 0.01
"""Shares that differ by less than this are taken to be equal, and the shorter coordinate wins."""

NUMBERED_LIMIT = 1_000_000
"""Pairs of inputs beyond which no numbers are read, for the singular vectors' sake."""

SAME_LOGITS = 1e-12
"""Differences of logits, as a part of the largest, that are rounding and nothing else."""

MAX_EXCEPTIONS = 0.01
"""Part of a finite domain that may be listed as exceptions (design: at most 1%)."""


def extract_fourier(trace: Trace) -> FourierMechanism | Refusal:
    """Fit waves in the best coordinate, or say with numbers why there are none."""
    nothing = _nothing_varies(trace)
    if nothing is not None:
        return nothing
    fit_logits = trace.logits[trace.fitted]
    table, logarithm = _own_table(trace)
    scale = mean_square(fit_logits)
    tried = _tried(trace, logarithm, scale)
    if not tried or not tried[0].waves:
        return refuse(trace, table, [each.coordinate for each in tried])

    best, waves = tried[0].coordinate, tried[0].waves
    values, outputs = trace.domain.values(trace.tokens), trace.domain.outputs
    waves = key_differences(fit_logits, best, values[trace.fitted], outputs, waves)
    logits = mechanism_logits(best, waves, values, outputs)
    constant = (trace.logits - logits)[trace.fitted].mean(axis=0)
    varying = trace.logits - constant
    r2, rest_r2 = (
        1 - mean_square(varying[mask] - logits[mask]) / max(mean_square(varying[mask]), 1e-300)
        for mask in (trace.fitted, ~trace.fitted)
    )
    wrong = np.flatnonzero(logits.argmax(axis=1) != trace.outputs)
    agreement = 1 - len(wrong) / len(trace.indices)
    exceptions_allowed = int(MAX_EXCEPTIONS * trace.domain.size) if trace.whole else 0
    numbers = {
        "heldout_r2": rest_r2,
        "waves_agree": agreement,
        "key_frequencies": len(waves),
        "exceptions": len(wrong),
        **listed_numbers(best),
    }
    if rest_r2 < MIN_R2:
        return Refusal(
            (
                f"{_counted(waves)} of {described(best)} {accounts_for(rest_r2)} on inputs that "
                f"were not fitted; {MIN_R2:.0%} is the least that counts as a mechanism",
            ),
            numbers,
        )
    if trace.whole and len(wrong) > exceptions_allowed:
        return Refusal(
            (
                f"the arg max of {_counted(waves)} of {described(best)} "
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
            r2,
            rest_r2,
            float(np.square(constant).sum()) / scale,
        ),
        candidates=tuple(
            Candidate(each.coordinate.expression, each.share, rank == 0)
            for rank, each in enumerate(tried)
        ),
        table=table,
        inputs=tuple((given[0], given[-1]) for given in trace.domain.inputs),
        outputs=(outputs[0], outputs[-1]),
    )


def _nothing_varies(trace: Trace) -> Refusal | None:
    """The refusal of a network whose logits, or answers, are all alike: nothing turns there."""
    logits = trace.logits
    if not logits.any():
        reason = "on every input all of its logits are the same: it prefers no answer"
        return Refusal((reason,), {"answers": 0})
    for part, mask in {
        "every input": np.ones(len(logits), dtype=bool),
        "the half of the inputs that may be fitted": trace.fitted,
        "the half of the inputs that may not be fitted": ~trace.fitted,
    }.items():
        spread = np.abs(logits[mask] - logits[mask].mean(axis=0)).max()
        if spread <= SAME_LOGITS * np.abs(logits).max():
            answers = np.unique(trace.outputs[mask])
            reason = (
                f"its logits are the same on {part}, where it answers "
                f"{trace.domain.outputs[int(answers[0])]}: nothing turns with the inputs"
            )
            return Refusal((reason,), {"answers": len(answers)})
    if (trace.outputs == trace.outputs[0]).all():
        only = trace.domain.outputs[int(trace.outputs[0])]
        reason = f"it answers {only} on all {len(logits):,} inputs: nothing turns with the inputs"
        return Refusal((reason,), {"answers": 1})
    return None


def _counted(waves: tuple[Wave, ...]) -> str:
    return "a single frequency" if len(waves) == 1 else f"a sum of {len(waves)} frequencies"


@dataclass(frozen=True)
class _Tried:
    """A coordinate with the waves that stand out in it, and their share of the fitted logits."""

    coordinate: Coordinate
    waves: tuple[Wave, ...]
    share: float


def _tried(trace: Trace, logarithm: Int[ndarray, " outputs"] | None, scale: float) -> list[_Tried]:
    """The proposed coordinates, that whose waves explain most of the fitted logits first.

    Of those that explain as much to a hundredth the shortest is taken: numbers that are listed
    can be bent to the noise, and a rule cannot.
    """
    logits, outputs = trace.logits[trace.fitted], trace.domain.outputs
    values = trace.domain.values(trace.tokens[trace.fitted])
    tried: list[_Tried] = []
    for proposal in _proposals(trace, logarithm):
        coordinate = placed(proposal, logits, values, outputs)
        phi, numbered = coordinate.phi(values), coordinate.by_number(logits, outputs)
        profile, constant = profile_and_constant(numbered, phi)
        waves, _ = key_waves(profile, scale, float(np.square(constant).sum()) / scale)
        tried.append(_Tried(coordinate, waves, math.fsum(wave.share for wave in waves)))
    most = max((each.share for each in tried), default=0.0)
    return sorted(
        tried,
        key=lambda each: (each.share < most - SAME_R2, _length(each.coordinate), -each.share),
    )


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
