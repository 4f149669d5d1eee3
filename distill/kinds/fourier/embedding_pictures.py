"""Pictures of an embedding: which frequencies it holds, and the circles of the key frequencies."""

from __future__ import annotations

from itertools import islice, zip_longest
from math import hypot
from typing import TYPE_CHECKING

from distill.checker.scope import many
from distill.drawing.beside import names_outside
from distill.drawing.colours import around, hexadecimal
from distill.drawing.picture import (
    FAINT,
    GRID,
    INK,
    SURFACE,
    Draw,
    Panel,
    Picture,
    panelled,
    picture,
)
from distill.drawing.spectrum import bars
from distill.kinds.fourier.embedding_exhibits import CIRCLES, Circle, EmbeddedInput
from distill.kinds.fourier.exhibits import FourierExhibits
from distill.kinds.fourier.mechanism import FourierMechanism

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABELLED = 4
"""Values that are named on a circle, and joined: the first ones, so that the step is seen."""

PANEL_TEXT = 11
"""Of text beside a circle: two circles stand side by side on a phone."""

ROUND = 0.9
"""Part of what is seen that lies on a circle, from which it looks like one."""

ROWS = 3
"""Inputs whose embedding's spectrum is drawn at most."""


def spectrum(mechanism: FourierMechanism, exhibits: FourierExhibits) -> Picture:
    """What embedding and logits hold of every frequency."""
    keys = mechanism.key_frequencies
    embedded = exhibits.embedding[:ROWS]
    rows = [
        (f"embedding of {' and '.join(each.names)}", "part of variance", each.shares)
        for each in embedded
    ]
    rows.append(("logits", "amplitude", exhibits.amplitudes))

    def draw(figure: Figure) -> None:
        parts = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
        for axes, (title, unit, heights) in zip(parts, rows, strict=True):
            bars(axes, heights, keys)
            axes.set_title(title, loc="left")
            axes.set_ylabel(unit)
        parts[-1].set_xlabel("frequency (turns per modulus)")

    inside = [
        f"{each.keys_share:.0%} of the variance of the embedding of "
        f"{' and '.join(each.names)} lies in their planes"
        for each in embedded
        if each.keys_share is not None
    ]
    sizes = ", ".join(f"{k}: {exhibits.amplitudes[k - 1]:.3g}" for k in keys)
    others = [size for k, size in enumerate(exhibits.amplitudes, 1) if k not in keys]
    return picture(
        "spectrum",
        "Which frequencies it uses",
        "Every frequency, from slow to fast; in colour, with their numbers, those of the "
        f"program. {_standing_out([exhibits.amplitudes[k - 1] for k in keys], others)} "
        + (
            f"{inside[0][0].upper()}{inside[0][1:]}."
            if inside
            else ""
            if embedded
            else "No embedding is shown: the network has none that could be read."
        ),
        f"Of {len(exhibits.amplitudes)} frequencies the program uses {len(keys)}. Their "
        f"amplitudes in the logits are {sizes}"
        + (f"; the largest of the others is {max(others):.3g}. " if others else ". ")
        + ("; ".join(inside) + "." if inside else ""),
        draw,
        height=1.0 + 1.35 * len(rows),
    )


def _standing_out(program: list[float], others: list[float]) -> str:
    """How far the program's frequencies are above the others in the logits."""
    least, most = min(program), max(others, default=0.0)
    if not others:
        return "There are no others."
    if least > most:
        return (
            f"In the logits the smallest of them is at {least:.3g}, the largest of all others at "
            f"{most:.2g}."
        )
    return (
        f"In the logits one that it leaves out ({most:.3g}) is larger than its smallest "
        f"({least:.3g})."
    )


def circles(mechanism: FourierMechanism, exhibits: FourierExhibits) -> Picture | None:
    """The embedding seen in the planes of the key frequencies; null where there is none."""
    by_input = [[(each, circle) for circle in each.circles] for each in exhibits.embedding]
    turn_about = [pair for pairs in zip_longest(*by_input) for pair in pairs if pair is not None]
    # the strongest are kept, and stand in the order of the other pictures
    shown = sorted(islice(turn_about, CIRCLES), key=lambda pair: pair[1].frequency)
    if not shown:
        return None
    several = len(exhibits.embedding) > 1
    panels = [
        Panel(
            _circle_title(each, circle, several),
            _circle(each, circle, mechanism.modulus, several),
            width=2.6,
            height=2.8,
        )
        for each, circle in shown
    ]
    seen = {circle.frequency for _, circle in shown}
    rest = [str(k) for k in mechanism.key_frequencies if k not in seen]
    missing = f" Not drawn: {', '.join(rest)}." if rest else ""
    named = many(min(LABELLED, *(len(circle.x) for _, circle in shown)), "value")
    fits = "; ".join(
        f"{_circle_title(each, circle, several)}: {circle.r2:.1%} of the spread"
        for each, circle in shown
    )
    return panelled(
        "circles",
        "Where the embedding puts every value",
        f"Every point is one of the {many(len(exhibits.embedding[0].circles[0].x), 'value')}, "
        "as the "
        "network embeds it, seen from the side of one frequency k. "
        + _said_of_circles([circle.r2 for _, circle in shown])
        + f" Named and joined are the first {named}: from each to the next it is k steps of "
        f"{mechanism.modulus} round the circle, and the colour says how far round a value belongs."
        + missing,
        f"How much of what is seen lies on the circle: {fits}.{missing}",
        panels,
        small=True,
    )


def _said_of_circles(fits: list[float]) -> str:
    """What is so of the circles: how much of what is seen lies on them."""
    worst = min(fits)
    if worst >= ROUND:
        return f"They lie on circles (at least {worst:.1%} of what is seen does)."
    if max(fits) < ROUND:
        return f"They do not lie on clean circles (at most {max(fits):.0%} of what is seen does)."
    return f"Some lie on circles ({max(fits):.0%} of what is seen), others hardly do ({worst:.0%})."


def _circle_title(each: EmbeddedInput, circle: Circle, several: bool) -> str:
    of = f" of {' and '.join(each.names)}" if several else ""
    return f"frequency {circle.frequency}{of}"


def _circle(each: EmbeddedInput, circle: Circle, modulus: int, several: bool) -> Draw:
    colours = [hexadecimal(colour) for colour in around(modulus)]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.set_aspect("equal")
        axes.set_axis_off()
        axes.axhline(0, color=GRID, linewidth=0.6)
        axes.axvline(0, color=GRID, linewidth=0.6)
        count = min(LABELLED, len(circle.x))
        hues = [colours[place] for place in circle.places]
        axes.scatter(circle.x, circle.y, s=14, c=hues, alpha=0.45, linewidths=0, zorder=1)
        axes.plot(circle.x[:count], circle.y[:count], color=INK, linewidth=0.9, zorder=2)
        axes.scatter(
            *(circle.x[:count], circle.y[:count]),
            s=30,
            c=hues[:count],
            edgecolors=INK,
            linewidths=0.8,
            zorder=3,
        )
        places = names_outside(circle.x, circle.y, count)
        for place, (x, y) in enumerate(places):
            axes.plot([circle.x[place], x], [circle.y[place], y], color=FAINT, linewidth=0.5)
            axes.text(
                *(x, y, str(each.first + place)),
                color=INK,
                ha="center",
                va="center",
                fontsize=PANEL_TEXT,
                bbox={"facecolor": SURFACE, "edgecolor": "none", "pad": 0.8},
            )
        reach = 1.16 * max(hypot(x, y) for x, y in places)
        axes.set_xlim(-reach, reach)
        axes.set_ylim(-reach, reach)
        axes.set_title(_circle_title(each, circle, several), fontsize=PANEL_TEXT)

    return draw
