"""How the networks of a run learned: right answers and loss, attempt by attempt."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from distill.checker.scope import many
from distill.drawing.picture import SERIES, Picture, picture
from distill.records.attempts import Attempt
from distill.records.curve import SequenceCurve, SequencePoint

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CURVES = 6
"""Trainings that are drawn: of more, the last."""

LOWEST = 1e-8
"""A loss below is shown as this."""


def training_picture(curve: SequenceCurve | None, attempts: tuple[Attempt, ...]) -> Picture | None:
    """Right answers and loss while training; null where nothing was drawn twice."""
    if curve is None:
        return None
    runs = defaultdict[tuple[int, int], list[SequencePoint]](list)
    for point in curve.points:
        runs[point.attempt, point.d_hidden].append(point)
    if max((len(points) for points in runs.values()), default=0) < 2:
        return None
    told = [(_attempt(attempts, *key), points) for key, points in runs.items() if len(points) > 1][
        -CURVES:
    ]
    never = sum(len(points) == 1 for points in runs.values())

    def draw(figure: Figure) -> None:
        upper, lower = figure.subplots(2, sharex=True)
        for place, (attempt, points) in enumerate(told):
            steps = [point.step for point in points]
            kept = attempt is None or not attempt.discarded
            look = {
                "color": SERIES[place],
                "linewidth": 2.2 if kept else 0.9,
                "marker": "o" if len(points) < 12 else "",
                "markersize": 4 if kept else 2.5,
            }
            name = _named(attempt, points) + (" (used)" if kept and len(told) > 1 else "")
            upper.plot(steps, [100 * point.right for point in points], label=name, **look)
            lower.plot(steps, [max(point.loss, LOWEST) for point in points], **look)
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
        + (" The thick line is the network that was used." if len(told) > 1 else "")
        + (f" Of {never} more, given up at once, nothing is drawn." if never else "")
        + passed,
        f"Trained: {said}.{passed}",
        draw,
        height=3.4 + 0.2 * ((len(told) + 1) // 2),
    )


def _attempt(attempts: tuple[Attempt, ...], number: int, d_hidden: int) -> Attempt | None:
    """The training that a curve is of: the first one of its width from a number on."""
    for attempt in attempts[number:]:
        if attempt.d_hidden == d_hidden and attempt.ruled_out is None:
            return attempt
    return None


def _named(attempt: Attempt | None, points: list[SequencePoint]) -> str:
    if attempt is None:
        return _units(points[0].d_hidden)
    return f"{attempt.kind}, {_units(attempt.d_hidden)}"


def _units(count: int) -> str:
    return f"{count} unit{'s' if count > 1 else ''}"
