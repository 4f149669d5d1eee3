"""The program beside wrong explanations that went through the same test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.checker.kind import DECOY
from distill.drawing.picture import SERIES, Picture, picture
from distill.records.report import DECOY_AGREES, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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
        axes = figure.add_subplot()
        for place, (name, r2, agreement) in enumerate(rows):
            top = -3.2 * place
            axes.text(0, top, name, va="center", fontweight="bold" if not place else "normal")
            _bar(axes, top - 0.9, r2, _three(r2), SERIES[0])
            _bar(axes, top - 1.75, agreement, f"{agreement:.1%}", SERIES[1])
        axes.barh([0], [0], color=SERIES[0], label="R² of the logits")
        axes.barh([0], [0], color=SERIES[1], label="arg max agrees")
        axes.set_xlim(0, 1.18)
        axes.set_ylim(-3.2 * len(rows) + 0.8, 0.8)
        axes.set_xticks([0, 0.5, 1])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False)
        figure.legend(loc="outside upper left", ncols=2)

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
        "Decoys went through the same test, on inputs that were not fitted. Only the program is "
        f"to explain the logits.{fooled}",
        listed[0].upper() + listed[1:] + ".",
        draw,
        height=0.7 + 0.56 * len(rows),
    )


def _three(value: float) -> str:
    """Three digits, and no sign where they are all 0."""
    return f"{round(value, 3) + 0.0:.3f}"


def _bar(axes: Axes, y: float, value: float, text: str, colour: str) -> None:
    """A bar from 0; what is below 0 is said and not drawn."""
    axes.barh([y], [max(value, 0.004)], height=0.75, color=colour)
    axes.text(max(value, 0) + 0.02, y, text, va="center", fontsize=9)
