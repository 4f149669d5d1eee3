"""A machine of many states as a table of its transitions, in colours.

Above some number of states a graph is a tangle that shows nothing. Rows are states in the order of
the program's variables, columns inputs, and the colour of a cell is the state that comes next: a
machine that turns round a circle is stripes, one that forgets is columns of one colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.drawing.colours import in_order
from distill.drawing.picture import INK, Picture, picture, raster
from distill.drawing.png import Colour, png
from distill.kinds.automaton.edges import symbols_text
from distill.kinds.automaton.machine import Machine
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.automaton.states import state_names, state_order, what_names_mean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 5.0

MOST = 128
"""Rows, and columns, at most; of more every n-th is drawn."""

WRITTEN = 24, 12
"""Rows and columns up to which the next state is written in every cell."""

TICKS = 8
"""Names along an axis, of more than can be written."""

TINT = 110
"""Opacity of a cell that has words on it, of 255."""


def forgets(machine: Machine) -> bool:
    """Whether the input alone tells the next state, so that a table of states shows nothing."""
    return machine.states > 1 and len({*machine.transitions}) == 1


def transition_grid(mechanism: AutomatonMechanism) -> Picture:
    """The next state for every state and input; the answer, where the input alone tells the state.

    Answers of more than one number are not drawn.
    """
    order, names = state_order(mechanism), state_names(mechanism)
    place = np.empty(len(order), dtype=np.int64)
    place[list(order)] = np.arange(len(order))
    table: Int[ndarray, "states symbols"] = place[np.array(mechanism.transitions)][list(order)]
    answers = forgets(mechanism.machine)
    values, told = np.unique(np.array(mechanism.outputs)[list(order)], return_inverse=True)
    told = told.reshape(table.shape) if answers else table
    cell_names = [str(it) for it in values.tolist()] if answers else [names[at] for at in order]
    rows, columns = (np.arange(0, size, -(-size // MOST)) for size in table.shape)
    shown = told[np.ix_(rows, columns)]
    inputs = [symbols_text((symbol,), mechanism.machine) for symbol in columns.tolist()]
    states = [names[order[row]] for row in rows.tolist()]
    written = len(rows) <= WRITTEN[0] and len(columns) <= WRITTEN[1]
    palette = _palette(len(cell_names), TINT if written else 255)

    def draw(figure: Figure) -> dict[str, bytes]:
        n, k = shown.shape
        strip, axes = figure.subplots(1, 2, width_ratios=(1, 14), sharey=True)
        for each, name, span in ((strip, "own", 1), (axes, "cells", k)):
            raster(each, name, (-0.5, span - 0.5, n - 0.5, -0.5))
            each.set(xlim=(-0.5, span - 0.5), ylim=(n - 0.5, -0.5))
            each.grid(visible=False)
            each.tick_params(length=0)
        for side in ("top", "right", "left", "bottom"):
            strip.spines[side].set_visible(False)
            axes.spines[side].set_visible(False)
        if written:
            for (i, j), next_place in np.ndenumerate(shown):
                text = _short(cell_names[next_place])
                axes.text(j, i, text, ha="center", va="center", fontsize=9, color=INK)
        at = _ticks(n, written)
        strip.set_yticks(at, [_short(states[i]) for i in at], fontsize=9)
        at = _ticks(k, k <= WRITTEN[1])
        steep = max(len(inputs[j]) for j in at) > 4 and len(at) > 5
        axes.set_xticks(at, [inputs[j] for j in at], rotation=90 if steep else 0, fontsize=9)
        strip.set_xticks([])
        strip.set_ylabel("state")
        axes.set_xlabel("input")
        own = (rows * (len(palette) - 1) // max(len(order) - 1, 1))[:, None]
        cells = shown * (len(palette) - 1) // max(len(cell_names) - 1, 1)
        if answers:
            own = np.zeros_like(own)  # a state has no colour where colours are answers
        return {
            "own": png(own.astype(np.uint8), [(0, 0, 0, 0)] if answers else palette),
            "cells": png(cells.astype(np.uint8), palette),
        }

    size = f"{mechanism.states:,} states and {len(mechanism.symbols):,} inputs"
    every = zip(table.shape, ("state", "input"), strict=True)
    steps = [(-(-count // MOST), what) for count, what in every]
    some = [f"every {_nth(step)} {what}" for step, what in steps if step > 1]
    left = f" Of these {' and '.join(some)} is drawn." if some else ""
    facts = " ".join(_facts(table))
    what = (
        "The colour is that of the answer."
        if answers
        else "The colour is that of the next state; on the left each state has its own."
    )
    return picture(
        "transitions",
        "The machine's answers, as a table" if answers else "The machine, as a table",
        f"{size}: a row for each state, in order, a column for each input. {what}{left} {facts} It "
        f"starts in {names[0]}. {what_names_mean(mechanism)}",
        f"A machine of {size} that starts in {names[0]}, as a table of "
        f"{'answers' if answers else 'next states'}. {facts}",
        draw,
        WIDTH,
        min(5.2, max(2.6, 0.9 + 0.17 * len(rows))),
    )


def _facts(table: Int[ndarray, "states symbols"]) -> Iterator[str]:
    """What is so of the whole table, in sentences; nothing where nothing is."""
    states = len(table)
    own = np.arange(states)[:, None]
    turns = (table - own) % states
    if (turns == turns[:1]).all():
        yield (
            "Every input moves all states on by a number of its own, round a circle: the machine "
            "counts."
        )
        return
    if (table == table[:1]).all():
        yield "The next state is told by the input alone: nothing older is remembered."
        return
    stays = float((table == own).mean())
    if stays >= 0.1:
        yield f"In {stays:.0%} of the cells the state stays as it is."
    onto = [len(np.unique(column)) for column in table.T]
    if min(onto) == states:
        yield "No input brings two states together: nothing is forgotten."
    elif max(onto) < states / 2:
        most, kept = max(onto), f"{states:,}"
        yield f"Every input leads the {kept} states to at most {most:,}: much is forgotten."


def _palette(states: int, opacity: int) -> list[Colour]:
    colours = in_order(min(states, 256))
    return [(red, green, blue, opacity) for red, green, blue, _ in colours]


def _ticks(count: int, every: bool) -> list[int]:
    """Places along an axis that are named: all, or a few from the first to the last."""
    if every or count <= TICKS:
        return [*range(count)]
    return np.unique(np.linspace(0, count - 1, TICKS).round().astype(int)).tolist()


def _short(name: str) -> str:
    text = name.rpartition("=")[2]
    return text if len(text) <= 7 else text[:6] + "…"


def _nth(step: int) -> str:
    return {2: "second", 3: "third"}.get(step, f"{step}th")
