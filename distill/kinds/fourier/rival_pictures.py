"""Pictures of a mechanism beside its rivals: decoys, and the two ways to compute with a circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.checker.located import DECOY
from distill.drawing.picture import FAINT, SERIES, Picture, picture
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.records.report import DECOY_AGREES, ISOLATED, Report

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


def isolated(report: Report, mechanism: FourierMechanism) -> Picture | None:
    """Every frequency alone, under what the program makes of it; null where all are clocks."""
    rows = report.each(ISOLATED)
    forms = {str(wave.frequency): wave.form for wave in mechanism.waves}
    if all(row.note == forms[k] == "clock" for k, row in rows.items()):
        return None

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        places = range(len(rows))
        clock = [max(row.value or 0, 0) for row in rows.values()]
        pizza = [max(row.decoy or 0, 0) for row in rows.values()]
        left, right = [x - 0.19 for x in places], [x + 0.19 for x in places]
        axes.bar(left, clock, width=0.34, color=SERIES[0], label="clock: constant")
        axes.bar(
            right,
            pizza,
            width=0.34,
            color=SERIES[1],
            label="pizza: |cos(πkd/p)|",
            hatch="//",
            edgecolor=FAINT,
            linewidth=0,
        )
        axes.set_xticks(list(places), [f"{k}\n{forms[k]}" for k in rows])
        axes.set_ylim(0, 1.05)
        axes.set_ylabel("R²")
        axes.grid(visible=False, axis="x")
        figure.legend(loc="outside upper left", ncols=2)

    listed = "; ".join(
        f"frequency {k}: a constant {row.value or 0:.3f}, |cos| {row.decoy or 0:.3f}; in the "
        f"program a {forms[k]}"
        for k, row in rows.items()
    )
    return picture(
        "isolated",
        "Each frequency alone",
        "How the size of each wave depends on the difference d of the inputs, when the embedding "
        "holds that frequency alone: not at all (clock), or as |cos(πkd/p)| (pizza). Below stands "
        "what the program makes of it: where all act together, they can make up for each other.",
        listed[0].upper() + listed[1:] + ".",
        draw,
    )
