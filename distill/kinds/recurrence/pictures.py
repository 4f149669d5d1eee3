"""Pictures of an integer recurrence: its registers in the hidden state, and one sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from distill.drawing.picture import FAINT, SERIES, Picture, picture, whole
from distill.drawing.rounded import figure_text
from distill.kinds.recurrence.exhibits import DecodedPairs, RecurrenceExhibits
from distill.records.figure import Figure as Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 3
SEEN = 0.001
FAR = 200.0
"""Ratio of the largest to the median value beyond which a scale is logarithmic."""


def recurrence_pictures(
    exhibits: RecurrenceExhibits, read: Mapping[str, Row]
) -> tuple[Picture, ...]:
    """In the order in which they are looked at.

    Args:
        exhibits: what they show.
        read: the rows of the report about the program's variables, by variable.
    """
    followed = _followed(exhibits)
    return (followed, _decoded(exhibits, read)) if exhibits.variables else (followed,)


def _decoded(exhibits: RecurrenceExhibits, read: Mapping[str, Row]) -> Picture:
    """One panel for each variable."""
    pairs = exhibits.variables
    columns = min(COLUMNS, len(pairs))
    rows = -(-len(pairs) // columns)

    def draw(figure: Figure) -> None:
        grid = figure.subplots(rows, columns, squeeze=False).reshape(-1)
        for axes in grid[len(pairs) :]:
            axes.set_axis_off()
        for axes, pair in zip(grid, pairs, strict=False):
            _panel(axes, pair, read.get(pair.name))
        figure.supxlabel("value in the program", fontsize=10)
        figure.supylabel("read from the network", fontsize=10)

    said = "; ".join(
        f"{name}: R² {row.value:.3f}" + ("" if row.decoy is None else f", decoy {row.decoy:.3f}")
        for name, row in read.items()
        if row.value is not None
    )
    more = f" {exhibits.left_out} more are not shown." if exhibits.left_out else ""
    worst = max(float(np.abs(np.array(p.true) - np.array(p.decoded)).max()) for p in pairs)
    return picture(
        "registers",
        "The program's variables in the network",
        "A linear map reads every variable from the hidden state, on sequences that it was not "
        "fitted on: on the line it reads the program's very value. R² leaves out what the number "
        f"of the step alone would tell.{more}",
        f"Read against true values: {said}. The furthest is {_off(worst)} from its value.",
        draw,
        5.0,
        2.9 if columns == 1 else 2.5 * rows if columns == 2 else 2.1 * rows + 0.2,
    )


def _panel(axes: Axes, pair: DecodedPairs, measured: Row | None) -> None:
    both = np.array([*pair.true, *pair.decoded])
    low, high = float(both.min()), float(both.max())
    axes.axline((low, low), (high, high), color=FAINT, linewidth=0.8)
    axes.plot(pair.true, pair.decoded, "o", color=SERIES[0], markersize=3, markeredgewidth=0)
    for name in _far(both):
        axes.set_xscale(name, linthresh=1)
        axes.set_yscale(name, linthresh=1)
    axes.set_title(_short(pair.name))
    if not _far(both):
        axes.locator_params(nbins=4)
    if measured is not None and measured.value is not None:
        decoy = "" if measured.decoy is None else f"\ndecoy {figure_text(measured.decoy)}"
        axes.text(
            *(0.04, 0.96, f"R² {measured.value:.3f}{decoy}"),
            transform=axes.transAxes,
            ha="left",
            va="top",
            fontsize=9,
        )


def _far(values: np.ndarray) -> tuple[str, ...]:
    """The scale that values over several orders of magnitude need."""
    sizes = np.abs(values[values != 0])
    wide = len(sizes) and float(sizes.max()) > FAR * float(np.median(sizes))
    return ("symlog",) if wide else ()


def _short(name: str, most: int = 16) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _off(distance: float) -> str:
    """A distance, where it is more than can be seen."""
    return f"{distance:.2g}" if distance >= SEEN else f"less than {SEEN}"


def _followed(exhibits: RecurrenceExhibits) -> Picture:
    """Inputs, answers and variables over the steps, one below the other."""
    seen = exhibits.followed
    steps = np.arange(1, len(seen.inputs[0]) + 1)
    names = [pair.name for pair in exhibits.variables]
    outputs = len(seen.program)
    panels = 1 + outputs + len(names)

    def draw(figure: Figure) -> None:
        figure.set_layout_engine("constrained", h_pad=0.06)
        grid = figure.subplots(panels, sharex=True, squeeze=False).reshape(-1)
        for place, (name, row) in enumerate(zip(seen.channels, seen.inputs, strict=True)):
            grid[0].plot(
                *(steps, row),
                "o:",
                color=SERIES[(2 + place) % len(SERIES)],
                markersize=4,
                linewidth=0.8,
                label=name,
            )
        whole(grid[0].yaxis)
        _named(grid[0], "input")
        if len(seen.channels) > 1:
            grid[0].legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=9)
        for place in range(outputs):
            title = "answer" if outputs == 1 else f"answer {place + 1}"
            _panel_of(grid[1 + place], title, steps, seen.program[place], seen.network[place])
        for axes, name, held, read in zip(
            grid[1 + outputs :], names, seen.registers, seen.decoded, strict=True
        ):
            _panel_of(axes, _short(name), steps, held, read)
        grid[-1].set_xlabel("step")
        grid[-1].set_xticks(steps[:: max(1, len(steps) // 10)])
        handles, labels = grid[1].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=9)
        figure.align_ylabels()

    off = max(
        float(np.abs(np.array(a) - np.array(b)).max())
        for a, b in zip(seen.program, seen.network, strict=True)
    )
    gives = "chooses" if exhibits.chooses else "gives before it rounds"
    apart = f"They are {_off(off)} apart at most."
    if exhibits.chooses:
        apart = "They agree at every step." if off == 0 else "They do not agree at every step."
    read = " Below, the program's variables and what is read in their place." if names else ""
    inputs = "; ".join(
        f"{name} = {', '.join(map(str, row))}"
        for name, row in zip(seen.channels, seen.inputs, strict=True)
    )
    answers = "; ".join(", ".join(map(str, row)) for row in seen.program)
    return picture(
        "followed",
        "One sequence, step by step",
        f"Circles are what the program computes; the line is what the network {gives}. "
        f"{apart}{read}",
        f"Inputs {inputs}; the program answers {answers}; the network's numbers are "
        f"{_off(off)} from them at most.",
        draw,
        height=0.9 + 0.82 * panels,
    )


def _panel_of(
    axes: Axes,
    title: str,
    steps: np.ndarray,
    program: tuple[int, ...],
    network: tuple[float, ...],
) -> None:
    axes.plot(steps, network, color=SERIES[0], label="network", linewidth=1.3)
    axes.plot(
        *(steps, program),
        "o",
        markerfacecolor="none",
        color=SERIES[1],
        markersize=5.5,
        markeredgewidth=1.3,
        label="program",
    )
    for name in _far(np.array([*program, *network])):
        axes.set_yscale(name, linthresh=1)
    _named(axes, title)


def _named(axes: Axes, title: str) -> None:
    """The name of a panel above its left corner: beside it there is no room."""
    axes.set_title(title, loc="left", fontsize=9, pad=2)
    axes.margins(y=0.2)
    if axes.get_yscale() == "linear":
        axes.locator_params(axis="y", nbins=3, integer=True)
