"""Program and network along every input of a box, how far they are apart, and the training."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from distill.checker.box_draws import lines
from distill.checker.deviations import ALONG
from distill.checker.real_answers import evaluated_reals
from distill.checker.scope import at_most, many
from distill.domains.boxes import Box
from distill.drawing.picture import FAINT, SERIES, Picture, picture
from distill.programs.program import Program
from distill.records.attempts import Attempt, used
from distill.records.counts import Deviation
from distill.records.curve import BoxCurve

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_LINES = len(SERIES)
"""Inputs that are drawn: there is a colour for so many."""

DOTS = 2
"""Every so many points of the network are a dot."""


def along_picture(program: Program | None, box: Box, deviation: Deviation | None) -> Picture | None:
    """What program and network answer along every input; null where there is no program."""
    if program is None or deviation is None or any(None in row for row in deviation.along):
        return None
    low, high = np.array(box.low), np.array(box.high)
    rows = lines(low, high, ALONG)[:MOST_LINES]
    said = [evaluated_reals(program.source, points) for points in rows]
    apart = [np.array(row, dtype=float) for row in deviation.along]
    place = np.linspace(0, 1, ALONG)
    furthest = max(float(np.abs(row).max()) for row in apart[:MOST_LINES])

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for number, (name, values, off) in enumerate(
            zip(box.names[:MOST_LINES], said, apart, strict=False)
        ):
            axes.plot(place, values, color=SERIES[number], label=name)
            network = (values - off)[::DOTS]
            axes.plot(place[::DOTS], network, "o", color=SERIES[number], markersize=3.5)
        axes.set(xlabel="from the lower to the upper end of an input", ylabel="answer")
        axes.set_xticks([0, 0.5, 1], ["low", "middle", "high"])
        axes.legend(fontsize=8, title="along", title_fontsize=8)

    return picture(
        "along",
        "Along every input",
        "What the program (lines) and the network (dots) answer along every input, from end to end "
        "of its interval, the others in the middle of theirs.",
        f"Lines and dots are at most {at_most(furthest)} apart, for "
        f"{', '.join(box.names[:MOST_LINES])}.",
        draw,
    )


def deviation_picture(
    box: Box, deviation: Deviation | None, proved: float | None
) -> Picture | None:
    """How far the program is from the network along every input; null where there is no program.

    Args:
        box: the box.
        deviation: of the run.
        proved: what was proved that they are apart at most; null where nothing was.
    """
    if deviation is None or any(None in row for row in deviation.along):
        return None
    place = np.linspace(0, 1, ALONG)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        rows = zip(box.names[:MOST_LINES], deviation.along, strict=False)
        for number, (name, off) in enumerate(rows):
            axes.plot(place, np.array(off, dtype=float), color=SERIES[number], label=name)
        for end in (-deviation.tolerance, deviation.tolerance):
            axes.axhline(end, color=FAINT, linestyle="--", linewidth=1)
        axes.ticklabel_format(axis="y", style="sci", scilimits=(0, 0))
        axes.set(xlabel="from the lower to the upper end of an input", ylabel="program - network")
        axes.set_xticks([0, 0.5, 1], ["low", "middle", "high"])
        axes.legend(fontsize=8, title="along", title_fontsize=8)

    bound = "" if proved is None else f" Proved for the whole box: at most {at_most(proved)}."
    found = "no number" if deviation.found is None else at_most(deviation.found)
    return picture(
        "deviation",
        "Program less network",
        "How far the program is from the network along every input. Dashed: how far apart counts "
        f"as the same. The largest that a search found anywhere in the box is {found}.{bound}",
        f"The program is nowhere found further than {found} from the network, whose answers spread "
        f"over {deviation.spread:.3g} at drawn points.",
        draw,
    )


def box_training_picture(curve: Any, attempts: tuple[Attempt, ...]) -> Picture | None:
    """The training of the network that was used; null where less than two looks were taken."""
    kept = used(attempts)
    if not isinstance(curve, BoxCurve) or kept is None:
        return None
    points = [point for point in curve.points if point.attempt == kept.number]
    if len(points) < 2:
        return None
    first = max((point.step for point in points if point.optimiser == "Adam"), default=0)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for number, (optimiser, start) in enumerate((("Adam", 0), ("Levenberg-Marquardt", first))):
            own = [point for point in points if point.optimiser == optimiser]
            steps = [start + point.step for point in own]
            errors = [point.error for point in own]
            axes.plot(steps, errors, color=SERIES[number], label=optimiser)
        axes.set(yscale="log", xlabel="training step", ylabel="error")
        axes.legend(fontsize=8)

    off = points[-1].error if kept.loss is None else math.sqrt(kept.loss)
    return picture(
        "training",
        "Training",
        "Root mean square of what the network is off on the points that it is trained on, as a "
        "part of the answers' standard deviation: Adam first, then Levenberg-Marquardt.",
        f"After {many(kept.steps, 'step')} the network is off by {off:.1e} of the answers' "
        "standard deviation.",
        draw,
    )
