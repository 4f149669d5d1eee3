"""A formula as others write it: SymPy, LaTeX, NumPy, torch, C."""

from __future__ import annotations

from collections.abc import Sequence

from distill.kinds.formula.emit import called
from distill.kinds.formula.mechanism import FormulaMechanism
from distill.kinds.notation import Notation
from distill.programs.names import function_name

MECHANISM = FormulaMechanism
FORMS: tuple[Notation, ...] = ("latex", "sympy", "numpy", "torch", "c")


def written(mechanism: FormulaMechanism, form: Notation) -> str:
    """One expression, or for NumPy, torch and C a function of the inputs."""
    import sympy

    from distill.kinds.formula.symbols import symbols_of, to_sympy

    names, function = mechanism.names, function_name(called(mechanism), mechanism.names)
    low, high = [each.low for each in mechanism.inputs], [each.high for each in mechanism.inputs]
    expression = to_sympy(mechanism.expression, symbols_of(names, low, high))
    if form == "latex":
        return sympy.latex(expression)
    if form == "sympy":
        return str(expression)
    if form == "c":
        return _c_code(expression, function, names)
    given = ", ".join(names)
    text = _array_code(expression, form)
    return f"import {form}\n\n\ndef {function}({given}):\n    return {text}"


def _c_code(expression: object, function: str, names: Sequence[str]) -> str:
    """In C99 as it is: names such as `M_PI` are of some libraries alone."""
    import sympy

    numbers, _, written = sympy.ccode(expression, standard="c99", math_macros={}, human=False)
    given = ", ".join(f"double {name}" for name in names)
    told = [f"    const double {name} = {value};" for name, value in sorted(numbers, key=str)]
    body = "\n".join([*told, f"    return {written};"])
    return f"#include <math.h>\n\ndouble {function}({given}) {{\n{body}\n}}"


def _array_code(expression: object, form: Notation) -> str:
    from sympy.printing.numpy import NumPyPrinter
    from sympy.printing.pytorch import TorchPrinter

    printer = TorchPrinter() if form == "torch" else NumPyPrinter()
    return str(printer.doprint(expression))
