"""Pictures of a finite-state machine."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from distill.checker.scope import many
from distill.drawing.clouds import cloud, colours_said, side_said
from distill.drawing.graph.graph import drawing
from distill.drawing.graph.placement import Arrow, Graph
from distill.drawing.picture import FAINT, GRID, INK, SERIES, SURFACE, Picture, picture
from distill.kinds.automaton.edges import Edge, edge_text, edges_of, short_text, symbols_text
from distill.kinds.automaton.exhibits import Interchange, MachineExhibits
from distill.kinds.automaton.machine import Machine
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.automaton.states import state_names, state_order, what_names_mean
from distill.kinds.automaton.transition_grid import forgets, transition_grid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, CLOUD = 5.0, 3.4

DRAWN = 15
"""States up to which they are drawn with arrows; more are a table."""

LABELLED = 24
"""Arrows up to which words are written on them."""

COLOURED = 40
"""Arrows up to which the colours of all can be followed."""

SPELT = 700
"""Characters up to which all transitions are said in words."""

NUMBERS = 12
"""States up to which the table of exchanges says its numbers."""


def machine_pictures(
    mechanism: AutomatonMechanism, exhibits: MachineExhibits
) -> tuple[Picture, ...]:
    """In the order in which they are looked at."""
    drawn = [_machine(mechanism), _hidden(mechanism, exhibits)]
    if exhibits.interchange is not None and len(exhibits.interchange.names) > 1:
        drawn.append(_exchanges(exhibits.interchange))
    return tuple(drawn)


def _machine(mechanism: AutomatonMechanism) -> Picture:
    """As a graph, if that can be read; as a table of transitions otherwise."""
    found = state_graph(mechanism)
    if found is None:
        return transition_grid(mechanism)
    graph, caption, alternative = found
    draw, height = drawing(graph, WIDTH)
    return picture("states", "The machine", caption, alternative, draw, WIDTH, height)


def state_graph(mechanism: AutomatonMechanism) -> tuple[Graph, str, str] | None:
    """A machine as a graph that can be read, its caption, and the same in words; or null."""
    machine = mechanism.machine
    names, edges = state_names(mechanism), edges_of(machine)
    if mechanism.states > DRAWN or (forgets(machine) and len(edges) > LABELLED):
        return None  # where the input alone tells the next state arrows go from all to all
    distances = tuple(len(word) for word in mechanism.access)
    order = state_order(mechanism)
    size = f"{mechanism.states} state{'s' if mechanism.states > 1 else ''}"
    start = "The arrow from nowhere leads to the state in which it starts."
    meaning = what_names_mean(mechanism)
    spelt = "; ".join(
        f"from {names[e.source]} to {names[e.target]}: {edge_text(e, machine)}" for e in edges
    )
    said = (
        f"A machine of {size} and {many(len(machine.symbols), 'symbol')} that starts in {names[0]}."
    )
    if len(spelt) <= SPELT:
        said += f" Input → answer, {spelt}."
    if len(edges) <= LABELLED:
        arrows = _labelled(edges, machine, len(names))
        how = "On every arrow stand the inputs that lead along it, and the answer to each."
        graph = Graph(names, arrows, order, distances)
        return graph, f"{how} {start} {meaning}", said
    classes = _classes(machine)
    count, left = len(machine.symbols), ""
    if len(names) * len(classes) > COLOURED:
        classes = _telling(machine, classes)
        shown = sum(map(len, classes))
        if shown < count:
            inputs = " and ".join(_clipped(symbols_text(s, machine), 24) for s in classes)
            left = (
                f" Of {many(count, 'input')} only {inputs} are drawn, which suffice to reach "
                "every state."
            )
            said += f" Of its inputs the picture shows {inputs}."
    coloured = _coloured(machine, classes)
    if len(classes) <= len(SERIES) and len(coloured) <= COLOURED:
        legend = tuple(_clipped(f"reads {symbols_text(c, machine)}") for c in classes)
        how = "The colour of an arrow says which inputs lead along it; answers are left out."
        graph = Graph(names, coloured, order, distances, legend)
        return graph, f"{how}{left} {start} {meaning}", said
    return None


def _labelled(edges: tuple[Edge, ...], machine: Machine, n: int) -> tuple[Arrow, ...]:
    width, lines = {1: (46, 4), 2: (24, 3), 3: (15, 2)}.get(n, (12 if n <= 5 else 11, 2))
    return tuple(Arrow(e.source, e.target, short_text(e, machine, width, lines)) for e in edges)


def _classes(machine: Machine) -> list[tuple[int, ...]]:
    """Symbols that lead everywhere alike, together."""
    found = defaultdict[tuple[int, ...], list[int]](list)
    for symbol, column in enumerate(zip(*machine.transitions, strict=True)):
        found[column].append(symbol)
    return [tuple(symbols) for symbols in found.values()]


def _telling(machine: Machine, classes: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Symbols with which every state is reached from the start, if two or three suffice, else all.

    The first are those that reach most states by themselves.
    """
    columns = [machine.delta[:, symbols[0]] for symbols in classes]

    def reached(places: list[int]) -> int:
        seen, row = {0}, [0]
        for state in row:
            for place in places:
                target = int(columns[place][state])
                if target not in seen:
                    seen.add(target)
                    row.append(target)
        return len(seen)

    moving = [place for place, column in enumerate(columns) if (column != range(len(column))).any()]
    chosen: list[int] = []
    while len(chosen) < 3 and len(chosen) < len(moving):
        if len(chosen) > 1 and reached(chosen) == machine.states:
            break
        rest = [place for place in moving if place not in chosen]
        chosen.append(max(rest, key=lambda place: (reached([*chosen, place]), reached([place]))))
    if reached(chosen) < machine.states:
        return classes
    return [classes[place] for place in sorted(chosen)]


def _coloured(machine: Machine, classes: list[tuple[int, ...]]) -> tuple[Arrow, ...]:
    return tuple(
        Arrow(source, row[symbols[0]], series=place % len(SERIES))
        for source, row in enumerate(machine.transitions)
        for place, symbols in enumerate(classes)
    )


def _clipped(text: str, most: int = 15) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip(",") + "…"


def _hidden(mechanism: AutomatonMechanism, exhibits: MachineExhibits) -> Picture:
    view, names = exhibits.hidden, state_names(mechanism)
    met = len(set(view.groups))
    clusters = "states" if met > 1 else "state"
    order = state_order(mechanism)
    return picture(
        "hidden",
        "Hidden states",
        "Every point is the network's hidden state after a step; its colour is the state that the "
        f"machine is in then{colours_said(view, names, order)}. The ring is the start. "
        f"{side_said(view)}",
        f"Hidden states in {met} groups, one for each of the {clusters} of the machine that were "
        f"met, of {len(names)}; the picture holds {view.share:.0%} of their variance.",
        cloud(view, names, WIDTH, CLOUD, order),
        WIDTH,
        CLOUD,
    )


def _exchanges(found: Interchange) -> Picture:
    """Filled with one colour, the fuller the more continuations are right."""
    k = len(found.names)
    table = np.array([[np.nan if v is None else v for v in row] for row in found.accuracy])
    diagonal = table[np.eye(k, dtype=bool)]
    diagonal = diagonal[~np.isnan(diagonal)]
    apart = table[~np.eye(k, dtype=bool)]
    apart = apart[~np.isnan(apart)]

    def draw(figure: Figure) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        axes = figure.add_subplot()
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) - 0.5
        codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
        levels = np.rint(np.nan_to_num(table) * 10).astype(int)
        for level in np.unique(levels[levels > 0]).tolist():
            cells = np.argwhere(levels == level)[:, ::-1]
            vertices = (corners[None] + cells[:, None]).reshape(-1, 2)
            path = Path(vertices, codes * len(cells))
            # what is not all stays pale, so that its number can be read on it in either theme
            alpha = 1.0 if level == 10 else 0.45 * level / 10
            axes.add_patch(PathPatch(path, facecolor=SERIES[0], alpha=alpha, linewidth=0))
        if k <= NUMBERS:
            for (i, j), value in np.ndenumerate(table):
                text = "–" if np.isnan(value) else _part(value)
                colour = SURFACE if levels[i, j] == 10 else INK if value > 0 else FAINT
                axes.text(j, i, text, ha="center", va="center", fontsize=9, color=colour)
        every = 1 if k <= 16 else 2
        names = [_clipped(name.rpartition("=")[2], 9) for name in found.names]
        steep = max(len(name) for name in names) * k > 42
        axes.set_xticks(range(0, k, every), names[::every], rotation=90 if steep else 0, fontsize=9)
        axes.set_yticks(range(0, k, every), names[::every], fontsize=9)
        axes.set(xlim=(-0.5, k - 0.5), ylim=(k - 0.5, -0.5))
        axes.set_aspect("equal" if k > 3 else "auto")
        for edge in np.arange(k - 1) + 0.5:
            axes.axhline(edge, color=GRID, linewidth=0.6)
            axes.axvline(edge, color=GRID, linewidth=0.6)
        axes.grid(visible=False)
        axes.tick_params(length=0)
        axes.set_xlabel("state of the prefix that goes on")
        axes.set_ylabel("state of the\nhidden state put in")

    said = [f"{k} {'groups of ' if found.grouped else ''}states"]
    if len(diagonal):
        said.append(f"on the diagonal lowest {diagonal.min():.3f}, mean {diagonal.mean():.3f}")
    if len(apart):
        said.append(f"off the diagonal mean {apart.mean():.3f}")
    more = ""
    if found.grouped:
        more = f" States are grouped by {found.grouped}; on the diagonal it is the very same state."
    if found.alike is not None:
        more += (
            " Elsewhere they are about as often as the machine's two states answer alike: "
            f"{found.alike:.0%}."
        )
    if found.left_out:
        were = "1 state was" if found.left_out == 1 else f"{many(found.left_out, 'state')} were"
        more += f" {were} not met after step {found.step}."
    return picture(
        "exchanges",
        "Hidden states exchanged",
        f"After {many(found.step, 'step')} a prefix is given the hidden state of another. How many "
        "continuations are then right? On the diagonal, where both are in the same state, all "
        f"should be.{more}",
        f"Part of continuations right after an exchange of hidden states: {'; '.join(said)}.",
        draw,
        WIDTH,
        {1: 1.6, 2: 1.8, 3: 2.2}.get(k, 3.2 if k <= 6 else 4.4),
    )


def _part(value: float) -> str:
    """A part with two digits, so that only all is 1 and only none is 0."""
    if value in {0.0, 1.0}:
        return str(int(value))
    return f"{min(0.99, max(0.01, value)):.2f}".removeprefix("0")
