"""Training curves by construction."""

from __future__ import annotations

from distill.records.curve import CurvePoint


def point(step, train, heldout, restricted, excluded):
    return CurvePoint(step, train, 0.0, heldout, 0.0, 1.0, restricted, excluded, (1.0,))


GROKKED = (
    point(0, 4.0, 4.0, 4.0, 4.0),
    point(100, 0.01, 9.0, 3.0, 1.0),
    point(200, 0.01, 8.0, 1.0, 3.0),
    point(300, 0.01, 4.0, 0.5, 5.0),
    point(400, 0.01, 0.01, 0.01, 6.0),
)
