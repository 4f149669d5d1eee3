"""Integer registers and their updates, as a plain value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from distill.checker.linear_bound import IntegerSystem
from distill.expressions.reading import read_expression
from distill.kinds.recurrence.recurrence import Recurrence
from distill.records.refusal import FORMAT_VERSION
from distill.records.short import Short


@dataclass(frozen=True, repr=False)
class RecurrenceMechanism(Short):
    """Integer registers: what they begin as, how each step updates them, and what is answered.

    Attributes:
        inputs: names of the channels.
        registers: names of the registers.
        start: their values before the first step.
        updates: the next value of every register, as Python of old registers and inputs.
        outputs: the numbers of the answer, as Python.
        after: whether the answer is of the registers' next values.
        system: the same as matrices, where every expression is linear; null otherwise.
        deviation: of a linear network, the largest distance of what it responds to an input of 1
            from integers; null otherwise.
        name: what its program computes, in words.
        order: registers that the program sets at once, after others, with what they are set to, a
            name standing for the new value once it was set; null where updates are all there is.
        ranges: first and last value of every channel; none in runs that were stored without.
    """

    inputs: tuple[str, ...]
    registers: tuple[str, ...]
    start: tuple[int, ...]
    updates: tuple[str, ...]
    outputs: tuple[str, ...]
    after: bool
    system: IntegerSystem | None
    deviation: float | None
    name: str = "integer recurrence"
    order: tuple[tuple[tuple[str, str], ...], ...] | None = None
    ranges: tuple[tuple[int, int], ...] = ()
    kind: Literal["recurrence"] = "recurrence"
    format_version: int = FORMAT_VERSION

    @property
    def remembered(self) -> tuple[str, ...]:
        """What a network that computes as the program does holds from step to step."""
        return self.registers

    @property
    def recurrence(self) -> Recurrence:
        """The recurrence as a value that can be run.

        Raises:
            MachineError: an expression is none that this version reads.
        """
        return Recurrence(
            self.inputs,
            self.registers,
            self.start,
            tuple(map(read_expression, self.updates)),
            tuple(map(read_expression, self.outputs)),
            self.after,
        )
