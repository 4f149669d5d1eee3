"""Every step that the loop of an automaton can take, from its machine and its variables."""

from __future__ import annotations

import numpy as np

from distill.expressions import expression as ex
from distill.kinds.automaton.loop import Plan
from distill.programs.recognition.rows import Rows

MAX_REACHED = 2_000
"""How many values of the variables a plan with free ones may reach."""


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
