"""Heat maps over two inputs: every n-th value where there are many, the other inputs held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.domains.finite import Domain

SIDE = 128
"""Values of an input that a heat map shows at most."""

ZERO, SPAN = 128, 127
"""The level that stands for 0, and how many there are on either side of it."""


@dataclass(frozen=True)
class Plane:
    """Which inputs a heat map shows: a value of the first for every row, of the second for every
    column.

    Attributes:
        names: of the two inputs.
        held: names and values of the others.
    """

    names: tuple[str, str]
    first: tuple[int, ...]
    second: tuple[int, ...]
    held: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class LevelMap:
    """Real numbers over a plane: level 128 is 0, 255 is `scale`, 1 is -scale.

    Attributes:
        rows: levels, separated by spaces.
    """

    name: str
    scale: float
    rows: tuple[str, ...]


def plane_of(domain: Domain) -> tuple[Plane, Int[ndarray, "n k"]] | None:
    """What of a domain can be shown, with the tokens of every cell; null for a single input."""
    if len(domain.inputs) < 2:
        return None
    shown = [np.arange(0, count, -(-count // SIDE)) for count in domain.shape[:2]]
    cells = np.stack(np.meshgrid(*shown, indexing="ij"), axis=-1).reshape(-1, 2)
    middle = [len(values) // 2 for values in domain.inputs[2:]]
    others = np.tile(np.array(middle, dtype=np.int64), (len(cells), 1))
    first, second = (
        tuple(int(values[token]) for token in tokens)
        for values, tokens in zip(domain.inputs[:2], shown, strict=True)
    )
    held = tuple(
        (name, values[at])
        for name, values, at in zip(domain.names[2:], domain.inputs[2:], middle, strict=True)
    )
    plane = Plane((domain.names[0], domain.names[1]), first, second, held)
    return plane, np.concatenate([cells, others], axis=1)


def level_map(name: str, values: Float[ndarray, " cells"], scale: float, plane: Plane) -> LevelMap:
    """Numbers of every cell as levels of a scale."""
    levels = ZERO + np.rint(np.clip(values / max(scale, 1e-300), -1, 1) * SPAN).astype(np.int64)
    return LevelMap(name, float(f"{scale:.4g}"), lines(levels, plane))


def lines(cells: Int[ndarray, " cells"], plane: Plane) -> tuple[str, ...]:
    """Whole numbers of every cell, row by row, separated by spaces."""
    rows = cells.reshape(len(plane.first), len(plane.second)).tolist()
    return tuple(" ".join(map(str, row)) for row in rows)
