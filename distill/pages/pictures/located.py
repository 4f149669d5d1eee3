"""Whether the network holds the program's variables: every test beside its best decoy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from distill.checker.kind import VARIABLE
from distill.drawing.picture import BAD, FAINT, GOOD, SURFACE, Picture, picture
from distill.drawing.rounded import figure_text
from distill.records.figure import Figure as Row
from distill.records.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TESTED = {"exchanged": "interchange_accuracy", "moved": "moved_accuracy"}
"""Rows beside those of the variables, by what they are called here."""

NO_DECOY = {
    "automaton": "every variable of another machine that was tried goes with the program's own",
    "recurrence": "a register is the same in every sequence",
}
"""Why a variable has no decoy, by the kind of mechanism."""

VARIABLES = 6
"""Variables that are listed; of more, those that are read worst."""


@dataclass(frozen=True)
class Test:
    """A test of the inside: what the program reached, a decoy, and what is needed."""

    name: str
    value: float
    decoy: float | None
    needs: float | None


def located_picture(report: Report) -> Picture | None:
    """The tests of the inside with their decoys; null where none was made.

    Reading a variable has an R², an experiment a part of continuations: an axis for each.
    """
    read = _tests(report.each(VARIABLE))
    worst = sorted(read, key=lambda test: test.value)[:VARIABLES]
    shown = [test for test in read if test in worst]
    rows = {words: row for words, name in TESTED.items() if (row := report.figure(name))}
    tried = _tests(rows)
    parts = [
        (unit, tests)
        for unit, tests in (("R² of reading it", shown), ("part of continuations right", tried))
        if tests
    ]
    if not parts:
        return None

    def draw(figure: Figure) -> None:
        sizes = [len(tests) + 0.6 for _, tests in parts]
        panels = figure.subplots(len(parts), 1, squeeze=False, height_ratios=sizes)[:, 0]
        for axes, (unit, tests) in zip(panels, parts, strict=True):
            _panel(axes, unit, tests)
        handles = [
            panels[0].barh([-9], [0], color=colour, label=label)
            for colour, label in ((GOOD, "the program's"), (BAD, "best decoy"))
        ]
        handles += panels[0].plot([], [], color=FAINT, linestyle=":", label="needed")
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=9)

    said = "; ".join(
        f"{prefix}{test.name} {test.value:.3f}"
        + ("" if test.decoy is None else f" (decoy {test.decoy:.3f})")
        + ("" if test.needs is None else f", needed {test.needs}")
        for prefix, tests in (("read ", shown), ("", tried))
        for test in tests
    )
    hidden, why = len(read) - len(shown), NO_DECOY.get(report.mechanism.kind)
    none = ""
    if why and any(test.decoy is None for test in shown):
        none = f" No decoy stands where {why}: such a reading is held against its bound alone."
    rest = f" {hidden} more variables are read better than those shown." if hidden else ""
    verdict = "located" if report.located else "not located"
    reads = "How well each variable is read from the hidden state by a linear map"
    does = "how often the network goes on rightly when hidden states are exchanged or moved"
    what = [text for text, tests in ((reads, shown), (does, tried)) if tests]
    told = "; ".join(what)
    return picture(
        "located",
        "Tests of the inside, beside decoys",
        f"{told[0].upper()}{told[1:]}. A wrong explanation (decoy) that passes the same test would "
        f"make it worthless. The variables are {verdict}.{none}{rest}",
        f"Tests of the inside, {verdict}: {said}.",
        draw,
        height=0.6 + 0.45 * len(parts) + 0.5 * (len(shown) + len(tried)),
    )


def _tests(rows: Mapping[str, Row]) -> list[Test]:
    """Those that could be made."""
    return [
        Test(name, row.value, row.decoy, row.needs)
        for name, row in rows.items()
        if row.value is not None
    ]


def _panel(axes: Axes, unit: str, tests: list[Test]) -> None:
    """Tests of one unit, one below the other."""
    for place, test in enumerate(tests):
        for up, number, colour in ((-0.19, test.value, GOOD), (0.19, test.decoy, BAD)):
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
        if test.needs is not None:
            ends = [place - 0.42, place + 0.42]
            axes.plot([test.needs, test.needs], ends, color=FAINT, linestyle=":")
    axes.set(xlim=(0, 1.14), ylim=(len(tests) - 0.45, -0.55), xlabel=unit)
    axes.set_yticks(range(len(tests)), [test.name for test in tests])
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
