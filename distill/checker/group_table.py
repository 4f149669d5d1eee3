"""The table of a finite group, made from its description; nothing that is said of it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import numpy as np
from numpy import ndarray

from .read import read_as

MOST = 2048
"""Elements of a group whose table is made."""
POINTS, FACTORS = 1024, 11
"""Points that permutations move, and generators or factors of a group, at most: each doubles it."""
GROUPS: Mapping[str, Any] = {
    "abelian": {"kind": str, "moduli": [range(1, MOST)]},
    "metacyclic": {
        **{"kind": str, "rotations": range(1, MOST), "rows": range(1, MOST)},
        **{"twist": range(MOST), "carry": range(MOST), "interleaved": bool},
    },
    "symmetric": {"kind": str, "points": range(2, 7), "even": bool},
    "generated": {"kind": str, "generators": [[range(POINTS)]], "called": ("",)},
    "product": {"kind": str, "factors": [dict]},
}


def group_table(told: Mapping[str, Any], depth: int = 0) -> ndarray:
    """The products [n, n] of a group, its elements in the order of its description.

    Raises:
        ValueError: it describes none, or one that is too large.
    """
    read_as("the kind of the group", told.get("kind"), tuple(GROUPS))
    read_as("the group", told, GROUPS[told["kind"]])
    if told["kind"] == "abelian":
        found = np.zeros((1, 1), dtype=np.int64)
        _few("moduli", told["moduli"])
        for modulus in told["moduli"]:
            found = _beside(found, np.add.outer(np.arange(modulus), np.arange(modulus)) % modulus)
    elif told["kind"] == "metacyclic":
        found = _metacyclic(told)
    elif told["kind"] == "product":
        if depth > 3 or not told["factors"]:
            raise ValueError("a product of products of products, or of nothing")
        found = np.zeros((1, 1), dtype=np.int64)
        _few("factors", told["factors"])
        for factor in told["factors"]:
            found = _beside(found, group_table(factor, depth + 1))
    else:
        found = _permutations(told)
    return found


def _few(name: str, parts: Any) -> None:
    if len(parts) > FACTORS:
        raise ValueError(f"the group has {len(parts):,} {name}, more than {FACTORS}")


def _beside(high: ndarray, low: ndarray) -> ndarray:
    """The table of pairs, the second number the lower digit."""
    n, m = len(high), len(low)
    if n * m > MOST:
        raise ValueError(f"the group has {n * m:,} elements, too many")
    both = high[:, None, :, None] * m + low[None, :, None, :]
    return both.reshape(n * m, n * m)


def _metacyclic(told: Mapping[str, Any]) -> ndarray:
    m, rows, twist, carry = (told[name] for name in ("rotations", "rows", "twist", "carry"))
    if m * rows > MOST or pow(twist, rows, m) != 1 % m or carry * (twist - 1) % m:
        raise ValueError("the rotations, rows, twist and carry of the mechanism make no group")
    high, low = (m, rows) if told["interleaved"] else (rows, m)
    one, other = np.divmod(np.arange(high * low), low)
    x, y = (one, other) if told["interleaved"] else (other, one)
    turned = np.array([pow(twist, row, m) for row in range(rows)])
    rotation = (x[:, None] + turned[y][:, None] * x + carry * ((y[:, None] + y) // rows)) % m
    row = (y[:, None] + y) % rows
    return rotation * rows + row if told["interleaved"] else row * m + rotation


def _permutations(told: Mapping[str, Any]) -> ndarray:
    if told["kind"] == "symmetric":
        every = list(permutations(range(told["points"])))
        if told["even"]:
            every = [p for p in every if _sign(p) > 0]
    else:
        _few("generators", told["generators"])
        generators = [tuple(each) for each in told["generators"]]
        points = list(range(len(generators[0]))) if generators else [0]
        if any(sorted(each) != points for each in generators):
            raise ValueError("the generators of the mechanism are no permutations")
        every, known = [tuple(points)], {tuple(points)}
        for p in every:
            for generator in generators:
                q = tuple(generator[i] for i in p)
                if q not in known:
                    known.add(q)
                    every.append(q)
            if len(every) > MOST:
                raise ValueError(f"the generators make more than {MOST:,} elements, too many")
        every.sort()
    images = np.array(every)
    base = _base(images)
    number = {p: place for place, p in enumerate(map(tuple, images[:, base].tolist()))}
    return np.array(
        [[number[image] for image in map(tuple, images[:, p[base]].tolist())] for p in images]
    )


def _base(images: ndarray) -> ndarray:
    """Points whose images tell one permutation [n, points] from every other."""
    found, classes = [0], np.unique(images[:, 0], return_inverse=True)[1]
    for point in range(1, images.shape[1]):
        finer = classes * images.shape[1] + images[:, point]
        if len(np.unique(finer)) > classes.max() + 1:
            found.append(point)
            classes = np.unique(finer, return_inverse=True)[1]
    return np.array(found)


def _sign(p: tuple[int, ...]) -> int:
    found = 1
    for j in range(len(p)):
        for i in range(j):
            found *= 1 if p[i] < p[j] else -1
    return found
