"""Where the states of a graph go: of several known layouts the one that is read most easily.

A circle in the order of the states, a line, layers by distance from the start with barycentre
ordering (Sugiyama et al., doi 10.1109/TSMC.1981.4308636), and the stress layout of Kamada and
Kawai (doi 10.1016/0020-0190(89)90102-6), both of networkx. What counts is how many edges cross and
how many run through a state that is not theirs.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

THROUGH = 4.0
"""An edge through a state is as bad as this many crossings."""

NEAR = 0.28
"""Inches from the middle of a state at which an edge runs through it."""


APART = 0.22
"""Inches between states, where there is room."""

UNEVEN = 0.5
"""What no circle is must be better than the circle by."""

PUSHES = 200


def laid_out(
    pairs: Int[ndarray, "edges 2"],
    order: list[int],
    distances: list[int],
    width: float,
    height: float,
    size: tuple[float, float] = (0.4, 0.4),
) -> Float[ndarray, "states 2"]:
    """Places in inches from the lower left corner of a box.

    Args:
        pairs: of states that edges join; directions and loops do not matter.
        order: the states in an order that means something.
        distances: of the states from the start.
        width: of the box.
        height: of the box.
        size: of the largest state.
    """
    n = len(order)
    box = np.array([width, height])
    if n == 1:
        return box[None] / 2
    joined = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)
    if n == 2 or (n == 3 and len(joined) == 2):
        return _line(joined, order, n) * box
    candidates = [_circle(order)]
    if n > 3:
        candidates += [_layers(joined, distances), _stress(joined, order)]
    gap = np.array(size) + APART
    gap *= min(1.0, 0.75 * math.sqrt(width * height / n / float(gap.prod())))
    fitted = [_spread(_fit(places, box), gap, box) for places in candidates]
    scores = [_badness(places, joined) + UNEVEN * (k > 0) for k, places in enumerate(fitted)]
    return fitted[int(np.argmin(scores))]


def _line(joined: Int[ndarray, "edges 2"], order: list[int], n: int) -> Float[ndarray, "n 2"]:
    """Two states, or three of which one lies between the others."""
    row = list(order)
    if n == 3:
        degree = np.bincount(joined.reshape(-1), minlength=3)
        middle = int(degree.argmax())
        ends = [state for state in order if state != middle]
        row = [ends[0], middle, ends[1]]
    places = np.full((n, 2), 0.5)
    places[row, 0] = np.linspace(0, 1, n)
    return places


def _circle(order: list[int]) -> Float[ndarray, "n 2"]:
    """Clockwise from the top; three stand on a base."""
    n = len(order)
    turn = 2 * math.pi * np.arange(n) / n
    places = np.empty((n, 2))
    places[order] = np.stack([np.sin(turn), np.cos(turn)], axis=1)
    return places


def _layers(joined: Int[ndarray, "edges 2"], distances: list[int]) -> Float[ndarray, "n 2"]:
    """From left to right by distance from the start, each near the middle of its neighbours."""
    n, layer = len(distances), np.array(distances)
    rank = np.zeros(n)
    for of in np.unique(layer):
        rank[layer == of] = np.linspace(-1, 1, int((layer == of).sum()) + 2)[1:-1]
    neighbours = [set[int]() for _ in range(n)]
    for a, b in joined.tolist():
        neighbours[a].add(b)
        neighbours[b].add(a)
    for sweep in range(8):
        forward = sweep % 2 == 0
        for of in np.unique(layer) if forward else np.unique(layer)[::-1]:
            own = np.flatnonzero(layer == of)
            pull = []
            for state in own.tolist():
                near = [
                    other
                    for other in neighbours[state]
                    if (layer[other] < of if forward else layer[other] > of)
                ]
                pull.append(float(np.mean(rank[near])) if near else float(rank[state]))
            ranked = own[np.lexsort((own, np.round(pull, 9)))]
            rank[ranked] = np.linspace(-1, 1, len(own) + 2)[1:-1]
    stagger = 0.08 * np.where(layer % 2, 1, -1) if len(np.unique(layer)) > 2 else 0
    return np.stack([layer.astype(float), rank + stagger], axis=1)


def _stress(joined: Int[ndarray, "edges 2"], order: list[int]) -> Float[ndarray, "n 2"]:
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(order)
    graph.add_edges_from(joined.tolist())
    first = dict(enumerate(_circle(order)))
    found = nx.kamada_kawai_layout(graph, pos=first)
    places = np.array([found[state] for state in range(len(order))])
    axes = np.linalg.svd(places - places.mean(axis=0), full_matrices=False)[2]
    places = (places - places.mean(axis=0)) @ axes.T
    return places * np.where(places[0] > 0, [-1, 1], [1, 1])  # the start to the left


def _fit(places: Float[ndarray, "n 2"], box: Float[ndarray, " 2"]) -> Float[ndarray, "n 2"]:
    """Stretched to fill the box, but by no more than a half more in one direction."""
    low, size = places.min(axis=0), np.ptp(places, axis=0)
    factor = box / np.maximum(size, 1e-9)
    factor = np.minimum(factor, 1.5 * factor.min())
    return (places - low - size / 2) * factor + box / 2


def _spread(
    places: Float[ndarray, "n 2"], gap: Float[ndarray, " 2"], box: Float[ndarray, " 2"]
) -> Float[ndarray, "n 2"]:
    """States that are too close are pushed apart, within the box."""
    places, room = places / gap, box / gap
    for _ in range(PUSHES):
        between = places[:, None] - places[None]
        far = np.linalg.norm(between, axis=2)
        np.fill_diagonal(far, np.inf)
        lack = np.maximum(1 - far, 0)
        if not lack.any():
            break
        places += 0.3 * (between / np.maximum(far, 1e-6)[..., None] * lack[..., None]).sum(axis=1)
        places = np.clip(places, 0, room)
    return places * gap


def _badness(places: Float[ndarray, "n 2"], joined: Int[ndarray, "edges 2"]) -> float:
    """Crossings, and edges through states; closeness of states decides between equals."""
    a, b = places[joined[:, 0]], places[joined[:, 1]]
    crossed = _crossings(a, b, joined)
    along = b - a
    length = np.maximum(np.square(along).sum(axis=1), 1e-12)
    part = ((places[None] - a[:, None]) * along[:, None]).sum(axis=2) / length[:, None]
    nearest = a[:, None] + np.clip(part, 0, 1)[..., None] * along[:, None]
    gap = np.linalg.norm(places[None] - nearest, axis=2)
    own = (np.arange(len(places)) == joined[:, :1]) | (np.arange(len(places)) == joined[:, 1:])
    through = int(((gap < NEAR) & ~own).sum())
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    closest = float(apart[np.triu_indices(len(places), 1)].min())
    crowded = max(0.0, 0.75 - closest) * len(places)
    return crossed + THROUGH * (through + crowded) + 0.1 / (closest + 0.1)


def _crossings(
    a: Float[ndarray, "edges 2"], b: Float[ndarray, "edges 2"], joined: Int[ndarray, "edges 2"]
) -> int:
    """Pairs of edges without a common state that cross."""

    def side(p: ndarray, q: ndarray, r: ndarray) -> ndarray:
        return (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (
            r[..., 0] - p[..., 0]
        )

    one, other = np.triu_indices(len(a), 1)
    shared: Bool[ndarray, " pairs"] = (joined[one][:, :, None] == joined[other][:, None, :]).any(
        axis=(1, 2)
    )
    p, q, r, s = a[one], b[one], a[other], b[other]
    apart = (side(p, q, r) * side(p, q, s) < -1e-12) & (side(r, s, p) * side(r, s, q) < -1e-12)
    return int((apart & ~shared).sum())
