"""Where names stand beside points that lie about a centre: outside of them all, and apart."""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, hypot, pi, sin

OUTSIDE = 1.2
"""Distance of a name from the centre, in parts of that of the outermost point."""

ROOM = 0.34
"""Angle that a name of three digits takes at that distance, in radians, in a panel of a circle."""

ROUNDS = 200
"""How often neighbours are pushed apart at most."""


def names_outside(x: Sequence[float], y: Sequence[float], count: int) -> list[tuple[float, float]]:
    """Places for the names of the first points, each in the direction of its point if it can be.

    Args:
        x: of all points, about the centre.
        y: of the same.
        count: how many are named, the first ones; so few that they have room around the circle.
    """
    reach = OUTSIDE * max(map(hypot, x, y), default=0.0) or 1.0
    turns = [atan2(y[place], x[place]) for place in range(count)]
    order = sorted(range(count), key=lambda place: (turns[place], place))
    room = min(ROOM, 2 * pi / max(count, 1))
    for _ in range(ROUNDS):
        pushed = False
        for one, other in zip(order, [*order[1:], *order[:1]], strict=True):
            between = turns[other] - turns[one] + (2 * pi if other == order[0] else 0.0)
            if one != other and between < room - 1e-9:
                half = (room - between) / 2
                turns[one], turns[other] = turns[one] - half, turns[other] + half
                pushed = True
        if not pushed:
            break
    return [(reach * cos(turn), reach * sin(turn)) for turn in turns]
