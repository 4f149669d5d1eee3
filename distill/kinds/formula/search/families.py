"""Variables that stand in one form everywhere, whose constants are functions of the others.

Along one axis, through the middle of the box, a function of one variable is found. If the same
form gives the values along that axis elsewhere too, with other numbers in it, then each of these
numbers is a function of one variable less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.kinds.formula.expression import (
    Node,
    Number,
    Power,
    Variable,
    children,
    evaluate,
    numbers_of,
    rebuilt,
    substitute,
)
from distill.kinds.formula.search.fitting import fit_line
from distill.kinds.formula.search.reduction import (
    CLEAR,
    Reduction,
    lifted,
    nodes_of,
    swept,
    widened,
    without,
)
from distill.kinds.formula.search.source import Oracle

NODES, PLACES = 18, 20
"""Nodes along the axis, and places at which the form is tried."""

MOST_NUMBERS = 4

LEGS, ROUNDS = 4, 5
"""The way from the middle of the box to a place, and steps of Gauss and Newton on each part."""

NUDGE = 1e-6


@dataclass(frozen=True)
class _Form:
    """A function of the axis (variable 0) and of its numbers (variables 1, 2, ...)."""

    node: Node
    start: ndarray

    def values(
        self, axis: Float[ndarray, " j"], numbers: Float[ndarray, "m k"]
    ) -> Float[ndarray, "m j"]:
        """Along the axis, for several sets of numbers."""
        rows = np.repeat(numbers, len(axis), axis=0)
        points = np.concatenate([np.tile(axis, len(numbers))[:, None], rows], axis=1)
        return evaluate(self.node, points).reshape(len(numbers), len(axis))


def families(oracle: Oracle) -> Iterator[Reduction]:
    """Every variable that stands in one form, with the fewest numbers first."""
    forms = list[tuple[int, int, _Form]]()
    for place in range(oracle.count):
        axis = nodes_of(float(oracle.low[place]), float(oracle.high[place]), 2 * NODES)
        line = swept(oracle, place, oracle.middle[None], axis)[0]
        for fit in fit_line(axis, line, oracle.noise, kept=2, deep=False):
            form = _form_of(fit.node)
            if 1 <= len(form.start) <= MOST_NUMBERS:
                forms.append((len(form.start), place, form))
    forms.sort(key=lambda each: each[0])
    for _, place, form in forms:
        made = _reduction(oracle, place, form)
        if made is not None:
            yield made


def _form_of(node: Node) -> _Form:
    """Numbers that are the same to the bit stand for one: a rate and its double have one rate."""
    numbers = list(dict.fromkeys(each.value for each in numbers_of(node)))

    def opened(part: Node) -> Node:
        if isinstance(part, Number):
            return Variable(1 + numbers.index(part.value))
        inner = tuple(opened(each) for each in children(part))
        if isinstance(part, Power):
            return Power(inner[0], part.over, part.under)
        return rebuilt(part, inner)

    return _Form(opened(node), np.array(numbers))


def _reduction(oracle: Oracle, place: int, form: _Form) -> Reduction | None:
    kept = without(place, oracle.count)
    axis = nodes_of(float(oracle.low[place]), float(oracle.high[place]), NODES)

    def numbers(points: ndarray) -> ndarray:
        """The numbers of the form at places of all other variables."""
        far = widened(points, kept, oracle.middle)
        found = np.tile(form.start, (len(points), 1))
        for leg in range(1, LEGS + 1):
            rest = oracle.middle + (far - oracle.middle) * leg / LEGS
            wanted = swept(oracle, place, rest, axis)
            for _ in range(ROUNDS):
                found = _nearer(form, axis, wanted, found)
        return found

    rest = oracle.draw(PLACES, 51 + place)
    told = numbers(rest[:, kept])
    off = form.values(axis, told) - swept(oracle, place, rest, axis)
    if not np.isfinite(off).all() or float(np.sqrt((off**2).mean())) > CLEAR * oracle.noise:
        return None

    def part(which: int) -> Oracle:
        low, high = oracle.low[kept], oracle.high[kept]
        return Oracle(oracle.source, low, high, lambda points: numbers(points)[:, which])

    def combine(found: Sequence[Node]) -> Node:
        given: dict[int, Node] = {0: Variable(place)}
        for which, node in enumerate(found, start=1):
            given[which] = lifted(node, kept)
        return substitute(form.node, given)

    parts = tuple(map(part, range(len(form.start))))
    if not all(np.isfinite(each.noise) for each in parts):
        return None
    return Reduction(f"variable {place} stands in one form", parts, combine)


def _nearer(
    form: _Form,
    axis: Float[ndarray, " j"],
    wanted: Float[ndarray, "m j"],
    numbers: Float[ndarray, "m k"],
) -> Float[ndarray, "m k"]:
    """One step of Gauss and Newton for every set of numbers."""
    base = form.values(axis, numbers)
    columns = list[ndarray]()
    for which in range(numbers.shape[1]):
        step = NUDGE * np.maximum(np.abs(numbers[:, which]), 1e-3)
        moved = numbers.copy()
        moved[:, which] += step
        columns.append((form.values(axis, moved) - base) / step[:, None])
    slopes = np.nan_to_num(np.stack(columns, axis=2), nan=0.0, posinf=0.0, neginf=0.0)
    left = np.nan_to_num(wanted - base, nan=0.0, posinf=0.0, neginf=0.0)
    scale = np.linalg.norm(slopes, axis=1, keepdims=True)
    scale = np.where(scale > 0, scale, 1.0)
    change = np.einsum("mkj,mj->mk", np.linalg.pinv(slopes / scale, rcond=1e-9), left)
    return numbers + change / scale[:, 0, :]
