"""What a recurrence is called, what its registers hold and why that is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from distill.expressions import expression as ex
from distill.expressions.expression import Expression, Name, Operation
from distill.expressions.printing import source
from distill.kinds.recurrence.answers import plain_title, sum_that_is, title_of
from distill.kinds.recurrence.contradiction import contradicted
from distill.kinds.recurrence.recurrence import Recurrence
from distill.programs.description import Description
from distill.programs.kept_lists import KeptList, Together, picked
from distill.programs.names import unique
from distill.programs.recognition.unbounded import recognise_registers
from distill.programs.recognition.variable import Loop, Recognition, VariableRole
from distill.programs.recognition.windows import is_window, of_the_last, without_memory
from distill.programs.recognition.words import EXTREMES

MOST_LISTED = 4
"""Values of an input up to which the text says what each of them adds."""


def loop_of(recurrence: Recurrence, ranges: Sequence[range] = ()) -> Loop:
    """A recurrence as recognisers look at it."""
    return Loop(
        recurrence.inputs,
        dict(zip(recurrence.registers, recurrence.start, strict=True)),
        dict(zip(recurrence.registers, recurrence.updates, strict=True)),
        recurrence.outputs,
        recurrence.after,
        dict(zip(recurrence.inputs, ranges, strict=False)),
    )


def better_names(recurrence: Recurrence, ranges: Sequence[range] = ()) -> dict[str, str]:
    """Names that say more of registers, by those that they have; each hides no other."""
    loop = loop_of(recurrence, ranges)
    names: dict[str, str] = {}
    for register, one in recognise_registers(loop, loop.updates).items():
        if one.name and one.name not in {*loop.updates, *loop.inputs, *names.values()}:
            names[register] = one.name
    wanted = [names.get(name, name) for name in recurrence.registers]
    found = dict(zip(recurrence.registers, unique(wanted, recurrence.inputs), strict=True))
    return {old: new for old, new in found.items() if old != new}


def describe(
    recurrence: Recurrence,
    told: Mapping[str, Expression],
    together: Together,
    ranges: Sequence[range] = (),
) -> Description:
    """A title and an explanation, read off the expressions.

    Args:
        recurrence: what is computed.
        told: the next value of every register, as the lines of the program say it.
        together: registers that are written together.
        ranges: the values that every channel has; none where that is not known.
    """
    loop = loop_of(recurrence, ranges)
    description = _described(loop, told, together)
    if contradicted(description.title, recurrence, ranges):
        description = replace(description, title=plain_title(loop))
    return description


def _described(loop: Loop, told: Mapping[str, Expression], together: Together) -> Description:
    """What a loop seems to do by its expressions."""
    if not loop.updates:
        return without_memory(loop)
    if is_window(loop):
        return of_the_last(loop, together)
    frequent = _most_frequent(loop, together)
    if frequent is not None:
        return frequent
    registers = recognise_registers(loop, told)
    lines = _lines(loop, registers, together)
    return Description(
        title_of(loop, registers),
        ("; ".join(lines) + ".", f"Why it works: {_why(loop, registers)}"),
    )


def _most_frequent(loop: Loop, together: Together) -> Description | None:
    """A loop that counts every input and answers with the one that came most, or least, often."""
    counts = next((one for one in together.lists if one.low is not None), None)
    (answer, *more) = loop.answers
    if counts is None or more or len(loop.updates) != len(counts.registers):
        return None
    chosen = picked(answer, [*loop.updates])
    if chosen is None or any(loop.start.values()):
        return None
    which = {"max": "most", "min": "least"}[chosen[0]]
    place = source(ex.add([(1, Name("v"))], -(counts.low or 0)))
    return Description(
        f"{which} frequent input",
        (
            f"`{counts.name}[{place}]` is how often {counts.channel} = v has come in. The "
            f"answer is the v that has come in {which} often, the smallest of several.",
            "Why it works: the order of the inputs does not matter for how often each has come "
            f"in, and `index` finds the first place of the {chosen[0]}imum.",
        ),
    )


def _lines(loop: Loop, registers: Mapping[str, Recognition], together: Together) -> list[str]:
    """What every register holds, or a list that several are kept in."""
    lines = [_held(name, one, loop) for name, one in registers.items()]
    for kept in together.lists:
        mine = [place for place, name in enumerate(registers) if name in kept.registers]
        rest = (line for place, line in enumerate(lines) if place not in mine)
        lines = [_held_together(kept, len(mine), loop), *rest]
    return lines


def _held_together(kept: KeptList, count: int, loop: Loop) -> str:
    """What a list has."""
    if kept.low is None:
        return f"`{kept.name}` has the last {count} {kept.channel}s, the latest first"
    begun = [loop.start[name] for name in kept.registers]
    begins = f", from {begun}" if any(begun) else ""
    return f"`{kept.name}` has how often each {kept.channel} has come in{begins}"


def _held(name: str, one: Recognition, loop: Loop) -> str:
    """What a register holds; what each value adds, where there are few; where it begins."""
    text = f"`{name}` {one.does}"
    read = sorted(ex.names(one.of)) if one.of else []
    adds = one.role in {VariableRole.SUM, VariableRole.VELOCITY}
    if adds and isinstance(one.of, Operation) and len(read) == 1:
        given = loop.values.get(read[0], range(0))
        if 0 < len(given) <= MOST_LISTED:
            column = np.array(given, dtype=np.int64)
            added = ex.evaluate(one.of, {read[0]: column}).tolist()
            each = [f"{a} for {v}" for v, a in zip(given, added, strict=True)]
            text += f" ({', '.join(each)})"
    if one.role.is_extreme and isinstance(one.of, Name) and one.of.name in loop.values:
        given = loop.values[one.of.name]
        if loop.start[name] == given[0 if one.role is VariableRole.MAXIMUM else -1]:
            text += f"; {EXTREMES[one.role].begins}"
    return text


def _why(loop: Loop, registers: Mapping[str, Recognition]) -> str:
    """Why what is kept is enough: the reason of every register, or that of all together."""
    roles = {one.role for one in registers.values()}
    reasons = {one.why for one in registers.values()}
    if roles == {VariableRole.ALTERNATION} and any(
        ex.names(answer) & {*loop.inputs} for answer in loop.answers
    ):
        return ALL_THERE_IS
    if len(reasons) == 1 and (reason := reasons.pop()):
        return reason
    if _follows_a_sum(loop, registers):
        return (
            "the sum says where it has come to, and its extreme so far whether it ever went "
            "beyond a bound on the way."
        )
    if _compares_directions(loop, registers):
        return (
            "two numbers of equally many digits are equal only if all their digits are: then the "
            "digits read alike in both directions."
        )
    return ALL_THERE_IS


ALL_THERE_IS = "these are all that the inputs so far have to do with the output."


def _follows_a_sum(loop: Loop, registers: Mapping[str, Recognition]) -> bool:
    """Whether there are sums, and one kind of extreme of them."""
    extremes = [one for one in registers.values() if one.role is not VariableRole.SUM]
    return (
        len(extremes) < len(registers)
        and len({one.role for one in extremes}) == 1
        and all(one.role.is_extreme and sum_that_is(one.of, loop, registers) for one in extremes)
    )


def _compares_directions(loop: Loop, registers: Mapping[str, Recognition]) -> bool:
    """Whether a number and the one with its digits reversed are held against each other."""
    both = {VariableRole.NUMBER, VariableRole.REVERSED}
    bases = {one.base for one in registers.values() if one.role in both}
    match loop.answers:
        case (Operation("==" | "!=", (Name(one), Name(other))),) if len(bases) == 1 and {
            one,
            other,
        } <= {*registers}:
            return {registers[one].role, registers[other].role} == both
    return False
