"""The inputs and outputs of a network over a finite domain, under neutral names.

Extraction sees a `Domain` and never a `Task`: the names here are `a`, `b`, `c`, ... by position
(`x0`, `x1`, ... where they are more than eight), whatever the task calls its inputs.
"""

from __future__ import annotations

import math
import string
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.checker.finite import LARGEST
from distill.checker.scope import many
from distill.errors import TaskError

INT64 = range(-(2**63), 2**63)
"""What an input and an output may be."""

MOST_LETTERS = 8
"""Inputs that have a letter each, from a to h."""


@dataclass(frozen=True)
class Domain:
    """A product of integer ranges, one per input, and the range of the outputs.

    Attributes:
        inputs: the values of every input, a contiguous range each. Token t of input i stands
            for `inputs[i][t]`.
        outputs: the values of the output. Logit j belongs to `outputs[j]`.

    Raises:
        TaskError: a range is empty, has a step, or holds a single value; there are too many inputs.
    """

    inputs: tuple[range, ...]
    outputs: range

    def __post_init__(self) -> None:
        if not self.inputs:
            raise TaskError("a domain without inputs: give at least one range of integers")
        most = len(string.ascii_lowercase)
        if len(self.inputs) > most:
            raise TaskError(f"{len(self.inputs)} inputs: expected 1 to {most}")
        for name, values in [*zip(self.names, self.inputs, strict=True), ("output", self.outputs)]:
            check_range(name, values)
        if self.size > LARGEST:
            raise TaskError(
                f"a domain of {self.size:,} inputs: expected at most {LARGEST:,}, as many as can "
                "be sampled evenly; give fewer values"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Neutral names of the inputs, by position."""
        return input_names(len(self.inputs))

    @property
    def ranges(self) -> tuple[range, ...]:
        """The values of what is read."""
        return self.inputs

    @property
    def with_answers(self) -> str:
        """What is read and, where that is no single answer, what is answered, in words."""
        return str(self)

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values every input has."""
        return tuple(len(values) for values in self.inputs)

    @property
    def size(self) -> int:
        """How many inputs there are in all."""
        return math.prod(self.shape)

    def tokens(self, indices: Int[ndarray, " n"] | None = None) -> Int[ndarray, "n k"]:
        """Token of every input, for these row-major positions in the domain (default: all)."""
        if indices is None:
            indices = np.arange(self.size)
        return np.stack(np.unravel_index(indices, self.shape), axis=1).astype(np.int64)

    def values(self, tokens: Int[ndarray, "n k"]) -> Int[ndarray, "n k"]:
        """The integers that tokens stand for."""
        return tokens + np.array([values.start for values in self.inputs])

    def indices(self, tokens: Int[ndarray, "n k"]) -> Int[ndarray, " n"]:
        """Row-major position in the domain of every row of tokens."""
        return np.asarray(np.ravel_multi_index(tuple(tokens.T), self.shape))

    def __str__(self) -> str:
        ranges = ", ".join(
            f"{name} in {values.start}..{values.stop - 1}"
            for name, values in zip(self.names, self.inputs, strict=True)
        )
        return f"{ranges} ({many(self.size, 'input')})"


def check_range(name: str, values: range) -> None:
    """Hold the values of an input, of an output or of a channel against what they may be.

    Raises:
        TaskError: they have a step, there are fewer than two, or they leave 64-bit integers.
    """
    if not isinstance(values, range) or values.step != 1:
        raise TaskError(f"{name} = {values!r}: expected a range of integers in steps of 1")
    if values.stop - values.start < 2:
        count = "no value" if not values else "a single value"
        raise TaskError(f"{name} ranges over {count} ({values!r}): at least 2 are needed")
    if values.start not in INT64 or values.stop - 1 not in INT64:
        raise TaskError(f"{name} = {values!r}: expected integers of 64 bits")
    if values.stop - values.start not in INT64:
        raise TaskError(f"{name} = {values!r}: expected fewer values")


def input_names(count: int) -> tuple[str, ...]:
    """Neutral names of so many inputs: a, b, c, ..., or x0, x1, x2, ... where they are many.

    What else a program or a formula names (an output, a frequency k, a modulus p, a number x) is
    never one of them.
    """
    if count <= MOST_LETTERS:
        return tuple(string.ascii_lowercase[:count])
    return tuple(f"x{place}" for place in range(count))


def output_name(inputs: int) -> str:
    """The neutral name of an output of so many inputs: the letter after theirs, or y."""
    return string.ascii_lowercase[inputs] if inputs <= MOST_LETTERS else "y"


def choose(total: int, count: int, seed: int) -> Bool[ndarray, " total"]:
    """Mask of `count` of `total` positions, drawn without replacement.

    The positions with the smallest of `total` raw PCG64 numbers. The raw stream is fixed by the
    generator's definition (NumPy may change what `Generator.permutation` makes of it), so that a
    checker draws the same mask from the three numbers, years later.
    """
    draws = np.random.PCG64(seed).random_raw(total)
    mask = np.zeros(total, dtype=bool)
    mask[np.argsort(draws, kind="stable")[:count]] = True
    return mask
