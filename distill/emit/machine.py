"""Write a finite-state machine as Python: a loop over a list, with arithmetic where there is some.

Proposals for integers in place of states come from `distill.labelling`. For each of them the next
state and the output are columns of a table, for which `distill.synthesis` finds expressions; the
program that reads best is written. What stands in `//` and `%` of one is offered to the others by
name, so that `total = a + b + carry` is shared by `total % 5` and `total // 5`.

The finished source is read again: its loop body is run on every state that it can reach and every
symbol, beside the machine. If they never differ, they are equal on sequences of any length.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import black
import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.sandbox import check_syntax
from distill.emit.machine_prose import Role, role_of
from distill.errors import MachineError
from distill.labelling import Labelling, labellings
from distill.machine import Machine, distinguishing_sequence
from distill.program import Program
from distill.synthesis import expression as ex
from distill.synthesis.expression import Constant, Expression, Lookup, Name, Operation
from distill.synthesis.portfolio import Table, lookup, synthesise

WIDTH = 88

THOROUGH = 3, 10
"""How many proposals are looked at again, with choices and all expressions by size.

The second number is for small machines, until there is one without a table."""

SMALL_ROWS = 100
"""States times symbols up to which a machine is small."""

MAX_THOROUGH = 2_000
"""States times symbols up to which proposals are looked at again."""

DIVISION = 6.0
"""How much better a quotient and a remainder of one sum read than two expressions of their cost."""

MAX_ROWS = 400_000
"""States times symbols above which only a table is written."""

MAX_FORMATTED = 2_000
"""Characters of a table up to which black formats it."""

MAX_PAIRS = 200_000
"""How many pairs of a state and values of the variables a check may meet."""


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


@dataclass(frozen=True)
class Plan:
    """What a program does at every step.

    Attributes:
        labelling: what the variables are.
        inputs: the names of the channels.
        shared: a name, and the expression that it stands for, which others contain; or none.
        updates: the next value of every variable.
        output: the answer.
        after: whether the answer is of the variables' next values.
    """

    labelling: Labelling
    inputs: tuple[str, ...]
    shared: tuple[str, Expression] | None
    updates: tuple[Expression, ...]
    output: Expression
    after: bool

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """All that is computed at a step."""
        return (*((self.shared[1],) if self.shared else ()), *self.updates, self.output)

    @property
    def cost(self) -> float:
        """How hard the loop is to read."""
        start = sum(0.5 for value in self.labelling.values[0] if value)
        named = 1.0 if self.shared else 0.0
        pair = DIVISION if self.divides else 0.0
        return sum(map(ex.cost, self.expressions)) + start + named + len(self.updates) - pair

    @property
    def divides(self) -> bool:
        """Whether quotient and remainder of one division are the output and the next value."""
        parts = [part for part in (*self.updates, self.output) if isinstance(part, Operation)]
        by = {part.operator: part.operands for part in parts if self._is_division(part)}
        return len(by) == 2 and by["//"] == by["%"]

    def _is_division(self, part: Operation) -> bool:
        return part.operator in {"//", "%"} and isinstance(part.operands[1], Constant)


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
    plan = _renamed(plan, role.names)
    source = _source(plan, role)
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


def _renamed(plan: Plan, names: Mapping[str, str]) -> Plan:
    def rename(expression: Expression) -> Expression:
        for old, new in names.items():
            expression = ex.replace(expression, Name(old), Name(new))
        return expression

    return replace(
        plan,
        labelling=replace(
            plan.labelling, names=tuple(names.get(name, name) for name in plan.labelling.names)
        ),
        inputs=tuple(names.get(name, name) for name in plan.inputs),
        shared=plan.shared and (names.get(plan.shared[0], plan.shared[0]), rename(plan.shared[1])),
        updates=tuple(map(rename, plan.updates)),
        output=rename(plan.output),
    )


def _source(plan: Plan, role: Role) -> str:
    """The whole program, formatted."""
    lookups = dict.fromkeys(
        part
        for whole in plan.expressions
        for part in ex.subexpressions(whole)
        if isinstance(part, Lookup)
    )
    tables = dict(zip(lookups, _table_names(plan), strict=True))
    written = {name: ex.table_source(table) for table, name in tables.items()}
    large = {name: text for name, text in written.items() if len(text) > MAX_FORMATTED}
    constants = [f"{name} = {'...' if name in large else written[name]}" for name in written]
    several = len(plan.inputs) > 1
    item = f"tuple[{', '.join(['int'] * len(plan.inputs))}]" if several else "int"
    sequence = "steps" if several else "xs"
    read = "map(int, sys.argv[1:])"
    if several:
        read = 'tuple(map(int, word.split(","))) for word in sys.argv[1:]'
    start = [
        f"{name} = {value}"
        for name, value in zip(plan.labelling.names, plan.labelling.values[0], strict=True)
    ]
    body = [f"for {', '.join(plan.inputs)} in {sequence}:", *_indent(_statements(plan, tables))]
    roots = any(
        isinstance(part, Operation) and part.operator == "isqrt"
        for whole in plan.expressions
        for part in ex.subexpressions(whole)
    )
    newline = "\n"
    text = f'''"""{role.docstring}
"""

import sys
{"from math import isqrt" if roots else ""}

__all__ = ["{role.function}"]

{newline.join(constants)}


def {role.function}({sequence}: list[{item}]) -> list[int]:
    """One output for every {"tuple" if several else "number"} of the list."""
    outputs = []
{newline.join(_indent([*start, *body, "return outputs"]))}


if __name__ == "__main__":
    print({role.function}({f"[{read}]" if several else f"list({read})"}))
'''
    formatted = black.format_str(text, mode=black.Mode(line_length=WIDTH))
    for name, table in large.items():  # would take a line for every number, and minutes
        wrapped = textwrap.fill(f"{name} = {table}", WIDTH, subsequent_indent="    ")
        formatted = formatted.replace(f"{name} = ...", wrapped)
    return formatted


def _table_names(plan: Plan) -> Iterator[str]:
    """NEXT for what updates look up, OUTPUT for the answer; numbered where there are more."""
    used: dict[str, int] = {}
    seen = set[Lookup]()
    wholes = [*([plan.shared[1]] if plan.shared else []), *plan.updates]
    for stem, expressions in (("NEXT", wholes), ("OUTPUT", [plan.output])):
        for whole in expressions:
            for part in ex.subexpressions(whole):
                if isinstance(part, Lookup) and part not in seen:
                    seen.add(part)
                    used[stem] = used.get(stem, 0) + 1
                    yield stem + (str(used[stem]) if used[stem] > 1 else "")


def _indent(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def _statements(plan: Plan, tables: Mapping[Lookup, str]) -> list[str]:
    """The body of the loop."""
    lines = []
    if plan.shared:
        lines.append(f"{plan.shared[0]} = {ex.source(plan.shared[1], tables)}")
    answer = f"outputs.append({ex.source(plan.output, tables)})"
    if not plan.after:
        lines.append(answer)
    lines += _assignments(plan, tables)
    if plan.after:
        lines.append(answer)
    return lines


def _assignments(plan: Plan, tables: Mapping[Lookup, str]) -> list[str]:
    """The updates, in an order in which none is read after it was overwritten."""
    waiting = dict(zip(plan.labelling.names, plan.updates, strict=True))
    lines = []
    while waiting:
        free = [
            name
            for name in reversed(waiting)
            if not any(name in ex.names(u) for other, u in waiting.items() if other != name)
        ]
        if not free:
            values = ", ".join(ex.source(update, tables) for update in waiting.values())
            return [*lines, f"{', '.join(waiting)} = {values}"]
        lines += _assignment(free[0], waiting.pop(free[0]), tables)
    return lines


def _assignment(name: str, update: Expression, tables: Mapping[Lookup, str]) -> list[str]:
    """One update as statements: a choice as `if`, what leaves the variable alone not at all."""
    match update:
        case Name(other) if other == name:
            return []
        case Operation("if", (condition, yes, no)):
            first, second = _assignment(name, yes, tables), _assignment(name, no, tables)
            if not first:
                condition, first, second = _opposite(condition), second, first
            lines = [f"if {ex.condition_source(condition, tables)}:", *_indent(first)]
            if not second:
                return lines
            if second[0].startswith("if "):
                return [*lines, "el" + second[0], *second[1:]]
            return [*lines, "else:", *_indent(second)]
        case Operation("+" | "-" | "^" | "&" | "|" as operator, (Name(other), operand)) if (
            other == name
        ):
            return [f"{name} {operator}= {ex.source(operand, tables)}"]
        case Operation("+" | "^" | "&" | "|" as operator, (operand, Name(other))) if other == name:
            return [f"{name} {operator}= {ex.source(operand, tables)}"]
    return [f"{name} = {ex.source(update, tables)}"]


def _opposite(condition: Expression) -> Expression:
    opposites = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
    match condition:
        case Operation(operator, operands) if operator in opposites:
            return Operation(opposites[operator], operands)
    return Operation("==", (condition, Constant(0)))


def check_program(
    source: str, machine: Machine
) -> tuple[tuple[str, ...], tuple[tuple[int | None, ...], ...]]:
    """Run the loop body of a program beside a machine, on all that the two can reach together.

    The body keeps nothing but its variables, so that if no pair of a state and values of the
    variables differs, the two answer alike at every length.

    Returns:
        The names of the variables, and of each its value in every state.

    Raises:
        MachineError: where they differ, or that there is no end to the values.
    """
    names, start, step = _step_function(source)
    seen: dict[tuple[int, tuple[int, ...]], None] = {(0, start): None}
    queue = [(0, start)]
    for state, values in queue:
        for symbol, given in enumerate(machine.symbols):
            answer, following = step(values, given)
            if type(answer) is not int or answer != machine.outputs[state][symbol]:
                raise MachineError(
                    f"the program answers {answer!r} to {given} in state {state}; the machine "
                    f"{machine.outputs[state][symbol]}"
                )
            pair = (machine.transitions[state][symbol], following)
            if pair not in seen:
                if len(seen) >= MAX_PAIRS:
                    raise MachineError(f"the program has more than {MAX_PAIRS:,} states")
                seen[pair] = None
                queue.append(pair)
    found: list[list[set[int]]] = [[set() for _ in range(machine.states)] for _ in names]
    for state, values in seen:
        for place, value in enumerate(values):
            found[place][state].add(int(value))
    return names, tuple(
        tuple(next(iter(values)) if len(values) == 1 else None for values in variable)
        for variable in found
    )


def _step_function(source: str):  # noqa: ANN202
    """The variables of a program's loop, their first values, and one pass through the loop."""
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    loop = next(node for node in function.body if isinstance(node, ast.For))
    start: dict[str, int] = {}
    for statement in function.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name != "outputs":
                start[name] = ast.literal_eval(value)
    names = tuple(start)
    given = ast.unparse(loop.target)
    body = "\n".join(map(ast.unparse, loop.body))
    lines = [f"{', '.join(names)}, = values"] if names else []
    lines += [f"({given}) = given" if "," in given else f"({given},) = given", "outputs = []"]
    text = "\n".join(
        [
            "def step(values, given):",
            *_indent(lines),
            textwrap.indent(body, "    "),
            f"    return outputs[-1], ({', '.join(names)}{',' if names else ''})",
        ]
    )
    kept: list[ast.stmt] = [n for n in tree.body if isinstance(n, ast.Assign | ast.ImportFrom)]
    namespace: dict = {}
    exec(compile(ast.Module(kept, []), "program.py", "exec"), namespace)
    exec(compile(text, "step.py", "exec"), namespace)
    return names, tuple(start.values()), namespace["step"]
