"""States of which some are left for ever: walks between bounds, and phases one after another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

from distill.kinds.automaton.labelling.base import Labelling
from distill.kinds.automaton.machine import Machine

MAX_PHASED = 10
"""Up to this many states phases are looked for."""

MAX_ORDERS = 40
"""How many numberings within phases are proposed."""


def walks(machine: Machine, dead: int) -> Iterator[Labelling]:
    """One number that every symbol moves by as much, until it leaves its bounds for ever.

    The dead state is unfolded into the values outside the bounds at which the walk can end.
    """
    alive = [state for state in range(machine.states) if state != dead]
    for path in machine.delta.T:
        ways = [state for state in alive if state not in {path[s] for s in alive}]
        if len(ways) != 1:
            continue
        order = []
        while ways[0] not in {dead, *order}:
            order.append(ways[0])
            ways = [int(path[ways[0]])]
        if len(order) < len(alive):
            continue
        label = {state: place - order.index(0) for place, state in enumerate(order)}
        steps: list[set[int]] = [set() for _ in machine.symbols]
        for state in alive:
            for symbol, target in enumerate(machine.transitions[state]):
                if target != dead:
                    steps[symbol].add(label[target] - label[state])
        if any(len(step) != 1 for step in steps):
            continue
        step = [next(iter(sizes)) for sizes in steps]
        ends = {
            label[state] + step[symbol]
            for state in alive
            for symbol, target in enumerate(machine.transitions[state])
            if target == dead
        }
        if ends & set(label.values()):
            continue
        values = [*(label[state] for state in alive), *sorted(ends)]
        number = {value: place for place, value in enumerate(values)}
        transitions = [tuple(number[label[state] + size] for size in step) for state in alive] + [
            (number[end],) * len(step) for end in sorted(ends)
        ]
        outputs = [machine.outputs[s] for s in alive] + [machine.outputs[dead]] * len(ends)
        unfolded = Machine(tuple(transitions), tuple(outputs), machine.symbols)
        yield Labelling(unfolded, ("state",), tuple((value,) for value in values))


def phases(machine: Machine) -> Iterator[Labelling]:
    """Parts of the machine that are left for ever one after another, and a number within each.

    In a last part of one state the number may be anything.
    """
    if machine.states > MAX_PHASED:
        return
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_edges_from((q, t) for q, row in enumerate(machine.transitions) for t in row)
    whole = nx.condensation(graph)
    order = list(nx.topological_sort(whole))
    parts = [sorted(whole.nodes[place]["members"]) for place in order]
    sizes = [len(part) for part in parts]
    if len(parts) < 2 or max(sizes) < 2 or len(parts) > 4:
        return
    phase = {state: place for place, part in enumerate(parts) for state in part}
    numberings = product(*(permutations(range(size)) for size in sizes))
    for _, numbering in zip(range(MAX_ORDERS), numberings, strict=False):
        within: dict[int, int | None] = {}
        for part, numbers in zip(parts, numbering, strict=True):
            stays = len(part) == 1 and set(machine.transitions[part[0]]) == set(part)
            for state, number in zip(part, numbers, strict=True):
                within[state] = None if stays else number
        if within[0] == 0:
            values = tuple((phase[q], within[q]) for q in range(machine.states))
            yield Labelling(machine, ("phase", "state"), values)
