"""The picture of a census: which network uses which frequency, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from distill.checker.scope import many
from distill.compare.census import Comparison
from distill.drawing.picture import FAINT, INK, SERIES, SURFACE, Picture, picture, whole
from distill.kinds.fourier.compare import Family

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS: dict[Any, dict[str, Any]] = {
    "clock": {"fillstyle": "full"},
    "pizza": {"fillstyle": "none"},
    "mixed": {"fillstyle": "left", "markerfacecoloralt": SURFACE},
    None: {"marker": "."},
}
ROW = 0.21
"""Inches for a network."""


def family_pictures(compared: Comparison, name: str) -> tuple[Picture, ...]:
    """One for every family of more than one network; their names begin with this one."""
    return tuple(
        _strip(family, [compared.runs[run].label for run in family.runs], f"{name}-{at}")
        for at, family in enumerate(compared.families)
        if len(family.runs) > 1
    )


def _strip(family: Family, labels: list[str], name: str) -> Picture:
    rows = len(labels)

    def draw(figure: Figure) -> None:
        above, below = figure.subplots(
            2, 1, sharex=True, gridspec_kw={"height_ratios": [4, max(rows, 3)], "hspace": 0.02}
        )
        _bars(above, family)
        _dots(below, family, labels)

    used = ", ".join(f"{k} by {len(runs)}" for k, runs in family.usage if len(runs) > 1)
    return picture(
        name,
        f"Key frequencies of {family.expression} mod {family.modulus}",
        "A row for each network, a dot for each of its key frequencies: a filled dot is a clock, "
        "an open one a pizza, a half-filled one a mix of both, a point not labelled. The bars "
        "count the networks that use a frequency; the dashed line is their mean.",
        f"{many(rows, 'network')} use {len(family.usage)} of {family.available} frequencies; "
        "used by more "
        f"than one: {used or 'none'}.",
        draw,
        height=1.5 + ROW * max(rows, 3),
    )


def _bars(axes: Axes, family: Family) -> None:
    axes.bar(
        [k for k, _ in family.usage],
        [len(runs) for _, runs in family.usage],
        width=0.7,
        color=SERIES[0],
    )
    axes.axhline(
        sum(len(runs) for _, runs in family.usage) / family.available,
        color=FAINT,
        linewidth=0.8,
        linestyle=(0, (4, 3)),
    )
    axes.set_ylabel("networks")
    most = max(len(runs) for _, runs in family.usage)
    axes.set_yticks(range(0, most + 1, 1 + most // 5))
    axes.grid(axis="x", visible=False)
    axes.tick_params(axis="x", length=0)


def _dots(axes: Axes, family: Family, labels: list[str]) -> None:
    for row, keys in enumerate(family.keys):
        for key in keys:
            style = {"marker": "o", "markersize": 6.5, **DOTS[key.label]}
            axes.plot([key.frequency], [row], color=INK, linestyle="", **style)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_xlim(0.2, family.available + 0.8)
    whole(axes.xaxis)
    axes.set_xlabel("frequency")
    axes.grid(axis="x", visible=False)
    axes.tick_params(axis="y", length=0)
