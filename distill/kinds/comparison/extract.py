"""Whether a network's answers are the two sides of a linear inequality of small integers.

Weights are gone through, the smallest first. Those of one vector are right if the sums of all
inputs with one answer lie above those of all inputs with the other. Of inputs that differ in the
last place alone only the outermost can be the largest or the smallest of their answer, so that
nothing else is looked at: the search is exact, and fast.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import product

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.checker.scope import many
from distill.kinds.comparison.mechanism import ComparisonMechanism, inequality
from distill.networks.trace import Trace
from distill.records.refusal import Refusal

MOST_VECTORS, LARGEST = 20_000, 12
"""Vectors of weights that are gone through, and the largest weight, at most."""

CHANCE = 0.05
"""Part of all tables that inequalities may account for, to be more than a table."""

CHUNK = 1 << 22
"""Sums that are held at once."""

COUNTED, TRIED = 4096, 400
"""Inputs, and vectors, among which the best inequality is looked for where none is right."""


def extract_comparison(trace: Trace) -> ComparisonMechanism | Refusal | None:
    """The smallest inequality that every traced answer agrees with, or how far off the best is.

    Null where not two answers occur: that is nothing to look for an inequality in.
    """
    domain, shown = trace.domain, np.unique(trace.outputs)
    if len(shown) != 2:
        return None
    values, high = domain.values(trace.tokens), trace.outputs == shown[1]
    vectors = weight_vectors(values.shape[1])
    if not len(vectors):
        return Refusal(
            (f"{many(values.shape[1], 'input')} are too many to look for weights of",), {}
        )
    place = _first_that_divides(vectors, _outermost(values, high))
    if place is None:
        return _best(vectors, values, high)
    weights = vectors[place]
    sums = values @ weights
    if sums[high].min() <= sums[~high].max():
        weights, sums = -weights, -sums
    if (doubt := _in_disguise(vectors[: place + 1], values, sums)) is not None:
        return doubt
    first = domain.outputs.start
    return ComparisonMechanism(
        tuple(weights.tolist()),
        int(sums[high].min()),
        int(shown[1]) + first,
        int(shown[0]) + first,
        tuple((each[0], each[-1]) for each in domain.inputs),
    )


@cache
def weight_vectors(count: int) -> Int[ndarray, "m k"]:
    """Vectors of coprime weights for so many inputs, the simplest first, each for its opposite too.

    Simple is what has few inputs, and then small weights. Empty where there are too many inputs.
    """
    most = next(w for w in range(LARGEST, -1, -1) if (2 * w + 1) ** count <= MOST_VECTORS)
    if not most:
        return np.zeros((0, count), dtype=np.int64)
    found = [
        vector
        for vector in product(range(-most, most + 1), repeat=count)
        if math.gcd(*vector) == 1 and next(filter(None, vector)) > 0
    ]
    found.sort(
        key=lambda vector: (
            sum(map(bool, vector)),
            sum(map(abs, vector)),
            max(map(abs, vector)),
            tuple(-weight for weight in vector),
        )
    )
    return np.array(found)


def _outermost(
    values: Int[ndarray, "n k"], high: Bool[ndarray, " n"]
) -> tuple[Int[ndarray, "h k"], Int[ndarray, "l k"]]:
    """Of either answer, the inputs that are first or last among those that differ in the last
    place alone: of any weights, the largest and the smallest sum of the answer are among them.
    """
    ends = []
    for rows in (values[high], values[~high]):
        rows = rows[np.lexsort(rows.T[::-1])]
        new = (rows[1:, :-1] != rows[:-1, :-1]).any(axis=1)
        ends.append(rows[np.append(True, new) | np.append(new, True)])
    return ends[0], ends[1]


def _first_that_divides(
    vectors: Int[ndarray, "m k"], ends: tuple[Int[ndarray, "h k"], Int[ndarray, "l k"]]
) -> int | None:
    """The first vector whose sums, or their opposites, lie higher for one answer throughout."""
    size = max(1, CHUNK // sum(map(len, ends)))
    for start in range(0, len(vectors), size):
        some = vectors[start : start + size]
        high, low = (rows @ some.T for rows in ends)
        divides = (high.min(axis=0) > low.max(axis=0)) | (high.max(axis=0) < low.min(axis=0))
        if divides.any():
            return start + int(divides.argmax())
    return None


def _in_disguise(
    simpler: Int[ndarray, "m k"], values: Int[ndarray, "n k"], sums: Int[ndarray, " n"]
) -> Refusal | None:
    """Why an inequality says no more than a table would; null if it does say more.

    Args:
        simpler: its weights, and all that were gone through before.
        values: the traced inputs.
        sums: of these inputs.
    """
    if len(np.unique(sums)) < 3:
        said = "the inequality would be of a sum with two values, one for each answer: a table"
        return Refusal((said,), {"sums": 2})
    spans = np.abs(simpler) @ (values.max(axis=0) - values.min(axis=0))
    inequalities, tables = 2 * int((spans + 1).sum()), len(values)
    if math.log2(inequalities / CHANCE) <= tables:
        return None
    said = (
        f"{many(len(values), 'input')} are too few: {inequalities:,} inequalities are as "
        "simple as the one "
        f"that fits, of 2**{tables} tables that there are"
    )
    return Refusal((said,), {"inequalities": inequalities, "traced": tables})


def _best(
    vectors: Int[ndarray, "m k"], values: Int[ndarray, "n k"], high: Bool[ndarray, " n"]
) -> Refusal:
    """How many answers the best inequality misses: found on some inputs, counted on all."""
    some = np.linspace(0, len(values) - 1, min(len(values), COUNTED)).astype(np.int64)
    ways = (way for vector in vectors[:TRIED] for way in (vector, -vector))
    _, weights = min(
        ((_missed(values[some] @ way, high[some])[0], way) for way in ways),
        key=lambda each: each[0],
    )
    missed, threshold = _missed(values @ weights, high)
    said = inequality(tuple(weights.tolist()), threshold)
    return Refusal(
        (f"{said}, the best inequality found, misses {missed:,} of {len(values):,} answers",),
        {"missed": missed, "traced": len(values)},
    )


def _missed(sums: Int[ndarray, " n"], high: Bool[ndarray, " n"]) -> tuple[int, int]:
    """The fewest answers that a threshold misses, and the threshold."""
    steps, where = np.unique(sums, return_inverse=True)
    highs = np.bincount(where, weights=high)
    lows = np.bincount(where, weights=~high)
    missed = np.append(0, np.cumsum(highs))[:-1] + lows.sum() - np.append(0, np.cumsum(lows))[:-1]
    best = int(missed.argmin())
    return int(missed[best]), int(steps[best])
