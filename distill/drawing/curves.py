"""Curves, points and bars with names: what most pictures of measurements are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy import ndarray

from distill.drawing.picture import FAINT, INK, SERIES, Draw

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure


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
    """A vertical line with a word at its top."""

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
        for name in log:
            _few_ticks(axes.xaxis if name == "x" else axes.yaxis)
        for place, mark in enumerate(marks):
            axes.axvline(mark.at, color=INK, linewidth=0.8, linestyle=":")
            axes.text(
                mark.at,
                0.98 - 0.08 * place,  # below the word before: marks may be close
                f" {mark.word}",
                transform=axes.get_xaxis_transform(),
                va="top",
                color=INK,
                fontsize=9,
            )
        if any(curve.name for curve in drawn):
            figure.legend(loc="outside upper left", ncols=columns, columnspacing=1.4)

    return draw


def _few_ticks(axis: Axis) -> None:
    """Numbers that do not run into each other on a logarithmic axis: 1, 2, 5 where it is short."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_minor_formatter(NullFormatter())
    axis.set_major_locator(LogLocator(numticks=6))
    low, high = axis.get_view_interval()
    if high < 100 * low:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
