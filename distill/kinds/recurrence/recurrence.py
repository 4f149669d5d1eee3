"""Integer recurrences as values: registers that are updated at every step, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.errors import MachineError
from distill.expressions import expression as ex
from distill.expressions.expression import Expression


@dataclass(frozen=True)
class Recurrence:
    """Registers r with r' = updates(r, x), all at once, and answers of them and of the input.

    Attributes:
        inputs: names of the channels.
        registers: names of the registers.
        start: their values before the first step.
        updates: the next value of every register, an expression of registers and inputs.
        outputs: the numbers of the answer, expressions of registers and inputs.
        after: whether the answer is of the registers' next values, or of those before the step.

    Raises:
        MachineError: an expression uses a name that is no register and no input, or the counts of
            registers, first values and updates differ.
    """

    inputs: tuple[str, ...]
    registers: tuple[str, ...]
    start: tuple[int, ...]
    updates: tuple[Expression, ...]
    outputs: tuple[Expression, ...]
    after: bool = True

    def __post_init__(self) -> None:
        if not len(self.registers) == len(self.start) == len(self.updates) or not self.outputs:
            raise MachineError(
                f"{len(self.registers)} registers, {len(self.start)} first values, "
                f"{len(self.updates)} updates and {len(self.outputs)} outputs"
            )
        known = {*self.inputs, *self.registers}
        for expression in (*self.updates, *self.outputs):
            if unknown := set(ex.names(expression)) - known:
                raise MachineError(f"an expression uses {', '.join(sorted(unknown))}")

    def run(self, sequences: Int[ndarray, "n length channels"]) -> Int[ndarray, "n length outputs"]:
        """The answers along sequences, in 64-bit integers."""
        return self.along(sequences)[1]

    def along(
        self, sequences: Int[ndarray, "n length channels"]
    ) -> tuple[Int[ndarray, "n length registers"], Int[ndarray, "n length outputs"]]:
        """The registers after every step, and the answers, along sequences."""
        first = np.tile(np.array(self.start, dtype=np.int64), (len(sequences), 1))
        return self._along(first, sequences)

    def run_from(
        self, held: Int[ndarray, "n registers"], sequences: Int[ndarray, "n length channels"]
    ) -> Int[ndarray, "n length outputs"]:
        """The answers along sequences, from other values of the registers."""
        return self._along(held, sequences)[1]

    def _along(
        self, first: Int[ndarray, "n registers"], sequences: Int[ndarray, "n length channels"]
    ) -> tuple[Int[ndarray, "n length registers"], Int[ndarray, "n length outputs"]]:
        n, length, _ = sequences.shape
        held = np.empty((n, length, len(self.registers)), dtype=np.int64)
        said = np.empty((n, length, len(self.outputs)), dtype=np.int64)
        state = {name: first[:, place] for place, name in enumerate(self.registers)}
        for t in range(length):
            given = {name: sequences[:, t, place] for place, name in enumerate(self.inputs)}
            before: Mapping[str, Int[ndarray, " n"]] = state | given
            state = {
                name: ex.evaluate(update, before)
                for name, update in zip(self.registers, self.updates, strict=True)
            }
            seen = state | given if self.after else before
            for place, expression in enumerate(self.outputs):
                said[:, t, place] = ex.evaluate(expression, seen)
            for place, name in enumerate(self.registers):
                held[:, t, place] = state[name]
        return held, said
