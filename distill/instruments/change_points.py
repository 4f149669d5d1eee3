"""Where a curve changes: the segmentation into so many lines that fits best, found exactly.

The problem and its solution by dynamic programming are old (Bellman, 1961); the library `ruptures`
offers the same as `Dynp(model="clinear")` for longer signals. Curves here have a few hundred points
and few segments, for which these lines are exact, take milliseconds, and need no other package.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def change_points(
    y: Float[ndarray, " n"], segments: int, x: Float[ndarray, " n"] | None = None, least: int = 3
) -> list[int]:
    """Places at which another segment begins, so that the squared distance from lines is least.

    Args:
        y: the curve.
        segments: how many lines, each on its own.
        x: where the points are; 0, 1, 2, ... if not given.
        least: points of a segment.

    Raises:
        ValueError: there are too few points for so many segments.
    """
    count = len(y)
    if count < segments * least:
        raise ValueError(
            f"{count} points are too few for {segments} segments of {least} points each"
        )
    cost = _line_costs(np.arange(count) if x is None else x, y)
    best = np.full((segments + 1, count + 1), np.inf)
    begins = np.zeros((segments + 1, count + 1), dtype=int)
    best[0, 0] = 0.0
    for number in range(1, segments + 1):
        for end in range(number * least, count + 1):
            starts = np.arange((number - 1) * least, end - least + 1)
            costs = best[number - 1, starts] + cost[starts, end]
            at = int(np.argmin(costs))
            best[number, end], begins[number, end] = costs[at], starts[at]
    found, end = list[int](), count
    for number in range(segments, 1, -1):
        end = int(begins[number, end])
        found.append(end)
    return found[::-1]


def _line_costs(x: ndarray, y: ndarray) -> Float[ndarray, "n more"]:
    """Squared distance of the points from `start` to before `end` from their regression line."""
    sums = [
        np.concatenate([[0.0], np.cumsum(values)])
        for values in (np.ones_like(y), x, y, x * x, x * y, y * y)
    ]
    n, sx, sy, sxx, sxy, syy = (each[None, :] - each[:, None] for each in sums)
    n = np.maximum(n, 1.0)
    vx, vy, cov = sxx - sx * sx / n, syy - sy * sy / n, sxy - sx * sy / n
    return np.maximum(vy - cov * cov / np.maximum(vx, 1e-12), 0.0)
