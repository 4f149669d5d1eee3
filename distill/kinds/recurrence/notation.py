"""Updates of registers as formulas of sympy, or for LaTeX."""

from __future__ import annotations

from distill.expressions.as_sympy import as_sympy
from distill.expressions.expression import renamed
from distill.kinds.notation import Notation
from distill.kinds.recurrence.mechanism import RecurrenceMechanism

MECHANISM = RecurrenceMechanism
FORMS: tuple[Notation, ...] = ("latex", "sympy")


def written(mechanism: RecurrenceMechanism, form: Notation) -> str:
    """Updates and answers, a line each, all of them at once.

    What a register is after the step has a name of its own (`total_next`, or a prime), so that it
    can be seen whether an answer is of the values before the step or after it.
    """
    import sympy

    recurrence, lines = mechanism.recurrence, []
    mark = "'" if form == "latex" else "_next"
    after = {name: name + mark for name in recurrence.registers}
    answers = [
        renamed(output, after) if recurrence.after else output for output in recurrence.outputs
    ]
    named = [
        *zip(after.values(), recurrence.updates, strict=True),
        *((f"y{place or ''}", output) for place, output in enumerate(answers)),
    ]
    for name, expression in named:
        right = as_sympy(expression)
        if form == "latex":
            lines.append(rf"{sympy.latex(sympy.Symbol(name))} &= {sympy.latex(right)}")
        else:
            lines.append(f"{name} = {right}")
    if form == "latex":
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"
    return "\n".join(lines)
