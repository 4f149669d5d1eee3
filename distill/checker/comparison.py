"""Comparisons: one of two answers, on the two sides of a linear inequality.

Whether the program is the stored inequality is seen at every checked input. Of a stored network the
rows of its embedding are put on straight lines, or rid of them, and its answers counted again.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import gcd
from typing import Any

import numpy as np
from numpy import ndarray

from .finite import Evidence, forward_pass
from .kind import FOLLOWS, Claims, Proof, Test
from .read import whole

TESTS: tuple[Test, ...] = (
    Test("margin_r2", "R² of the margin along the sum, among inputs of one answer", 0.5),
    Test(
        "line_kept_accuracy",
        "answers kept with every value on a line",
        0.9,
        derived=True,
        beside=True,
    ),
    Test("line_removed_accuracy", "answers left without it", 0.75, at_least=False, derived=True),
)
PROOFS: Mapping[str, Proof] = {}
LOOKED_AT: Mapping[str, frozenset[str] | None] = dict.fromkeys(
    ("weights", "threshold", "then", "otherwise", "inputs")
)


def derive(evidence: Evidence) -> Claims:
    """Whether the program is the inequality, and what the lines of the embedding do."""
    claims: Claims = {FOLLOWS: _follows(evidence)}
    if evidence.stored:
        blocks = _vocabularies(evidence)
        for name, keep in {"line_kept_accuracy": True, "line_removed_accuracy": False}.items():
            claims[f"figures.{name}"] = _answers_left(evidence, blocks, keep) if blocks else None
    return claims


def _follows(evidence: Evidence) -> bool:
    """Whether the program answers by the inequality, whose threshold some input just reaches."""
    told, seen = evidence.mechanism, evidence.checked
    ends = [[values[0], values[-1]] for values in evidence.inputs]
    weights = [int(weight) for weight in whole(told["weights"])]
    threshold, then, otherwise = (
        int(number) for number in whole([told[name] for name in ("threshold", "then", "otherwise")])
    )
    if told["inputs"] != ends or len(weights) != len(ends) or gcd(*weights) != 1:
        return False
    sums: ndarray = evidence.values(seen.tokens) @ np.array(weights)
    said = np.where(sums >= threshold, then, otherwise)
    reached = (sums[seen.answers == then] == threshold).any()
    return bool(then > otherwise and reached and (said == seen.answers).all())


def _vocabularies(evidence: Evidence) -> list[tuple[str, int, int]]:
    """Where values are embedded: parameter, first row, count; none where these overlap."""
    shape = evidence.architecture or {}
    starts = shape.get("offsets", [0] * len(evidence.inputs))
    counts: dict[tuple[str, int], int] = {}
    for place, values in enumerate(evidence.inputs):
        name = f"W_E{place}" if shape.get("shared") is False else "W_E"
        where = (name, starts[place])
        counts[where] = max(len(values), counts.get(where, 0))
    taken: set[tuple[str, int]] = set()
    for (name, start), count in counts.items():
        rows = {(name, row) for row in range(start, start + count)}
        if taken & rows:
            return []
        taken |= rows
    return [(name, start, count) for (name, start), count in counts.items()]


def _answers_left(evidence: Evidence, blocks: list[tuple[str, int, int]], keep: bool) -> float:
    """The part of the network's answers that stay, the mean over its two answers."""
    weights = {name: value.astype(np.float64) for name, value in evidence.weights.items()}
    for name, start, count in blocks:
        rows = weights[name][start : start + count]
        design = np.stack([np.ones(count), np.arange(count)], axis=1)
        line: ndarray = design @ np.linalg.lstsq(design, rows, rcond=None)[0]
        weights[name][start : start + count] = line if keep else rows - line + rows.mean(axis=0)
    seen: Any = evidence.checked
    answers = forward_pass(evidence, weights=weights)(seen.tokens).mid.argmax(axis=1)
    same = answers + evidence.outputs.start == seen.model
    return float(np.mean([same[seen.model == each].mean() for each in np.unique(seen.model)]))
