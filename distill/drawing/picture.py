"""Pictures for the page: drawn by matplotlib, coloured by the page, the same bytes every time.

Colours are placeholders while a figure is drawn and become CSS variables afterwards, so that one
file serves light, dark and print. Text stays text. A picture is at most 5 inches wide, so that it
can be read on a phone; what needs more room is several panels, which the page puts side by side
where there is room. A heat map is one image, and not a rectangle for every cell.
"""

from __future__ import annotations

import io
import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

Draw = Callable[["Figure"], Mapping[str, bytes] | None]
"""Puts axes into a figure that is empty; returns the images of its heat maps by `raster`'s name."""

INK, FAINT, GRID, SURFACE = "#010101", "#020202", "#030303", "#040404"
"""Placeholders: text and axes; what is less important; grid lines; the page itself."""

SERIES = tuple(f"#0{place}0{place}0a" for place in range(8))
"""Placeholders of the colours that tell series apart, in this order."""

GOOD, BAD = "#05050b", "#06060b"
"""Placeholders: what agrees, and what does not."""

VARIABLES = {INK: "ink", FAINT: "faint", GRID: "grid", SURFACE: "surface"} | {
    GOOD: "good",
    BAD: "bad",
    **{colour: f"series-{place}" for place, colour in enumerate(SERIES)},
}

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be found, copied and read aloud
    "svg.hashsalt": "distill",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
}


@dataclass(frozen=True)
class Table:
    """What a picture shows, to be read.

    Attributes:
        header: of the columns, the last of which is code.
        rows: a cell for each.
        marked: the row that is marked; mark: what with.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: int
    mark: str


@dataclass(frozen=True)
class Picture:
    """A picture, with what to see in it.

    Attributes:
        name: fit for an HTML id, unique on its page.
        caption: what to see, for somebody who sees it.
        alternative: what it shows, with the figures that matter, for somebody who does not.
        svg: one or several, without a size of their own.
        panels: how many these are; several are a picture that wants the whole width of the page.
        small: whether two of its panels may stand side by side on a phone.
        table: the same as a table, where reading it is of use.
    """

    name: str
    title: str
    caption: str
    alternative: str
    svg: str
    panels: int = 1
    small: bool = False
    table: Table | None = None


@dataclass(frozen=True)
class Panel:
    """One of several drawings of a picture.

    Attributes:
        title: read aloud; what is to be seen of it is drawn.
        draw, width, height: as of `picture`.
    """

    title: str
    draw: Draw
    width: float = 2.2
    height: float = 2.2


def picture(
    name: str,
    title: str,
    caption: str,
    alternative: str,
    draw: Draw,
    width: float = 5.0,
    height: float = 2.8,
    table: Table | None = None,
) -> Picture:
    """Draw a picture.

    Args:
        name: fit for an HTML id, unique on its page.
        title: a few words.
        caption: what to see.
        alternative: what it shows, for somebody who does not see it.
        draw: puts axes into a figure that is empty.
        width: in inches, at most 5: shown 360 pixels wide, its text is 10 pixels high.
        height: in inches.
        table: the same as a table.
    """
    svg = _drawn(name, Panel(title, draw, width, height))
    return Picture(name, title, caption, alternative, svg, table=table)


def panelled(
    name: str,
    title: str,
    caption: str,
    alternative: str,
    panels: Sequence[Panel],
    small: bool = False,
) -> Picture:
    """Draw a picture of several panels, which stand side by side where there is room.

    Args:
        name: this, and what follows, as of `picture`.
        title: a few words.
        caption: what to see.
        alternative: what it shows.
        panels: what is drawn.
        small: whether two of them may stand side by side on a phone.
    """
    drawn = [_drawn(f"{name}-{place}", panel) for place, panel in enumerate(panels)]
    return Picture(name, title, caption, alternative, "\n".join(drawn), len(drawn), small)


def raster(axes: Axes, name: str, extent: tuple[float, float, float, float]) -> None:
    """Leave room for an image in data coordinates: left, right, bottom, top.

    The image itself is returned by `draw` under this name.
    """
    from matplotlib.patches import Rectangle

    left, right, bottom, top = extent
    room = Rectangle((left, bottom), right - left, top - bottom, facecolor=GRID, linewidth=0)
    room.set_gid(f"raster-{name}")
    axes.add_patch(room)


def whole(axis: Axis) -> None:
    """Ticks at whole numbers alone: what is counted has no 0.5."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 2.5, 5, 10]))


def _drawn(name: str, panel: Panel) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(panel.width, panel.height), layout="constrained")
        figure.patch.set_alpha(0)
        images = panel.draw(figure) or {}
        drawn = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(drawn, format="svg", metadata=nothing)
    svg = drawn.getvalue()
    for raster_name, data in images.items():
        svg = _with_image(svg, raster_name, data)
    return _embedded(svg, name, panel.title)


def _with_image(svg: str, name: str, data: bytes) -> str:
    """With an image where room was left for it."""
    found = re.search(rf'<g id="raster-{name}">\s*<path d="([^"]*)"[^>]*/>', svg)
    assert found is not None, "a raster is drawn as a path"
    x, y = (
        [float(number) for number in re.findall(r"[-\d.]+", found.group(1))[place::2]]
        for place in (0, 1)
    )
    left, top, width, height = min(x), min(y), max(x) - min(x), max(y) - min(y)
    image = (
        f'<image x="{left:g}" y="{top:g}" width="{width:.6g}" height="{height:.6g}" '
        'preserveAspectRatio="none" style="image-rendering: pixelated" '
        f'xlink:href="data:image/png;base64,{b64encode(data).decode()}"/>'
    )
    return svg.replace(found.group(), f'<g id="raster-{name}">{image}')


def _embedded(svg: str, name: str, title: str) -> str:
    """An SVG for the inside of a page: ids of its own, the page's colours, a name to read aloud."""
    body = svg[svg.index("<svg") :]
    box = re.search(r'viewBox="[^"]*"', body)
    assert box is not None, "matplotlib writes a viewBox"
    body = body[body.index(">", body.index("<svg")) + 1 :]
    for unwanted in (r"<metadata>.*?</metadata>", r"<style.*?</style>", r" font-family: [^;]*;"):
        body = re.sub(unwanted, "", body, flags=re.DOTALL)  # fonts and joins are the page's
    body = re.sub(r"\s*\n\s*", " ", body)
    body = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", body)
    for colour, variable in VARIABLES.items():
        body = body.replace(colour, f"var(--{variable})")
    head = f'<svg class="picture" xmlns:xlink="http://www.w3.org/1999/xlink" {box.group()}'
    role = f'role="img" aria-labelledby="{name}-title"'
    return f'{head} {role}><title id="{name}-title">{escape(title)}</title>{body}'
