"""How a transformer over texts learned: right answers, loss, and when its heads formed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.checker.scope import many
from distill.drawing.picture import SERIES, Picture, picture
from distill.records.attempts import Attempt, shown_part, used
from distill.records.curve import TextCurve, TextPoint

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOWEST = 1e-6
"""A loss below is shown as this."""
SCORES = (
    ("prefix_matching", "prefix matching"),
    ("previous_token", "previous token"),
    ("copying", "copying"),
)


def text_training_picture(curve: TextCurve | None, attempts: tuple[Attempt, ...]) -> Picture | None:
    """The training of the network that was used; null where less than two looks were taken."""
    kept = used(attempts)
    if curve is None or kept is None:
        return None
    points = [point for point in curve.points if point.attempt == kept.number]
    if len(points) < 2:
        return None
    steps = [point.step for point in points]

    def draw(figure: Figure) -> None:
        right, loss, heads = figure.subplots(3, sharex=True)
        for values, label, look in (
            ([point.right for point in points], "whole texts", "-"),
            ([point.positions_right for point in points], "positions", "--"),
        ):
            shown = [100 * value for value in values]
            right.plot(steps, shown, look, label=label, color=SERIES[0])
        right.set(ylim=(-4, 106), ylabel="% right")
        right.legend(fontsize=8, loc="lower right")
        loss.plot(steps, [max(point.loss, LOWEST) for point in points], color=SERIES[1])
        loss.set(yscale="log", ylabel="loss")
        for place, (name, label) in enumerate(SCORES):
            told = _scores(points, name)
            if told:
                heads.plot(*zip(*told, strict=True), label=label, color=SERIES[2 + place])
        heads.set(ylim=(-0.04, 1.06), ylabel="head scores", xlabel="training step")
        if heads.lines:
            heads.legend(fontsize=8, loc="center right")
        figure.align_ylabels()

    others = len(attempts) - 1
    more = f" {others} more, trained from another seed, is not drawn." if others else ""
    last = points[-1]
    return picture(
        "training",
        "Training",
        "Fresh texts that are right at every position, and positions; the loss of a step; and the "
        "largest score of a head on random text that comes twice: attention on what followed the "
        "same token before, on the token before, and tokens that a head raises most when it looks "
        f"at them.{more}",
        f"After {many(last.step, 'step')} {shown_part(last.right)} of fresh texts are right.",
        draw,
        height=5.0,
    )


def _scores(points: list[TextPoint], name: str) -> list[tuple[int, float]]:
    """Steps and scores, where there are any."""
    both = [(point.step, getattr(point, name)) for point in points]
    return [(step, value) for step, value in both if value is not None]
