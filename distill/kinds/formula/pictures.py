"""The picture of a formula: error against size, the chosen expression marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.checker.scope import many
from distill.drawing.picture import FAINT, GOOD, SERIES, Picture, Table, picture, whole
from distill.kinds.formula.exhibits import FormulaExhibits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FITTED = ", its numbers fitted"
"""What an expression is that is the one that was taken but for its numbers."""

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
        f"The expression that was taken has {many(size, 'part')} and an error of {error:.2g}; "
        f"the network is off by {exhibits.noise:.2g}. "
        + "; ".join(
            f"{many(parts, 'part')}: {off:.2g}"
            for parts, off in zip(exhibits.sizes, exhibits.errors, strict=True)
        ),
        draw,
        table=_table(exhibits),
    )
    return (made,)


def _table(exhibits: FormulaExhibits) -> Table:
    """The same to be read: a row for every dot. The one that was taken was met before its numbers
    were exact ones, and is then nearer, as what is fitted is.
    """
    chosen, taken = exhibits.chosen, exhibits.texts[exhibits.chosen]
    met = zip(exhibits.sizes, exhibits.errors, exhibits.texts, strict=True)
    rows = tuple(
        (str(size), f"{error:.2g}", f"{text}{FITTED if text == taken and at != chosen else ''}")
        for at, (size, error, text) in enumerate(met)
    )
    return Table(("parts", "error", "expression"), rows, chosen, "taken")
