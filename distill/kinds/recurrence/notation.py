"""Updates of registers as formulas of sympy, or for LaTeX."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from distill.errors import DistillError
from distill.kinds.kind import Notation
from distill.kinds.recurrence.mechanism import RecurrenceMechanism


def formulas(mechanism: RecurrenceMechanism, notation: Notation) -> str:
    """Updates and answers, a line each."""
    import sympy

    lines = []
    named = [
        *zip(mechanism.registers, mechanism.updates, strict=True),
        *((f"y{place or ''}", text) for place, text in enumerate(mechanism.outputs)),
    ]
    for name, text in named:
        right = expression_of(text)
        if notation == "latex":
            lines.append(rf"{sympy.latex(sympy.Symbol(name))} &\leftarrow {sympy.latex(right)}")
        else:
            lines.append(f"{name} = {right}")
    if notation == "latex":
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"
    return "\n".join(lines)


def expression_of(text: str) -> Any:
    """A Python expression of integers as one of sympy, without executing it.

    Raises:
        DistillError: it uses more than sums, products, powers, //, %, min, max and abs.
    """
    import sympy

    operations: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
        ast.Add: lambda left, right: left + right,
        ast.Sub: lambda left, right: left - right,
        ast.Mult: lambda left, right: left * right,
        ast.Pow: lambda left, right: left**right,
        ast.FloorDiv: lambda left, right: sympy.floor(left / right),
        ast.Mod: sympy.Mod,
    }
    functions = {"min": sympy.Min, "max": sympy.Max, "abs": sympy.Abs}

    def read(node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=int() as value):
                return sympy.Integer(value)
            case ast.Name(id=name):
                return sympy.Symbol(name, integer=True)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -read(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in operations:
                return operations[type(op)](read(left), read(right))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in functions:
                return functions[name](*map(read, args))
        raise DistillError(
            f"'{text}' is no formula: only sums, products, powers, //, %, min, max and abs can be "
            "written so; read program.py instead"
        )

    try:
        return read(ast.parse(text, mode="eval").body)
    except SyntaxError as error:
        raise DistillError(
            f"'{text}' is no Python expression: the run folder is damaged"
        ) from error
