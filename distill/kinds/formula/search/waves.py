"""Columns that share a parameter: waves, damped ones, and an exponential and its square."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy import ndarray
from scipy.optimize import least_squares, minimize_scalar

from distill.kinds.formula.expression import Node, call, multiply, number, power
from distill.kinds.formula.search.columns import Column, X
from distill.kinds.formula.search.line import FITS, Line, constant, solved


def waves(line: Line, sides: Sequence[tuple[Column, ...]]) -> list[Node]:
    """Sine and cosine of one frequency together, alone or beside a constant."""
    return [node for side in sides[:2] for node in _bundle(line, side, (1,))]


def harmonics(line: Line) -> Iterator[Node]:
    """A frequency and its double, which squares of waves have."""
    yield from _bundle(line, (constant(line),), (1, 2))


def _bundle(line: Line, side: tuple[Column, ...], times: tuple[int, ...]) -> list[Node]:
    """Waves of some multiples of one frequency, fitted together."""
    grid = np.linspace(0.2, 24.0, 70) / float(np.ptp(line.x))

    def columns(c: float) -> list[Column]:
        found = list(side)
        for k in times:
            inner = multiply(number(k * c), X)
            found.append(Column(call("sin", inner), np.sin(k * c * line.x), 2))
            found.append(Column(call("cos", inner), np.cos(k * c * line.x), 2))
        return found

    def left(c: float) -> float:
        return solved(line, columns(c))[1]

    place = int(np.argmin([left(c) for c in grid]))
    ends = grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]
    best: Any = minimize_scalar(left, bounds=ends, method="bounded", options={"xatol": 1e-12})
    node, error = solved(line, columns(float(best.x)))
    return [node] if error <= FITS else []


def squares(line: Line) -> Iterator[Node]:
    """An exponential and its square beside a constant: what a square of a sum with one has."""
    x, span = line.x, float(np.ptp(line.x))
    rates = np.geomspace(0.1, 16.0, 40) / span
    rates = rates[rates * float(np.abs(x).max()) < 30]

    def columns(c: float) -> list[Column]:
        part = call("exp", multiply(number(c), X))
        return [
            constant(line),
            Column(part, np.exp(c * x), 2),
            Column(power(part, 2), np.exp(2 * c * x), 4),
        ]

    def left(c: float) -> float:
        return solved(line, columns(c))[1]

    for sign in (-1.0, 1.0):
        grid = sign * rates
        place = int(np.argmin([left(c) for c in grid]))
        ends = sorted((grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]))
        best: Any = minimize_scalar(left, bounds=ends, method="bounded", options={"xatol": 1e-12})
        node, error = solved(line, columns(float(best.x)))
        if error <= FITS:
            yield node
            return


def damped(line: Line) -> Iterator[Node]:
    """A wave times an exponential."""
    x, weight = line.x, line.weight
    span = float(np.ptp(x))
    rates = np.concatenate([-np.geomspace(0.1, 8, 12)[::-1], np.geomspace(0.1, 8, 12)]) / span
    waves = np.linspace(0.5, 24.0, 48) / span
    grid = np.stack(np.meshgrid(rates, waves, indexing="ij"), axis=-1).reshape(-1, 2)

    def columns(both: ndarray) -> list[Column]:
        k, c = float(both[0]), float(both[1])
        decay, inner = call("exp", multiply(number(k), X)), multiply(number(c), X)
        return [
            Column(multiply(decay, call("sin", inner)), np.exp(k * x) * np.sin(c * x), 4),
            Column(multiply(decay, call("cos", inner)), np.exp(k * x) * np.cos(c * x), 4),
        ]

    def left(both: ndarray) -> ndarray:
        matrix = np.stack([column.values for column in columns(both)], axis=1) * weight[:, None]
        basis = np.linalg.qr(matrix)[0]
        target = line.target * weight
        return target - basis @ (basis.T @ target)

    order = np.argsort([float(np.linalg.norm(left(both))) for both in grid])
    best = least_squares(left, grid[order[0]], xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=40)
    node, error = solved(line, columns(best.x))
    if error <= FITS:
        yield node
