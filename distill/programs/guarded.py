"""The domain of a program, stated at its end, outside of which it raises ValueError.

Kinds write what a network computes; this puts the same few lines below every program and one line
into its function, so that the mechanism stays what is read first (`distill.checker.guard`).
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

import black

from distill.checker.guard import BARE, GIVEN, Form, Guard, Span
from distill.checker.language import read_program
from distill.programs.loop_text import WIDTH
from distill.programs.program import Program


def guarded(program: Program, ranges: Sequence[Span], longest: int | None = None) -> Program:
    """The program with its domain.

    Args:
        program: that states none, with its command line at its end.
        ranges: of its inputs, or of the numbers of a step; intervals where inputs are reals.
        longest: how many tokens it may be given, if it is one over texts.

    Raises:
        ProgramError: what comes of it is not of the language.
    """
    read = read_program(program.source)
    entry = read.functions[read.entry]
    form, names = _read(entry, len(ranges), any(isinstance(each, tuple) for each in ranges))
    form = form if longest is None else "text"
    guard = Guard(form, names, tuple(ranges), longest)
    end = black.format_str(guard.text(read.entry), mode=black.Mode(line_length=WIDTH))
    lines = program.source.splitlines()
    docstring = isinstance(entry.body[0], ast.Expr) and ast.get_docstring(entry) is not None
    place = entry.body[0].end_lineno if docstring else entry.body[0].lineno - 1
    given = ", ".join(arg.arg for arg in entry.args.args)
    lines.insert(place or 0, f"    check({given})")
    above = _without_end(
        "\n".join(lines) + "\n", BARE.format(function=read.entry, given=GIVEN[form])
    )
    source = f"{above.rstrip()}\n\n\n{end}"
    read_program(source)
    return Program(source)


def _read(entry: ast.FunctionDef, count: int, reals: bool) -> tuple[Form, tuple[str, ...]]:
    """What a function is given, and what it calls the numbers of it."""
    parameters = tuple(arg.arg for arg in entry.args.args)
    if reals:
        return "reals", parameters
    if ast.unparse(entry.args.args[0].annotation or ast.Constant(None)) == "int":
        return "numbers", parameters
    loops = (node for node in ast.walk(entry) if isinstance(node, ast.For | ast.comprehension))
    over = [node.target for node in loops if ast.unparse(node.iter) == parameters[0]]
    named = (
        tuple(part.id for part in ast.walk(over[0]) if isinstance(part, ast.Name)) if over else ()
    )
    form: Form = "tuples" if count > 1 else "list"
    return form, named or (("x",) if count == 1 else tuple(f"x{i + 1}" for i in range(count)))


def _without_end(source: str, end: str) -> str:
    """The text above the command line, however that is broken into lines."""
    above, mark, below = source.rpartition("if __name__ ==")
    assert ast.dump(ast.parse(mark + below)) == ast.dump(ast.parse(end)), "written so by every kind"
    return above
