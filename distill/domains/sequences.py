"""The inputs and outputs of a network over sequences, under neutral names.

What `Domain` is for a function over finitely many inputs, `Channels` is for a task over sequences:
all that extraction sees of it. The names here are `x`, or `a`, `b`, `c`, ... by position.
"""

from __future__ import annotations

import math
import string
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.domains.finite import check_range
from distill.errors import TaskError

MAX_SYMBOLS = 1_000_000
"""Symbols of an alphabet that is asked for: beyond, nobody goes through them one by one."""

OUTPUTS = range(1, 27)
"""Numbers that an output may have: as many as channels."""


@dataclass(frozen=True)
class Channels:
    """What the steps of a sequence are made of, and how many numbers answer each of them.

    Attributes:
        inputs: the values of every channel, a contiguous range each.
        outputs: how many integers an output has.

    Raises:
        TaskError: a range is empty, has a step, holds a single value or leaves 64-bit integers,
            or there is no output.
    """

    inputs: tuple[range, ...]
    outputs: int = 1

    def __post_init__(self) -> None:
        most = len(string.ascii_lowercase)
        if not 1 <= len(self.inputs) <= most:
            raise TaskError(f"{len(self.inputs)} channels of inputs: expected 1 to {most}")
        outputs = self.outputs
        if isinstance(outputs, bool) or not isinstance(outputs, int) or outputs not in OUTPUTS:
            raise TaskError(
                f"outputs = {outputs!r}: expected how many numbers an output has, 1 to "
                f"{OUTPUTS.stop - 1}"
            )
        for name, values in zip(self.names, self.inputs, strict=True):
            check_range(name, values)

    @property
    def names(self) -> tuple[str, ...]:
        """Neutral names of the channels: x, or by position a, b, c, ... where there are several."""
        if len(self.inputs) == 1:
            return ("x",)
        return tuple(string.ascii_lowercase[: len(self.inputs)])

    @property
    def ranges(self) -> tuple[range, ...]:
        """The values of what is read, by channel."""
        return self.inputs

    @property
    def with_answers(self) -> str:
        """What is read and, where that is no single answer, what is answered, in words."""
        return f"{self}; {self.outputs} numbers answered" if self.outputs > 1 else str(self)

    @property
    def size(self) -> int:
        """How many symbols there are: what one step of a sequence can be."""
        return math.prod(values.stop - values.start for values in self.inputs)

    @property
    def alphabet(self) -> Int[ndarray, "symbols channels"]:
        """Every symbol, in row-major order: the last channel varies fastest.

        Raises:
            TaskError: there are more than `MAX_SYMBOLS`.
        """
        if self.size > MAX_SYMBOLS:
            raise TaskError(
                f"an alphabet of {self.size:,} symbols: {MAX_SYMBOLS:,} are the most that are "
                "listed, so choose smaller ranges"
            )
        grid = np.meshgrid(*(np.arange(v.start, v.stop) for v in self.inputs), indexing="ij")
        return np.stack(grid, axis=-1).reshape(-1, len(self.inputs))

    def hold(self, inputs: Int[ndarray, "n length channels"]) -> bool:
        """Whether every value is one of its channel's."""
        low = np.array([values.start for values in self.inputs])
        high = np.array([values.stop - 1 for values in self.inputs])
        return bool(((inputs >= low) & (inputs <= high)).all())

    def __str__(self) -> str:
        return ", ".join(
            f"{name} in {values.start}..{values.stop - 1}"
            for name, values in zip(self.names, self.inputs, strict=True)
        )
