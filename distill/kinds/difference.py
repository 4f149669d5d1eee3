"""A sequence on which two programs part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy import ndarray


@dataclass(frozen=True)
class Difference:
    """A sequence on which two programs differ at its last step, and what they answer there.

    Attributes:
        inputs: the values of every channel at every step.
        shortest: whether no shorter sequence tells them apart.
    """

    inputs: tuple[tuple[int, ...], ...]
    one: tuple[int, ...]
    other: tuple[int, ...]
    shortest: bool


def first_difference(
    sequences: Int[ndarray, "n length channels"],
    one: Int[ndarray, "n length outputs"],
    other: Int[ndarray, "n length outputs"],
) -> Difference | None:
    """The shortest beginning of a sequence on which answers differ; null where none do."""
    apart = (one != other).any(axis=2)
    rows = np.flatnonzero(apart.any(axis=1))
    if not len(rows):
        return None
    ends = apart[rows].argmax(axis=1)
    row, end = rows[ends.argmin()], int(ends.min())
    return Difference(
        tuple(tuple(values) for values in sequences[row, : end + 1].tolist()),
        tuple(one[row, end].tolist()),
        tuple(other[row, end].tolist()),
        False,
    )
