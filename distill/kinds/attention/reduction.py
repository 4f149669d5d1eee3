"""A graph without what nobody reads: values that all readers take alike are one value.

From the answers backwards. A reader whose table does not tell two classes of a view apart sees one;
a view of one class is not read; a variable that nobody reads is not computed. Nothing is left to
chance: tables are compared over all combinations, whether they occur or not.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.kinds.attention.graph import Graph, HeadNode, MapNode, Readout
from distill.kinds.attention.variables import Variable, View, renumbered


def reduced(graph: Graph) -> Graph:
    """The part of a graph that its answers depend on."""
    views, answers = shrunk(graph.readout.reads, graph.readout.answers)
    readout = Readout(views, answers.reshape(-1))
    nodes, merged = list[HeadNode | MapNode](), dict[int, Int[ndarray, " values"]]()
    readers = [*views]
    for node in reversed(graph.nodes):
        seen = [view for view in readers if view.variable == node.makes]
        if not seen:
            continue
        if isinstance(node, MapNode) or node.kind == "copy":
            merged[node.makes] = _joint(seen)
        found = _node(node, merged.get(node.makes))
        nodes.append(found)
        readers += _views(found)
    return _renamed(graph, nodes[::-1], readout, merged)


def shrunk(
    views: tuple[View, ...], table: ndarray, after: int = 0
) -> tuple[tuple[View, ...], ndarray]:
    """Views, without what a table does not tell apart, and the smaller table.

    Args:
        views: what the axes of the table are, in order.
        table: of as many cells as they tell apart, and of what is behind them.
        after: how many axes stand behind those of the views.
    """
    rest = table.shape[len(table.shape) - after :]
    cells = table.reshape(*(view.count for view in views), *rest)
    kept = list[View]()
    for view in views:
        axis = len(kept)
        rows = np.moveaxis(cells, axis, 0).reshape(view.count, -1)
        classes = renumbered(np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1))
        first = np.unique(classes, return_index=True)[1]
        if len(first) == 1:
            cells = np.take(cells, 0, axis=axis)
            continue
        cells = np.take(cells, first, axis=axis)
        kept.append(View(view.variable, classes[view.classes]))
    return tuple(kept), cells


def _node(node: HeadNode | MapNode, merged: Int[ndarray, " values"] | None) -> HeadNode | MapNode:
    """A node that makes merged values, and reads no more than it needs."""
    if isinstance(node, MapNode):
        assert merged is not None, "a map's values are merged"
        views, table = shrunk(node.reads, merged[node.table])
        return MapNode(node.makes, views, table.reshape(-1))
    selection, given = node.selection, node.given
    if merged is not None:
        given = merged[given.astype(np.int64)].astype(float)
    values, given = shrunk(node.values, given) if node.values else ((), given)
    shape = [view.count for view in selection.queries]
    chosen = selection.chosen
    queries, table = shrunk(selection.queries, chosen.reshape(*shape, chosen.shape[1]), after=1)
    flat = table.reshape(-1, chosen.shape[1])
    keys, table = shrunk(selection.keys, flat.T.reshape(*_counts(selection.keys), -1), after=1)
    chosen = table.reshape(-1, len(flat)).T
    return replace(
        node,
        selection=replace(selection, queries=queries, keys=keys, chosen=chosen),
        values=values,
        given=given.reshape(-1),
        otherwise=float(merged[0]) if merged is not None else node.otherwise,
    )


def _counts(views: tuple[View, ...]) -> list[int]:
    return [view.count for view in views]


def _views(node: HeadNode | MapNode) -> list[View]:
    if isinstance(node, MapNode):
        return [*node.reads]
    return [*node.selection.queries, *node.selection.keys, *node.values]


def _joint(views: list[View]) -> Int[ndarray, " values"]:
    """What all readers together tell apart."""
    joint = np.zeros(len(views[0].classes), dtype=np.int64)
    for view in views:
        joint = renumbered(joint * view.count + view.classes)
    return joint


def _renamed(
    graph: Graph,
    nodes: list[HeadNode | MapNode],
    readout: Readout,
    merged: dict[int, Int[ndarray, " values"]],
) -> Graph:
    """Variables with their merged values, numbered without those that are not computed."""
    kept = [0, 1, *(node.makes for node in nodes)]
    place = {old: new for new, old in enumerate(kept)}
    variables = list[Variable]()
    for old in kept:
        variable = graph.variables[old]
        if old in merged:
            first = np.unique(merged[old], return_index=True)[1]
            variable = Variable(
                variable.vectors[first],
                tuple(variable.labels[value] for value in first),
                tuple(merged[old][rows] for rows in variable.along),
            )
        variables.append(variable)

    def moved(views: tuple[View, ...]) -> tuple[View, ...]:
        found = list[View]()
        for view in views:
            classes = view.classes
            if view.variable in merged:
                first = np.unique(merged[view.variable], return_index=True)[1]
                classes = classes[first]
            found.append(View(place[view.variable], classes))
        return tuple(found)

    made = list[HeadNode | MapNode]()
    for node in nodes:
        if isinstance(node, MapNode):
            made.append(replace(node, makes=place[node.makes], reads=moved(node.reads)))
            continue
        selection = replace(
            node.selection,
            queries=moved(node.selection.queries),
            keys=moved(node.selection.keys),
        )
        made.append(
            replace(node, makes=place[node.makes], selection=selection, values=moved(node.values))
        )
    answered = Readout(moved(readout.reads), readout.answers)
    return Graph(variables, tuple(made), answered, graph.lengths)
