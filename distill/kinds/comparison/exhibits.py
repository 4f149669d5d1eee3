"""What a comparison's pictures show: the margin over two inputs, and along the weighted sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from distill.drawing.maps import LevelMap, Plane, level_map, plane_of
from distill.drawing.rounded import rounded
from distill.kinds.comparison.evidence import margin
from distill.kinds.comparison.mechanism import ComparisonMechanism
from distill.networks.trace import Trace

FORMAT_VERSION = 1

MOST = 200
"""Sums that are shown at most."""


@dataclass(frozen=True)
class ComparisonExhibits:
    """Margins: by how much the logit of `then` is above that of `otherwise`.

    Attributes:
        sums: values of the weighted sum, ascending; least, mean, most: margins of their inputs.
        plane, margins: over two inputs; null for a single one.
    """

    sums: tuple[int, ...]
    least: tuple[float, ...]
    mean: tuple[float, ...]
    most: tuple[float, ...]
    plane: Plane | None
    margins: LevelMap | None
    kind: Literal["comparison"] = "comparison"
    format_version: int = FORMAT_VERSION


def comparison_exhibits(mechanism: ComparisonMechanism, trace: Trace) -> ComparisonExhibits:
    """Take them from a trace."""
    form, margins = mechanism.form(trace.domain.values(trace.tokens)), margin(trace, mechanism)
    order = np.argsort(form, kind="stable")
    sums, starts, counts = np.unique(form[order], return_index=True, return_counts=True)
    shown = np.unique(np.linspace(0, len(sums) - 1, MOST).astype(np.int64))
    least, most, total = (
        each.reduceat(margins[order], starts)[shown] for each in (np.minimum, np.maximum, np.add)
    )
    plane, level = None, None
    if (cells := plane_of(trace.domain)) is not None:
        plane, tokens = cells
        logits, first = trace.network.logits(tokens), trace.domain.outputs.start
        apart = logits[:, mechanism.then - first] - logits[:, mechanism.otherwise - first]
        level = level_map("margin", apart, float(np.abs(apart).max()), plane)
    return ComparisonExhibits(
        tuple(sums[shown].tolist()),
        rounded(least),
        rounded(total / counts[shown]),
        rounded(most),
        plane,
        level,
    )
