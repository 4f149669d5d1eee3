"""A machine's states as a graph: arrows, words on them, and the state in which it starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.drawing.graph.arrows import STEPS, arrowhead
from distill.drawing.graph.placement import Drawn, Graph, placed
from distill.drawing.picture import FAINT, INK, SERIES, SURFACE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import PathPatch

MANY = 12
"""States beyond which that of the start has a thick border besides."""


def drawing(graph: Graph, width: float) -> tuple[Callable[[Figure], None], float]:
    """What puts the graph into a figure of a width, and the height that it needs."""
    n = len(graph.names)
    foot = 0.22 * (1 + (len(graph.legend) - 1) // 4) + 0.1 if graph.legend else 0.0
    drawn = placed(graph, width, foot + {1: 2.4, 2: 2.8, 3: 3.6, 4: 4.2}.get(n, 4.8), foot)
    low, high = _extent(drawn)
    low -= 0.05 + foot

    def draw(figure: Figure) -> None:
        figure.set_layout_engine("none")  # everything has its place already
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, width), ylim=(low, high))
        axes.set_axis_off()
        _lines(axes, graph, drawn)
        _nodes(axes, graph, drawn)
        for arrow, box in zip(graph.arrows, drawn.words, strict=True):
            if box is not None:
                axes.text(
                    *(box.x, box.y, arrow.text),
                    ha="center",
                    va="center",
                    fontsize=9,
                    zorder=5,
                    linespacing=1.1,
                    bbox={"facecolor": SURFACE, "edgecolor": "none", "pad": 0.8},
                )
        for place, said in enumerate(graph.legend):
            x = 0.15 + (place % 4) * (width - 0.2) / 4
            y = low + foot - 0.12 - 0.22 * (place // 4)
            axes.plot([x, x + 0.22], [y, y], color=SERIES[place], linewidth=2.2)
            axes.text(x + 0.3, y, said, va="center", fontsize=9)

    return draw, round(high - low, 3)


def _extent(drawn: Drawn) -> tuple[float, float]:
    """The lowest and the highest place that anything is drawn at."""
    points = np.concatenate([curve.at(STEPS[::4])[:, 1] for curve in [*drawn.curves, drawn.start]])
    boxes = [box for box in drawn.words if box is not None]
    sides = [(each.y, each.half_height + 0.04) for each in [*drawn.nodes, *boxes]]
    low, high = min(y - half for y, half in sides), max(y + half for y, half in sides)
    return min(low, float(points.min()) - 0.04), max(high, float(points.max()) + 0.04)


def _lines(axes: Axes, graph: Graph, drawn: Drawn) -> None:
    """All lines of a colour as one path, and all heads of a colour as another: small files."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    styles = [(arrow.series, arrow.weight) for arrow in graph.arrows]
    for style in sorted(set(styles), key=str):
        vertices, codes, heads = [], [], []
        for own, curve in zip(styles, drawn.curves, strict=True):
            if own == style:
                line, head = arrowhead(curve)
                vertices.append(line.controls)
                curved = Path.CURVE3 if len(line.controls) == 3 else Path.CURVE4
                codes += [Path.MOVETO] + [curved] * (len(line.controls) - 1)
                heads.append(head)
        series, weight = style
        colour = INK if series is None else SERIES[series]
        if weight < 1:
            colour = FAINT
        path = Path(_short(np.concatenate(vertices)), codes)
        axes.add_patch(
            PathPatch(
                path, fill=False, edgecolor=colour, linewidth=1.1 * max(weight, 0.7), zorder=2
            )
        )
        axes.add_patch(_heads(heads, colour))
    line, head = arrowhead(drawn.start)
    path = Path(_short(line.controls), [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    axes.add_patch(PathPatch(path, fill=False, edgecolor=INK, linewidth=1.8, zorder=4))
    axes.add_patch(_heads([head], INK))


def _heads(heads: list[Float[ndarray, "3 2"]], colour: str) -> PathPatch:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    vertices = np.concatenate([np.concatenate([head, head[:1]]) for head in heads])
    codes: Int[ndarray, " n"] = np.tile(
        [Path.MOVETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY], len(heads)
    )
    return PathPatch(Path(_short(vertices), codes), facecolor=colour, edgecolor="none", zorder=3)


def _short(vertices: Float[ndarray, "n 2"]) -> Float[ndarray, "n 2"]:
    return np.round(vertices, 3)


def _nodes(axes: Axes, graph: Graph, drawn: Drawn) -> None:
    from matplotlib.patches import FancyBboxPatch

    many = len(drawn.nodes) > MANY
    for place, (node, name) in enumerate(zip(drawn.nodes, graph.names, strict=True)):
        r = node.half_height
        axes.add_patch(
            FancyBboxPatch(
                (node.x - node.half_width, node.y - r),
                2 * node.half_width,
                2 * r,
                boxstyle=f"round,pad=0,rounding_size={r}",
                facecolor=SURFACE,
                edgecolor=INK,
                linewidth=2.4 if many and place == 0 else 1.2,
                zorder=4,
            )
        )
        axes.text(
            *(node.x, node.y, name),
            ha="center",
            va="center" if "\n" in name else "center_baseline",
            linespacing=1.05,
            fontsize=drawn.size,
            zorder=6,
        )
