"""Where a page has no chart of how a network learned: why not, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from distill.checker.scope import many
from distill.drawing.picture import Picture
from distill.records.curve import Curve
from distill.runs.store import RunRecord

TRAINING = "training"
"""The name of every picture that shows how a network learned."""


def no_chart_said(
    record: RunRecord, curve: Curve | None, pictures: Iterable[Picture]
) -> str | None:
    """Why there is no chart of the training; null where there is one, or where none took place.

    A curve takes two looks at a network while it learns. Fits by least squares are looked at when
    they end, and networks that are right at once have ended by the second look.
    """
    if not record.attempts or any(picture.name == TRAINING for picture in pictures):
        return None
    if curve is None or not curve.points:
        return "No chart of the training: nothing was kept of its way."
    made = record.used
    if made is None:
        return "No chart of the training: no network was looked at twice while it learned."
    ended = f", when its training ended after {many(made.steps, 'step')}" if made.steps else ""
    return (
        "No chart of the training: a curve takes two looks at a network while it learns, and the "
        f"one that was used was looked at once{ended}."
    )
