"""Recurrences side by side: which are provably the same, and a sequence on which others differ.

Registers are numbered in the order in which a walk from the answers meets them; that leaves their
names and their order aside. Two linear recurrences of n and m registers answer alike for ever if
they do so for n + m + 1 steps: what sets them apart is an output of one linear system of dimension
n + m, which by Cayley and Hamilton is 0 throughout if it begins with so many zeros.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from distill.checker.linear_bound import IntegerSystem
from distill.kinds.difference import Difference
from distill.kinds.recurrence.mechanism import RecurrenceMechanism


@dataclass(frozen=True)
class WrittenRecurrence:
    """A recurrence whose registers have numbers for names: r0, r1, ... as a walk meets them."""

    inputs: tuple[str, ...]
    start: tuple[int, ...]
    updates: tuple[str, ...]
    outputs: tuple[str, ...]
    after: bool


def unnamed(mechanism: RecurrenceMechanism) -> WrittenRecurrence:
    """A recurrence without the names and the order of its registers.

    Registers that no answer depends on are left out.
    """
    order: dict[str, int] = {}
    registers = dict(
        zip(
            mechanism.registers,
            zip(mechanism.start, map(_tree, mechanism.updates), strict=True),
            strict=True,
        )
    )
    channels = {name: f"x{place}" for place, name in enumerate(mechanism.inputs)}

    def written(tree: ast.expr) -> str:
        for node in _names_in_order(tree):
            if node.id in registers:
                order.setdefault(node.id, len(order))
        return ast.unparse(
            _Renamed(channels | {k: f"r{at}" for k, at in order.items()}).visit(tree)
        )

    outputs = tuple(written(_tree(output)) for output in mechanism.outputs)
    updates, met = [], 0
    while met < len(order):  # what an update mentions is met in turn
        updates.append(written(registers[list(order)[met]][1]))
        met += 1
    return WrittenRecurrence(
        tuple(channels.values()),
        tuple(registers[name][0] for name in order),
        tuple(updates),
        outputs,
        mechanism.after,
    )


def _tree(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _names_in_order(tree: ast.expr) -> list[ast.Name]:
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return sorted(names, key=lambda node: (node.lineno, node.col_offset))


class _Renamed(ast.NodeTransformer):
    """Every name replaced; those of functions (min, max, ...) stay."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)


def systems_equal(one: IntegerSystem, other: IntegerSystem) -> bool:
    """Whether two linear recurrences answer alike along every sequence: exact, in integers."""
    return _first_step(one, other) is None


def _first_step(one: IntegerSystem, other: IntegerSystem) -> int | None:
    """The first step at which some input sets two linear recurrences apart."""
    steps = len(one.A) + len(other.A) + 1
    apart = (one.markov(steps) != other.markov(steps)).any(axis=(1, 2))
    apart |= (one.drift(steps) != other.drift(steps)).any(axis=1)
    return int(np.flatnonzero(apart)[0]) if apart.any() else None


def system_difference(
    one: IntegerSystem, other: IntegerSystem, ranges: Sequence[range]
) -> Difference | None:
    """A shortest sequence on which two linear recurrences differ; null where they are equal.

    At the first step where what they answer differs as a function of the inputs, it is an affine
    function of them that is not 0 throughout: not 0 where all inputs rest, or not 0 where one of
    them is moved by 1 from there.
    """
    step = _first_step(one, other)
    if step is None:
        return None
    resting = [0 if 0 in values else values.start for values in ranges]
    tried = np.array([resting] * (step + 1), dtype=object)
    moves: list[tuple[int, int] | None] = [None, *np.ndindex(step + 1, len(ranges))]
    for move in moves:
        inputs = tried.copy()
        if move is not None:
            inputs[move] += 1 if inputs[move] + 1 in ranges[move[1]] else -1
        said = [_answer(system, inputs) for system in (one, other)]
        if said[0] != said[1]:
            values = tuple(tuple(int(value) for value in row) for row in inputs)
            return Difference(values, said[0], said[1], True)
    raise AssertionError("an affine function that is 0 in n + 1 points in general position is 0")


def _answer(system: IntegerSystem, inputs: ndarray) -> tuple[int, ...]:
    """The last answer along a sequence, in Python integers."""
    steps = len(inputs)
    weights = system.markov(steps)[::-1]  # of the oldest input first
    total = system.drift(steps)[-1] + (weights * inputs[:, None, :]).sum(axis=(0, 2))
    return tuple(int(value) for value in total)
