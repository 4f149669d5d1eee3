"""From answers over a bank to a recurrence: only the registers that are needed, named by role."""

from __future__ import annotations

from collections.abc import Sequence

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, Operation, subexpressions
from distill.kinds.recurrence.recurrence import Recurrence
from distill.kinds.recurrence.search.bank import REGISTER_PRICE, Bank, Register, after, before


def program_cost(program: Recurrence) -> float:
    """How hard a program is to read: its expressions, and a price for every register."""
    expressions = sum(map(ex.cost, (*program.updates, *program.outputs)))
    started = sum(value != 0 for value in program.start)
    return expressions + REGISTER_PRICE * len(program.registers) + 0.2 * started


def assemble(bank: Bank, answer: Expression) -> tuple[Recurrence, Recurrence]:
    """The program that holds what an answer needs and gives it, in two ways.

    Values before and after a step are written in terms of those after it, with the others carried
    once more; or all in terms of those before it.
    """
    needs = bank.needs(answer)
    registers = [bank.registers[number] for number in sorted(needs)]
    names = _names(registers, bank.inputs)
    updates = {r.number: _expanded(bank, r.update) for r in registers}
    renamed = {before(number): Name(name) for number, name in names.items()}
    base = Recurrence(
        bank.inputs,
        tuple(names.values()),
        tuple(register.start for register in registers),
        tuple(_replaced(updates[r.number], renamed) for r in registers),
        (_replaced(_expanded(bank, answer), renamed),),
        after=False,
    )
    used = ex.names(answer)
    late = [r for r in registers if before(r.number).name in used]
    lagging = {before(r.number): Name(f"{names[r.number]}_before") for r in late}
    current = {after(number): Name(name) for number, name in names.items()}
    later = Recurrence(
        bank.inputs,
        (*base.registers, *(name.name for name in lagging.values())),
        (*base.start, *(register.start for register in late)),
        (*base.updates, *(renamed[name] for name in lagging)),
        (_replaced(answer, {**current, **lagging}),),
    )
    return later, base


def merged(pairs: Sequence[tuple[Recurrence, Recurrence]]) -> Recurrence:
    """One program for several answers, in which equal registers are one."""
    return min((_merged(programs) for programs in zip(*pairs, strict=True)), key=program_cost)


def _merged(programs: Sequence[Recurrence]) -> Recurrence:
    held: dict[tuple[int, Expression], str] = {}
    names: list[str] = []
    start: list[int] = []
    updates: list[Expression] = []
    outputs: list[Expression] = []
    itself = Name("?")
    for program in programs:
        renamed: dict[Name, Name] = {}
        for old, value, update in zip(
            program.registers, program.start, program.updates, strict=True
        ):
            form = _replaced(update, {Name(old): itself})
            form = _replaced(form, renamed)
            if (value, form) not in held:
                name, place = old, 2
                while name in names:
                    name, place = f"{old}_{place}", place + 1
                held[value, form] = name
                names.append(name)
                start.append(value)
                updates.append(ex.replace(form, itself, Name(name)))
            renamed[Name(old)] = Name(held[value, form])
        outputs += (_replaced(output, renamed) for output in program.outputs)
    first = programs[0]
    return Recurrence(
        first.inputs, tuple(names), tuple(start), tuple(updates), tuple(outputs), first.after
    )


def _expanded(bank: Bank, expression: Expression) -> Expression:
    """With the values of registers after a step written in terms of those before it."""
    for name in sorted(ex.names(expression)):
        if name.endswith("'"):
            update = bank.registers[int(name[1:-1])].update
            expression = ex.replace(expression, Name(name), _expanded(bank, update))
    return expression


def _replaced(expression: Expression, names: dict[Name, Name]) -> Expression:
    """With names exchanged, all at once."""
    for place, old in enumerate(names):
        expression = ex.replace(expression, old, Name(f"?{place}"))
    for place, new in enumerate(names.values()):
        expression = ex.replace(expression, Name(f"?{place}"), new)
    return expression


def _names(registers: list[Register], inputs: tuple[str, ...]) -> dict[int, str]:
    """A name for every register: its role, with what tells it from others of that role."""
    names: dict[int, str] = {}
    for register in registers:
        name = register.role
        if name == "count" and (value := _counted(register)) is not None:
            name = f"count_{value}"
        elif name.startswith("previous") and len(inputs) > 1:
            name = f"{name}_{_channel(register, registers)}"
        elif name == "seen" and len(register.needs) > 1:
            name = "failed"
        plain, place = name, 2
        while name in names.values() or name in inputs:
            name, place = f"{plain}_{place}", place + 1
        names[register.number] = name
    if sum(name.startswith("count_") for name in names.values()) == 1:
        return {n: "count" if name.startswith("count_") else name for n, name in names.items()}
    return names


def _counted(register: Register) -> int | None:
    """The value whose occurrences are counted."""
    for part in subexpressions(register.update):
        match part:
            case Operation("==", (Name(), Constant(value))) if value >= 0:
                return value
    return None


def _channel(register: Register, registers: list[Register]) -> str:
    """The channel that a delay is of."""
    found = ex.names(register.update)
    while not (plain := [name for name in found if not name[1:2].isdigit()]):
        number = int(next(iter(found))[1:])
        found = ex.names(next(r for r in registers if r.number == number).update)
    return plain[0]
