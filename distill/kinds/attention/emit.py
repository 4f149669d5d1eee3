"""The program of a mechanism of selections: its tables, the primitives it uses, a line a step."""

from __future__ import annotations

import re
import textwrap

import black

from distill.checker.language import read_program
from distill.checker.rules import MATH
from distill.checker.scope import many
from distill.checker.selections import LAST, PRIMITIVES, called, lines_of
from distill.kinds.attention.mechanism import AttentionMechanism, Table
from distill.programs.loop_text import WIDTH, indented
from distill.programs.names import function_name
from distill.programs.program import Program
from distill.programs.spoken import spoken_name


def emit_attention(mechanism: AttentionMechanism) -> Program:
    """Write it.

    Raises:
        ProgramError: what comes of it is not of the language.
    """
    steps, function = mechanism.data, called_function(mechanism)
    lines = lines_of(steps)
    used = sorted(MATH & set(re.findall(r"[A-Za-z_]\w*", "\n".join(lines))))
    imports = ["import sys", *([f"from math import {', '.join(used)}"] if used else [])]
    parts = [
        f'"""{title(mechanism)}.\n\n{docstring(mechanism)}\n"""',
        "\n".join(imports),
        f'__all__ = ["{function}"]',
        *(_constant(table) for table in mechanism.tables),
        *(PRIMITIVES[name] for name in called(steps)),
        f"def {function}(xs: list[int]) -> list[{_answers(mechanism)}]:\n"
        f'    """{_given(mechanism)}"""\n' + "\n".join(indented(lines)),
        f'if __name__ == "__main__":\n    print({function}(list(map(int, sys.argv[1:]))))',
    ]
    text = black.format_str("\n\n\n".join(parts) + "\n", mode=black.Mode(line_length=WIDTH))
    read_program(text)
    return Program(text)


def called_function(mechanism: AttentionMechanism) -> str:
    """The name of its function: what it computes."""
    bound = {step.name for step in mechanism.steps} | {table.name for table in mechanism.tables}
    said = mechanism.name.removeprefix("the ").removeprefix("a ")
    return function_name(spoken_name(said), {*bound, *PRIMITIVES, "xs", "at"})


def title(mechanism: AttentionMechanism) -> str:
    """The first line of the program."""
    return mechanism.name[:1].upper() + mechanism.name[1:]


def docstring(mechanism: AttentionMechanism) -> str:
    """How to read the program."""
    if not mechanism.remembered:
        said = "Every answer is a function of the token and its position alone."
    else:
        said = (
            "A selection says of every position i which positions j it looks at; what is taken "
            "from those is a variable with a value at every position."
        )
        letters = _letters(mechanism)
        said += TOKENS_AT["x" in letters, "y" in letters]
    if mechanism.none is not None:
        said += f" An answer of {mechanism.none} is none: no output of the network leads there."
    if mechanism.tables:
        cells = many(mechanism.cells, "value")
        said += f" The tables list {cells} that no expression was found for."
    return "\n".join(textwrap.wrap(said, WIDTH))


TOKENS_AT = {
    (True, True): " x and y are the tokens at i and j.",
    (True, False): " x is the token at i.",
    (False, True): " y is the token at j.",
    (False, False): "",
}
"""What the letters of tokens mean, by whether x and y stand in a program."""


def _letters(mechanism: AttentionMechanism) -> set[str]:
    """The names in the lines of a program."""
    lines = "\n".join(lines_of(mechanism.data))
    return set(re.findall(r"[A-Za-z_]\w*", lines))


def _constant(table: Table) -> str:
    pairs = ", ".join(f"{k!r}: {v!r}" for k, v in zip(table.keys, table.values, strict=True))
    return f"{table.name} = {{{pairs}}}"


def _given(mechanism: AttentionMechanism) -> str:
    if mechanism.steps[-1].op == LAST:
        return "The answer at the end of the text, alone in a list."
    return "One answer for every token of the text."


def _answers(mechanism: AttentionMechanism) -> str:
    """The type of an answer, for the reader."""
    last = next(step for step in reversed(mechanism.steps) if step.op != LAST)
    real = (
        "/" in last.by.replace("//", "")
        or "." in last.by
        or bool(MATH & set(re.findall(r"[A-Za-z_]\w*", last.by)))
    )
    return "float" if real or last.op == "mean" else "int"
