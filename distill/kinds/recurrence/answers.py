"""Titles of recurrences: what an answer is, in terms of what the registers are."""

from __future__ import annotations

from collections.abc import Mapping

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.expressions.printing import source
from distill.programs.recognition.variable import Loop, Recognition, VariableRole
from distill.programs.recognition.windows import OTHER_INPUT
from distill.programs.recognition.words import (
    COMPARED,
    EXTREMES,
    before_the_step,
    combination,
    function_of,
)
from distill.programs.spoken import is_short

MOST_NOUNS = 3
"""Registers up to which a title names them all."""

UNNAMED = {VariableRole.RULES, VariableRole.DELAY}
"""Registers that an answer's title says nothing of."""

COMPARABLE = {
    VariableRole.SUM,
    VariableRole.COUNT,
    VariableRole.STEPS,
    VariableRole.MAXIMUM,
    VariableRole.MINIMUM,
}
"""Registers of which a title says how they compare with a number."""

Registers = Mapping[str, Recognition]


def plain_title(loop: Loop) -> str:
    """What is true of every recurrence: what is answered, if that is short to say."""
    count = len(loop.updates)
    if not count:
        return OTHER_INPUT
    if count == 1:
        ((name, update),) = loop.updates.items()
        title = f"iteration of {source(update)}"
        itself = loop.answers == (Name(name),) and loop.after
        return title if itself and is_short(title) else "recurrence of one integer"
    if len(loop.answers) == 1 and loop.after:
        value = f"value of {source(loop.answers[0])}"
        if is_short(value):
            return f"{value} in a recurrence of {count} integers"
    return f"recurrence of {count} integers"


def title_of(loop: Loop, registers: Registers) -> str:
    """What the answer is, or else what it is a function of."""
    roles = [one.role for one in registers.values()]
    if {*roles} == {VariableRole.VELOCITY, VariableRole.POSITION}:
        motion = "velocity and position" if len(roles) == 2 else "velocities and positions"
        plain = all(isinstance(answer, Name) for answer in loop.answers)
        return motion if plain else f"function of {motion}"
    said = [_answer(answer, loop, registers) for answer in loop.answers]
    told = [title for title in said if title is not None]
    if len(told) == len(said):
        return " and ".join(told)
    titles = list(dict.fromkeys(one.whole for one in registers.values()))
    if UNNAMED & {*roles} or len(titles) > MOST_NOUNS:
        return plain_title(loop)
    return function_of(titles)


def _answer(answer: Expression, loop: Loop, registers: Registers) -> str | None:
    """An answer in words; null where it is more than a register or a simple condition on some."""
    title = _title(answer, loop, registers)
    return title if title is None or loop.after else before_the_step(title)


def _title(answer: Expression, loop: Loop, registers: Registers) -> str | None:
    match answer:
        case Name(name) if name in registers:
            one = registers[name]
            return None if one.role in UNNAMED else one.whole
        case Operation("+" | "-" | "*" as operator, (Name(one), Name(other))) if {one, other} <= {
            *registers
        } and one != other:
            pair = [registers[name] for name in (one, other)]
            if UNNAMED & {part.role for part in pair}:
                return None
            return combination(operator, *(part.whole for part in pair))
        case Operation(_, (Name(name), Constant())) | Operation(
            "-" | "*", (Constant(), Name(name))
        ) if name in registers and (said := _shifted(answer, name, loop, registers)) is not None:
            return said
        case Operation("and" | "or" as both, operands):
            return _joined(both, ex.conjuncts(both, operands), loop, registers)
        case Operation(how, (Name(name), Constant(value))) if name in registers:
            return _never_beyond(how, name, value, loop, registers) or _compared(
                how, registers[name], value
            )
        case Operation("==", (Name(one), Name(other))) if {one, other} <= {*registers}:
            titles = sorted((registers[one].title, registers[other].title))
            known = VariableRole.RULES not in {registers[one].role, registers[other].role}
            return " equals ".join(titles) if known and len({*titles}) == 2 else None
    return None


def _shifted(answer: Expression, name: str, loop: Loop, registers: Registers) -> str | None:
    """A register and a number together, in words; null where the title would be a wrong one."""
    one = registers[name]
    if one.role in UNNAMED:
        return None
    match answer:
        case Operation("+" | "-" as sign, (Name(), Constant(number))):
            by = number if sign == "+" else -number
            if _counts_changes(one, by + loop.start[name], loop, registers):
                return CHANGES
            return f"{one.whole} {'plus' if by > 0 else 'minus'} {abs(by)}"
        case Operation("-", (Constant(number), Name())):
            return f"{number} minus the {one.whole}"
        case Operation("*", (Name(), Constant(number)) | (Constant(number), Name())):
            return f"{number} times the {one.whole}"
        case Operation("%", (Name(), Constant(number))):
            return f"remainder of the {one.whole} by {number}"
        case Operation("//", (Name(), Constant(number))):
            return f"quotient of the {one.whole} by {number}"
    return None


CHANGES = "number of changes"
"""How often an input is another than the one before it."""


def _counts_changes(one: Recognition, begun: int, loop: Loop, registers: Registers) -> bool:
    """Whether steps are counted at which the input is not the one before, but for the first:
    there the answer is 0, and `begun` where nothing was counted yet.
    """
    match one.of:
        case Operation("!=", (Name(first), Name(second))) if one.role is VariableRole.COUNT:
            read, kept = (first, second) if first in loop.inputs else (second, first)
            told = registers.get(kept)
            late = told is not None and loop.updates.get(kept) == Name(read)
            never = late and loop.start[kept] not in loop.values.get(read, (loop.start[kept],))
            return never and begun == -1
    return False


def _joined(
    both: str, parts: tuple[Expression, ...], loop: Loop, registers: Registers
) -> str | None:
    """Several conditions; what they say of one running sum has it once."""
    said = [_title(part, loop, registers) for part in parts]
    titles = [title for title in said if title is not None]
    if len(titles) < len(said):
        return None
    subject = "running sum is "
    if titles[0].startswith(subject):
        titles = [titles[0], *(title.removeprefix(subject) for title in titles[1:])]
    return f" {both} ".join(titles)


def _never_beyond(how: str, name: str, value: int, loop: Loop, registers: Registers) -> str | None:
    """Of the extreme of a sum that is still where it began: that the sum never went beyond."""
    one = registers[name]
    if not one.role.is_extreme or value != loop.start[name]:
        return None
    still = {"==", ">=" if one.role is VariableRole.MINIMUM else "<="}
    summed = sum_that_is(one.of, loop, registers)
    if how not in still or summed is None:
        return None
    return f"{summed} is never {EXTREMES[one.role].bound} {value}"


def _compared(how: str, one: Recognition, value: int) -> str | None:
    """How a register compares with a number that is not negative."""
    if one.role not in COMPARABLE or how not in COMPARED or value < 0:
        return None
    noun = one.whole if one.role.is_extreme else one.title
    return f"{noun} is {COMPARED[how]}{value}"


def sum_that_is(of: Expression | None, loop: Loop, registers: Registers) -> str | None:
    """What a running sum is called whose value, or next value, an expression is."""
    return next(
        (
            one.title
            for name, one in registers.items()
            if one.role is VariableRole.SUM and of in (Name(name), loop.updates[name])
        ),
        None,
    )
