"""The program of a closed form: one line, and what it does not hold for."""

from __future__ import annotations

import black

from distill.domains.finite import input_names
from distill.kinds.closed_form.mechanism import ClosedFormMechanism
from distill.programs.names import function_name
from distill.programs.program import Program
from distill.programs.spoken import is_short, spoken_name

WIDTH = 88

PROGRAM = '''"""The answer is {name}{but}.

This says what the network answers, and not how it comes to its answers.
"""

import sys
{imports}
__all__ = ["{function}"]

{constants}
def {function}({parameters}) -> int:
    """{name}{listed}."""
{body}


if __name__ == "__main__":
    print({function}(*map(int, sys.argv[1:])))
'''


def emit_closed_form(mechanism: ClosedFormMechanism) -> Program:
    """Write it, with a list of its exceptions where it has some."""
    names, count = input_names(len(mechanism.inputs)), len(mechanism.exceptions)
    constants, body = "", f"    return {mechanism.expression}"
    if count:
        several = len(names) > 1
        key = f"({', '.join(names)})" if several else "".join(names)
        rows = ", ".join(
            f"{row[:-1] if several else row[0]}: {row[-1]}" for row in mechanism.exceptions
        )
        constants = f"EXCEPTIONS = {{{rows}}}  # input: answer\n"
        body = f"    if {key} in EXCEPTIONS:\n        return EXCEPTIONS[{key}]\n{body}"
    source = PROGRAM.format(
        name=mechanism.name,
        function=_called(mechanism.expression, names),
        but=f", but for {count:,} input{'s' * (count > 1)}" if count else "",
        listed=", where EXCEPTIONS does not say otherwise" if count else "",
        constants=constants,
        imports="from math import isqrt\n" if "isqrt(" in mechanism.expression else "",
        parameters=", ".join(f"{each}: int" for each in names),
        body=body,
    )
    return Program(black.format_str(source, mode=black.Mode(line_length=WIDTH)))


def _called(expression: str, inputs: tuple[str, ...]) -> str:
    """The name of the function: the expression in words, where that can be read."""
    if not is_short(expression):
        return "answer"
    said = spoken_name(expression.removeprefix("int("))
    if expression in inputs:
        said = f"input_{said}"
    return function_name(f"constant_{said}" if said.isdigit() else said, inputs)
