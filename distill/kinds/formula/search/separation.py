"""Variables that do not matter, and groups of them that only add up or multiply.

Two variables add up in a function where changing both changes it by the sum of what changing either
does; under a transform of the values as well, of which a product is the one by logarithms. Groups
are what is left together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from distill.kinds.formula.expression import Node, add, multiply, number
from distill.kinds.formula.search.reduction import CLEAR, Reduction, lifted
from distill.kinds.formula.search.source import Oracle, mapped, sliced
from distill.kinds.formula.search.transforms import TRANSFORMS, Transform, sign_of

TRIES = 32
"""Pairs of points at which two variables are changed."""

Corners = tuple[ndarray, ndarray, ndarray, ndarray]
"""Values where neither of two variables is changed, the one, the other, and both."""


def irrelevant(oracle: Oracle) -> Iterator[Reduction]:
    """Variables that change nothing."""
    points, others = oracle.draw(TRIES, 11), oracle.draw(TRIES, 12)
    base = oracle.values(points)
    kept = list[int]()
    for place in range(oracle.count):
        moved = points.copy()
        moved[:, place] = others[:, place]
        if _size(oracle.values(moved) - base) > CLEAR * 1.5 * oracle.noise:
            kept.append(place)
    if len(kept) == oracle.count:
        return
    if not kept:
        value = float(base.mean())
        yield Reduction("nothing matters", (), lambda _: number(value))
        return
    part = sliced(oracle, tuple(kept), oracle.middle)
    yield Reduction("some variables do not matter", (part,), lambda found: lifted(found[0], kept))


def products(oracle: Oracle) -> Iterator[Reduction]:
    """Groups of variables whose functions multiply."""
    corners = changed_corners(oracle)

    def apart(seen: Corners) -> Float[ndarray, " n"]:
        neither, one, other, both = seen
        room = np.sqrt(neither**2 + one**2 + other**2 + both**2)
        return (neither * both - one * other) / np.maximum(room, 1e-300)

    groups = _groups(corners, apart, oracle.count, CLEAR * oracle.noise)
    if len(groups) < 2:
        return
    points = oracle.draw(64, 13)
    values = oracle.values(points)
    at = points[int(np.argmax(np.abs(values)))]
    scale = float(oracle.values(at[None])[0])
    parts = tuple(sliced(oracle, group, at) for group in groups)

    def combine(found: Sequence[Node]) -> Node:
        lifts = (lifted(node, group) for node, group in zip(found, groups, strict=True))
        return multiply(*lifts, number(scale ** (1 - len(groups))))

    yield Reduction("groups of variables multiply", parts, combine)


def sums(oracle: Oracle, transforms: Sequence[Transform] = TRANSFORMS) -> Iterator[Reduction]:
    """Groups of variables whose functions add up, under some transform of the values."""
    corners = changed_corners(oracle)
    seen = np.concatenate([each for quad in corners.values() for each in quad])
    for transform in transforms:
        if transform.name == "log f" or not transform.fits(seen):
            continue

        def apart(quad: Corners, transform: Transform = transform) -> Float[ndarray, " n"]:
            neither, one, other, both = map(transform.forth, quad)
            slopes = [transform.slope(each) for each in quad]
            room = np.sqrt(sum(slope**2 for slope in slopes))
            return (neither - one - other + both) / np.maximum(room, 1e-300)

        groups = _groups(corners, apart, oracle.count, CLEAR * oracle.noise)
        if len(groups) < 2:
            continue
        sign = sign_of(seen)
        whole = mapped(oracle, transform.forth, transform.slope)
        at = oracle.middle
        base = float(whole.values(at[None])[0])
        parts = tuple(sliced(whole, group, at) for group in groups)

        def combine(
            found: Sequence[Node],
            groups: list[tuple[int, ...]] = groups,
            base: float = base,
            transform: Transform = transform,
            sign: float = sign,
        ) -> Node:
            lifts = (lifted(node, group) for node, group in zip(found, groups, strict=True))
            return transform.back(add(*lifts, number(base * (1 - len(groups)))), sign)

        yield Reduction(f"groups of variables add up in {transform.name}", parts, combine)


def changed_corners(oracle: Oracle) -> dict[tuple[int, int], Corners]:
    """Of every pair of variables, values where they are changed."""
    points, others = oracle.draw(TRIES, 14), oracle.draw(TRIES, 15)
    base = oracle.values(points)
    alone = list[ndarray]()
    for place in range(oracle.count):
        moved = points.copy()
        moved[:, place] = others[:, place]
        alone.append(oracle.values(moved))
    found = dict[tuple[int, int], Corners]()
    for one, other in combinations(range(oracle.count), 2):
        moved = points.copy()
        moved[:, [one, other]] = others[:, [one, other]]
        found[one, other] = base, alone[one], alone[other], oracle.values(moved)
    return found


def _groups(
    corners: dict[tuple[int, int], Corners],
    apart: Callable[[Corners], ndarray],
    count: int,
    limit: float,
) -> list[tuple[int, ...]]:
    """Variables that are together because some pair of them is."""
    joined: Bool[ndarray, "d d"] = np.eye(count, dtype=bool)
    for (one, other), seen in corners.items():
        joined[one, other] = joined[other, one] = not _size(apart(seen)) <= limit
    for _ in range(count):
        joined = joined @ joined
    return sorted({tuple(np.flatnonzero(row).tolist()) for row in joined})


def _size(values: Float[ndarray, " n"]) -> float:
    return float(np.sqrt(np.mean(values**2)))
