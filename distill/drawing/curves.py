"""Curves, points and bars with names: what most pictures of measurements are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray

from distill.drawing.picture import FAINT, INK, SERIES, Draw, whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

FEW = 10
"""Points of a picture that each have a tick of their own."""
LETTER = 0.02
"""Width of a letter above the axes, in units of theirs."""


@dataclass(frozen=True)
class Curve:
    """A line, or points.

    Attributes:
        name: for the legend; empty for none.
        series: which colour; null for a faint line behind the others.
        style: as matplotlib has it: "-", "--", ":", "o", "o-".
    """

    x: Sequence[float] | ndarray
    y: Sequence[float] | ndarray
    name: str = ""
    series: int | None = 0
    style: str = "-"


@dataclass(frozen=True)
class Mark:
    """A vertical line with a word above it."""

    at: float
    word: str


def curves(
    drawn: Sequence[Curve],
    x_label: str,
    y_label: str,
    log: str = "",
    marks: Sequence[Mark] = (),
    columns: int = 2,
) -> Draw:
    """Draw curves into one pair of axes.

    Args:
        drawn: the curves.
        x_label: below.
        y_label: beside.
        log: axes that are logarithmic: "", "x", "y" or "xy".
        marks: vertical lines.
        columns: of the legend.
    """

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for name in log:
            getattr(axes, f"set_{name}scale")("log")
        for curve in drawn:
            faint = curve.series is None
            axes.plot(
                np.asarray(curve.x),
                np.asarray(curve.y),
                curve.style,
                color=FAINT if curve.series is None else SERIES[curve.series % len(SERIES)],
                linewidth=0.7 if faint else 1.6,
                alpha=0.5 if faint else 1.0,
                markersize=4,
                label=curve.name or None,
            )
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        if "y" in log:
            _few_ticks(axes.yaxis)
        _ticks_at(axes.xaxis, [curve.x for curve in drawn], "x" in log)
        _write_marks(axes, marks)
        if any(curve.name for curve in drawn):
            figure.legend(loc="outside upper left", ncols=columns, columnspacing=1.4)

    return draw


def _write_marks(axes: Axes, marks: Sequence[Mark]) -> None:
    """Lines, and words above the axes: to the left of a line in the right half, else to the right;
    higher up where a word would run into another.
    """
    taken: list[tuple[float, float, int]] = []
    for mark in marks:
        axes.axvline(mark.at, color=INK, linewidth=0.8, linestyle=":")
    low, high = axes.transScale.transform([(end, 1.0) for end in axes.get_xlim()])[:, 0]
    for mark in marks:
        place = axes.transScale.transform((mark.at, 1.0))[0]
        left = float((place - low) / (high - low))
        wide = LETTER * len(mark.word)
        start, end = (left - wide, left) if left > 0.5 else (left, left + wide)
        rows = {row for first, last, row in taken if start < last and first < end}
        row = min({*range(len(taken) + 1)} - rows)
        taken.append((start, end, row))
        axes.annotate(
            mark.word,
            (mark.at, 1.0),
            xycoords=axes.get_xaxis_transform(),
            xytext=(0, 3 + 11 * row),
            textcoords="offset points",
            ha="right" if left > 0.5 else "left",
            color=INK,
            fontsize=9,
        )


def _ticks_at(axis: Axis, drawn: Sequence[Sequence[float] | ndarray], log: bool) -> None:
    """Ticks where points are, if those are few and short; at whole numbers, if all are whole."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    values = np.unique(np.concatenate([np.asarray(each, dtype=float) for each in drawn]))
    short = all(len(f"{value:g}") <= 4 for value in values)
    apart = np.diff(np.log(values) if log and (values > 0).all() else values)
    if len(values) <= FEW and short and len(apart) and apart.min() > apart.sum() / 16:
        axis.set_major_locator(FixedLocator(values.tolist()))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    elif log:
        _few_ticks(axis)
    elif (values == values.round()).all():
        whole(axis)


def _few_ticks(axis: Axis) -> None:
    """Numbers that do not run into each other on a logarithmic axis: 1, 2, 5 where it is short."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_minor_formatter(NullFormatter())
    axis.set_major_locator(LogLocator(numticks=6))
    low, high = axis.get_view_interval()
    if high < 100 * low:
        close = high < 5 * low
        axis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 4, 5, 7) if close else (1, 2, 5)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
