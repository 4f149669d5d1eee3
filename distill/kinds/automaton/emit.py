"""Write a finite-state machine as Python: a loop over a list, with arithmetic where there is some.

Proposals for integers in place of states come from `labelling`, for each of which `plan` finds
expressions; the program that reads best is written.

The finished source is read again: its loop body is run on every state that it can reach and every
symbol, beside the machine. If they never differ, they are equal on sequences of any length.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, replace

from distill.checker.loop import walk
from distill.errors import MachineError, ProgramError
from distill.kinds.automaton.contradiction import contradicted
from distill.kinds.automaton.description import describe, describe_plainly
from distill.kinds.automaton.labelling import Labelling, labellings
from distill.kinds.automaton.loop import Plan, loop_source, renamed
from distill.kinds.automaton.machine import Machine, distinguishing_sequence
from distill.kinds.automaton.plan import plan_of, tabulated
from distill.kinds.automaton.rows import rows_of
from distill.programs.description import Description
from distill.programs.names import unique
from distill.programs.program import Program

CLEAR_COST = 12.0
"""A loop that costs no more is taken at once: such as a counter, or a window of two inputs."""

THOROUGH = 2
"""How many proposals are looked at again, with choices and all expressions by size."""

MAX_THOROUGH = 2_000
"""States times symbols up to which proposals are looked at again."""

MAX_ROWS = 400_000
"""States times symbols above which only a table is written."""


@dataclass(frozen=True)
class EmittedMachine:
    """A program that was checked to be a machine.

    Attributes:
        program: the source; its function takes a list and gives the list of outputs.
        name: what it computes, in words.
        tabulated: whether it lists transitions, outputs or values that no expression was found for;
            what the symbols add to a sum may be listed all the same.
        variables: of the loop, with their value in every state of the machine; none where a
            variable has several (a window remembers symbols that no longer matter).
    """

    program: Program
    name: str
    tabulated: bool
    variables: tuple[tuple[str, tuple[int | None, ...]], ...]


def emit_machine(machine: Machine) -> EmittedMachine:
    """Write the program of a machine, which is minimised first.

    Raises:
        MachineError: the source is not the machine; nothing is written then.
    """
    minimal = machine.minimise()
    if distinguishing_sequence(machine, minimal) is not None:
        raise MachineError("the minimised machine is another one")
    plan = _best_plan(minimal)
    description = describe(plan)
    if contradicted(description.title, plan.labelling.machine, rows_of(plan)):
        description = describe_plainly(plan)
    description = replace(description, names=unique_names(plan, description))
    plan = renamed(plan, description.names)
    source = loop_source(plan, description)
    try:
        walked = walk(source, minimal.delta, minimal.answers, minimal.values)
    except ProgramError as error:
        raise MachineError(f"the program cannot be followed: {error}") from error
    if walked.differs is not None:
        raise MachineError(f"the program is not the machine: {walked.differs}")
    variables = tuple(zip(walked.names, walked.values, strict=True))
    return EmittedMachine(Program(source), description.title, bool(plan.listed), variables)


def unique_names(plan: Plan, description: Description) -> dict[str, str]:
    """What variables and inputs are called, each by a name of its own."""
    old = (*plan.inputs, *plan.labelling.names)
    taken = {description.answer, *([plan.shared[0]] if plan.shared else [])}
    new = unique((description.names.get(name, name) for name in old), taken)
    return {name: called for name, called in zip(old, new, strict=True) if name != called}


def _best_plan(machine: Machine) -> Plan:
    inputs = ("x",) if machine.channels == 1 else tuple(string.ascii_lowercase[: machine.channels])
    rows = machine.states * len(machine.symbols)
    if rows > MAX_ROWS:
        states = Labelling(machine, ("state",), tuple((q,) for q in range(machine.states)))
        return tabulated(states, inputs)
    found: list[tuple[Plan | None, Labelling]] = []
    for labelling in labellings(machine):
        plan = plan_of(labelling, inputs, False)
        found.append((plan, labelling))
        if plan is not None and not plan.tables and plan.cost <= CLEAR_COST:
            break
    plans = sorted(
        ((plan, labelling) for plan, labelling in found if plan is not None),
        key=lambda pair: round(pair[0].cost, 1),
    )
    best, _ = plans[0]
    if rows > MAX_THOROUGH or not best.tables:
        return best
    for _, labelling in plans[:THOROUGH]:
        plan = plan_of(labelling, inputs, True)
        if plan is not None:
            best = min(best, plan, key=lambda p: round(p.cost, 1))
    return best
