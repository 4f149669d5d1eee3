"""A sequence on which two programs part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Num
from numpy import ndarray


@dataclass(frozen=True)
class Difference:
    """A sequence on which two programs differ at its last step, and what they answer there.

    Attributes:
        inputs: the values of every channel at every step.
        shortest: whether no shorter sequence tells them apart.
    """

    inputs: tuple[tuple[int | float, ...], ...]
    one: tuple[int | float, ...]
    other: tuple[int | float, ...]
    shortest: bool


def first_difference(
    inputs: Num[ndarray, "n *places"],
    one: Num[ndarray, "n *answers"],
    other: Num[ndarray, "n *answers"],
) -> Difference | None:
    """The first input on which answers differ, of sequences a shortest beginning; null if none.

    Args:
        inputs: rows [n, inputs], or sequences [n, length, channels].
        one: answers [n], or along sequences [n, length, outputs].
        other: of the other program, likewise.
    """
    if inputs.ndim == 2:
        rows = np.flatnonzero(one != other)
        if not len(rows):
            return None
        at = rows[0]
        row = tuple(inputs[at].tolist())
        return Difference((row,), (one[at].item(),), (other[at].item(),), False)
    apart = (one != other).any(axis=2)
    rows = np.flatnonzero(apart.any(axis=1))
    if not len(rows):
        return None
    ends = apart[rows].argmax(axis=1)
    row, end = rows[ends.argmin()], int(ends.min())
    return Difference(
        tuple(tuple(values) for values in inputs[row, : end + 1].tolist()),
        tuple(one[row, end].tolist()),
        tuple(other[row, end].tolist()),
        False,
    )
