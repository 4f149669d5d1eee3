"""Find boxes by which a machine is proved to be what a recurrent network does, at every length.

Boxes around the hidden states of every node are widened until the network maps them into one
another. A node is a state of the machine with the answer that was given on the way to it, which the
network's hidden state holds too; and, where one box for these grows too wide, with the last few
symbols that led there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.checker.forward import DOUBLE
from distill.checker.invariant import Induction, Maps, induction
from distill.kinds.automaton.machine import Machine
from distill.records.induction import InductionData

MAX_HISTORY = 6
"""Symbols that a node may remember."""

MAX_NODES = 4_000

DEEPEST, MAX_FOLLOWED = 12, 30_000
"""Symbols that a node may remember, and nodes, where boxes are followed from the start alone.

As long as a node remembers all of a sequence, its box is a point and what rounding adds.
"""

MAX_PASSES = 200
"""Widenings of the boxes before it counts as not closing."""

WIDENING = 1e-3
"""What a box grows beyond an image that left it: more than any rounding, so that passes end."""


@dataclass(frozen=True)
class Boxes:
    """A certificate of induction.

    Attributes:
        states: the machine's state at every node.
        history: how many of the last symbols a node remembers.
        low, high: the corners of every node's box.
        follows: the node that every symbol leads to.
    """

    states: Int[ndarray, " nodes"]
    history: int
    low: Float[ndarray, "nodes d"]
    high: Float[ndarray, "nodes d"]
    follows: Int[ndarray, "nodes symbols"]


@dataclass(frozen=True)
class NotClosed:
    """Why no boxes were found: the nodes of the last attempt, and how it ended.

    Attributes:
        history: how many of the last symbols a node remembers.
        states: the machine's state at every node.
        follows: the node that every symbol leads to.
        reason: why their boxes are not closed.
    """

    history: int
    states: Int[ndarray, " nodes"]
    follows: Int[ndarray, "nodes symbols"]
    reason: str


def find_boxes(
    maps: Maps, values: tuple[int, ...], machine: Machine
) -> tuple[Boxes, Induction] | NotClosed:
    """Boxes that the checker accepts, with the shortest history that does.

    Args:
        maps: of the network.
        values: that its outputs stand for.
        machine: what it is to be.
    """
    numbers = {value: number for number, value in enumerate(values)}
    outputs = np.array([[numbers[value] for value in row] for row in machine.outputs])
    failed = None
    for history in range(MAX_HISTORY + 1):
        nodes = _nodes(machine, history)
        if nodes is None:
            break
        states, follows = nodes
        found = _widen(maps, follows, outputs[states])
        if isinstance(found, str):
            failed = NotClosed(history, states, follows, found)
            continue
        low, high = found
        checked = induction(maps, low, high, follows, outputs[states])
        if checked.holds:
            return Boxes(states, history, low, high, follows), checked
    if failed is not None:
        return failed
    follows = machine.delta
    return NotClosed(0, np.arange(machine.states), follows, f"more than {MAX_NODES:,} are needed")


def deepest(machine: Machine, failed: NotClosed) -> NotClosed | None:
    """Nodes that remember as much as can be followed; null where that is no more than before.

    No boxes are sought for so many nodes: what was seen of fewer stands as the reason.
    """
    found = None
    for history in range(MAX_HISTORY + 1, DEEPEST + 1):
        nodes = _nodes(machine, history, MAX_FOLLOWED)
        if nodes is None:
            break
        found = NotClosed(history, *nodes, failed.reason)
    return found


def _nodes(
    machine: Machine, history: int, most: int = MAX_NODES
) -> tuple[Int[ndarray, " nodes"], Int[ndarray, "nodes symbols"]] | None:
    """The reachable combinations of a state, the last answer and the last symbols, and where each
    symbol leads.
    """
    order: list[tuple[int, int | None, tuple[int, ...]]] = [(0, None, ())]
    numbers = {order[0]: 0}
    follows = []
    for state, _, recent in order:
        row = []
        for symbol, target in enumerate(machine.transitions[state]):
            answer = machine.outputs[state][symbol]
            node = (target, answer, (*recent, symbol)[-history:] if history else ())
            if node not in numbers:
                numbers[node] = len(order)
                order.append(node)
            row.append(numbers[node])
        if len(order) > most:
            return None
        follows.append(row)
    return np.array([state for state, *_ in order]), np.array(follows)


def _widen(
    maps: Maps,
    follows: Int[ndarray, "nodes symbols"],
    answers: Int[ndarray, "nodes symbols"],
) -> tuple[Float[ndarray, "nodes d"], Float[ndarray, "nodes d"]] | str:
    """Widen boxes until they are closed, or say why they are not."""
    nodes, d = len(follows), len(maps.start)
    low, high = np.full((nodes, d), np.inf), np.full((nodes, d), -np.inf)
    low[0] = high[0] = maps.start
    for _ in range(MAX_PASSES):
        reached = np.flatnonzero(np.isfinite(low[:, 0]))
        lower, upper = low.copy(), high.copy()
        for symbol in range(follows.shape[1]):
            inner, outer = maps.image(symbol, low[reached], high[reached], DOUBLE)
            lead = maps.leads(inner, outer, answers[reached, symbol], DOUBLE)
            if not lead.min() > 0:
                return _not_largest(int((~(lead > 0)).sum()), len(reached))
            np.minimum.at(lower, follows[reached, symbol], inner)
            np.maximum.at(upper, follows[reached, symbol], outer)
        if (lower >= low).all() and (upper <= high).all():
            return low, high
        low = np.where(lower < low, lower - WIDENING, low)
        high = np.where(upper > high, upper + WIDENING, high)
    return f"the boxes still grow after {MAX_PASSES} passes"


def _not_largest(behind: int, reached: int) -> str:
    """In how many of the boxes so far the machine's answer may not be the network's."""
    boxes = "the only box so far" if reached == 1 else f"{behind:,} of {reached:,} boxes so far"
    return f"in {boxes} another output than the answer's may be the network's largest"


def data_of(boxes: Boxes | NotClosed) -> InductionData:
    """What a checker needs to go through the induction again."""
    closed = isinstance(boxes, Boxes)
    return InductionData(
        states=tuple(boxes.states.tolist()),
        follows=tuple(map(tuple, boxes.follows.tolist())),
        low=tuple(map(tuple, boxes.low.tolist())) if closed else None,
        high=tuple(map(tuple, boxes.high.tolist())) if closed else None,
    )
