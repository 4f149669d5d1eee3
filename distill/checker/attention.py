"""Selections over positions: the program is the stored steps, line by line.

Whether heads look where a program says, and the network answers so when they do, is measured by
putting the program's own choices in their places (`located`).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from .kind import FOLLOWS, Claims, Proof, Test
from .read import read_as
from .sandbox import program_of
from .selections import PRIMITIVES, called, lines_of
from .texts import TextEvidence

TESTS: tuple[Test, ...] = (
    Test("replaced_accuracy", "answers with heads replaced by their selections", 0.9),
)
PROOFS: Mapping[str, Proof] = {}
LOOKED_AT: Mapping[str, frozenset[str] | None] = {
    **dict.fromkeys(("tokens", "longest", "tables")),
    "steps": frozenset(("name", "op", "of", "keys", "by", "chosen", "otherwise")),
}

NUMBER = (int, float)
STEP = {
    **dict.fromkeys(("name", "op", "by", "chosen"), str),
    **{"of": [str], "keys": [str], "otherwise": int, "head": (None, [int]), "start": bool},
}
TABLE = {"name": str, "keys": [(*NUMBER, [NUMBER])], "values": [NUMBER]}


def derive(evidence: TextEvidence) -> Claims:
    """The selections, the size of the tables, and whether the program is the steps."""
    told = evidence.mechanism
    read_as("the steps of the mechanism", told["steps"], [STEP])
    read_as("the tables of the mechanism", told["tables"], [TABLE])
    steps = told["steps"]
    return {
        FOLLOWS: _follows(evidence, told),
        "mechanism.variables": [step["name"] for step in steps if step["op"] == "select"],
        "figures.table_cells": float(sum(len(table["values"]) for table in told["tables"])),
    }


def _follows(evidence: TextEvidence, told: Mapping[str, Any]) -> bool:
    """Whether constants, functions and lines of the program are those of the mechanism."""
    first, last = evidence.tokens.start, evidence.tokens.stop - 1
    if told["tokens"] != [first, last] or told["longest"] != evidence.longest:
        return False
    program = program_of(evidence.program)
    body = [*program.body]
    constants = [ast.unparse(node) for node in body if isinstance(node, ast.Assign)]
    functions = [node for node in body if isinstance(node, ast.FunctionDef)]
    wanted = [_plain(_constant(table)) for table in told["tables"]]
    primitives = [_bare(ast.parse(PRIMITIVES[name]).body[0]) for name in called(told["steps"])]
    lines = [_plain(line) for line in lines_of(told["steps"])]
    return (
        constants == wanted
        and [_bare(node) for node in functions[:-1]] == primitives
        and functions[-1].name == program.entry
        and [arg.arg for arg in functions[-1].args.args] == ["xs"]
        and [ast.unparse(node) for node in _statements(functions[-1])] == lines
    )


def _constant(table: Mapping[str, Any]) -> str:
    """The line of a table; keys of several variables are lists in JSON."""
    keys = [tuple(key) if isinstance(key, list) else key for key in table["keys"]]
    pairs = zip(keys, table["values"], strict=True)
    return f"{table['name']} = {{{', '.join(f'{key!r}: {value!r}' for key, value in pairs)}}}"


def _plain(line: str) -> str:
    """A line as it is unparsed, so that brackets and blanks say nothing."""
    return ast.unparse(ast.parse(line))


def _statements(function: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a function, without what it says of itself."""
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


def _bare(node: ast.AST) -> str:
    """A function without its docstring."""
    if not isinstance(node, ast.FunctionDef):
        raise ValueError("a primitive is a function")
    head = ", ".join(arg.arg for arg in node.args.args)
    return f"{node.name}({head}): " + "; ".join(map(ast.unparse, _statements(node)))
