"""The program of a formula: one line of `math`, with its constants as the numbers they are."""

from __future__ import annotations

import re
import textwrap

import black

from distill.checker.language import read_program
from distill.checker.rules import MATH, MATH_VALUES
from distill.checker.scope import at_most
from distill.kinds.formula.expression import (
    Node,
    Number,
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
    """The name of its function: the formula as it is said, or what it is a formula of."""
    name = mechanism.name
    if not name.startswith("a ") and "." not in name and len(spoken_name(name)) <= SPOKEN:
        return spoken_name(name)
    read = [mechanism.names[place] for place in sorted(places_of(mechanism.expression))]
    return spoken_name(f"formula of {' and '.join(read)}" if read else "constant")


def _title(mechanism: FormulaMechanism) -> str:
    name = mechanism.name
    if name.startswith("a "):
        return f"{name[:1].upper()}{name[1:]}."
    return f"The formula {name}."


def _why(mechanism: FormulaMechanism) -> str:
    """What it is, where it holds, and how near it is."""
    said = (
        f"The network's answers are {at_most(mechanism.deviation)} from this by root mean square, "
        f"and {at_most(mechanism.largest)} at most, where they were looked at."
    )
    numbers = [part.value for part in _parts(mechanism.expression) if isinstance(part, Number)]
    if any(abs(value) != 1 for value in numbers):
        said += " Its constants are the simplest exact numbers that the fitted ones may be."
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
