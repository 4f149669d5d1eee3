"""Bars over frequencies, and profiles with their middle in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.drawing.picture import FAINT, SERIES, whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def bars(axes: Axes, heights: tuple[float, ...], keys: tuple[int, ...]) -> None:
    """A bar for every frequency 1, 2, ...; the key frequencies in colour, with their numbers."""
    key = [k for k in keys if k <= len(heights)]
    rest = [k for k in range(1, len(heights) + 1) if k not in keys]
    axes.vlines(rest, 0, [heights[k - 1] for k in rest], color=FAINT, linewidth=2)
    axes.vlines(key, 0, [heights[k - 1] for k in key], color=SERIES[0], linewidth=4)
    levels = _levels(sorted(key), heights)
    for k in key:
        axes.annotate(
            str(k),
            (k, heights[k - 1]),
            xytext=(0, 2 + LINE * levels[k]),
            textcoords="offset points",
            ha="center",
            fontweight="bold",
        )
    axes.set_xlim(0, len(heights) + 1)
    axes.set_ylim(0, (1.25 + 0.15 * max(levels.values(), default=0)) * max([*heights, 1e-9]))
    axes.grid(visible=False, axis="x")
    whole(axes.xaxis)


LINE, WIDE = 11, 0.055
"""Height of a number above its bar, in points; its width, in parts of all frequencies."""


def _levels(keys: list[int], heights: tuple[float, ...]) -> dict[int, int]:
    """How many lines above its bar each number stands, so that none covers its neighbour."""
    levels: dict[int, int] = {}
    top = max([*heights, 1e-9])
    for k in keys:
        level, close = 0, [o for o in levels if k - o < WIDE * len(heights)]
        high = {o: heights[o - 1] / top + 0.15 * levels[o] for o in close}
        while any(abs(heights[k - 1] / top + 0.15 * level - high[o]) < 0.14 for o in close):
            level += 1
        levels[k] = level
    return levels


WINDOW = 12
"""Steps on both sides of the answer that are drawn: of more, a line is a comb of spikes."""


def near_zero(*profiles: tuple[float, ...]) -> tuple[list[int], list[list[float]]]:
    """Profiles near the answer, which stands in the middle, and the steps from it."""
    steps, whole = around_zero(*profiles)
    shown = [place for place, step in enumerate(steps) if abs(step) <= WINDOW]
    return [steps[n] for n in shown], [[line[n] for n in shown] for line in whole]


def window_said(outputs: int) -> str:
    """A sentence about what is left out of a window; nothing where that is nothing."""
    if outputs <= 2 * WINDOW + 1:
        return ""
    return f" Of {outputs:,} outputs those within {WINDOW} steps are drawn."


def around_zero(*profiles: tuple[float, ...]) -> tuple[list[int], list[list[float]]]:
    """Profiles over 0, ..., p - 1 with the answer in the middle, and the steps from it."""
    p = len(profiles[0])
    steps = [step - p // 2 for step in range(p)]
    return steps, [[profile[step % p] for step in steps] for profile in profiles]
