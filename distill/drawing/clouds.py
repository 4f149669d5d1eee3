"""Hidden states as clouds of points, one colour for each group."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.drawing.colours import hexadecimal, in_order
from distill.drawing.graph.arrows import Box, words_box
from distill.drawing.hidden_view import HiddenView
from distill.drawing.picture import INK, SERIES, SURFACE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAMED = 15
"""Groups up to which all names are written, where there is room."""

FEW = 8
"""Names of more groups that are written, from the first to the last."""

BANDS = 16
"""Groups up to which each is held together by a band."""

TURNS = tuple(math.pi * turn / 4 for turn in (0, 1, -1, 2, -2, 3, -3, 4))
"""Ways around a place."""

MARGIN = 0.45
"""Inches around the points."""

STRETCH = 2.0
"""What is flat is stretched by this at most."""


def side_said(view: HiddenView) -> str:
    """A sentence about the side from which the hidden states are seen."""
    if view.side == "unit":
        return "The network has one hidden unit: it is the horizontal direction."
    how = {
        "apart": "They are seen from the side on which the groups stand furthest apart",
        "spread": "They are seen from the side on which they spread most",
    }[view.side]
    return f"{how} ({view.share:.0%} of their variance)."


def colours_said(
    view: HiddenView, names: tuple[str, ...], order: tuple[int, ...] | None = None
) -> str:
    """What colours are, where there are too many groups to name them all: the end of a clause."""
    present = _in_order(view, order)
    if len(present) <= NAMED:
        return ""
    first, last = names[present[0]], names[present[-1]]
    return (
        f" (colours go from that of {first} to that of {last}; a few of the {len(present)} groups "
        "are named)"
    )


def _in_order(view: HiddenView, order: tuple[int, ...] | None) -> list[int]:
    """The groups that have points, in an order."""
    present = set(view.groups)
    return [group for group in order or sorted(present) if group in present]


def cloud(
    view: HiddenView,
    names: tuple[str, ...],
    width: float,
    height: float,
    order: tuple[int, ...] | None = None,
) -> Callable[[Figure], None]:
    """Puts the points into a figure, with the name of every group where it covers least.

    A band of its colour holds a group together, where there are few groups.

    Args:
        view: the points.
        names: of the groups.
        width: of the figure, in inches.
        height: of the figure.
        order: of the groups, which their colours follow; null for that of their numbers.
    """
    groups = np.array(view.groups)
    points, begin = _placed(view, width, height)
    present = _in_order(view, order)
    own = {group: points[groups == group] for group in present}
    colours = _colours(present)
    labels = _labels(own, begin, names, width, height, _to_name(present))
    taken = np.concatenate([points, *(box.spread() for box in labels.values())])
    beside = words_box("start", 0.0, 0.0)
    ways = [np.array([math.cos(turn), math.sin(turn)]) for turn in TURNS]
    start = _best(
        [begin + np.array([0.37, 0.19]) * way for way in ways], beside, taken, width, height
    )

    def draw(figure: Figure) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        figure.set_layout_engine("none")  # everything has its place already
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, width), ylim=(0, height))
        axes.set_axis_off()
        for group, places in own.items():
            colour = colours[group]
            if len(present) <= BANDS:
                band = Path(np.round(_hull(places), 3), closed=False)
                axes.add_patch(
                    PathPatch(
                        band,
                        facecolor=colour,
                        edgecolor=colour,
                        linewidth=15,
                        joinstyle="round",
                        capstyle="round",
                        alpha=0.2,
                        gid=f"backdrop-{group}",
                    )
                )
        for group, places in own.items():
            axes.plot(
                *np.round(places, 3).T,
                "o",
                color=colours[group],
                markersize=5 if len(points) < 150 else 4,
                markeredgewidth=0,
            )
        for group, box in labels.items():
            _write(axes, names[group], box)
        axes.plot(*begin, "o", markersize=11, markerfacecolor="none", color=INK)
        _write(axes, "start", start)

    return draw


def _colours(present: list[int]) -> dict[int, str]:
    """A colour for each group: those of series, or for more groups of an order."""
    if len(present) <= len(SERIES):
        return {group: SERIES[place] for place, group in enumerate(present)}
    ordered = in_order(len(present))
    return {group: hexadecimal(ordered[place]) for place, group in enumerate(present)}


def _to_name(present: list[int]) -> list[int]:
    """The groups whose names are written: all, or a few from the first to the last."""
    if len(present) <= NAMED:
        return present
    places = np.unique(np.linspace(0, len(present) - 1, FEW).round().astype(int))
    return [present[place] for place in places.tolist()]


def _write(axes: Axes, text: str, box: Box) -> None:
    axes.text(
        *(box.x, box.y, text),
        ha="center",
        va="center",
        fontsize=9,
        bbox={"facecolor": SURFACE, "edgecolor": "none", "alpha": 0.7, "pad": 0.5},
    )


def _placed(
    view: HiddenView, width: float, height: float
) -> tuple[Float[ndarray, "n 2"], Float[ndarray, " 2"]]:
    """Points and start in inches; one unit gives every group a row of its own."""
    points = np.stack([view.x, view.y], axis=1)
    begin = np.array(view.start)
    if view.side == "unit":
        groups = np.array(view.groups)
        points[:, 1] = -np.searchsorted(np.unique(groups), groups)
        begin[1] = 1.0
    everything = np.concatenate([points, begin[None]])
    low, size = everything.min(axis=0), np.maximum(np.ptp(everything, axis=0), 1e-9)
    room = np.array([width, height]) - 2 * MARGIN
    factor = room / size
    if view.side != "unit":
        factor = np.minimum(factor, factor.min() * STRETCH)
    shift = MARGIN + (room - size * factor) / 2
    return (points - low) * factor + shift, (begin - low) * factor + shift


def _hull(points: Float[ndarray, "n 2"]) -> Float[ndarray, "k 2"]:
    """Corners around points, in order, the first one again at the end (Andrew's monotone chain)."""
    ordered = sorted(set(map(tuple, points.tolist())))
    if len(ordered) < 3:
        return np.array([ordered[0], ordered[-1]])
    chains = []
    for row in (ordered, ordered[::-1]):
        chain: list[tuple[float, ...]] = []
        for x, y in row:
            while len(chain) > 1 and (chain[-1][0] - chain[-2][0]) * (y - chain[-2][1]) <= (
                chain[-1][1] - chain[-2][1]
            ) * (x - chain[-2][0]):
                chain.pop()
            chain.append((x, y))
        chains.append(chain[:-1])
    return np.array([*chains[0], *chains[1], chains[0][0]])


def _labels(
    own: dict[int, Float[ndarray, "n 2"]],
    begin: Float[ndarray, " 2"],
    names: tuple[str, ...],
    width: float,
    height: float,
    wanted: list[int],
) -> dict[int, Box]:
    """A name at the centre of its group, or around it, where it covers least.

    A name is left out where there is no room beside those before it.
    """
    ring = begin + 0.1 * np.array([[math.cos(turn), math.sin(turn)] for turn in TURNS])
    middle = np.mean([places.mean(axis=0) for places in own.values()], axis=0)
    few = len(own) <= BANDS
    bands = {group: _along(_hull(places)) for group, places in own.items() if few}
    placed: dict[int, Box] = {}
    for group in wanted:
        places = own[group]
        size = words_box(names[group], 0.0, 0.0)
        centre = (places.min(axis=0) + places.max(axis=0)) / 2
        away = math.atan2(*(centre - middle)[::-1])
        options = [centre]
        for turn in TURNS:  # the far side first
            way = np.array([math.cos(away + turn), math.sin(away + turn)])
            reach = float(((places - centre) @ way).max()) + 0.13
            reach += size.half_width * abs(way[0]) + size.half_height * abs(way[1])
            options.append(centre + reach * way)
        taken = [places, places, ring, *(box.spread() for box in placed.values())]
        taken += [band for other, band in bands.items() if other != group]
        box = _best(options, size, np.concatenate(taken), width, height)
        if not any(box.overlap(other) for other in placed.values()):
            placed[group] = box
    return placed


def _along(corners: Float[ndarray, "k 2"]) -> Float[ndarray, "m 2"]:
    """Points along a line through corners."""
    part = np.linspace(0, 1, 8)[:, None]
    return np.concatenate([a + part * (b - a) for a, b in pairwise(corners)])


def _best(
    options: list[Float[ndarray, " 2"]],
    size: Box,
    taken: Float[ndarray, "n 2"],
    width: float,
    height: float,
) -> Box:
    """The place for words that covers least; the first of equals."""
    boxes = [Box(float(x), float(y), size.half_width, size.half_height) for x, y in options]
    costs = [
        0.1 * number
        + float(box.holds(taken).sum())
        + 100 * max(0, box.half_width - box.x, box.x + box.half_width - width)
        + 100 * max(0, box.half_height - box.y, box.y + box.half_height - height)
        for number, box in enumerate(boxes)
    ]
    return boxes[int(np.argmin(costs))]
