"""The mechanism: an integer expression of the inputs, and inputs that it does not hold for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FORMAT_VERSION = 1


@dataclass(frozen=True)
class ClosedFormMechanism:
    """What a network answers, as an expression. How it comes to it is not said.

    Attributes:
        expression: Python, of the neutral names of the inputs, that gives an integer.
        inputs: first and last value of every input.
        exceptions: inputs that are answered otherwise, as values, each with its answer last.
    """

    expression: str
    inputs: tuple[tuple[int, int], ...]
    exceptions: tuple[tuple[int, ...], ...] = ()
    kind: Literal["closed_form"] = "closed_form"
    format_version: int = FORMAT_VERSION

    @property
    def name(self) -> str:
        """What its program computes, in words."""
        return self.expression

    @property
    def remembered(self) -> tuple[str, ...]:
        """Nothing: there are no steps."""
        return ()
