"""Updates of registers as formulas of sympy, or for LaTeX."""

from __future__ import annotations

from distill.expressions.as_sympy import as_sympy
from distill.kinds.kind import Notation
from distill.kinds.recurrence.mechanism import RecurrenceMechanism


def formulas(mechanism: RecurrenceMechanism, notation: Notation) -> str:
    """Updates and answers, a line each."""
    import sympy

    recurrence, lines = mechanism.recurrence, []
    named = [
        *zip(recurrence.registers, recurrence.updates, strict=True),
        *((f"y{place or ''}", output) for place, output in enumerate(recurrence.outputs)),
    ]
    for name, expression in named:
        right = as_sympy(expression)
        if notation == "latex":
            lines.append(rf"{sympy.latex(sympy.Symbol(name))} &\leftarrow {sympy.latex(right)}")
        else:
            lines.append(f"{name} = {right}")
    if notation == "latex":
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"
    return "\n".join(lines)
