"""What a network answers over two inputs: a map, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from distill.domains.finite import Domain
from distill.drawing.colours import around, in_order, rising
from distill.drawing.heat import cells_of, drawn
from distill.drawing.maps import Plane, lines, plane_of
from distill.drawing.picture import raster, whole
from distill.drawing.png import png
from distill.networks.network import HasLogits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PALETTE = 256
"""Colours of answers, at most."""

Scale = Literal["ordered", "round", "apart"]
"""What answers are to each other: numbers in their order; numbers of which the last is next to the
first; or names that have no order."""

COLOURS = {"ordered": rising, "round": around, "apart": in_order}


@dataclass(frozen=True)
class AnswerMap:
    """The network's answers over two inputs.

    Attributes:
        rows: positions in the outputs, separated by spaces.
    """

    plane: Plane
    rows: tuple[str, ...]


def answer_map(network: HasLogits, domain: Domain) -> AnswerMap | None:
    """The answers over the first two inputs; null for a single one."""
    shown = plane_of(domain)
    if shown is None:
        return None
    plane, tokens = shown
    return AnswerMap(plane, lines(network.logits(tokens).argmax(axis=1), plane))


def answers_drawn(
    answers: AnswerMap, outputs: tuple[int, int], scale: Scale, title: str = "answer"
) -> Callable[[Figure], dict[str, bytes]]:
    """The map, with the bar that says which colour is which answer.

    Args:
        answers: the map.
        outputs: first and last value of the output.
        scale: what answers are to each other.
        title: of the bar: what colours are.
    """
    first, last = outputs
    count, plane = last - first + 1, answers.plane
    colours = COLOURS[scale](min(count, PALETTE))
    places = cells_of(answers.rows) * len(colours) // count

    def draw(figure: Figure) -> dict[str, bytes]:
        grid = figure.add_gridspec(1, 2, width_ratios=(20, 1))
        image = drawn(figure.add_subplot(grid[0]), plane, places, colours)
        bar = figure.add_subplot(grid[1])
        raster(bar, "bar", (0.0, 1.0, first - 0.5, last + 0.5))
        bar.set_xlim(0, 1)
        bar.set_ylim(first - 0.5, last + 0.5)
        bar.set_xticks([])
        whole(bar.yaxis)
        bar.yaxis.tick_right()
        bar.grid(visible=False)
        bar.set_title(title, fontsize=9)
        every = np.arange(len(colours), dtype=np.uint8)[::-1, None]
        return {"cells": image, "bar": png(every, colours)}

    return draw


def scale_said(scale: Scale, outputs: tuple[int, int]) -> str:
    """What the colours of a map of answers go by, as a sentence.

    Args:
        scale: what answers are to each other.
        outputs: first and last value of the output.
    """
    first, last = outputs
    if scale == "ordered":
        return f"Colours go from dark to light with the answer, from {first} to {last}."
    if scale == "round":
        return (
            f"Colours go round once, as answers do modulo {last - first + 1}: that of {last} is "
            f"next to that of {first}."
        )
    return "Every element has a colour of its own."
