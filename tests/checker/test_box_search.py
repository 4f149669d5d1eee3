"""The search for the largest deviation over a box looks at its corners, and stays inside."""

import numpy as np

from distill.checker.box_search import furthest

LOW, HIGH = np.array([0.5, 1.0]), np.array([2.0, 3.0])


def test_what_is_apart_in_a_corner_alone_is_found():
    def apart(points):
        return (points == np.array([2.0, 1.0])).all(axis=1).astype(float)

    ends, seen = furthest(apart, np.array([[1.0, 2.0]]), LOW, HIGH, 1)
    assert ends[0].tolist() == [2.0, 1.0]
    assert seen > 5


def test_no_point_is_outside_and_the_furthest_is_first():
    asked = []

    def apart(points):
        asked.append(points)
        return points.sum(axis=1)

    ends, seen = furthest(apart, np.array([[1.0, 2.0], [1.9, 2.9]]), LOW, HIGH, 1)
    points = np.concatenate(asked)
    assert seen == len(points)
    assert ((points >= LOW) & (points <= HIGH)).all()
    assert ends[0].tolist() == [2.0, 3.0]
    assert (np.diff(ends.sum(axis=1)) <= 0).all()
