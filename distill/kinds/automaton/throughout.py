"""What holds at every step, or did at some: the title of a bit that changes once and for ever."""

from __future__ import annotations

from distill.errors import MachineError
from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.expressions.printing import condition_source
from distill.expressions.reading import read_expression
from distill.kinds.automaton.machine import Machine
from distill.programs.recognition.rows import Rows
from distill.programs.recognition.variable import Loop
from distill.programs.spoken import is_short

STARTS = {"every": 1, "some": 0}
"""What such a bit is before any step, by when its condition has to hold."""


def throughout(loop: Loop, rows: Rows, flag: str) -> str | None:
    """The title of a loop that answers with such a bit; null where no short condition says when.

    Args:
        loop: with the bit, and with inputs that are kept.
        rows: every step that it can take.
        flag: the bit.
    """
    found = _condition(loop.updates[flag], Name(flag))
    if found is None or not rows.answered(flag) or flag in ex.names(found[1]):
        return None
    when, told = found[0], condition_source(found[1])
    title = f"whether {told} at {when} step"
    plain = "(" not in told and is_short(title)
    return title if plain and holds_throughout(rows, told, when) else None


def _condition(update: Expression, flag: Name) -> tuple[str, Expression] | None:
    """When a bit stays 1, "every", or becomes it, "some": at which steps, and the condition."""
    match update:
        case Operation("if", (condition, Constant(0), other)) if other == flag:
            return "every", ex.opposite(condition)
        case Operation("if", (condition, other, Constant(0))) if other == flag:
            return "every", condition
        case Operation("if", (condition, Constant(1), other)) if other == flag:
            return "some", condition
        case Operation("if", (condition, other, Constant(1))) if other == flag:
            return "some", ex.opposite(condition)
    return None


def holds_throughout(rows: Rows, text: str, when: str) -> bool:
    """Whether what is answered is that a condition held at every step, or at some."""
    try:
        condition = read_expression(text)
    except MachineError:
        return False
    if not ex.names(condition) <= {*rows.before, *rows.given}:
        return False
    held = rows.value(condition) != 0
    return any(
        rows.start[name] == STARTS[when]
        and rows.answered(name)
        and bool((after == ((before & held) if when == "every" else (before | held))).all())
        for name, before in rows.before.items()
        for after in (rows.after[name],)
    )


def is_throughout(machine: Machine, rows: Rows, text: str, when: str) -> bool:
    """The same, as a title is read."""
    return holds_throughout(rows, text, when)
