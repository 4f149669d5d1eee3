"""The geometry of a state graph: arrows that bend around states, loops, and room for words.

Everything is in inches. Arrows are quadratic Bézier curves, loops cubic ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

HEAD = 0.1
"""Length of an arrow's head."""

CHARACTER, LINE = 0.074, 0.15
"""Width of a character and height of a line of 9 points, on the generous side."""

LOOP = 0.42
"""How far a loop reaches beyond its state's border."""

STEPS = np.linspace(0, 1, 121)


@dataclass(frozen=True)
class Node:
    """A state: a box with round ends."""

    x: float
    y: float
    half_width: float
    half_height: float

    @property
    def centre(self) -> Float[ndarray, " 2"]:
        """Of the box."""
        return np.array([self.x, self.y])

    def holds(self, points: Float[ndarray, "n 2"], margin: float = 0.03) -> Bool[ndarray, " n"]:
        """Which points lie inside, or nearer than a margin."""
        straight = self.half_width - self.half_height
        across = np.maximum(np.abs(points[:, 0] - self.x) - straight, 0)
        return np.hypot(across, points[:, 1] - self.y) <= self.half_height + margin

    def border(self, angle: float) -> float:
        """Distance from the centre to the border."""
        ray = np.linspace(0, self.half_width + 0.01, 60)
        points = self.centre + ray[:, None] * np.array([math.cos(angle), math.sin(angle)])
        return float(ray[self.holds(points, 0.0)].max())


@dataclass(frozen=True)
class Curve:
    """An arrow's line, from its tail to its tip."""

    controls: Float[ndarray, "k 2"]

    def at(self, t: Float[ndarray, " n"]) -> Float[ndarray, "n 2"]:
        """Points of a Bézier curve (de Casteljau)."""
        points = [np.repeat(control[None], len(t), axis=0) for control in self.controls]
        while len(points) > 1:
            points = [(1 - t)[:, None] * a + t[:, None] * b for a, b in pairwise(points)]
        return points[0]

    def part(self, begin: float, end: float) -> Curve:
        """The curve between two of its parameters."""
        return Curve(_head(_head(self.controls, end)[::-1], 1 - begin / end)[::-1])


def _head(controls: Float[ndarray, "k 2"], t: float) -> Float[ndarray, "k 2"]:
    kept, points = [controls[0]], controls
    while len(points) > 1:
        points = (1 - t) * points[:-1] + t * points[1:]
        kept.append(points[0])
    return np.array(kept)


def bent(source: Node, target: Node, bend: float) -> Curve:
    """From border to border; a positive bend swings to the left of the way, in inches."""
    a, b = source.centre, target.centre
    way = b - a
    normal = np.array([-way[1], way[0]]) / max(1e-9, float(np.hypot(*way)))
    whole = Curve(np.array([a, (a + b) / 2 + 2 * bend * normal, b]))
    points = whole.at(STEPS)
    leaves = STEPS[source.holds(points)]
    arrives = STEPS[target.holds(points)]
    begin = float(leaves.max()) if len(leaves) else 0.0
    end = float(arrives.min()) if len(arrives) else 1.0
    return whole.part(begin, end) if end > begin else whole


def loop(node: Node, angle: float) -> Curve:
    """From a state around to itself, on the side of an angle."""
    out = node.border(angle)
    spread = min(0.6, 0.16 / max(out, 0.05))
    far = (out + LOOP) * 1.22
    ends = [angle + spread, angle - spread]
    borders = [node.centre + (node.border(a) + 0.03) * _ray(a) for a in ends]
    wide = 0.62 * LOOP
    across = _ray(angle + math.pi / 2)
    tips = [node.centre + far * _ray(angle) + side * wide * across for side in (1, -1)]
    return Curve(np.array([borders[0], *tips, borders[1]]))


def arrowhead(curve: Curve) -> tuple[Curve, Float[ndarray, "3 2"]]:
    """The line without its head, and the head."""
    points = curve.at(STEPS)
    tip = points[-1]
    far = np.linalg.norm(points - tip, axis=1)
    back = float(STEPS[far >= HEAD * 0.9].max(initial=0.0))
    base = curve.at(np.array([back]))[0]
    way = tip - base
    way = way / max(1e-9, float(np.hypot(*way)))
    base, across = tip - HEAD * way, np.array([-way[1], way[0]]) * HEAD * 0.38
    head = np.array([tip, base + across, base - across])
    return (curve.part(0.0, back) if back > 0 else curve), head


def _ray(angle: float) -> Float[ndarray, " 2"]:
    return np.array([math.cos(angle), math.sin(angle)])


@dataclass(frozen=True)
class Box:
    """Where words stand."""

    x: float
    y: float
    half_width: float
    half_height: float

    def overlap(self, other: Box) -> float:
        """Area in common, in square inches."""
        wide = self.half_width + other.half_width - abs(self.x - other.x)
        high = self.half_height + other.half_height - abs(self.y - other.y)
        return wide * high if wide > 0 and high > 0 else 0.0

    def spread(self) -> Float[ndarray, "n 2"]:
        """Points all over it."""
        wide, high = np.meshgrid(np.linspace(-1, 1, 7), np.linspace(-1, 1, 3))
        x, y = self.x + wide * self.half_width, self.y + high * self.half_height
        return np.stack([x.reshape(-1), y.reshape(-1)], axis=1)

    def holds(self, points: Float[ndarray, "n 2"]) -> Bool[ndarray, " n"]:
        """Which points it covers."""
        return (np.abs(points[:, 0] - self.x) <= self.half_width) & (
            np.abs(points[:, 1] - self.y) <= self.half_height
        )


def words_box(text: str, x: float, y: float) -> Box:
    """Around words of 9 points."""
    rows = text.split("\n")
    wide = max(len(row) for row in rows) * CHARACTER + 0.06
    return Box(x, y, wide / 2, len(rows) * LINE / 2 + 0.02)
