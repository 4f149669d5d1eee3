"""A loop over a list as Python: what is computed at every step, and the source that does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from distill.expressions import expression as ex
from distill.expressions.changes import is_switch
from distill.expressions.expression import Constant, Expression, Lookup, Name, Operation
from distill.expressions.printing import source, table_source
from distill.kinds.automaton.labelling import Labelling
from distill.programs.branches import shared_cost, statements
from distill.programs.description import Description
from distill.programs.kept_lists import Together, written_together
from distill.programs.loop_text import loop_text

DIVISION = 6.0
"""How much better a quotient and a remainder of one sum read than two expressions of their cost."""

SWITCH = 6.5
"""How much better inputs that each set or turn a variable read than an expression of their cost."""

LISTED = 6.0
"""How much worse a loop reads that has to list anything."""


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
        # a table over several variables says less than one over states
        listed = LISTED * len(self.labelling.names) ** 2 if self.tables else 0.0
        switches = sum(SWITCH for n, u in self.named_updates.items() if is_switch(u, n))
        plain = (
            sum(map(ex.cost, self.expressions))
            - switches
            - shared_cost(self.named_updates, self.domains)
        )
        return plain + start + named + len(self.updates) - pair + self.labelling.prior + listed

    @property
    def tables(self) -> tuple[Expression, ...]:
        """What is listed; what the symbols add to a variable's sum is not counted."""
        steps = {
            part
            for update in self.updates
            if isinstance(update, Operation) and update.operator in {"%", "min", "max"}
            for part in ex.subexpressions(update)
            if isinstance(part, Lookup) and part.weights and ex.names(part) <= {*self.inputs}
        }
        return tuple(part for part in ex.tables(*self.expressions) if part not in steps)

    @property
    def listed(self) -> tuple[Expression, ...]:
        """What is listed for want of an expression: all tables but what symbols add to a sum."""
        added = {
            term
            for update in self.updates
            for part in ex.subexpressions(update)
            for _, term in ex.terms_of(part)[0]
            if isinstance(term, Lookup) and term.weights and ex.names(term) <= {*self.inputs}
        }
        return tuple(part for part in self.tables if part not in added)

    @property
    def named_updates(self) -> dict[str, Expression]:
        """The next value of every variable by its name."""
        return dict(zip(self.labelling.names, self.updates, strict=True))

    @property
    def domains(self) -> dict[str, set[int]]:
        """The values of every variable and input."""
        columns = zip(*self.labelling.values, strict=True)
        of_variables = ({v for v in column if v is not None} for column in columns)
        of_inputs = (set(column.tolist()) for column in self.labelling.machine.values.T)
        return dict(zip(self.labelling.names, of_variables, strict=True)) | dict(
            zip(self.inputs, of_inputs, strict=True)
        )

    @property
    def divides(self) -> bool:
        """Whether quotient and remainder of one division are the output and the next value."""
        parts = [part for part in (*self.updates, self.output) if isinstance(part, Operation)]
        by = {part.operator: part.operands for part in parts if self._is_division(part)}
        return not self.after and len(by) == 2 and by["//"] == by["%"]

    def _is_division(self, part: Operation) -> bool:
        return part.operator in {"//", "%"} and isinstance(part.operands[1], Constant)


def renamed(plan: Plan, names: Mapping[str, str]) -> Plan:
    """The same plan with other names for variables and inputs."""

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


def loop_source(plan: Plan, description: Description) -> str:
    """The whole program, formatted."""
    tables = table_names(plan)
    written = {name: table_source(table) for table, name in tables.items()}
    roots = any(
        isinstance(part, Operation) and part.operator == "isqrt"
        for whole in plan.expressions
        for part in ex.subexpressions(whole)
    )
    together = written_together(plan.named_updates, plan.inputs, (plan.output,), ordered=False)
    first = zip(plan.labelling.names, plan.labelling.values[0], strict=True)
    start = {name: 0 if value is None else value for name, value in first}  # null: any will do
    body = _statements(plan, description, together, tables)
    return loop_text(
        description.docstring,
        description.function,
        plan.inputs,
        written,
        together.start(start),
        body,
        roots=roots,
    )


def table_names(plan: Plan) -> dict[Lookup, str]:
    """NEXT for what updates look up, OUTPUT for the answer, STEP for what symbols add, FACTOR for
    what they multiply by; numbered where there are more.
    """
    used: dict[str, int] = {}
    found: dict[Lookup, str] = {}
    wholes = [*([plan.shared[1]] if plan.shared else []), *plan.updates]
    for stem, expressions in (("NEXT", wholes), ("OUTPUT", [plan.output])):
        for whole in expressions:
            parts = ex.subexpressions(whole)
            products = [p for p in parts if isinstance(p, Operation) and p.operator == "*"]
            factors = {factor for product in products for factor in product.operands}
            for part in parts:
                if isinstance(part, Lookup) and part not in found:
                    by = "FACTOR" if part in factors else "STEP"
                    name = by if part.weights else stem
                    used[name] = used.get(name, 0) + 1
                    found[part] = name + (str(used[name]) if used[name] > 1 else "")
    return found


def _statements(
    plan: Plan, description: Description, together: Together, tables: Mapping[Lookup, str]
) -> list[str]:
    """The body of the loop."""
    if plan.divides and len(plan.updates) == 1:
        return _division(plan, description, tables)
    lines = []
    if plan.shared:
        lines.append(f"{plan.shared[0]} = {source(plan.shared[1], tables)}")
    answer = f"outputs.append({source(together.read_in(plan.output), tables)})"
    if not plan.after:
        lines.append(answer)
    alone = {
        name: together.read_in(update)
        for name, update in plan.named_updates.items()
        if name not in together.registers
    }
    lines += [*statements(alone, plan.domains, tables), *together.lines]
    if plan.after:
        lines.append(answer)
    return lines


def _division(plan: Plan, description: Description, tables: Mapping[Lookup, str]) -> list[str]:
    """One division that gives the answer and the next value."""
    (state,), (update,) = plan.labelling.names, plan.updates
    assert isinstance(update, Operation), "a quotient or a remainder"
    whole, divisor = update.operands
    if plan.shared:
        whole = ex.replace(whole, Name(plan.shared[0]), plan.shared[1])
    names = (state, description.answer) if update.operator == "//" else (description.answer, state)
    divided = f"divmod({source(whole, tables)}, {source(divisor, tables)})"
    return [f"{', '.join(names)} = {divided}", f"outputs.append({description.answer})"]
