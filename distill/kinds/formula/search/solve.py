"""The search for a formula: step by step to functions of fewer variables, and back.

At every function the steps are tried in an order, the surest first; those that lead to an
expression which gives the function's values end it. All of it is bounded by the number of values
that are asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

import numpy as np

from distill.kinds.formula.expression import Node, evaluate, number, size_of
from distill.kinds.formula.search.elimination import eliminations
from distill.kinds.formula.search.families import families
from distill.kinds.formula.search.fitting import fit_line
from distill.kinds.formula.search.reduction import Reduction, nodes_of
from distill.kinds.formula.search.refit import refit
from distill.kinds.formula.search.scaling import scalings
from distill.kinds.formula.search.separation import irrelevant, products, sums
from distill.kinds.formula.search.source import Oracle
from distill.kinds.formula.search.symmetry import symmetries
from distill.kinds.formula.search.transforms import IDENTITY

NODES = 56
"""Places at which a function of one variable is looked at."""

FITS = 4.0
"""Deviation of an expression from the function it stands for, in parts of its noise."""

NEAR = 3_000.0
"""Deviation up to which its constants are fitted again."""

WIDE, DEEP = 6, 8
"""Combinations of candidates that are tried of one step, and steps that may follow each other."""

IN_VAIN = 50_000
"""Points that a search of the whole library in vain counts for: it takes seconds."""

WAYS = 2
"""Steps that are followed to their end after each other, once one has led to an expression."""


def solve(oracle: Oracle, depth: int = 0, trail: list[str] | None = None) -> list[Node]:
    """Expressions that give a function's values as far as they are known, the simplest first."""
    if depth > DEEP or not np.isfinite(oracle.noise):
        return []
    if oracle.count == 0:
        return []
    if oracle.count == 1:
        return _along(oracle)
    found, ways = list[Node](), 0
    points = oracle.draw(96, 41)
    values = oracle.values(points)
    if not np.isfinite(values).all():
        return []
    if float(np.std(values)) <= FITS * oracle.noise:
        return [number(float(values.mean()))]
    for reduction in _steps(oracle):
        if trail is not None:
            trail.append("  " * depth + reduction.said)
        for node in _followed(reduction, depth, trail):
            fitted = _accepted(node, points, values, oracle.noise)
            if fitted is not None:
                found.append(fitted)
        ways += bool(found)
        if ways >= (WAYS if depth == 0 else 1):
            break
    return sorted(dict.fromkeys(found), key=size_of)[:WIDE]


def _along(oracle: Oracle) -> list[Node]:
    axis = nodes_of(float(oracle.low[0]), float(oracle.high[0]), NODES)
    values = oracle.values(axis[:, None])
    if not np.isfinite(values).all():
        return []
    noise = oracle.noise_at(axis[:, None], times=4)
    if not np.isfinite(noise).all():
        return []
    smooth = np.sqrt(np.convolve(np.pad(noise**2, 3, mode="edge"), np.ones(7) / 7, mode="valid"))
    found = [each.node for each in fit_line(axis, values, smooth)]
    if not found:
        oracle.source.charge(IN_VAIN)
    return found


def _steps(oracle: Oracle) -> Iterator[Reduction]:
    """Steps, the surest first: what needs no others where it can be taken, and then the rest."""
    for sure in (irrelevant, products):
        taken = next(sure(oracle), None)
        if taken is not None:
            yield taken
            return
    plain = next(sums(oracle, (IDENTITY,)), None)
    if plain is not None:
        yield plain
        return
    yield from islice(symmetries(oracle), 2)
    yield from islice(sums(oracle), 2)
    yield from islice(scalings(oracle), 2)
    yield from islice(eliminations(oracle), 8)
    yield from islice(families(oracle), 3)


def _followed(reduction: Reduction, depth: int, trail: list[str] | None) -> Iterator[Node]:
    """What a step leads to, for the simplest candidates of its parts."""
    parts = list[list[Node]]()
    for part in reduction.parts:
        nodes = solve(part, depth + 1, trail)
        if not nodes:
            return
        parts.append(nodes)
    choices = sorted(product(*parts), key=lambda chosen: sum(map(size_of, chosen)))
    for chosen in choices[:WIDE]:
        yield reduction.combine(chosen)


def _accepted(node: Node, points: np.ndarray, values: np.ndarray, noise: float) -> Node | None:
    """The expression, its constants fitted where it is near; null where it is not."""
    with np.errstate(all="ignore"):
        apart = evaluate(node, points) - values
        error = float(np.sqrt(np.mean(apart**2)))
    if not np.isfinite(error):
        return None
    if error <= 1.5 * noise:
        return node
    if error > NEAR * noise and error > 0.02 * float(np.std(values)):
        return None
    fitted = refit(node, points, values, steps=20)
    if fitted is None or fitted.error > FITS * noise:
        return None
    return fitted.node
