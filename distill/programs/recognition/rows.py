"""What a loop does at every step, as rows: values before it, what is read, values after it.

What is said of a variable is tested on these rows before it is written, whichever expression the
variable was found by: they are all that the loop can reach.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.expressions import expression as ex
from distill.expressions.expression import Expression


@dataclass(frozen=True)
class Rows:
    """Every step that a loop can take.

    Attributes:
        start: first values of the variables.
        before: of every variable its values before the steps.
        given: of every channel what is read.
        after: of every variable its values after the steps.
        answers: what is answered.
    """

    start: dict[str, int]
    before: dict[str, Int[ndarray, " rows"]]
    given: dict[str, Int[ndarray, " rows"]]
    after: dict[str, Int[ndarray, " rows"]]
    answers: Int[ndarray, " rows"]

    def value(self, expression: Expression) -> Int[ndarray, " rows"]:
        """An expression of values before the step and of what is read."""
        return ex.evaluate(expression, self.before | self.given)

    def where(self, rows: Bool[ndarray, " rows"]) -> Rows:
        """Some of the steps."""
        before, given, after = (
            {name: column[rows] for name, column in columns.items()}
            for columns in (self.before, self.given, self.after)
        )
        return Rows(self.start, before, given, after, self.answers[rows])

    def answered(self, name: str) -> bool:
        """Whether the answer is always what the variable is after the step."""
        return bool((self.answers == self.after[name]).all())

    def moves(self, name: str) -> Int[ndarray, " rows"]:
        """By how much a variable changes."""
        return self.after[name] - self.before[name]

    def is_of_symbol(self, column: Int[ndarray, " rows"]) -> bool:
        """Whether a column has one value wherever a symbol is read."""
        return all(len(np.unique(column[read])) < 2 for read in self.by_symbol())

    def by_symbol(self) -> Iterator[Bool[ndarray, " rows"]]:
        """For every symbol the rows on which it is read."""
        columns = np.column_stack([*self.given.values()])
        symbols, place = np.unique(columns, axis=0, return_inverse=True)
        for number in range(len(symbols)):
            yield place.reshape(-1) == number
