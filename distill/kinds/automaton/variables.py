"""What a variable of an automaton's loop is: a row of the shared table, a listing, or rules."""

from __future__ import annotations

import math

from distill.expressions import expression as ex
from distill.expressions.expression import Lookup, Name, Operation
from distill.kinds.automaton.group import group_of
from distill.kinds.automaton.loop import Plan
from distill.kinds.automaton.machine import Machine
from distill.programs.recognition.finite import recognise_finite, rules
from distill.programs.recognition.rows import Rows
from distill.programs.recognition.variable import FiniteVariable, Loop, Recognition, VariableRole


def loop_of(plan: Plan) -> Loop:
    """A plan as recognisers look at it."""
    first = zip(plan.labelling.names, plan.labelling.values[0], strict=True)
    return Loop(
        plan.inputs,
        {name: value or 0 for name, value in first},
        plan.named_updates,
        (plan.output,),
        plan.after,
        {name: sorted(values) for name, values in plan.domains.items()},
    )


def recognise_variable(plan: Plan, rows: Rows, name: str) -> Recognition:
    """What one variable is."""
    update = plan.named_updates[name]
    match update:
        case Operation("if", (condition, Name(one), other)) if one == name:
            update = Operation("if", (ex.opposite(condition), other, Name(name)))
    variable = FiniteVariable(name, update, loop_of(plan), rows, plan.shared is not None)
    if not set(ex.tables(update)) & set(plan.listed):
        return recognise_finite(variable)
    table = transition_table(plan)
    return rules(variable) if table is None else _listed_states(plan, table)


def transition_table(plan: Plan) -> Lookup | None:
    """The table in which a loop's one variable looks its next value up by itself and the input."""
    match plan.updates:
        case (Lookup(keys, entries) as table,):
            names = [key.name for key in keys if isinstance(key, Name)]
            sizes = [len(plan.domains[name]) for name in names if name in plan.domains]
            own = names[:1] == [*plan.labelling.names] and len(names) == len(keys)
            return table if own and len(entries) == math.prod(sizes) else None
    return None


def listed_title(machine: Machine, group: str | None) -> str:
    """What a listed machine computes: the product in a group that it is, or what a group does."""
    if group is None:
        return f"state machine with {machine.states} state{'' if machine.states == 1 else 's'}"
    article = "a" if group.startswith("group") else "an" if group.startswith("abelian") else "the"
    if group.endswith(f"of order {machine.states}"):
        return f"product in {article} {group}"
    return f"action of {article} {group} on {machine.states} states"


def _listed_states(plan: Plan, table: Lookup) -> Recognition:
    machine = plan.labelling.machine
    group, inputs = group_of(machine), [name for name in plan.inputs if name in ex.names(table)]
    read = "input" if inputs == [*plan.inputs] else f"value of {' and '.join(inputs)}"
    return Recognition(
        VariableRole.TABLE,
        listed_title(machine, group),
        "No arithmetic was found for the transitions of this machine: they are listed, in a table "
        f"of {len(table.rows):,} cells.",
        f"NEXT has the next state for every state and {read}.",
    )
