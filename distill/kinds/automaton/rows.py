"""What a loop does at every step, as rows: values before it, what is read, values after it.

What is said of a variable is tested on these rows before it is written, whichever expression the
variable was found by: they are all that the loop can reach.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.expressions import expression as ex
from distill.expressions.expression import Expression

if TYPE_CHECKING:
    from distill.kinds.automaton.loop import Plan

MAX_REACHED = 2_000
"""How many values of the variables a plan with free ones may reach."""


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

    def answered(self, name: str) -> bool:
        """Whether the answer is always what the variable is after the step."""
        return bool((self.answers == self.after[name]).all())

    def moves(self, name: str) -> Int[ndarray, " rows"]:
        """By how much a variable changes."""
        return self.after[name] - self.before[name]

    def by_symbol(self) -> Iterator[Bool[ndarray, " rows"]]:
        """For every symbol the rows on which it is read."""
        columns = np.column_stack([*self.given.values()])
        symbols, place = np.unique(columns, axis=0, return_inverse=True)
        for number in range(len(symbols)):
            yield place.reshape(-1) == number


def rows_of(plan: Plan) -> Rows:
    """All steps of a loop, from its machine and the values of its variables."""
    labelling, machine = plan.labelling, plan.labelling.machine
    names, symbols = labelling.names, len(machine.symbols)
    first = tuple(value or 0 for value in labelling.values[0])
    start = dict(zip(names, first, strict=True))
    if any(None in row for row in labelling.values):
        reached = reached_with(plan) or []
        owners = np.array([owner for owner, _ in reached], dtype=np.int64)
        values = np.array([row for _, row in reached], dtype=np.int64)
    else:
        owners = np.arange(machine.states)
        values = np.array(labelling.values, dtype=np.int64)
    values = values.reshape(len(owners), len(names))
    before = np.repeat(values, symbols, axis=0)
    read = np.tile(machine.values, (len(owners), 1))
    given = {name: read[:, place] for place, name in enumerate(plan.inputs)}
    named = {name: before[:, place] for place, name in enumerate(names)}
    if any(None in row for row in labelling.values):
        after = {n: ex.evaluate(u, named | given) for n, u in plan.named_updates.items()}
    else:
        late = values[machine.delta.reshape(-1)]
        after = {name: late[:, place] for place, name in enumerate(names)}
    return Rows(start, named, given, after, machine.answers[owners].reshape(-1))


def reached_with(plan: Plan) -> list[tuple[int, tuple[int, ...]]] | None:
    """States with the values that variables have there; null if the plan is not its machine."""
    machine = plan.labelling.machine
    start = tuple(value or 0 for value in plan.labelling.values[0])
    seen, frontier = {(0, start)}, [(0, start)]
    while frontier:
        owners = np.repeat([state for state, _ in frontier], len(machine.symbols))
        values = np.repeat([row for _, row in frontier], len(machine.symbols), axis=0)
        read = np.tile(machine.values, (len(frontier), 1))
        given = {name: read[:, place] for place, name in enumerate(plan.inputs)}
        columns = given | {n: values[:, place] for place, n in enumerate(plan.labelling.names)}
        try:
            after = [ex.evaluate(update, columns) for update in plan.updates]
            late = given | dict(zip(plan.labelling.names, after, strict=True))
            said = ex.evaluate(plan.output, late if plan.after else columns)
        except ValueError:  # a table has no row for what was reached
            return None
        if (
            said != machine.answers[owners, np.tile(range(len(machine.symbols)), len(frontier))]
        ).any():
            return None
        targets = machine.delta[owners[:: len(machine.symbols)]].reshape(-1).tolist()
        rows = map(tuple, np.column_stack(after).tolist())
        reached = set(zip(targets, rows, strict=True)) - seen
        seen |= reached
        frontier = sorted(reached)
        if len(seen) > MAX_REACHED:
            return None
    return sorted(seen)
