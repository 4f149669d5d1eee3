"""The program beside wrong explanations that went through the same test."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from distill.checker.kind import DECOY
from distill.drawing.picture import SERIES, Picture, picture
from distill.records.report import DECOY_AGREES, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


CLEARLY = 0.3
"""By how much more of the logits the program must explain to be told apart."""


def decoys(report: Report) -> Picture | None:
    """What the program and every decoy explain, and how often their arg max agrees."""
    explained, counted = report.value("logit_r2"), report.program_vs_model
    wrong = [
        (name, row.value, report.value(DECOY_AGREES + name))
        for name, row in report.each(DECOY).items()
    ]
    measured = [(name, r2, part) for name, r2, part in wrong if r2 is not None and part is not None]
    if not measured or explained is None or counted is None:
        return None
    rows = [("the program", explained, counted.agree / counted.total), *measured]
    best, _, agrees = max(measured, key=lambda decoy: decoy[2])

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2)
        _bars(left, [r2 for _, r2, _ in rows], _three, SERIES[0])
        _bars(right, [part for *_, part in rows], lambda part: f"{part:.1%}", SERIES[1])
        for place, (name, *_) in enumerate(rows):
            weight = "normal" if place else "bold"
            left.text(0, 0.47 - place, name, va="bottom", fontsize=9, fontweight=weight)
        left.set(xlabel="R² of the logits", xticks=(0, 0.5, 1))
        right.set(xlabel="part of the same answers", xticks=(0, 0.5, 1))
        right.set_xticklabels(["0%", "50%", "100%"])

    fooled = (
        f" The decoy “{best}” has the network's answer on {agrees:.1%} "
        "of all inputs and does not explain the network: agreement alone cannot tell them apart."
        if agrees > 0.5
        else ""
    )
    listed = "; ".join(f"{name}: R² {_three(r2)}, agrees on {part:.1%}" for name, r2, part in rows)
    return picture(
        "decoys",
        "The program beside wrong explanations",
        "Wrong explanations (decoys) went through the same test, on inputs that were not fitted. "
        f"{_told_apart(explained, [r2 for _, r2, _ in measured])}{fooled}",
        listed[0].upper() + listed[1:] + ".",
        draw,
        height=0.8 + 0.5 * len(rows),
    )


def _told_apart(explained: float, wrong: list[float]) -> str:
    """Whether the program explains the logits better than what is wrong."""
    best = max(wrong)
    if explained - best > CLEARLY:
        return (
            f"The program explains {_three(explained)} of the logits, the best of the others "
            f"{_three(best)}."
        )
    return (
        f"The program explains {_three(explained)} of the logits and a wrong explanation "
        f"{_three(best)}: this test does not tell them apart."
    )


def _three(value: float) -> str:
    """Three digits, and no sign where they are all 0."""
    return f"{round(value, 3) + 0.0:.3f}"


def _bars(axes: Axes, values: list[float], shown: Callable[[float], str], colour: str) -> None:
    """Bars from 0, one below the other; what is below 0 is said and not drawn."""
    for place, value in enumerate(values):
        axes.barh([0.25 - place], [max(value, 0.004)], height=0.36, color=colour)
        axes.text(max(value, 0) + 0.03, 0.25 - place, shown(value), va="center", fontsize=9)
    axes.set(xlim=(0, 1.3), ylim=(1.0 - len(values), 0.85))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
