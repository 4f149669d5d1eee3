"""Pictures for the page: drawn by matplotlib, coloured by the page, the same bytes every time.

Colours are placeholders while a figure is drawn and become CSS variables afterwards, so that one
file serves light, dark and print. Text stays text. A picture is at most 5 inches wide, so that it
can be read on a phone; what needs more room is several pictures.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
class Picture:
    """A picture, with what to see in it.

    Attributes:
        name: fit for an HTML id, unique on its page.
        caption: what to see, for somebody who sees it.
        alternative: what it shows, with the figures that matter, for somebody who does not.
        svg: without a size of its own.
    """

    name: str
    title: str
    caption: str
    alternative: str
    svg: str


def picture(
    name: str,
    title: str,
    caption: str,
    alternative: str,
    draw: Callable[[Figure], None],
    width: float = 5.0,
    height: float = 2.8,
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
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        figure.patch.set_alpha(0)
        draw(figure)
        drawn = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(drawn, format="svg", metadata=nothing)
    return Picture(name, title, caption, alternative, _embedded(drawn.getvalue(), name, title))


def _embedded(svg: str, name: str, title: str) -> str:
    """An SVG for the inside of a page: ids of its own, the page's colours, a name to read aloud."""
    body = svg[svg.index("<svg") :]
    box = re.search(r'viewBox="[^"]*"', body)
    assert box is not None, "matplotlib writes a viewBox"
    body = body[body.index(">", body.index("<svg")) + 1 :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", body)
    for colour, variable in VARIABLES.items():
        body = body.replace(colour, f"var(--{variable})")
    head = f'<svg xmlns:xlink="http://www.w3.org/1999/xlink" {box.group()} role="img"'
    named = f' aria-labelledby="{name}-title"><title id="{name}-title">{escape(title)}</title>'
    return head + named + body
