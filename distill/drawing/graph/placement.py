"""A place for everything in a state graph: states, arrows around them, and words beside these."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.drawing.graph.arrows import (
    LINE,
    LOOP,
    STEPS,
    Box,
    Curve,
    Node,
    bent,
    loop,
    words_box,
)
from distill.drawing.graph.layout import laid_out

BETWEEN = 0.5
"""Inches more between states where there are words on arrows."""

BENDS = (0.0, 0.16, -0.16, 0.34, -0.34, 0.55, -0.55)
ANGLES = tuple(math.pi * k / 12 for k in range(24))


@dataclass(frozen=True)
class Arrow:
    """From a state to a state, or to itself.

    Attributes:
        text: beside it, of one or more lines; or nothing.
        series: the number of its colour, or null for ink.
    """

    source: int
    target: int
    text: str = ""
    series: int | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class Graph:
    """What is drawn.

    Attributes:
        names: of the states; the machine starts in the first.
        order: the states in an order that means something.
        distances: of the states from the start.
        legend: what the colours of arrows mean.
    """

    names: tuple[str, ...]
    arrows: tuple[Arrow, ...]
    order: tuple[int, ...]
    distances: tuple[int, ...]
    legend: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A graph with a place for everything, in inches."""

    nodes: list[Node]
    curves: list[Curve]
    words: list[Box | None]
    start: Curve
    size: float


def placed(graph: Graph, width: float, height: float, foot: float) -> Drawn:
    """Find one, within a width and a height that leaves room for a legend at the foot."""
    n = len(graph.names)
    size = 9.0 if n <= 30 else 8.0
    longest = [max(map(len, name.split("\n"))) for name in graph.names]
    half = [max(0.17, (count * 0.078 * size / 9 + 0.14) / 2) for count in longest]
    half_height = 0.17 if n <= 30 else 0.13
    if any("\n" in name for name in graph.names):
        half_height, half = 0.24, [h + 0.06 for h in half]
    if n > 30:
        half = [max(half_height, h - 0.04) for h in half]
    looped = any(arrow.source == arrow.target for arrow in graph.arrows)
    rows = max(
        (a.text.count("\n") + 1 for a in graph.arrows if a.source == a.target and a.text), default=0
    )
    edge_x = max(half) + (0.45 if looped and n > 2 else 0.2)
    edge_y = half_height + (LOOP + 0.1 if looped else 0.12) + rows * LINE
    if n == 2:
        widest = max(
            (words_box(a.text, 0.0, 0.0).half_width for a in graph.arrows if a.text), default=0
        )
        edge_x = min(1.25, max(0.75, widest + 0.05, half[0] + 0.5))
    elif n == 3:
        edge_x += 0.25
    pairs = np.array([[a.source, a.target] for a in graph.arrows]).reshape(-1, 2)
    words = BETWEEN if any(arrow.text for arrow in graph.arrows) else 0.0
    inside = laid_out(
        pairs,
        list(graph.order),
        list(graph.distances),
        width - 2 * edge_x,
        height - foot - 2 * edge_y,
        (2 * max(half) + words, 2 * half_height + words),
    )
    if n <= 2:
        inside[:, 1] -= 0.12 + 0.05 * rows
    places = inside + np.array([edge_x, edge_y + foot])
    nodes = [
        Node(float(x), float(y), w, half_height) for (x, y), w in zip(places, half, strict=True)
    ]
    curves = _curves(graph, nodes)
    start = _entrance(graph, nodes, curves, width, height)
    curves = _loops(graph, nodes, curves, start, (width, height, foot))
    words = _words(graph, nodes, curves, start, (width, height, foot))
    return Drawn(nodes, curves, words, start, size)


def _curves(graph: Graph, nodes: list[Node]) -> list[Curve]:
    """Of arrows between states; loops are filled in later.

    Opposite directions swing to different sides, and several arrows of one direction fan out.
    """
    both = {(a.source, a.target) for a in graph.arrows}
    met: dict[tuple[int, int], int] = {}
    curves = []
    for arrow in graph.arrows:
        source, target = nodes[arrow.source], nodes[arrow.target]
        if arrow.source == arrow.target:
            curves.append(Curve(np.repeat(source.centre[None], 3, axis=0)))
            continue
        pair = (arrow.source, arrow.target)
        fan = met.get(pair, 0)
        met[pair] = fan + 1
        apart = float(np.hypot(*(target.centre - source.centre)))
        if (arrow.target, arrow.source) in both:
            first = min(0.34, 0.13 * apart) if arrow.text else min(0.16, 0.06 * apart)
            bends = [first, first + 0.18, first + 0.4]
        else:
            bends = [bend for bend in BENDS if abs(bend) <= 0.5 * apart]
        others = [node for place, node in enumerate(nodes) if place not in pair]
        options = [bent(source, target, bend + 0.09 * fan) for bend in bends]
        costs = [_through(option, others) + 0.4 * place for place, option in enumerate(options)]
        curves.append(options[int(np.argmin(costs))])
    return curves


def _through(curve: Curve, nodes: Sequence[Node]) -> float:
    """How much of a curve runs through states."""
    if not nodes:
        return 0.0
    points = curve.at(STEPS[::4])
    x, y, wide, high = (
        np.array([(node.x, node.y, node.half_width, node.half_height) for node in nodes])
    ).T
    across = np.maximum(np.abs(points[:, :1] - x) - (wide - high), 0)
    return float((np.hypot(across, points[:, 1:] - y) <= high + 0.07).sum())


def _entrance(
    graph: Graph, nodes: list[Node], curves: list[Curve], width: float, height: float
) -> Curve:
    """The arrow from nowhere to the start, where there is room for it."""
    first, middle = nodes[0], np.mean([node.centre for node in nodes], axis=0)
    best, least = None, math.inf
    taken = _points(graph, curves)
    for angle in ANGLES:
        way = np.array([math.cos(angle), math.sin(angle)])
        border = first.border(angle) + 0.03
        tail, tip = first.centre + (border + 0.34) * way, first.centre + border * way
        option = Curve(np.array([tail, (tail + tip) / 2, tip]))
        inside = 0.03 < tail[0] < width - 0.03 and 0.03 < tail[1] < height - 0.03
        near = np.linalg.norm(taken - (tail + tip) / 2, axis=1) if len(taken) else np.array([9.0])
        outward = first.centre - middle
        aim = 0.0
        if np.hypot(*outward) > 0.05:
            aim = 1 - float(way @ outward) / float(np.hypot(*outward))
        cost = (
            (0 if inside else 50)
            + 0.4 * aim
            + 0.25 * (1 + way[0])
            + 0.1 * abs(way[1])
            + 4 * float((near < 0.2).sum() > 0)
            + _through(option, nodes[1:])
        )
        if cost < least - 1e-9:
            best, least = option, cost
    assert best is not None, "there are angles"
    return best


def _points(graph: Graph, curves: Sequence[Curve]) -> Float[ndarray, "n 2"]:
    kept = [
        curve.at(STEPS[::6])
        for arrow, curve in zip(graph.arrows, curves, strict=True)
        if arrow.source != arrow.target or np.ptp(curve.controls) > 1e-9
    ]
    return np.concatenate(kept) if kept else np.empty((0, 2))


def _loops(
    graph: Graph,
    nodes: list[Node],
    curves: list[Curve],
    start: Curve,
    room: tuple[float, float, float],
) -> list[Curve]:
    """Loops where nothing else is, outwards, with room for their words."""
    width, height, foot = room
    middle = np.mean([node.centre for node in nodes], axis=0)
    curves, turned = list(curves), dict[int, Curve]()
    for place, arrow in enumerate(graph.arrows):
        if arrow.source != arrow.target:
            continue
        if arrow.source in turned:  # another colour: as wide again
            inner = turned[arrow.source]
            base = nodes[arrow.source].centre
            count = sum(1 for a in graph.arrows[:place] if a.source == a.target == arrow.source)
            wider = inner.controls.copy()
            wider[1:3] = base + (wider[1:3] - base) * (1 + 0.16 * count)
            curves[place] = Curve(wider)
            continue
        node = nodes[arrow.source]
        others = [other for number, other in enumerate(nodes) if number != arrow.source]
        taken = np.concatenate([_points(graph, curves), start.at(STEPS[::6])])
        outward = node.centre - middle
        length = float(np.hypot(*outward))
        best, least = None, math.inf
        for angle in ANGLES:
            option = loop(node, angle)
            points = option.at(STEPS[::3])
            way = np.array([math.cos(angle), math.sin(angle)])
            text = _beyond(arrow.text, node, angle) if arrow.text else None
            cost = 0.6 * (1 - float(way @ outward) / length) if length > 0.05 else 0.0
            cost += 0.3 * (1 - way[1]) + (1.5 * abs(way[0]) if len(nodes) <= 2 else 0)
            near = np.linalg.norm(taken[:, None] - points[None], axis=2)
            cost += 0.4 * float((near.min(axis=1) < 0.07).sum() if len(taken) else 0)
            cost += _through(option, others)
            low, high = points.min(axis=0), points.max(axis=0)
            if text is not None:
                cost += 60 * _outside(text, width, height, foot)
                cost += sum(30 * text.overlap(_box(other)) for other in others)
                cost += 0.3 * float(text.holds(taken).sum())
            cost += 20 * float(
                low[0] < 0.02 or low[1] < foot or high[0] > width - 0.02 or high[1] > height - 0.02
            )
            if cost < least - 1e-9:
                best, least = option, cost
        assert best is not None, "there are angles"
        curves[place] = turned[arrow.source] = best
    return curves


def _beyond(text: str, node: Node, angle: float) -> Box:
    """Room for words at the far end of a loop."""
    size = words_box(text, 0.0, 0.0)
    way = np.array([math.cos(angle), math.sin(angle)])
    reach = node.border(angle) + LOOP + 0.02
    aside = size.half_width * abs(way[0]) ** 1.5 * np.sign(way[0])
    up = size.half_height * abs(way[1]) ** 0.7 * np.sign(way[1])
    at = node.centre + reach * way + np.array([aside, up])
    return Box(float(at[0]), float(at[1]), size.half_width, size.half_height)


def _box(node: Node) -> Box:
    return Box(node.x, node.y, node.half_width + 0.03, node.half_height + 0.03)


def _outside(box: Box, width: float, height: float, foot: float) -> float:
    """How far words stand beyond the picture."""
    return max(
        0.0,
        box.half_width - box.x,
        box.x + box.half_width - width,
        box.half_height + foot - box.y,
        box.y + box.half_height - height,
    )


def _words(
    graph: Graph,
    nodes: list[Node],
    curves: list[Curve],
    start: Curve,
    room: tuple[float, float, float],
) -> list[Box | None]:
    """A place on or beside its arrow for all words, such that they cover little else.

    Twice around: the second time everything else has its place.
    """
    words: list[Box | None] = [None] * len(curves)
    lines = [curve.at(STEPS[::4]) for curve in curves] + [start.at(STEPS[::4])]
    for _ in range(3):
        for place, arrow in enumerate(graph.arrows):
            if not arrow.text:
                continue
            own = [line for number, line in enumerate(lines) if number != place]
            rest = np.concatenate(own)
            others = [
                box for number, box in enumerate(words) if box is not None and number != place
            ]
            options = _options(arrow, nodes, curves[place])
            costs = []
            for number, option in enumerate(options):
                cost = 0.01 * number + (0.6 if number >= 7 else 0) + 60 * _outside(option, *room)
                cost += sum(40 * option.overlap(_box(node)) for node in nodes)
                cost += sum(40 * option.overlap(box) for box in others)
                cost += 0.12 * float(option.holds(rest).sum())
                costs.append(cost)
            words[place] = options[int(np.argmin(costs))]
    return words


def _options(arrow: Arrow, nodes: list[Node], curve: Curve) -> list[Box]:
    """Where words may stand, the best first."""
    if arrow.source == arrow.target:
        node = nodes[arrow.source]
        top = curve.at(np.array([0.5]))[0] - node.centre
        angle = math.atan2(top[1], top[0])
        return [_beyond(arrow.text, node, angle + turn) for turn in (0.0, 0.2, -0.2, 0.4, -0.4)]
    along = np.array([0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74])
    points = curve.at(along)
    size = words_box(arrow.text, 0.0, 0.0)
    way = curve.at(along + 0.02) - points
    normal = np.stack([-way[:, 1], way[:, 0]], axis=1) / np.linalg.norm(way, axis=1)[:, None]
    found = []
    for side in (0.0, 1.0, -1.0):
        for point, across in zip(points, normal, strict=True):
            reach = size.half_width * abs(across[0]) + size.half_height * abs(across[1])
            at = point + side * reach * across
            found.append(Box(float(at[0]), float(at[1]), size.half_width, size.half_height))
    return found
