"""Choices by bits: which other bit, or which constant, the answer is.

A multiplexer has no short normal form (27 terms of the exclusive or, of eight bits to choose
from), and is plain as a tree of choices. The tree is grown from the top, as decision trees are
(Quinlan, Induction of Decision Trees, 1986): that bit is chosen by first after which a bit on
either side agrees with most answers. It need not see every combination; whoever takes it holds it
against the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.expressions.table import Table

DEEPEST = 4
"""Choices one after another."""


def decision_tree(table: Table) -> Iterator[Expression]:
    """A tree of choices that gives the target on every row, if one is found; nothing otherwise."""
    names = tuple(table.varying)
    if len(names) < 3 or not table.is_bits or not table.is_function:
        return
    bits = np.stack([table.columns[name] for name in names], axis=1)
    grown = _grown(bits, table.target, names, DEEPEST)
    if grown is not None:
        yield grown


def _grown(
    bits: Int[ndarray, "rows names"],
    target: Int[ndarray, " rows"],
    names: tuple[str, ...],
    deep: int,
) -> Expression | None:
    leaf, agree = _leaf(bits, target, names)
    if agree == len(target):
        return leaf
    if not deep:
        return None
    best, most = None, agree
    for place in range(len(names)):
        high = bits[:, place] == 1
        if high.any() and not high.all():
            both = sum(_leaf(bits[side], target[side], names)[1] for side in (high, ~high))
            if best is None or both > most:
                best, most = place, both
    if best is None:
        return None
    high = bits[:, best] == 1
    sides = [_grown(bits[side], target[side], names, deep - 1) for side in (high, ~high)]
    if sides[0] is None or sides[1] is None:
        return None
    test = Operation("==", (Name(names[best]), Constant(1)))
    return Operation("if", (test, sides[0], sides[1]))


def _leaf(
    bits: Int[ndarray, "rows names"], target: Int[ndarray, " rows"], names: tuple[str, ...]
) -> tuple[Expression, int]:
    """The constant, the bit, or the opposite of one that agrees with most of a target."""
    total, ones = len(target), int(target.sum())
    found: list[tuple[int, Expression]] = [(total - ones, Constant(0)), (ones, Constant(1))]
    same = (bits == target[:, None]).sum(axis=0).tolist()
    for name, agree in zip(names, same, strict=True):
        opposite = Operation("^", (Name(name), Constant(1)))
        found += [(agree, Name(name)), (total - agree, opposite)]
    agree, leaf = max(found, key=lambda each: each[0])
    return leaf, agree
