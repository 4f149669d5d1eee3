"""Whether the network holds the program's variables: every test beside its best decoy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.checker.located import VARIABLE
from distill.drawing.picture import BAD, FAINT, GOOD, SURFACE, Picture, picture
from distill.drawing.rounded import figure_text
from distill.records.report import Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TESTED = {"exchange": "interchange_accuracy", "move": "moved_accuracy"}
"""Rows beside those of the variables, by what they are called here."""

VARIABLES = 6
"""Variables that are listed; of more, those that are read worst."""


def located_picture(report: Report) -> Picture | None:
    """The tests of the inside with their decoys; null where none was made."""
    tested = {name: row for name, row in report.each(VARIABLE).items() if row.value is not None}
    worst = sorted(tested, key=lambda name: tested[name].value or 0.0)[:VARIABLES]
    named = {f"read {name}": row for name, row in tested.items() if name in worst}
    named |= {words: row for words, name in TESTED.items() if (row := report.figure(name))}
    rows = [
        (words, row.value, row.decoy, row.needs)
        for words, row in named.items()
        if row.value is not None
    ]
    if not rows:
        return None

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for place, (_, value, decoy, bound) in enumerate(rows):
            for up, number, colour in ((-0.19, value, GOOD), (0.19, decoy, BAD)):
                if number is None:
                    axes.text(0.01, place + up, "no decoy", va="center", fontsize=9, color=FAINT)
                    continue
                axes.barh(place + up, max(0.0, number), 0.34, color=colour)
                axes.text(
                    *(max(0.0, number) + 0.02, place + up, figure_text(number)),
                    va="center",
                    fontsize=9,
                    bbox={"facecolor": SURFACE, "edgecolor": "none", "pad": 0.5},
                )
            if bound is not None:
                axes.plot([bound, bound], [place - 0.42, place + 0.42], color=FAINT, linestyle=":")
        axes.set(xlim=(0, 1.14), ylim=(len(rows) - 0.45, -0.55))
        axes.set_yticks(range(len(rows)), [name for name, *_ in rows])
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        handles = [
            axes.barh([-9], [0], color=colour, label=label)
            for colour, label in ((GOOD, "the program's"), (BAD, "best decoy"))
        ]
        handles += axes.plot([], [], color=FAINT, linestyle=":", label="needed")
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=9)

    said = "; ".join(
        f"{name} {value:.3f}"
        + ("" if decoy is None else f" (decoy {decoy:.3f})")
        + ("" if bound is None else f", needed {bound}")
        for name, value, decoy, bound in rows
    )
    hidden = len(tested) - len(worst)
    rest = f" {hidden} more variables are read better than those shown." if hidden else ""
    verdict = "located" if report.located else "not located"
    return picture(
        "located",
        "Where the program's variables are",
        "R² of reading each variable from the hidden state on sequences not fitted, and the part "
        "of continuations right after hidden states are exchanged or moved. A wrong explanation, "
        f"put through the same tests, must fail. The variables are {verdict}.{rest}",
        f"Tests of the inside, {verdict}: {said}.",
        draw,
        height=0.9 + 0.5 * len(rows),
    )
