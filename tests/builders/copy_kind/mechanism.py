"""The mechanism: which input is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from distill.domains.finite import input_names


@dataclass(frozen=True)
class CopyMechanism:
    """The answer is the value of one input.

    Attributes:
        copied: which input, from 0.
        inputs: first and last value of every input.
    """

    copied: int
    inputs: tuple[tuple[int, int], ...]
    kind: Literal["copy"] = "copy"
    format_version: int = 1

    @property
    def name(self) -> str:
        """What its program computes, in words."""
        return f"a copy of {self.names[self.copied]}"

    @property
    def names(self) -> tuple[str, ...]:
        """Neutral names of the inputs."""
        return input_names(len(self.inputs))

    @property
    def remembered(self) -> tuple[str, ...]:
        """Nothing: there are no steps."""
        return ()
