"""The text of a program that is one loop over a list."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence

import black

from distill.programs.names import function_name

WIDTH = 88

MAX_CHAINED = 4
"""Variables that are given one first value in a line."""

MAX_FORMATTED = 2_000
"""Characters of a table up to which black formats it."""


def _words(line: str) -> list[str]:
    """The identifiers of a line of Python."""
    return re.findall(r"[A-Za-z_]\w*", line)


def indented(lines: Sequence[str]) -> list[str]:
    """Lines of Python, one level deeper."""
    return ["    " + line for line in lines]


def start_lines(start: Mapping[str, int | tuple[int, ...]]) -> list[str]:
    """First values of variables; neighbours that begin alike share a line: `a = b = 0`."""
    groups: list[tuple[list[str], int | tuple[int, ...]]] = []
    for name, value in start.items():
        shared = groups and isinstance(value, int) and groups[-1][1] == value
        if shared and len(groups[-1][0]) < MAX_CHAINED:
            groups[-1][0].append(name)
        else:
            groups.append(([name], value))
    return [f"{' = '.join(names)} = {_first_value(value)}" for names, value in groups]


def _first_value(value: int | tuple[int, ...]) -> str:
    if isinstance(value, int):
        return str(value)
    return f"[{value[0]}] * {len(value)}" if len(set(value)) == 1 else str(list(value))


def loop_text(
    docstring: str,
    function: str,
    inputs: tuple[str, ...],
    tables: Mapping[str, str],
    start: Mapping[str, int | tuple[int, ...]],
    body: Sequence[str],
    *,
    outputs: int = 1,
    roots: bool = False,
) -> str:
    """A whole program, formatted.

    Args:
        docstring: of the module.
        function: its name, unless a variable has it.
        inputs: what the loop reads into; several where a step is a tuple.
        tables: module-level constants, as Python, by name.
        start: first values of the variables, by name; a tuple is written as a list.
        body: lines of one pass, which appends to `outputs` once.
        outputs: how many numbers an output has.
        roots: whether `isqrt` is used.
    """
    locally = {name for line in body for name in _words(line)}
    function = function_name(function, {*inputs, *start, *tables, *locally})
    large = {name: text for name, text in tables.items() if len(text) > MAX_FORMATTED}
    constants = [f"{name} = {'...' if name in large else text}" for name, text in tables.items()]
    several = len(inputs) > 1
    item = f"tuple[{', '.join(['int'] * len(inputs))}]" if several else "int"
    answer = f"tuple[{', '.join(['int'] * outputs)}]" if outputs > 1 else "int"
    sequence = "steps" if several else "xs"
    read = "map(int, sys.argv[1:])"
    if several:
        read = 'tuple(map(int, word.split(","))) for word in sys.argv[1:]'
    over = f"for {', '.join(inputs)} in {sequence}"
    if start or len(body) > 1:
        lines = ["outputs = []", *start_lines(start), f"{over}:", *indented(body), "return outputs"]
    else:  # nothing is remembered
        answered = body[0].removeprefix("outputs.append(").removesuffix(")")
        lines = [
            f"return {f'list({sequence})' if inputs == (answered,) else f'[{answered} {over}]'}"
        ]
    newline = "\n"
    text = f'''"""{docstring}
"""

import sys
{"from math import isqrt" if roots else ""}

__all__ = ["{function}"]

{newline.join(constants)}


def {function}({sequence}: list[{item}]) -> list[{answer}]:
    """One output for every {"tuple" if several else "number"} of the list."""
{newline.join(indented(lines))}


if __name__ == "__main__":
    print({function}({f"[{read}]" if several else f"list({read})"}))
'''
    formatted = black.format_str(text, mode=black.Mode(line_length=WIDTH))
    for name, table in large.items():  # would take a line for every number, and minutes
        wrapped = textwrap.fill(f"{name} = {table}", WIDTH, subsequent_indent="    ")
        formatted = formatted.replace(f"{name} = ...", wrapped)
    return formatted
