"""Bars over frequencies, and profiles with their middle in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.drawing.picture import FAINT, SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def bars(axes: Axes, heights: tuple[float, ...], keys: tuple[int, ...]) -> None:
    """A bar for every frequency 1, 2, ...; the key frequencies in colour, with their numbers."""
    key = [k for k in keys if k <= len(heights)]
    rest = [k for k in range(1, len(heights) + 1) if k not in keys]
    axes.vlines(rest, 0, [heights[k - 1] for k in rest], color=FAINT, linewidth=2)
    axes.vlines(key, 0, [heights[k - 1] for k in key], color=SERIES[0], linewidth=4)
    for k in key:
        axes.annotate(
            str(k),
            (k, heights[k - 1]),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            fontweight="bold",
        )
    axes.set_xlim(0, len(heights) + 1)
    axes.set_ylim(0, 1.25 * max([*heights, 1e-9]))
    axes.grid(visible=False, axis="x")


def around_zero(*profiles: tuple[float, ...]) -> tuple[list[int], list[list[float]]]:
    """Profiles over 0, ..., p - 1 with the answer in the middle, and the steps from it."""
    p = len(profiles[0])
    steps = [step - p // 2 for step in range(p)]
    return steps, [[profile[step % p] for step in steps] for profile in profiles]
