"""Hidden states of a network, seen from the side on which groups of them stand apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.drawing.rounded import rounded

POINTS = 360
"""Points that are kept, over all groups."""

RESOLUTION = 200
"""Points nearer to each other than this part of the picture are one."""

SIDES = 300
"""Planes that are tried where groups differ in more than two directions."""

ADDED = 0.001
"""Part of the spread between groups that is added to what they hold themselves."""

MAX_SIDED = 40
"""Groups up to which that is worth it."""

SEED = 8


@dataclass(frozen=True)
class HiddenView:
    """Hidden states on two directions.

    Attributes:
        x, y: of every point.
        groups: the number of each point's group.
        start: of the hidden state before the first step.
        share: part of the variance of the hidden states that the two directions hold.
        side: "apart" if they are those on which the means of the groups stand furthest apart,
            "spread" if those on which hidden states spread most, "unit" if there is one unit
            only, which is x.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    groups: tuple[int, ...]
    start: tuple[float, float]
    share: float
    side: Literal["apart", "spread", "unit"]


def hidden_view(
    hidden: Float[ndarray, "n d"], groups: Int[ndarray, " n"], start: Float[ndarray, " d"]
) -> HiddenView:
    """Choose the directions and a few points of every group."""
    mean = hidden.mean(axis=0)
    centred = hidden - mean
    if hidden.shape[1] == 1:
        axes, side = np.array([[1.0], [0.0]]), "unit"
        seen, begin = centred @ axes.T + mean @ axes.T, start @ axes.T
    else:
        axes, side = _directions(centred, groups)
        seen, begin = centred @ axes.T, (start - mean) @ axes.T
    total = float(np.square(centred).sum())
    share = float(np.square(centred @ axes.T).sum()) / total if total else 1.0
    extent = float(np.ptp(np.concatenate([seen, begin[None]]), axis=0).max()) or 1.0
    kept = _thinned(np.rint(seen / extent * RESOLUTION).astype(np.int64), groups)
    return HiddenView(
        rounded(seen[kept, 0]),
        rounded(seen[kept, 1]),
        tuple(groups[kept].tolist()),
        (rounded(begin[:1])[0], rounded(begin[1:])[0]),
        round(share, 4),
        side,
    )


def _directions(
    centred: Float[ndarray, "n d"], groups: Int[ndarray, " n"]
) -> tuple[Float[ndarray, "2 d"], Literal["apart", "spread"]]:
    present = np.unique(groups)
    centres = np.stack([centred[groups == group].mean(axis=0) for group in present])
    _, sizes, found = np.linalg.svd(centres - centres.mean(axis=0), full_matrices=False)
    rank = int((sizes > 1e-6 * max(1e-9, float(np.abs(centred).max()))).sum())
    if rank == 0:
        return _signed(_principal(centred)[:2]), "spread"
    if rank == 1:
        first = found[0]
        return _signed(
            np.stack([first, _principal(centred - np.outer(centred @ first, first))[0]])
        ), "apart"
    axes = found[:2]
    if rank > 2 and len(present) <= MAX_SIDED:
        basis = found[:rank]
        spread = np.stack(
            [np.cov(centred[groups == g] @ basis.T, rowvar=False, bias=True) for g in present]
        )
        axes = _furthest_apart(basis, centres, spread)
    return _signed(axes), "apart"


def _furthest_apart(
    basis: Float[ndarray, "r d"],
    centres: Float[ndarray, "k d"],
    spread: Float[ndarray, "k r r"],
) -> Float[ndarray, "2 d"]:
    """Of the principal plane and random ones, that with the widest narrowest gap of two groups.

    A gap is the distance of two means, less twice what each group deviates towards the other.
    """
    one, other = np.triu_indices(len(centres), 1)
    within = centres @ basis.T
    best, widest = np.eye(2, len(basis)), -np.inf
    for plane in _planes(within, spread):
        seen = within @ plane.T
        between = seen[one] - seen[other]
        apart = np.maximum(np.linalg.norm(between, axis=1), 1e-12)
        toward = between / apart[:, None]
        flat = plane @ spread @ plane.T
        sizes = [
            np.sqrt(np.maximum(np.einsum("pi,pij,pj->p", toward, flat[group], toward), 0))
            for group in (one, other)
        ]
        gap = float((apart - 2 * (sizes[0] + sizes[1])).min())
        gap /= float(np.sqrt(seen.var(axis=0).sum())) or 1.0
        if gap > widest + 1e-9:
            best, widest = plane, gap
    # turned so that the longer side of what is seen lies flat
    seen = within @ best.T
    turn = np.linalg.svd(seen - seen.mean(axis=0), full_matrices=False)[2]
    return turn @ best @ basis


def _planes(
    centres: Float[ndarray, "k r"], spread: Float[ndarray, "k r r"]
) -> Iterator[Float[ndarray, "2 r"]]:
    """The principal plane and random ones, and both again where what groups hold is made round.

    The latter are Fisher's discriminant directions, with a little added to what groups hold.
    """
    rng, r = np.random.default_rng(SEED), centres.shape[1]
    pooled = spread.mean(axis=0)
    sizes, turned = np.linalg.eigh(pooled + ADDED * np.cov(centres, rowvar=False))
    whitening = turned / np.sqrt(np.maximum(sizes, 1e-12)) @ turned.T
    for ahead in (np.eye(r), whitening):
        around = (centres - centres.mean(axis=0)) @ ahead
        principal = np.linalg.svd(around, full_matrices=False)[2][:2]
        for trial in range(SIDES // 2):
            plane = principal if trial == 0 else rng.normal(size=(2, r))
            yield np.linalg.qr((plane @ ahead).T)[0].T


def _principal(centred: Float[ndarray, "n d"]) -> Float[ndarray, "r d"]:
    return np.linalg.eigh(centred.T @ centred)[1].T[::-1]


def _signed(axes: Float[ndarray, "2 d"]) -> Float[ndarray, "2 d"]:
    """Of the two signs of a direction the one whose largest part is positive."""
    largest = axes[np.arange(2), np.abs(axes).argmax(axis=1)]
    return axes * np.where(largest < 0, -1, 1)[:, None]


def _thinned(places: Int[ndarray, "n 2"], groups: Int[ndarray, " n"]) -> Int[ndarray, " kept"]:
    """Points that can be told apart, as many of every group as there is room for."""
    _, first = np.unique(np.column_stack([groups, places]), axis=0, return_index=True)
    room = max(2, POINTS // len(np.unique(groups)))
    kept = []
    for group in np.unique(groups):
        own = np.sort(first[groups[first] == group])
        kept.append(own[np.linspace(0, len(own) - 1, min(room, len(own))).astype(int)])
    found = np.concatenate(kept)
    return found[np.linspace(0, len(found) - 1, min(len(found), 2 * POINTS)).astype(int)]
