"""Names beside points are outside of them all, and do not run into each other."""

from math import atan2, cos, dist, hypot, pi, sin

import numpy as np
import pytest

from distill.drawing.beside import OUTSIDE, names_outside

WIDTH = 0.2
"""Of a name of two digits, in parts of the distance of names from the centre."""


def circle(values, modulus, k):
    turns = [2 * pi * k * value / modulus for value in range(values)]
    return [cos(turn) for turn in turns], [sin(turn) for turn in turns]


@pytest.mark.parametrize(
    ("x", "y"),
    [
        circle(113, 113, 1),
        circle(23, 23, 11),
        circle(24, 24, 12),  # two places for all values
        ([0.0] * 5, [0.0] * 5),
        tuple(np.random.default_rng(3).normal(size=(2, 23)).tolist()),
    ],
    ids=["neighbours", "opposite", "two places", "nowhere", "no circle"],
)
def test_names_stand_outside_and_apart(x, y):
    places = names_outside(x, y, 4)
    reach = max(map(hypot, x, y)) or 1.0
    assert len(places) == 4
    for number, place in enumerate(places):
        assert hypot(*place) >= min(OUTSIDE, 1.0) * reach - 1e-9
        assert all(dist(place, point) > 0.15 * reach for point in zip(x, y, strict=True))
        assert all(dist(place, other) > WIDTH * hypot(*place) for other in places[:number])


def test_names_with_room_stand_in_the_direction_of_their_points():
    x, y = circle(4, 4, 1)
    for place, point in zip(names_outside(x, y, 4), zip(x, y, strict=True), strict=True):
        assert atan2(*place) == pytest.approx(atan2(*point))
