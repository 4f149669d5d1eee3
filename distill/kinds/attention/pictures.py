"""Pictures of a program of selections: every head's attention beside what the program chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from distill.checker.attended import is_even, taken_of
from distill.drawing.colours import diverging
from distill.drawing.picture import Draw, Panel, Picture, panelled, raster
from distill.drawing.png import png
from distill.kinds.attention.exhibits import AttentionExhibits, Beside
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.told import EVEN
from distill.kinds.attention.where import chosen_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def attention_pictures(
    mechanism: AttentionMechanism, exhibits: AttentionExhibits
) -> tuple[Picture, ...]:
    """One picture for every selection: two panels, side by side."""
    told = sorted(exhibits.selections, key=lambda beside: _order(beside, mechanism))
    first = 0 if told and _order(told[0], mechanism) < BESIDE_IT else 1
    return tuple(
        _picture(place, beside, mechanism, exhibits.text)
        for place, beside in enumerate(told, start=first)
    )


BESIDE_IT = 2
"""Where a head comes that has no more attention on its selection than even attention would have."""


def _order(beside: Beside, mechanism: AttentionMechanism) -> int:
    """Heads that look where their selections do come first, then those that look at everything."""
    part, even = _on_chosen(_cells(beside.attention), _cells(beside.chosen) > 0)
    if part > even:
        return 0
    return 1 if is_even(_step_of(beside, mechanism)) else BESIDE_IT


def _step_of(beside: Beside, mechanism: AttentionMechanism) -> dict[str, Any]:
    return next(step for step in mechanism.data if step["name"] == beside.name)


def _picture(
    place: int, beside: Beside, mechanism: AttentionMechanism, text: tuple[int, ...]
) -> Picture:
    step = _step_of(beside, mechanism)
    by = chosen_words(step) or f"the positions j with {step['by']}"
    counted = f" This head {EVEN}." if is_even(step) else ""
    layer, head = beside.head
    where = _called(layer, head)
    also = [_called(*one) for one in beside.others]
    more = f" It was found in {len(also)} more: {', '.join(also)}." if also else ""
    attention, chosen = _cells(beside.attention), _cells(beside.chosen) * 255
    op, narrows = taken_of(step, mechanism.data)
    taken = f"the positions that its variable {beside.name} chooses"
    if narrows is not None:
        taken = f"where it takes a value from: of {taken} {NARROWED[op]}"
    return panelled(
        f"attention-{place}",
        f"{where[0].upper()}{where[1:]}, beside {by}",
        "Along one text: on the left how much every position (a row) attends to every other (a "
        f"column), on the right, for the program, {taken}. What is not "
        f"on the left is on the token before the text. {_at_a_glance(attention, chosen > 0)}"
        f"{counted}{more}",
        f"Along the text {' '.join(map(str, text))} {_shared(attention, chosen > 0, where)}.",
        (
            Panel(f"attention of {where}", _draw(attention, text, "attention")),
            Panel(f"selection {beside.name}", _draw(chosen, text, beside.name)),
        ),
        small=True,
    )


NARROWED = {
    "least": "those of the smallest value",
    "greatest": "those of the largest value",
    "copy": "the last",
    "copy_first": "the first",
}
"""Of chosen positions those that a value is taken from, by the aggregation."""


def _on_chosen(attention: np.ndarray, chosen: np.ndarray) -> tuple[float, float]:
    """The part of a head's attention in the text that is on what is chosen, and that which even
    attention to the text would have there; of the rows in which something is. 0 where nothing is.
    """
    rows = chosen.any(axis=1)
    if not rows.any():
        return 0.0, 0.0
    whole = attention[rows].sum()
    part = attention[rows][chosen[rows]].sum() / whole if whole else 0.0
    return float(part), float(chosen[rows].mean())


def _at_a_glance(attention: np.ndarray, chosen: np.ndarray) -> str:
    """How much of what is on the left is where the right is."""
    if not chosen.any():
        return "Nothing is chosen along this text."
    part, even = _on_chosen(attention, chosen)
    little = "" if part > even else "The head looks there no more than at the rest: "
    return (
        f"{little}{part:.0%} of the head's attention to the text is on what is drawn on the right; "
        f"even attention would have {even:.0%} there."
    )


def _shared(attention: np.ndarray, chosen: np.ndarray, where: str) -> str:
    """The same for somebody who does not see it."""
    if not chosen.any():
        return f"nothing is chosen for {where} to look at"
    part, even = _on_chosen(attention, chosen)
    return (
        f"{part:.0%} of the attention of {where} to the text is on positions that are drawn on the "
        f"right, in the rows that have some; even attention has {even:.0%} there"
    )


def _called(layer: int, head: int) -> str:
    return f"head {head} of layer {layer}"


def _cells(rows: tuple[str, ...]) -> np.ndarray:
    return np.array([[int(cell) for cell in row.split()] for row in rows])


def _draw(cells: np.ndarray, text: tuple[int, ...], title: str) -> Draw:
    def draw(figure: Figure) -> dict[str, bytes]:
        axes: Axes = figure.add_subplot()
        length = len(text)
        raster(axes, "cells", (-0.5, length - 0.5, length - 0.5, -0.5))
        axes.set_xlim(-0.5, length - 0.5)
        axes.set_ylim(length - 0.5, -0.5)
        axes.set_box_aspect(1)
        axes.grid(visible=False)
        axes.set_xticks(range(length), list(map(str, text)))
        axes.set_yticks(range(length), list(map(str, text)))
        axes.set_title(title)
        shades = (128 + np.rint(cells * 127 / 255)).astype(np.uint8)
        return {"cells": png(shades, diverging())}

    return draw
