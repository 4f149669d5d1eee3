"""The program of a closed form: one line, and what it does not hold for."""

from __future__ import annotations

import black

from distill.domains.finite import input_names
from distill.expressions.expression import Expression, Operation
from distill.expressions.printing import condition_source, source
from distill.expressions.reading import read_expression
from distill.kinds.closed_form.mechanism import ClosedFormMechanism
from distill.programs.loop_text import indented
from distill.programs.names import function_name
from distill.programs.program import Program
from distill.programs.spoken import is_short, spoken_name

WIDTH = 88

PROGRAM = '''"""{title}{but}.

This says what the network answers, and not how it comes to its answers.
"""

import sys
{imports}
__all__ = ["{function}"]

{constants}
def {function}({parameters}) -> int:
    """{said}{listed}."""
{body}


if __name__ == "__main__":
    print({function}(*map(int, sys.argv[1:])))
'''


def emit_closed_form(mechanism: ClosedFormMechanism) -> Program:
    """Write it, with a list of its exceptions where it has some."""
    names, count = input_names(len(mechanism.inputs)), len(mechanism.exceptions)
    expression, by_cases = read_expression(mechanism.expression), "The answer, by cases"
    cases = isinstance(expression, Operation) and expression.operator == "if"
    constants, body = "", "\n".join(indented(_returned(expression, mechanism.expression)))
    if count:
        several = len(names) > 1
        key = f"({', '.join(names)})" if several else "".join(names)
        rows = ", ".join(
            f"{row[:-1] if several else row[0]}: {row[-1]}" for row in mechanism.exceptions
        )
        constants = f"EXCEPTIONS = {{{rows}}}  # input: answer\n"
        body = f"    if {key} in EXCEPTIONS:\n        return EXCEPTIONS[{key}]\n{body}"
    text = PROGRAM.format(
        title=by_cases if cases else f"The answer is {mechanism.name}",
        said=by_cases if cases else mechanism.name,
        function=_called(mechanism.expression, names),
        but=f", but for {count:,} input{'s' * (count > 1)}" if count else "",
        listed=", where EXCEPTIONS does not say otherwise" if count else "",
        constants=constants,
        imports="from math import isqrt\n" if "isqrt(" in mechanism.expression else "",
        parameters=", ".join(f"{each}: int" for each in names),
        body=body,
    )
    return Program(black.format_str(text, mode=black.Mode(line_length=WIDTH)))


def _returned(expression: Expression, text: str) -> list[str]:
    """The lines that answer: a choice is an `if`, what is chosen else stands below it."""
    match expression:
        case Operation("if", (condition, yes, no)):
            return [
                f"if {condition_source(condition)}:",
                *indented(_returned(yes, source(yes))),
                *_returned(no, source(no)),
            ]
    return [f"return {text}"]


def _called(expression: str, inputs: tuple[str, ...]) -> str:
    """The name of the function: the expression in words, where that can be read."""
    if not is_short(expression):
        return "answer"
    said = spoken_name(expression.removeprefix("int("))
    if expression in inputs:
        said = f"input_{said}"
    return function_name(f"constant_{said}" if said.isdigit() else said, inputs)
