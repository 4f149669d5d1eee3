"""The program of a comparison: one line."""

from __future__ import annotations

import textwrap

from distill.domains.finite import input_names
from distill.kinds.comparison.mechanism import ComparisonMechanism
from distill.programs.names import function_name
from distill.programs.program import Program
from distill.programs.spoken import is_short, spoken_name

WIDTH = 88

PROGRAM = '''"""{title}

{why}
"""

import sys

__all__ = ["{function}"]


def {function}({parameters}) -> int:
    """{then} where {condition}, else {otherwise}."""
    return {then} if {condition} else {otherwise}


if __name__ == "__main__":
    print({function}(*map(int, sys.argv[1:])))
'''


def emit_comparison(mechanism: ComparisonMechanism) -> Program:
    """Write it with the condition that is read most easily."""
    condition, name = mechanism.condition, mechanism.name
    why = (
        f"The inputs for which {condition} lie on one side of a line, all others on its other side."
        if sum(map(bool, mechanism.weights)) == 2
        else f"The answer depends on one number, and on whether it is large enough: {condition}."
    )
    inputs = input_names(len(mechanism.weights))
    said = spoken_name(name) if is_short(name) else "comparison"
    return Program(
        PROGRAM.format(
            title=f"{name[0].upper()}{name[1:]}.",
            why=textwrap.fill(why, WIDTH),
            function=function_name(said, inputs),
            parameters=", ".join(f"{each}: int" for each in inputs),
            condition=condition,
            then=mechanism.then,
            otherwise=mechanism.otherwise,
        )
    )
