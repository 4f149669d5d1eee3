"""Sequences that anybody draws again from a few numbers, years later.

They are made of the raw stream of PCG64, which is fixed by its definition (NumPy may change what
the methods of a `Generator` make of it).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from .read import listed

MAX_EVERY = 1 << 25

KINDS = 4
"""Kinds of stress sequences, which come in turn."""


def drawn(draw: Mapping[str, Any], channels: Sequence[range]) -> ndarray:
    """The sequences that a certificate's draw means.

    A draw has a kind, a length, and for the kinds "uniform" and "stress" a count and a seed. The
    kind "every" is every sequence of the length, and of the kind "listed" is what is listed.

    Raises:
        ValueError: there is no such kind, or what is listed is not of that length.
    """
    length = int(draw["length"])
    match draw["kind"]:
        case "uniform":
            return uniform(channels, int(draw["count"]), length, int(draw["seed"]))
        case "stress":
            return stress(channels, int(draw["count"]), length, int(draw["seed"]))
        case "every":
            return every(channels, length)
        case "listed":
            sequences = listed(draw["listed"], MAX_EVERY).reshape(-1, length, len(channels))
            ends = np.array([[values.start, values.stop - 1] for values in channels])
            if draw.get("count") not in (None, len(sequences)):
                raise ValueError("a draw lists another number of sequences than it says")
            if (sequences < ends[:, 0]).any() or (sequences > ends[:, 1]).any():
                raise ValueError("a draw lists a value that no channel has")
            return sequences
    raise ValueError(f"sequences of the kind {draw['kind']!r} are not known")


def uniform(channels: Sequence[range], count: int, length: int, seed: int) -> ndarray:
    """Every value drawn by itself, evenly from its channel's."""
    return _values(channels, _unit(np.random.PCG64(seed), (count, length, len(channels))))


def stress(channels: Sequence[range], count: int, length: int, seed: int) -> ndarray:
    """Sequences that uniform ones almost never contain, four kinds in turn.

    A constant; mostly 0 (or the smallest value, where 0 is none); only the smallest and the
    largest value of every channel; runs of equal symbols.
    """
    bits = np.random.PCG64(seed)
    values = _values(channels, _unit(bits, (count, length, len(channels))))
    resting = np.array([0 if 0 in values else values.start for values in channels])
    ends = np.array([[values.start, values.stop - 1] for values in channels])
    change = _unit(bits, (count, length, 1)) < 0.3
    since = np.maximum.accumulate(np.where(change, np.arange(length)[:, None], 0), axis=1)
    kinds = [
        np.broadcast_to(values[:, :1], values.shape),
        np.where(_unit(bits, (count, length, 1)) < 0.2, values, resting),
        np.where(_unit(bits, values.shape) < 0.5, ends[:, 0], ends[:, 1]),
        np.take_along_axis(values, since, axis=1),
    ]
    rows = np.arange(count)
    return np.stack(kinds)[rows % KINDS, rows]


def every(channels: Sequence[range], length: int) -> ndarray:
    """Every sequence of a length, in lexicographic order."""
    sizes = [len(values) for values in channels] * length
    if math.prod(sizes) * length > MAX_EVERY:
        raise ValueError(f"there are too many sequences of {length:,} steps to go through them")
    places = np.unravel_index(np.arange(int(np.prod(sizes))), sizes)
    first = np.array([values.start for values in channels])
    return np.stack(places, axis=1).reshape(-1, length, len(channels)) + first


def numbers(sequences: ndarray, channels: Sequence[range]) -> ndarray:
    """The number of every symbol: row-major, the last channel fastest."""
    result = np.zeros(sequences.shape[:-1], dtype=np.int64)
    for place, values in enumerate(channels):
        result = result * len(values) + sequences[..., place] - values.start
    return result


def symbols(numbered: ndarray, channels: Sequence[range]) -> ndarray:
    """The values of numbered symbols."""
    places = np.unravel_index(numbered, [len(values) for values in channels])
    return np.stack(places, axis=-1) + np.array([values.start for values in channels])


def _unit(bits: np.random.PCG64, shape: tuple[int, ...]) -> ndarray:
    """Numbers from 0 to below 1 of the upper 53 bits of raw ones."""
    raw = bits.random_raw(int(np.prod(shape)))
    return ((raw >> np.uint64(11)) * 2.0**-53).reshape(shape)


def _values(channels: Sequence[range], unit: ndarray) -> ndarray:
    sizes = np.array([len(values) for values in channels])
    first = np.array([values.start for values in channels])
    return np.floor(unit * sizes).astype(np.int64) + first
