"""How the networks of a run learned: right answers and loss, attempt by attempt."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from distill.checker.scope import many
from distill.drawing.picture import SERIES, Picture, picture
from distill.records.attempts import Attempt
from distill.records.curve import SequenceCurve, SequencePoint, attempt_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CURVES = 6
"""Trainings that are drawn: of more, the last, and that of the network that was used."""

LOWEST = 1e-8
"""A loss below is shown as this."""


@dataclass(frozen=True)
class _Told:
    """A training that is drawn.

    Attributes:
        used: whether the network of the run came of it.
    """

    name: str
    used: bool
    points: tuple[SequencePoint, ...]

    @property
    def label(self) -> str:
        """In the legend."""
        said = [*(["used"] if self.used else []), *(["one look"] if len(self.points) == 1 else [])]
        return self.name + (f" ({', '.join(said)})" if said else "")


def training_picture(curve: SequenceCurve | None, attempts: tuple[Attempt, ...]) -> Picture | None:
    """Right answers and loss while training; null where nothing was looked at twice."""
    if curve is None:
        return None
    runs = defaultdict[tuple[int, int], list[SequencePoint]](list)
    for point in curve.points:
        runs[point.attempt, point.d_hidden].append(point)
    if max((len(points) for points in runs.values()), default=0) < 2:
        return None
    every = [_told(attempt_of(points[0], attempts), points) for points in runs.values()]
    others = [each for each in every if len(each.points) > 1 and not each.used][-CURVES:]
    told = [each for each in every if each.used or each in others]

    def draw(figure: Figure) -> None:
        upper, lower = figure.subplots(2, sharex=True)
        for place, each in enumerate(told):
            steps = [point.step for point in each.points]
            alone = len(steps) == 1
            look = {
                "color": SERIES[place],
                "linewidth": 2.2 if each.used else 0.9,
                "linestyle": "" if alone else "-",
                "marker": "D" if alone else "o" if len(steps) < 12 else "",
                "markersize": 7 if alone else 4 if each.used else 2.5,
                "zorder": 3 if each.used else 2,
            }
            right = [100 * point.right for point in each.points]
            upper.plot(steps, right, label=each.label, **look)
            lower.plot(steps, [max(point.loss, LOWEST) for point in each.points], **look)
        upper.set(ylim=(-4, 106), ylabel="% right")
        lower.set(yscale="log", ylabel="loss", xlabel="training step")
        figure.align_ylabels()
        figure.legend(loc="outside lower center", ncols=2, fontsize=9)

    tried = [a for a in attempts if a.ruled_out is None]
    ruled = len(attempts) - len(tried)
    said = "; ".join(
        f"{a.kind} with {_units(a.d_hidden)}: {a.right or 0.0:.1%} right after "
        f"{many(a.steps, 'step')}" + (", discarded" if a.discarded else "")
        for a in tried
    )
    noise = any(a.reached_at is not None and a.steps > a.reached_at for a in tried)
    passed = (
        f" {ruled} smaller or simpler networks were ruled out without training." if ruled else ""
    )
    return picture(
        "training",
        "Training",
        "Part of fresh sequences right at every step, by the best network of an ensemble, and the "
        "smallest loss"
        + (", which rises again where what has learned goes on under noise." if noise else ".")
        + _used_said(told)
        + _left_out_said(every, told)
        + passed,
        f"Trained: {said}.{passed}",
        draw,
        height=3.4 + 0.2 * ((len(told) + 1) // 2),
    )


def _told(attempt: Attempt | None, points: list[SequencePoint]) -> _Told:
    units = _units(points[0].d_hidden)
    name = units if attempt is None else f"{attempt.kind}, {units}"
    return _Told(name, attempt is not None and not attempt.discarded, tuple(points))


def _used_said(told: list[_Told]) -> str:
    """What the network that was used looks like in the picture."""
    used = next((each for each in told if each.used), None)
    if used is None:
        return " No network of these was used."
    if len(used.points) == 1:
        step = used.points[0].step
        return (
            f" The diamond is the network that was used, {used.name}: it was looked at once, when "
            f"its training ended after {many(step, 'step')}."
        )
    return " The thick line is the network that was used." if len(told) > 1 else ""


def _left_out_said(every: list[_Told], told: list[_Told]) -> str:
    """How many trainings are not drawn, and why."""
    left = [each for each in every if each not in told]
    once = sum(len(each.points) == 1 for each in left)
    said = [
        *([f"{once} looked at once, when training ended"] if once else []),
        *([f"{len(left) - once} that came before"] if len(left) > once else []),
    ]
    return f" Not drawn: {' and '.join(said)}." if left else ""


def _units(count: int) -> str:
    return many(count, "unit")
