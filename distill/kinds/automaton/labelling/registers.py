"""States that are arrangements: variables that every symbol shuffles.

Where the symbols generate a group and every state is one of its elements, the group may act on a
few points: the cosets of a subgroup H, of which no part is normal. An element g then sends the
coset of a to that of g a, and reading a symbol x makes g into g x, so that the variable of coset
a H takes the value that the variable of x a H had: the values move from variable to variable.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement, permutations
from math import factorial

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.kinds.automaton.labelling.base import Labelling
from distill.kinds.automaton.machine import Machine

MOST = 6
"""How many variables there may be."""

MAX_ELEMENTS = 120
"""How many states there may be."""

MAX_SYMBOLS = 8
"""How many symbols there may be."""


def registers(machine: Machine) -> Iterator[Labelling]:
    """The smallest arrangement that tells all states apart, in the order that outputs suggest."""
    delta = machine.delta
    if not 6 <= machine.states <= MAX_ELEMENTS or len(machine.symbols) > MAX_SYMBOLS:
        return
    if any(len(np.unique(column)) < machine.states for column in delta.T):
        return
    times = _multiplication(delta)
    if times is None or (times == times.T).all():
        return
    for points in range(3, MOST + 1):
        if machine.states % points or factorial(points) < machine.states:
            continue
        coset = _cosets(times, machine.states // points)
        if coset is not None:
            yield from _arranged(machine, times, coset, points)
            return


def _multiplication(
    delta: Int[ndarray, "states symbols"],
) -> Int[ndarray, "states states"] | None:
    """The product of any two states as elements of the group, if each is one; 0 is the identity."""
    states, symbols = delta.shape
    rows = delta.tolist()
    table = np.full((states, states), -1)
    for element in range(states):
        image = {0: element}
        queue = [0]
        for state in queue:
            for symbol in range(symbols):
                target, product = rows[state][symbol], rows[image[state]][symbol]
                if image.setdefault(target, product) != product:
                    return None
                if table[element, target] < 0:
                    table[element, target] = product
                    queue.append(target)
        table[element, 0] = element
    return table


def _cosets(times: Int[ndarray, "states states"], order: int) -> Int[ndarray, " states"] | None:
    """The coset g H of every g, of a subgroup H of this order on whose cosets the group acts truly.

    Pairs of elements generate the subgroups that are looked at.
    """
    seen = set[frozenset[int]]()
    for pair in combinations_with_replacement(range(len(times)), 2):
        subgroup = _generated(times, pair, order)
        if subgroup is None or subgroup in seen:
            continue
        seen.add(subgroup)
        members = np.array(sorted(subgroup))
        coset = times[:, members].min(axis=1)
        # an element that moves no coset would be told apart from the identity by no variable
        still = (coset[times] == coset[None, :]).all(axis=1)
        if still.sum() == 1:
            return np.unique(coset, return_inverse=True)[1]
    return None


def _generated(
    times: Int[ndarray, "states states"], generators: tuple[int, ...], order: int
) -> frozenset[int] | None:
    """The subgroup that some elements generate, if it has this order."""
    found = [0]
    known = {0}
    for element in found:  # grows while it is walked
        for generator in generators:
            product = int(times[element, generator])
            if product not in known:
                if len(found) == order:
                    return None
                known.add(product)
                found.append(product)
    return frozenset(found) if len(found) == order else None


def _arranged(
    machine: Machine,
    times: Int[ndarray, "states states"],
    coset: Int[ndarray, " states"],
    points: int,
) -> Iterator[Labelling]:
    """The order in which outputs are the places of the arrangements among all; or just any."""
    _, first = np.unique(coset, return_index=True)
    moved = coset[times[:, first]]  # [element, point]: where the element sends the point
    said: dict[int, set[int]] = {}
    for row, spoken in zip(machine.transitions, machine.outputs, strict=True):
        for target, output in zip(row, spoken, strict=True):
            said.setdefault(target, set()).add(output)
    chosen = tuple(range(points))
    if all(len(outputs) == 1 for outputs in said.values()):
        wanted = [next(iter(said[state])) for state in range(machine.states)]
        for order in permutations(range(points)):
            values = _renumbered(moved, order)
            if np.argsort(np.lexsort(values.T[::-1])).tolist() == wanted:
                chosen = order
                break
    letters = "abcdef" if machine.channels == 1 else "pqrstu"
    values = tuple(map(tuple, _renumbered(moved, chosen).tolist()))
    yield Labelling(machine, tuple(letters[:points]), values)


def _renumbered(
    moved: Int[ndarray, "states points"], order: tuple[int, ...]
) -> Int[ndarray, "states points"]:
    """The arrangements, where the points have other numbers."""
    return np.argsort(order)[moved[:, list(order)]]
