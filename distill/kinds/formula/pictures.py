"""The picture of a formula: error against size, the chosen expression marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.drawing.picture import FAINT, GOOD, SERIES, Picture, Table, picture, whole
from distill.kinds.formula.exhibits import FormulaExhibits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEAST = 1e-16
"""Errors below are drawn here: the axis is logarithmic."""


def formula_pictures(exhibits: FormulaExhibits) -> tuple[Picture, ...]:
    """The trade-off, where there is more than one expression to show."""
    if len(exhibits.sizes) < 2:
        return ()
    errors = [max(error, LEAST) for error in exhibits.errors]
    size, error = exhibits.sizes[exhibits.chosen], errors[exhibits.chosen]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.semilogy(exhibits.sizes, errors, "o-", color=SERIES[0], markersize=4)
        axes.semilogy([size], [error], "o", color=GOOD, markersize=9, fillstyle="none")
        if exhibits.noise > 0:
            axes.axhline(exhibits.noise, color=FAINT, linestyle="--", linewidth=0.9)
        whole(axes.xaxis)
        axes.set_xlabel("parts of the expression")
        axes.set_ylabel("error, part of the spread")

    made = picture(
        "trade-off",
        "Error against size",
        "A dot for every expression that was met and that nothing smaller is as near as, and for "
        "those whose numbers are all exact; the one that was taken has a ring. The error is the "
        "root mean square of what an expression leaves of the network's answers. The dashed line "
        "is how far the network itself is off, by what is not smooth in that.",
        f"The expression that was taken has {size} parts and an error of {error:.2g}; the network "
        f"is off by {exhibits.noise:.2g}. "
        + "; ".join(
            f"{parts} parts: {off:.2g}"
            for parts, off in zip(exhibits.sizes, exhibits.errors, strict=True)
        ),
        draw,
        table=_table(exhibits),
    )
    return (made,)


def _table(exhibits: FormulaExhibits) -> Table:
    """The same to be read; the one that was taken was met with fitted constants before."""
    met = list(zip(exhibits.sizes, exhibits.errors, exhibits.texts, strict=True))
    taken = met[exhibits.chosen]
    kept = [
        each for place, each in enumerate(met) if place == exhibits.chosen or each[2] != taken[2]
    ]
    rows = tuple((str(size), f"{error:.2g}", text) for size, error, text in kept)
    return Table(("parts", "error", "expression"), rows, kept.index(taken), "taken")
