"""Write an integer recurrence as Python: a loop over a list with a line for every register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from distill.checker.language import read_program
from distill.expressions import expression as ex
from distill.expressions.expression import Expression, Lookup, Name, Operation
from distill.expressions.printing import source, table_source
from distill.kinds.recurrence.description import better_names, describe
from distill.kinds.recurrence.recurrence import Recurrence
from distill.programs.branches import statements
from distill.programs.kept_lists import Together, written_together
from distill.programs.loop_text import loop_text
from distill.programs.program import Program
from distill.programs.recognition.matching import is_condition

NEXT = Name("next value")
"""Stands for a register's next value while it is looked for."""

Assignment = tuple[tuple[str, Expression], ...]
"""Registers that are set at once, with what they are set to."""


@dataclass(frozen=True)
class EmittedRecurrence:
    """A program of a recurrence.

    Attributes:
        name: what it computes, in words.
        tabulated: whether it lists values that no expression was found for.
        recurrence: with the names that the program has for its registers.
        assignments: the order that was given, with these names.
    """

    program: Program
    name: str
    tabulated: bool
    recurrence: Recurrence
    assignments: tuple[Assignment, ...] | None


def emit_recurrence(
    recurrence: Recurrence,
    assignments: tuple[Assignment, ...] | None = None,
    ranges: Sequence[range] = (),
    *,
    named: bool = False,
) -> EmittedRecurrence:
    """Write the program of a recurrence.

    Args:
        recurrence: what it computes.
        assignments: an order in which its registers are set one after another, where a name stands
            for the new value once it was set; null to find one.
        ranges: the values that every channel has; none where that is not known.
        named: whether its registers have their names already.
    """
    if not named:
        recurrence, assignments = _renamed(
            recurrence, assignments, better_names(recurrence, ranges)
        )
    given, assignments = assignments, assignments or _in_turn(recurrence)
    told = dict(zip(recurrence.registers, recurrence.updates, strict=True))
    together = written_together(
        told,
        recurrence.inputs,
        recurrence.outputs,
        apart=_used_at_once(assignments or ()),
        ranges=ranges,
    )
    for group in assignments or ():
        told |= dict(group)  # of values that were set before, as the lines are read
    description = describe(recurrence, told, together, ranges)
    lookups = dict.fromkeys(
        part
        for whole in (*recurrence.updates, *recurrence.outputs)
        for part in ex.subexpressions(whole)
        if isinstance(part, Lookup)
    )
    tables = {part: f"TABLE{place or ''}" for place, part in enumerate(lookups)}
    lines = _updates(recurrence, assignments, together, tables)
    append = _append(recurrence, together, tables)
    body = [*lines, *append] if recurrence.after else [*append, *lines]
    roots = any(
        isinstance(part, Operation) and part.operator == "isqrt"
        for whole in (*recurrence.updates, *recurrence.outputs)
        for part in ex.subexpressions(whole)
    )
    text = loop_text(
        description.docstring,
        description.function,
        recurrence.inputs,
        {table: table_source(part) for part, table in tables.items()},
        together.start(dict(zip(recurrence.registers, recurrence.start, strict=True))),
        body,
        outputs=len(recurrence.outputs),
        roots=roots,
    )
    read_program(text)
    return EmittedRecurrence(Program(text), description.title, bool(lookups), recurrence, given)


def _renamed(
    recurrence: Recurrence,
    assignments: tuple[Assignment, ...] | None,
    names: Mapping[str, str],
) -> tuple[Recurrence, tuple[Assignment, ...] | None]:
    """The same with other names of registers."""

    def rename(expression: Expression) -> Expression:
        for old, new in names.items():
            expression = ex.replace(expression, Name(old), Name(new))
        return expression

    renamed = replace(
        recurrence,
        registers=tuple(names.get(name, name) for name in recurrence.registers),
        updates=tuple(map(rename, recurrence.updates)),
        outputs=tuple(map(rename, recurrence.outputs)),
    )
    if assignments is None:
        return renamed, None
    groups = (
        tuple((names.get(name, name), rename(update)) for name, update in group)
        for group in assignments
    )
    return renamed, tuple(groups)


def _used_at_once(assignments: Sequence[Assignment]) -> set[str]:
    """Registers whose new value is read by lines after the one that sets them."""
    done, used = set[str](), set[str]()
    for group in assignments:
        for _, update in group:
            used |= ex.names(update) & done
        done |= {name for name, _ in group}
    return used


def _in_turn(recurrence: Recurrence) -> tuple[Assignment, ...] | None:
    """An order in which a register's next value is used by those after it, or null without any."""
    updates = dict(zip(recurrence.registers, recurrence.updates, strict=True))
    after: dict[str, set[str]] = {name: set() for name in updates}
    for one, update in updates.items():
        for other, whole in list(updates.items()):
            if other == one or not isinstance(update, Operation):
                continue
            shared = ex.replace(whole, update, NEXT)
            if shared != whole and one not in ex.names(shared):
                updates[other] = ex.replace(shared, NEXT, Name(one))
                after[other].add(one)
    if not any(after.values()):
        return None
    before = {  # what reads an old value stands before the line that changes it
        name: {o for o in updates if o != name and name in ex.names(updates[o])}
        - {o for o in updates if name in after[o]}
        for name in updates
    }
    order: list[str] = []
    while len(order) < len(updates):
        free = [
            name
            for name in updates
            if name not in order and after[name] | before[name] <= set(order)
        ]
        if not free:
            return None
        order.append(free[0])
    return tuple(((name, updates[name]),) for name in order)


def _updates(
    recurrence: Recurrence,
    assignments: tuple[Assignment, ...] | None,
    together: Together,
    tables: dict[Lookup, str],
) -> list[str]:
    """The lines that set the registers."""
    if assignments is None:
        updates = map(_chosen, recurrence.updates)
        pairs = reversed(list(zip(recurrence.registers, updates, strict=True)))
        groups = [tuple(pairs)]  # it begins with the last
    else:
        groups = list(assignments)
    lines = list[str]()
    for group in groups:
        left = {n: together.read_in(u) for n, u in group if n not in together.registers}
        lines += statements(left, {}, tables)
    return [*lines, *together.lines]


def _append(recurrence: Recurrence, together: Together, tables: dict[Lookup, str]) -> list[str]:
    """The lines that give the answer; one of several by `if` and `elif`."""
    outputs = [together.read_in(output) for output in recurrence.outputs]
    if len(outputs) == 1:
        (output,) = outputs
        if isinstance(output, Operation) and output.operator == "if":
            return [*statements({"answer": output}, {}, tables), "outputs.append(answer)"]
        return [f"outputs.append({source(output, tables)})"]
    numbers = ", ".join(source(output, tables) for output in outputs)
    return [f"outputs.append(({numbers}))"]


def _chosen(update: Expression) -> Expression:
    """A truth that is added to something, as a choice: `if x == 0: count += 1`."""
    terms, offset = ex.terms_of(update)
    truths = [(factor, term) for factor, term in terms if is_condition(term)]
    if len(truths) != 1:
        return update
    ((factor, truth),) = truths
    rest = [pair for pair in terms if pair != (factor, truth)]
    return Operation("if", (truth, ex.add(rest, offset + factor), ex.add(rest, offset)))
