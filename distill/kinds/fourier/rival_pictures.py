"""Clock or pizza: the two ways to compute with a circle, frequency by frequency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.drawing.picture import FAINT, SERIES, Picture, picture
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.records.report import ISOLATED, Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
        f"program {forms[k]}"
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
