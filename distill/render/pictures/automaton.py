"""Pictures of a finite-state machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.exhibits import MachineExhibits
from distill.render.picture import SERIES, Picture, picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def machine_pictures(exhibits: MachineExhibits) -> tuple[Picture, ...]:
    """In the order in which they are looked at."""
    return (_hidden(exhibits),)


def _hidden(exhibits: MachineExhibits) -> Picture:
    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        colours = [SERIES[state % len(SERIES)] for state in exhibits.states]
        axes.scatter(exhibits.x, exhibits.y, s=8, c=colours, linewidths=0)

    count = len(set(exhibits.states))
    return picture(
        "hidden",
        "Hidden states",
        "Every point is the hidden state after a step; its colour is the state of the machine.",
        f"Hidden states in {count} groups, one for each state of the machine that was visited.",
        draw,
    )
