"""Heat maps over two inputs, as images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

from distill.drawing.colours import diverging
from distill.drawing.maps import LevelMap, Plane
from distill.drawing.picture import Panel, raster, whole
from distill.drawing.png import Colour, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def cells_of(rows: tuple[str, ...]) -> ndarray:
    """Whole numbers that are separated by spaces, row by row."""
    return np.array([[int(cell) for cell in row.split()] for row in rows])


def level_panel(plane: Plane, level: LevelMap, unit: str = "logit") -> Panel:
    """A map of real numbers, with the bar that says what its colours are: a number of this unit."""

    def draw(figure: Figure) -> dict[str, bytes]:
        grid = figure.add_gridspec(2, 1, height_ratios=(20, 1))
        axes = figure.add_subplot(grid[0])
        image = drawn(axes, plane, cells_of(level.rows), diverging())
        axes.set_title(level.name)
        bar = figure.add_subplot(grid[1])
        raster(bar, "bar", (-level.scale, level.scale, 0.0, 1.0))
        bar.set_xlim(-level.scale, level.scale)
        bar.set_ylim(0, 1)
        bar.set_yticks([])
        bar.grid(visible=False)
        bar.set_xlabel(unit)
        scale = np.arange(1, 256, dtype=np.uint8)[None, :]
        return {"cells": image, "bar": png(scale, diverging())}

    return Panel(level.name, draw, width=3.2, height=3.75)


def drawn(axes: Axes, plane: Plane, cells: ndarray, palette: Sequence[Colour]) -> bytes:
    """Axes over a plane with room for an image: the first input to the right, the second up.

    Returns:
        The image, for the name "cells".
    """
    first, second = plane.first, plane.second
    widths = [(line[-1] - line[0]) / max(len(line) - 1, 1) / 2 for line in (first, second)]
    left, right = first[0] - widths[0], first[-1] + widths[0]
    bottom, top = second[0] - widths[1], second[-1] + widths[1]
    raster(axes, "cells", (left, right, bottom, top))
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_box_aspect(1)
    axes.grid(visible=False)
    whole(axes.xaxis)
    whole(axes.yaxis)
    axes.set_xlabel(plane.names[0])
    axes.set_ylabel(plane.names[1])
    upright: UInt8[ndarray, "rows columns"] = cells.T[::-1].astype(np.uint8)
    return png(upright, palette)


def held(plane: Plane) -> str:
    """What a map holds, or leaves out, in words; empty where it shows all."""
    said = ""
    if plane.held:
        said += " with " + ", ".join(f"{name} = {value}" for name, value in plane.held)
    steps = [line[1] - line[0] for line in (plane.first, plane.second) if len(line) > 1]
    if max(steps, default=1) > 1:
        said += f", every {max(steps)}th value"
    return said
