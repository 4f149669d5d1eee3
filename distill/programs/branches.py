"""The next values of variables as statements: those that depend on one condition stand together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Lookup, Name, Operation
from distill.expressions.printing import condition_source, source
from distill.programs.loop_text import WIDTH, indented

LINE = WIDTH - 8
"""Characters of a statement in a loop."""

Updates = Mapping[str, Expression]
Domains = Mapping[str, set[int]]
Tables = Mapping[Lookup, str]


def statements(updates: Updates, domains: Domains, tables: Tables) -> list[str]:
    """The updates, in an order in which none is read after it was overwritten."""
    waiting = {name: update for name, update in updates.items() if update != Name(name)}
    lines: list[str] = []
    while waiting:
        units = _units(waiting, domains)
        free = [
            (key, names)
            for key, names in reversed(units)
            if not any(
                set(names) & ex.names(update)
                for other, update in waiting.items()
                if other not in names
            )
        ]
        if not free:
            key, names = max(units, key=lambda unit: (unit[0] is not None, len(unit[1])))
            if key is None:
                return [*lines, *_at_once(waiting, tables)]
            names = tuple(waiting)
        else:
            key, names = free[0]
        part = {name: waiting.pop(name) for name in names}
        if key is None:
            lines += [_assignment(name, update, tables) for name, update in part.items()]
        else:
            lines += _branches(key, part, domains, tables)
    return lines


def _at_once(updates: Updates, tables: Tables) -> list[str]:
    """Variables that need one another's old values; changes of sums first, if it is a long line."""
    values = ", ".join(source(update, tables) for update in updates.values())
    line = f"{', '.join(updates)} = {values}"
    taken = {*updates}.union(*map(ex.names, updates.values()))
    changes = {name: f"{name}_change" for name in updates}
    if len(line) <= LINE or taken & {*changes.values()}:
        return [line]
    added = list[str]()
    for name, update in updates.items():
        terms, offset = ex.terms_of(update)
        if (1, Name(name)) not in terms:
            return [line]
        rest = [pair for pair in terms if pair != (1, Name(name))]
        added.append(source(ex.add(rest, offset), tables))
    return [
        f"{', '.join(changes.values())} = {', '.join(added)}",
        *(f"{name} += {change}" for name, change in changes.items()),
    ]


def shared_cost(updates: Updates, domains: Domains) -> float:
    """What the conditions of updates cost where they repeat those of another update."""
    units = _units(updates, domains)
    repeated = ((ex.cost(key) + 1, len(names) - 1) for key, names in units if key is not None)
    return float(sum(cost * times for cost, times in repeated))


def _units(updates: Updates, domains: Domains) -> list[tuple[Expression | None, tuple[str, ...]]]:
    """Names of variables that belong together, with the condition that they share."""
    keys = {name: _keys(update, domains) for name, update in updates.items()}
    left, units = list(updates), []
    while left:
        counted = {key: [n for n in left if key in keys[n]] for n in left for key in keys[n]}
        best = max(counted, key=lambda key: len(counted[key]), default=None)
        if best is None:
            return units + [(None, (name,)) for name in left]
        if len(counted[best]) == 1:
            for name in left:
                update = updates[name]
                is_if = isinstance(update, Operation) and update.operator == "if"
                units.append((keys[name][0] if is_if else None, (name,)))
            return units
        units.append((best, tuple(counted[best])))
        left = [name for name in left if name not in counted[best]]
    return units


def _keys(update: Expression, domains: Domains) -> list[Expression]:
    """The conditions, in normal form, by which an update can be split."""
    match update:
        case Operation("if", (condition, _, otherwise)):
            keys = [_normal(condition, domains)[0]]
            if isinstance(otherwise, Name) and not ex.is_pattern(condition):
                keys += [_normal(part, domains)[0] for part in _parts(condition)]
            return keys
        case Operation("^", (Name(), Name(bit))) if domains.get(bit) == {0, 1}:
            return [Operation("==", (Name(bit), Constant(0)))]
    return []


def _parts(condition: Expression) -> tuple[Expression, ...]:
    match condition:
        case Operation("and", operands):
            return ex.conjuncts("and", operands)
    return ()


def _normal(condition: Expression, domains: Domains) -> tuple[Expression, bool]:
    """A condition and whether it has to hold, alike for a condition and its opposite."""
    match condition:
        case Operation("==" | "!=" as operator, (Name(name), Constant(value))):
            values = sorted(domains.get(name, ()))
            if len(values) == 2 and value in values:
                return Operation("==", (Name(name), Constant(values[0]))), (
                    (value == values[0]) == (operator == "==")
                )
    match condition:
        case Operation("!=" | ">=" | ">" | "not"):
            return ex.opposite(condition), False
    return condition, True


def _split(update: Expression, key: Expression, domains: Domains) -> tuple[Expression, Expression]:
    """What an update is where a condition holds, and where not."""
    match update:
        case Operation("if", (condition, yes, no)):
            normal, holds = _normal(condition, domains)
            if normal == key:
                return (yes, no) if holds else (no, yes)
            for part in _parts(condition):
                normal, holds = _normal(part, domains)
                if normal == key:
                    rest = [other for other in _parts(condition) if other != part]
                    both = reduce(lambda a, b: Operation("and", (a, b)), rest)
                    inner = Operation("if", (both, yes, no))
                    return (inner, no) if holds else (no, inner)
        case Operation("^", (one, _)) if _keys(update, domains) == [key]:
            return one, Operation("-", (Constant(1), one))
    return update, update


def _branches(key: Expression, updates: Updates, domains: Domains, tables: Tables) -> list[str]:
    """One `if` statement; the branch that does something comes first, then the shorter."""
    split = {name: _split(update, key, domains) for name, update in updates.items()}
    first = statements({name: yes for name, (yes, _) in split.items()}, domains, tables)
    second = statements({name: no for name, (_, no) in split.items()}, domains, tables)
    condition = _positive(key, True, domains)
    nested, other = _is_one_if(first), _is_one_if(second)
    sets_only = all("=" in line and line.split("=")[1].strip().isdigit() for line in first)
    if not first or (second and ((nested and not other) or (sets_only and not other))):
        first, second = second, first
        condition = _positive(key, False, domains)
    lines = [f"if {condition_source(condition, tables)}:", *indented(first)]
    if not second:
        return lines
    if _is_one_if(second):
        return [*lines, "el" + second[0], *second[1:]]
    return [*lines, "else:", *indented(second)]


def _positive(key: Expression, holds: bool, domains: Domains) -> Expression:
    """A condition or its opposite, of two values as being the other one."""
    if holds:
        return key
    match key:
        case Operation("==", (Name(name), Constant(value))):
            values = sorted(domains.get(name, ()))
            if len(values) == 2 and value in values:
                return Operation("==", (Name(name), Constant(values[value == values[0]])))
    return ex.opposite(key)


def _is_one_if(lines: list[str]) -> bool:
    return (
        bool(lines)
        and lines[0].startswith("if ")
        and all(line.startswith((" ", "elif ", "else:")) for line in lines[1:])
    )


def _assignment(name: str, update: Expression, tables: Tables) -> str:
    match update:
        case Operation("+" | "-"):
            terms, offset = ex.terms_of(update)
            rest = [(factor, term) for factor, term in terms if term != Name(name)]
            if (1, Name(name)) in terms and not any(name in ex.names(term) for _, term in rest):
                if all(factor < 0 for factor, _ in rest) and offset <= 0:
                    less = ex.add([(-factor, term) for factor, term in rest], -offset)
                    return f"{name} -= {source(less, tables)}"
                return f"{name} += {source(ex.add(rest, offset), tables)}"
        case Operation("*", (Constant(factor), Name(other))) if other == name:
            return f"{name} *= {factor}"
        case Operation("^" | "&" | "|" as operator, operands) if Name(name) in operands:
            other = operands[operands[0] == Name(name)]
            return f"{name} {operator}= {source(other, tables)}"
    return f"{name} = {source(update, tables)}"
