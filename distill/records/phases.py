"""Memorisation, circuit formation, clean-up: found in a training curve by a rule that is written.

In the manner of Nanda et al. (arXiv 2301.05217, section 5.2). The network first gets better without
the key frequencies (excluded loss falls), then with them (excluded loss rises, restricted loss
falls) while held-out loss stays high, and at last what it memorised goes (held-out loss falls).

    memorisation       until excluded loss is at its lowest
    circuit formation  from there until held-out loss is below half of its peak, for good
    clean-up           from there until held-out loss is below a hundredth of its peak, for good

A curve in which these do not come one after another, or show no rise and fall, has no phases here.
"""

from __future__ import annotations

from dataclasses import dataclass

from distill.records.curve import CurvePoint, TrainingCurve

FALLING, FALLEN = 0.5, 0.01
"""Parts of the peak of held-out loss between which it is cleaned up."""

MEMORISED = 0.1
"""Train loss at the end of memorisation, as a part of what it was at the start, at most."""

ROSE, FELL = 1.5, 0.5
"""Factors of excluded and of restricted loss while the circuit forms, at least and at most."""

RULE = (
    "memorisation ends where excluded loss is lowest; clean-up begins where held-out loss is "
    "below half of its peak for good, and ends where it is below a hundredth"
)


@dataclass(frozen=True)
class Phase:
    """A part of a training, from a step to a step."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Phases:
    """The phases in order; or none, and why.

    Attributes:
        why_none: null where there are some, and where nothing was held out: phases are of how
            held-out loss falls, and are then not spoken of.
    """

    found: tuple[Phase, ...]
    why_none: str | None = None


def phases_of(curve: TrainingCurve) -> Phases:
    """The phases of a training."""
    if not curve.sampled_heldout:
        return Phases(())
    points = [point for point in curve.points if point.excluded_loss is not None]
    if curve.key_frequencies is None:
        return Phases((), "no program of waves was found, and they are told by its excluded loss")
    if len(points) < 3:
        return Phases((), "excluded loss was taken too seldom to tell them by")
    peak = max(_known(point.heldout_loss) for point in points)
    formed = _for_good(points, FALLING * peak)
    cleaned = _for_good(points, FALLEN * peak)
    if formed is None or cleaned is None:
        return Phases((), "held-out loss never fell to a hundredth of its peak for good")
    memorised = min(points, key=lambda point: _known(point.excluded_loss))
    failed = _told_apart(points[0], memorised, formed)
    if failed is not None:
        return Phases((), failed)
    edges = (points[0].step, memorised.step, formed.step, cleaned.step)
    names = ("memorisation", "circuit formation", "clean-up")
    return Phases(
        tuple(
            Phase(name, start, end)
            for name, start, end in zip(names, edges, edges[1:], strict=False)
        )
    )


def _for_good(points: list[CurvePoint], bound: float) -> CurvePoint | None:
    """The first point from which on held-out loss is below a bound."""
    first = None
    for point in reversed(points):
        if _known(point.heldout_loss) >= bound:
            break
        first = point
    return first


def _told_apart(start: CurvePoint, memorised: CurvePoint, formed: CurvePoint) -> str | None:
    """Why these are no phases, or null if they are."""
    if not start.step < memorised.step < formed.step:
        return "held-out loss fell before excluded loss was at its lowest"
    if memorised.train_loss > MEMORISED * start.train_loss:
        return "train loss was not small yet where excluded loss was lowest"
    rose = _known(formed.excluded_loss) >= ROSE * _known(memorised.excluded_loss)
    fell = _known(formed.restricted_loss) <= FELL * _known(memorised.restricted_loss)
    if not (rose and fell):
        return "excluded loss did not rise clearly, or restricted loss did not fall, in between"
    return None


def _known(loss: float | None) -> float:
    assert loss is not None, "a curve that has phases has all losses at every point"
    return loss
