"""From integers in place of states to what is computed at every step.

For a labelling the next values and the output are columns of a table, for which
`distill.expressions` finds expressions. What stands in `//` and `%` of one is offered to the others
by name, so that `total = a + b + carry` is shared by `total % 5` and `total // 5`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import product

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.expressions import expression as ex
from distill.expressions.changes import changes, mixes, set_by_inputs
from distill.expressions.choices import MAX_ROWS, latch, toggle
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.expressions.portfolio import synthesise
from distill.expressions.table import Table, lookup
from distill.expressions.tidy import tidied
from distill.kinds.automaton.labelling import Labelling
from distill.kinds.automaton.loop import DIVISION, Plan
from distill.kinds.automaton.rows import reached_with

STATEMENT = 6.5
"""How much better a bit that changes on a condition reads than an expression of that cost."""


@dataclass(frozen=True)
class Columns:
    """For every state and symbol what a program knows and what it should compute.

    Attributes:
        before: variables and inputs.
        following: of every variable the next value.
        known: of every variable where the next value matters.
        answers: the output.
        late: inputs and next values.
        late_answers: the output for these.
    """

    before: dict[str, Int[ndarray, " rows"]]
    following: list[Int[ndarray, " rows"]]
    known: list[Bool[ndarray, " rows"]]
    answers: Int[ndarray, " rows"]
    late: dict[str, Int[ndarray, " late"]]
    late_answers: Int[ndarray, " late"]


def columns_of(labelling: Labelling, inputs: tuple[str, ...]) -> Columns:
    """The table of a labelling; a state has a row for all values of variables that are free."""
    machine = labelling.machine
    symbols = len(machine.symbols)
    owners, values = _expanded(labelling)
    matters = np.array([[v is not None for v in row] for row in labelling.values], dtype=bool)
    fixed = np.array([[v or 0 for v in row] for row in labelling.values], dtype=np.int64)
    shape = (machine.states, len(labelling.names))
    matters, fixed = matters.reshape(shape), fixed.reshape(shape)
    target = machine.delta[owners].reshape(-1)
    read = np.tile(machine.values, (len(owners), 1))
    before = np.repeat(values, symbols, axis=0)
    given = {name: read[:, place] for place, name in enumerate(inputs)}
    named = {name: before[:, place] for place, name in enumerate(labelling.names)}
    # after a step: every row of the state that is reached
    rows_of = [np.flatnonzero(owners == state) for state in range(machine.states)]
    ends = [rows_of[state] for state in machine.delta.reshape(-1).tolist()]
    times = [len(rows) for rows in ends]
    after = values[np.concatenate(ends)]
    late_read = np.repeat(np.tile(machine.values, (machine.states, 1)), times, axis=0)
    late = {name: after[:, place] for place, name in enumerate(labelling.names)}
    late |= {name: late_read[:, place] for place, name in enumerate(inputs)}
    return Columns(
        named | given,
        [fixed[target, place] for place in range(len(labelling.names))],
        [matters[target, place] for place in range(len(labelling.names))],
        machine.answers[owners].reshape(-1),
        late,
        np.repeat(machine.answers.reshape(-1), times),
    )


def _expanded(labelling: Labelling) -> tuple[Int[ndarray, " rows"], Int[ndarray, "rows variables"]]:
    """States with values of the variables; those that are free take all of theirs."""
    domains = [
        sorted({v for v in column if v is not None})
        for column in zip(*labelling.values, strict=True)
    ]
    owners, values = [], []
    for state, row in enumerate(labelling.values):
        choices = [
            domain if value is None else [value] for value, domain in zip(row, domains, strict=True)
        ]
        for chosen in product(*choices):
            owners.append(state)
            values.append(chosen)
    return np.array(owners), np.array(values, dtype=np.int64).reshape(len(owners), -1)


def plan_of(labelling: Labelling, inputs: tuple[str, ...], thorough: bool) -> Plan | None:
    """The best program for a labelling; none if variables that were free make it another one."""
    columns = columns_of(labelling, inputs)
    updates = tuple(
        _update(
            name,
            Table({n: column[known] for n, column in columns.before.items()}, target[known]),
            inputs,
            thorough,
        )
        for name, target, known in zip(
            labelling.names, columns.following, columns.known, strict=True
        )
    )
    if len(updates) == 1:  # others may change on the same condition
        bits = [n for n, column in columns.before.items() if {*column.tolist()} <= {0, 1}]
        updates = (_of_bits(updates[0], labelling.names[0], bits),)
    output = _answer(columns.before, columns.answers, inputs, thorough)
    plans = [Plan(labelling, inputs, None, updates, output, False)]
    if labelling.names and Table(columns.late, columns.late_answers).is_function:
        late_output = _answer(columns.late, columns.late_answers, inputs, thorough)
        plans.append(Plan(labelling, inputs, None, updates, late_output, True))
    if any(None in row for row in labelling.values):
        plans = [plan for plan in plans if reached_with(plan) is not None]
    elif len(labelling.names) < 2:  # what two variables share ties them together
        plans += _shared(labelling, inputs, updates, output, columns)
    return min(plans, key=lambda plan: plan.cost, default=None)


def _answer(
    known: Mapping[str, Int[ndarray, " rows"]],
    answers: Int[ndarray, " rows"],
    inputs: tuple[str, ...],
    thorough: bool,
) -> Expression:
    """What is answered; the rows are all that can occur."""
    return tidied(synthesise(known, answers, thorough, inputs), known)


def _update(name: str, table: Table, inputs: tuple[str, ...], thorough: bool) -> Expression:
    """The next value of a variable; the rows are all that can occur."""
    return tidied(_next(name, table, inputs, thorough), table.columns, name)


def _next(name: str, table: Table, inputs: tuple[str, ...], thorough: bool) -> Expression:
    """The next value of a variable; of a bit that is latched or toggled, on what condition."""
    best = synthesise(table.columns, table.target, thorough, inputs)
    is_bit_operator = isinstance(best, Operation) and best.operator in {"^", "&", "|"}
    if ex.cost(best) > 3.5 and not (is_bit_operator and ex.cost(best) < 4.0):
        for form in (latch(table, name), toggle(table, name), *set_by_inputs(table, name)):
            if form is not None and ex.cost(form) - STATEMENT < ex.cost(best):
                return form
    bit = {*table.columns[name].tolist(), *table.target.tolist()} <= {0, 1}
    if bit and mixes(best, name, table):
        return next(iter(set_by_inputs(table, name)), best)
    chosen = (isinstance(best, Operation) and best.operator == "if") or ex.tables(best)
    if chosen and len(table.target) <= MAX_ROWS:  # arithmetic that holds says more
        best = min((best, *changes(table, name)), key=ex.cost)
    return best


def _of_bits(update: Expression, name: str, bits: Collection[str]) -> Expression:
    """A bit that changes where some others are all 1, as `parity ^ a & b`."""
    changed = Operation("-", (Constant(1), Name(name)))
    match update:
        case Operation("if", (Operation("and", parts), yes, Name(other))) if (
            other == name and yes == changed
        ):
            ones = [Operation("==", (Name(bit), Constant(1))) for bit in bits if bit != name]
            tested = ex.conjuncts("and", parts)
            if all(part in ones for part in tested):
                others = (part.operands[0] for part in tested if isinstance(part, Operation))
                return Operation("^", (Name(name), reduce(_both, others)))
    return update


def _both(one: Expression, other: Expression) -> Expression:
    return Operation("&", (one, other))


def _shared(
    labelling: Labelling,
    inputs: tuple[str, ...],
    updates: tuple[Expression, ...],
    output: Expression,
    columns: Columns,
) -> list[Plan]:
    """Plans in which a sum that is divided has a name."""
    plans = []
    for core, modulus in _cores(labelling, *updates, output):
        value = {"total": ex.evaluate(core, columns.before)}
        whole = Name("total")
        divided = [Operation(op, (whole, Constant(modulus))) for op in ("%", "//")]
        shared = []
        targets = (*columns.following, columns.answers)
        for old, column in zip((*updates, output), targets, strict=True):
            offered = [old, ex.replace(old, core, whole)]
            offered += filter(Table(value, column).holds, divided)
            offered.append(synthesise(value | columns.before, column, False, inputs))
            shared.append(min(offered, key=lambda e: ex.cost(e) - DIVISION * (e in divided)))
        if sum("total" in ex.names(expression) for expression in shared) > 1:
            update = tuple(shared[:-1])
            plans.append(Plan(labelling, inputs, ("total", core), update, shared[-1], False))
    return plans


def tabulated(labelling: Labelling, inputs: tuple[str, ...]) -> Plan:
    """Only tables."""
    columns = columns_of(labelling, inputs)
    updates = tuple(lookup(Table(columns.before, target)) for target in columns.following)
    output = lookup(Table(columns.before, columns.answers))
    return Plan(labelling, inputs, None, updates, output, False)


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
