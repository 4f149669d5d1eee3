"""Integer expressions as formulas of sympy, for LaTeX and for algebra."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distill.errors import DistillError, shortened
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.expressions.printing import condition_source


def as_sympy(expression: Expression) -> Any:
    """The expression as one of sympy; variables are integer symbols of the same names.

    Raises:
        DistillError: it uses more than sums, products, squares, //, %, min, max and abs.
    """
    import sympy

    formulas: dict[str, Callable[..., Any]] = {
        "+": lambda left, right: left + right,
        "-": lambda left, right: left - right,
        "*": lambda left, right: left * right,
        "//": lambda left, right: sympy.floor(left / right),
        "%": sympy.Mod,
        "min": sympy.Min,
        "max": sympy.Max,
        "abs": sympy.Abs,
        "neg": lambda operand: -operand,
    }

    def formula(part: Expression) -> Any:
        match part:
            case Name(name):
                return sympy.Symbol(name, integer=True)
            case Constant(value):
                return sympy.Integer(value)
            case Operation(operator, operands) if operator in formulas:
                return formulas[operator](*map(formula, operands))
        raise DistillError(
            f"'{shortened(condition_source(expression))}' is no formula: only sums, products, "
            "squares, //, %, min, max and abs can be written so; read program.py instead"
        )

    return formula(expression)
