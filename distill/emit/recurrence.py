"""Write an integer recurrence as Python: a loop over a list with a line for every register."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from distill.checker.sandbox import check_syntax
from distill.emit.loop_text import WIDTH, loop_text
from distill.emit.machine_branches import statements
from distill.program import Program
from distill.recurrence import Recurrence
from distill.synthesis import expression as ex
from distill.synthesis.expression import Expression, Lookup, Name, Operation
from distill.synthesis.printing import condition_source, source, table_source

NEXT = Name("next value")
"""Stands for a register's next value while it is looked for."""

NAMES = {
    "total": "running sum",
    "count": "running count",
    "max": "running maximum",
    "min": "running minimum",
}
"""Of programs with one register, by what it is."""

Assignment = tuple[tuple[str, Expression], ...]
"""Registers that are set at once, with what they are set to."""


@dataclass(frozen=True)
class EmittedRecurrence:
    """A program of a recurrence.

    Attributes:
        name: what it computes, in words.
        tabulated: whether it lists values that no expression was found for.
    """

    program: Program
    name: str
    tabulated: bool


def emit_recurrence(
    recurrence: Recurrence, assignments: tuple[Assignment, ...] | None = None
) -> EmittedRecurrence:
    """Write the program of a recurrence.

    Args:
        recurrence: what it computes.
        assignments: an order in which its registers are set one after another, where a name stands
            for the new value once it was set; null to find one.
    """
    assignments = assignments or _in_turn(recurrence)
    told = dict(zip(recurrence.registers, recurrence.updates, strict=True))
    for group in assignments or ():
        told |= dict(group)  # of values that were set before, as the lines are read
    name, why = _what(recurrence, told)
    lookups = dict.fromkeys(
        part
        for whole in (*recurrence.updates, *recurrence.outputs)
        for part in ex.subexpressions(whole)
        if isinstance(part, Lookup)
    )
    tables = {part: f"TABLE{place or ''}" for place, part in enumerate(lookups)}
    lines, append = _updates(recurrence, assignments, tables), _append(recurrence, tables)
    body = [*lines, *append] if recurrence.after else [*append, *lines]
    roots = any(
        isinstance(part, Operation) and part.operator == "isqrt"
        for whole in (*recurrence.updates, *recurrence.outputs)
        for part in ex.subexpressions(whole)
    )
    paragraphs = [textwrap.fill(text, WIDTH, break_long_words=False) for text in why]
    text = loop_text(
        "\n\n".join([f"{name[0].upper()}{name[1:]}.", *paragraphs]),
        "".join(c if c.isalnum() else "_" for c in name.lower()),
        recurrence.inputs,
        {table: table_source(part) for part, table in tables.items()},
        dict(zip(recurrence.registers, recurrence.start, strict=True)),
        body,
        outputs=len(recurrence.outputs),
        roots=roots,
    )
    check_syntax(text)
    return EmittedRecurrence(Program(text), name, bool(lookups))


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
    recurrence: Recurrence, assignments: tuple[Assignment, ...] | None, tables: dict[Lookup, str]
) -> list[str]:
    """The lines that set the registers."""
    if assignments is None:
        pairs = zip(recurrence.registers, map(_chosen, recurrence.updates), strict=True)
        return statements(dict(reversed(list(pairs))), {}, tables)  # it begins with the last
    lines = []
    for group in assignments:
        lines += statements(dict(group), {}, tables)
    return lines


def _append(recurrence: Recurrence, tables: dict[Lookup, str]) -> list[str]:
    """The lines that give the answer; one of several by `if` and `elif`."""
    if len(recurrence.outputs) == 1:
        (output,) = recurrence.outputs
        if isinstance(output, Operation) and output.operator == "if":
            return [*statements({"answer": output}, {}, tables), "outputs.append(answer)"]
        return [f"outputs.append({source(output, tables)})"]
    numbers = ", ".join(source(output, tables) for output in recurrence.outputs)
    return [f"outputs.append(({numbers}))"]


def _chosen(update: Expression) -> Expression:
    """A truth that is added to something, as a choice: `if x == 0: count += 1`."""
    terms, offset = ex.terms_of(update)
    truths = [(factor, term) for factor, term in terms if _is_truth(term)]
    if len(truths) != 1:
        return update
    ((factor, truth),) = truths
    rest = [pair for pair in terms if pair != (factor, truth)]
    return Operation("if", (truth, ex.add(rest, offset + factor), ex.add(rest, offset)))


def _is_truth(term: Expression) -> bool:
    return isinstance(term, ex.Member) or (
        isinstance(term, Operation) and term.operator in ex.TRUTHS | {"and", "or"}
    )


def _what(recurrence: Recurrence, told: dict[str, Expression]) -> tuple[str, tuple[str, ...]]:
    """A name and an explanation, read off the updates."""
    registers, inputs = recurrence.registers, set(recurrence.inputs)
    if not registers:
        return "function of the current input", (
            "Every output depends on the input of its own step alone.",
            "Why it works: there is nothing to remember, so one expression says it all.",
        )
    roles = {register: _role(register, told[register], inputs) for register in registers}
    kinds = {kind for kind, _ in roles.values()}
    said = tuple(f"`{register}` {what}" for register, (_, what) in roles.items())
    if kinds == {"delay"}:
        depth = 1 + max(1, -(-len(registers) // len(inputs)))
        return f"window of {depth} inputs", (
            f"The output is made of the latest inputs, {depth} of them at most. They are kept, and "
            "each becomes older by one at every step.",
            "Why it works: nothing older than that reaches an output.",
        )
    if len(registers) == 1:
        (kind,) = kinds
        return NAMES.get(kind, "recurrence of one integer"), (
            f"One integer is kept: {said[0]}.",
            "Why it works: that integer is all that the inputs so far have to do with the output.",
        )
    listed = "; ".join(said)
    return f"recurrence of {len(registers)} integers", (
        f"The integers that are kept: {listed}.",
        "Why it works: these are all that the inputs so far have to do with the output.",
    )


def _role(register: str, update: Expression, inputs: set[str]) -> tuple[str, str]:
    """What a register is, as a kind and in words."""
    own = Name(register)
    match update:
        case Name(name) if name in inputs:
            return "delay", f"is the last {name}"
        case Name(name):
            return "delay", f"is `{name}` one step before"
        case Operation("max" | "min" as which, operands) if own in operands:
            rest = operands[operands[0] == own]
            word = {"max": "largest", "min": "smallest"}[which]
            return which, f"is the {word} {source(rest, {})} so far"
    terms, offset = ex.terms_of(update)
    if (1, own) in terms and not any(register in ex.names(t) for _, t in terms if t != own):
        rest = ex.add([(factor, term) for factor, term in terms if term != own], offset)
        if _is_truth(rest):
            return "count", f"counts the steps with {condition_source(rest, {})}"
        return "total", f"adds up {source(rest, {})}"
    return "other", "follows a rule of its own"
