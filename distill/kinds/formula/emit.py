"""The program of a formula: one line of `math`, with its constants as the numbers they are."""

from __future__ import annotations

import re
import textwrap

import black

from distill.checker.language import read_program
from distill.checker.rules import MATH, MATH_VALUES
from distill.checker.scope import at_most
from distill.kinds.formula.expression import (
    Call,
    Node,
    Number,
    Power,
    Product,
    Sum,
    children,
    places_of,
)
from distill.kinds.formula.mechanism import FormulaMechanism
from distill.kinds.formula.text import python_text
from distill.programs.names import function_name
from distill.programs.program import Program
from distill.programs.spoken import spoken_name

WIDTH = 88

SPOKEN = 32
"""Characters of a formula's name up to which one hears where its brackets are."""

PROGRAM = '''"""{title}

{why}
"""

import sys
{imports}
__all__ = ["{function}"]


def {function}({parameters}) -> float:
    """{said}"""
    return {formula}


if __name__ == "__main__":
    print({function}(*map(float, sys.argv[1:])))
'''


def emit_formula(mechanism: FormulaMechanism) -> Program:
    """Write it.

    Raises:
        ProgramError: what comes of it is not of the language.
    """
    names = mechanism.names
    formula = python_text(mechanism.expression, names)
    words = set(re.findall(r"[A-Za-z_]\w*", formula)) - set(names)
    used = sorted((MATH | MATH_VALUES) & words)
    imports = f"from math import {', '.join(used)}\n" if used else ""
    text = PROGRAM.format(
        title=_title(mechanism),
        why=textwrap.fill(_why(mechanism), WIDTH),
        imports=imports,
        function=function_name(called(mechanism), names),
        parameters=", ".join(f"{name}: float" for name in names),
        said=_said(mechanism),
        formula=formula,
    )
    text = black.format_str(text, mode=black.Mode(line_length=WIDTH))
    read_program(text)
    return Program(text)


def called(mechanism: FormulaMechanism) -> str:
    """The name of its function: the formula as it is said, or by what is done last in it."""
    name = mechanism.name
    if not name.startswith("a ") and "." not in name and len(spoken_name(name)) <= SPOKEN:
        return spoken_name(name)
    read = [mechanism.names[place] for place in sorted(places_of(mechanism.expression))]
    last = mechanism.expression
    match last:
        case Sum():
            done = "sum"
        case Product(factors=factors):
            under = any(isinstance(factor, Power) and factor.over < 0 for factor in factors)
            done = "quotient" if under else "product"
        case Power(over=over):
            done = "power" if over > 0 else "quotient"
        case Call(name=name):
            done = name
        case _:
            done = "constant"
    return spoken_name(f"{done} of {' and '.join(read)}" if read else done)


def _title(mechanism: FormulaMechanism) -> str:
    name = mechanism.name
    if name.startswith("a "):
        return f"{name[:1].upper()}{name[1:]}."
    return f"The formula {name}."


def _why(mechanism: FormulaMechanism) -> str:
    """What it is, where it holds, and how near it is."""
    said = (
        "The network gives this to within its own error: "
        f"{mechanism.deviation:.1g} on average, {at_most(mechanism.largest)} at most where it was "
        "looked at."
    )
    numbers = [part.value for part in _parts(mechanism.expression) if isinstance(part, Number)]
    if any(abs(value) != 1 for value in numbers):
        said += " Every constant is the exact number that the fitted one was known to be."
    return said


def _parts(node: Node) -> list[Node]:
    return [node, *(part for child in children(node) for part in _parts(child))]


def _said(mechanism: FormulaMechanism) -> str:
    read = places_of(mechanism.expression)
    unused = [each.name for place, each in enumerate(mechanism.inputs) if place not in read]
    where = ", ".join(
        f"{each.name} from {each.low:g} to {each.high:g}" for each in mechanism.inputs
    )
    said = f"For {where}"
    if unused:
        said += f"; {' and '.join(unused)} {'does' if len(unused) == 1 else 'do'} not matter"
    return "\n    ".join(textwrap.wrap(said + ".", WIDTH - 8))
