"""Write a finite-state machine as Python: a loop over a list, with arithmetic where there is some.

Proposals for integers in place of states come from `distill.labelling`. For each of them the next
state and the output are columns of a table, for which `distill.synthesis` finds expressions; the
program that reads best is written. What stands in `//` and `%` of one is offered to the others by
name, so that `total = a + b + carry` is shared by `total % 5` and `total // 5`.

The finished source is read again: its loop body is run on every state that it can reach and every
symbol, beside the machine. If they never differ, they are equal on sequences of any length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.sandbox import check_syntax
from distill.emit.machine_check import check_program
from distill.emit.machine_loop import DIVISION, Plan, loop_source, renamed
from distill.emit.machine_prose import role_of
from distill.errors import MachineError
from distill.labelling import Labelling, labellings
from distill.machine import Machine, distinguishing_sequence
from distill.program import Program
from distill.synthesis import expression as ex
from distill.synthesis.expression import Constant, Expression, Name, Operation
from distill.synthesis.portfolio import synthesise
from distill.synthesis.table import Table, lookup

THOROUGH = 3, 10
"""How many proposals are looked at again, with choices and all expressions by size.

The second number is for small machines, until there is one without a table."""

SMALL_ROWS = 100
"""States times symbols up to which a machine is small."""

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
        tabulated: whether it lists transitions, outputs or values that no expression was found for.
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
    role = role_of(plan)
    plan = renamed(plan, role.names)
    source = loop_source(plan, role)
    check_syntax(source)
    names, values = check_program(source, minimal)
    tabulated = bool(ex.tables(*plan.expressions))
    return EmittedMachine(
        Program(source), role.name, tabulated, tuple(zip(names, values, strict=True))
    )


def _best_plan(machine: Machine) -> Plan:
    inputs = ("x",) if machine.channels == 1 else tuple("abcdefgh"[: machine.channels])
    if machine.states * len(machine.symbols) > MAX_ROWS:
        return _tabulated(machine, inputs)
    proposals = list(labellings(machine))
    plans = [_plan(labelling, inputs, thorough=False) for labelling in proposals]
    order = sorted(range(len(plans)), key=lambda place: (round(plans[place].cost, 1), place))
    best = plans[order[0]]
    rows = machine.states * len(machine.symbols)
    if rows > MAX_THOROUGH or not ex.tables(*best.expressions):
        return best
    small = rows <= SMALL_ROWS
    for tried, place in enumerate(order[: THOROUGH[small]]):
        plan = _plan(proposals[place], inputs, thorough=True)
        best = min(best, plan, key=lambda p: round(p.cost, 1))
        if tried + 1 >= THOROUGH[0] and not ex.tables(*best.expressions):
            break
    return best


def _tabulated(machine: Machine, inputs: tuple[str, ...]) -> Plan:
    labelling = Labelling(machine, ("state",), tuple((q,) for q in range(machine.states)))
    columns, following, answers, _ = _columns(labelling, inputs)
    return Plan(
        labelling,
        inputs,
        None,
        (lookup(Table(columns, following[0])),),
        lookup(Table(columns, answers)),
        False,
    )


def _columns(
    labelling: Labelling, inputs: tuple[str, ...]
) -> tuple[
    dict[str, Int[ndarray, " rows"]],
    list[Int[ndarray, " rows"]],
    Int[ndarray, " rows"],
    dict[str, Int[ndarray, " rows"]],
]:
    """For every state and symbol: variables and inputs, next values, answer, inputs and next."""
    machine = labelling.machine
    states, symbols = machine.delta.shape
    values = np.array(labelling.values, dtype=np.int64).reshape(states, len(labelling.names))
    before, after = np.repeat(values, symbols, axis=0), values[machine.delta.reshape(-1)]
    read = np.tile(machine.values, (states, 1))
    columns = {name: before[:, place] for place, name in enumerate(labelling.names)}
    given = {name: read[:, place] for place, name in enumerate(inputs)}
    following = [after[:, place] for place in range(len(labelling.names))]
    late = dict(zip(labelling.names, following, strict=True)) | given
    return columns | given, following, machine.answers.reshape(-1), late


def _plan(labelling: Labelling, inputs: tuple[str, ...], thorough: bool) -> Plan:
    """The best program for a labelling."""
    columns, following, answers, late = _columns(labelling, inputs)
    updates = tuple(synthesise(columns, column, thorough) for column in following)
    output = synthesise(columns, answers, thorough)
    plans = [Plan(labelling, inputs, None, updates, output, False)]
    if labelling.names and Table(late, answers).is_function:
        late_output = synthesise(late, answers, thorough)
        plans.append(Plan(labelling, inputs, None, updates, late_output, True))
    for core, modulus in _cores(labelling, *updates, output):
        value = {"total": ex.evaluate(core, columns)}
        whole = Name("total")
        divided = [Operation(op, (whole, Constant(modulus))) for op in ("%", "//")]
        shared = []
        for old, column in zip((*updates, output), (*following, answers), strict=True):
            offered = [old, ex.replace(old, core, whole)]
            offered += filter(Table(value, column).holds, divided)
            offered.append(synthesise(value | columns, column, False))
            shared.append(min(offered, key=lambda e: ex.cost(e) - DIVISION * (e in divided)))
        if sum("total" in ex.names(expression) for expression in shared) > 1:
            update = tuple(shared[:-1])
            plans.append(Plan(labelling, inputs, ("total", core), update, shared[-1], False))
    return min(plans, key=lambda plan: plan.cost)


def _cores(labelling: Labelling, *expressions: Expression) -> list[tuple[Expression, int]]:
    """What is divided, and by what, if it is a sum; also with residues that are not negative."""
    found: dict[tuple[Expression, int], None] = {}
    for whole in expressions:
        for part in ex.subexpressions(whole):
            match part:
                case Operation("//" | "%" | ">" | ">=", (Operation() as inner, Constant(number))):
                    modulus = number + (part.operator == ">")
                    terms, offset = ex.terms_of(inner)
                    if modulus < 2:
                        continue
                    found[_in_order(terms, offset, labelling), modulus] = None
                    positive = [(factor % modulus, term) for factor, term in terms]
                    found[_in_order(positive, offset % modulus, labelling), modulus] = None
    return list(found)


def _in_order(terms: list[tuple[int, Expression]], offset: int, labelling: Labelling) -> Expression:
    """A sum with its multiples first, then inputs, then variables: 2 * state + x, a + b + carry."""

    def place(pair: tuple[int, Expression]) -> tuple[bool, bool]:
        factor, term = pair
        return abs(factor) == 1, any(name in labelling.names for name in ex.names(term))

    return ex.add(sorted(terms, key=place), offset)
