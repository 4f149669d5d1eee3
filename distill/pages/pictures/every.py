"""The pictures of a report: those of its kind of mechanism, and those that any run has."""

from __future__ import annotations

from distill.drawing.picture import Picture
from distill.kinds.known import kind_of
from distill.kinds.refused import kind as refused
from distill.pages.spaces import drawn_of_space
from distill.records.refusal import Refusal
from distill.runs.store import Run


def pictures_of(run: Run) -> tuple[Picture, ...]:
    """Every picture that a run's files can give, in the order in which they are looked at."""
    drawn: list[Picture | None] = [*_of_mechanism(run), *drawn_of_space(run)]
    if not isinstance(run.mechanism, Refusal):
        drawn += kind_of(run.mechanism).draw_rivals(run.mechanism, run.report)
    return tuple(each for each in drawn if each is not None)


def _of_mechanism(run: Run) -> tuple[Picture, ...]:
    if isinstance(run.mechanism, Refusal):
        return refused.draw(run.exhibits, _heldout(run))
    if run.exhibits is None:
        return ()
    return kind_of(run.mechanism).draw(run.mechanism, run.exhibits, run.report)


def _heldout(run: Run) -> float | None:
    """What the network has right of inputs that it was not trained on; null if not known."""
    used = run.record.used
    return None if used is None else used.right
