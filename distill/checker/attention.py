"""Selections over positions: the program is the stored steps, line by line.

Whether heads look where a program says, and the network answers so when they do, is measured by
putting the program's own choices in their places (`located`); of a program without selections, by
leaving heads nothing to carry.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .along import statements
from .attended import MOST_UNEVEN, MOST_WEIGHED, is_even, may_be_exchanged
from .kind import CLEAR, FOLLOWS, Claims, Proof, Test, leads
from .read import read_as
from .replaced import alone, replaced
from .sandbox import program_of
from .selections import PRIMITIVES, called, check_steps, lines_of
from .texts import TextEvidence

UNDERSTOOD = 50.0
"""Values in tables beyond which a program lists more than it says."""

TESTS: tuple[Test, ...] = (
    Test(
        "replaced_accuracy",
        "answers with heads replaced by their selections",
        0.9,
        derived=True,
        beside=True,
    ),
    Test(
        "followed_accuracy",
        "answers that follow where the program's do with selections of another text",
        0.5,
        derived=True,
        beside=True,
    ),
    Test(
        "attention_shared",
        "attention that is where its selection has it",
        0.5,
        derived=True,
        of_variables=True,
    ),
    Test(
        "attention_apart",
        "attention that tells its selection from another one's",
        CLEAR,
        derived=True,
        beside=True,
        of_variables=True,
    ),
    Test(
        "table_cells",
        "values that are listed",
        UNDERSTOOD,
        at_least=False,
        derived=True,
        of_program=True,
    ),
)
PROOFS: Mapping[str, Proof] = {
    "sets": Proof(
        leads,
        "on every text of up to {tokens} the network's output for what the program answers leads, "
        "for its stored weights in real arithmetic: all texts were gone through in sets, over each "
        "of which the program has one answer and the lead is bounded from below",
        "no set of texts was shown to be answered alike",
    )
}
LOOKED_AT: Mapping[str, frozenset[str] | None] = {
    **dict.fromkeys(("tokens", "longest", "tables", "none")),
    "steps": frozenset(
        (
            *("name", "op", "of", "keys", "by", "chosen", "otherwise", "head", "also", "start"),
            *("spread", "exchanged", "by_pair"),
        )
    ),
}
READ_OF: Mapping[str, frozenset[str]] = {
    "select": frozenset(("of", "keys", "by")),
    "map": frozenset(("of", "by")),
    "width": frozenset(("chosen",)),
    "mean": frozenset(("chosen", "keys", "by")),
    "last": frozenset(("of",)),
    "copy": frozenset(("chosen", "keys", "by", "otherwise")),
}
"""Fields that the line of a step is made of; of other steps those of a copy."""
NOTHING: tuple[Any, ...] = ("", 0, [])

FEW_CONSTANTS, DIGITS = 8, 4
"""Constants of all expressions together that list nothing yet, and digits that one of them has."""

NUMBER = (int, float)
STEP = {
    **dict.fromkeys(("name", "op", "by", "chosen"), str),
    **{
        "of": [str],
        "keys": [str],
        "otherwise": int,
        "head": (None, [int]),
        "also": [[int]],
        "start": bool,
        "spread": [[NUMBER]],
        "exchanged": bool,
        "by_pair": [[NUMBER]],
    },
}
TABLE = {"name": str, "keys": [(*NUMBER, [NUMBER])], "values": [NUMBER]}


def derive(evidence: TextEvidence) -> Claims:
    """The selections, the size of the tables, and whether the program is the steps."""
    told = evidence.mechanism
    read_as("the steps of the mechanism", told["steps"], [dict])
    read_as("the tables of the mechanism", told["tables"], [TABLE])
    steps = [{"exchanged": False, "by_pair": [], **step} for step in told["steps"]]
    told = {**told, "steps": steps}
    evidence = replace(evidence, mechanism=told)
    read_as("the steps of the mechanism", steps, [STEP])
    selections = [step for step in steps if step["op"] == "select"]
    for step in steps:
        said = {name for name in READ_OF["copy"] | READ_OF["select"] if step[name] not in NOTHING}
        of_a_head = any(step[name] for name in ("also", "start", "spread", "exchanged", "by_pair"))
        of_a_head = of_a_head or step["head"] is not None
        idle = said - READ_OF.get(step["op"], READ_OF["copy"])
        if idle or (step["op"] != "select" and of_a_head):
            raise ValueError(f"step {step['name'][:40]!r} says more than its line does")
        check_spread(step, len(evidence.tokens))
        if step["exchanged"] and not may_be_exchanged(step, steps):
            raise ValueError(f"selection {step['name'][:40]!r} is more than counted")
    check_steps(steps)
    for place, step in enumerate(steps[:-1]):
        later = steps[place + 1 :]
        if not any(step["name"] in (it["chosen"], *it["of"], *it["keys"]) for it in later):
            raise ValueError(f"no later step uses {step['name'][:40]!r}")
    found: Claims = {}
    if not selections:
        found = alone(evidence)
    elif all(step["head"] is not None for step in selections):
        found = replaced(evidence, selections)
    return {
        **found,
        **({} if evidence.through_sets is None else evidence.through_sets.claims),
        FOLLOWS: _follows(evidence, told),
        "mechanism.variables": [step["name"] for step in steps if step["op"] == "select"],
        "figures.table_cells": float(
            sum(len(table["values"]) for table in told["tables"]) + listed_in(steps)
        ),
    }


def listed_in(steps: Sequence[Mapping[str, Any]]) -> int:
    """Values that expressions list one by one, as a table would: `2 * (x == 1) + 5 * (x == 2)`.

    Every constant counts as one, and for all that it holds: each of its digits beyond four, as bits
    of a long one are a table too. 0, 1 and -1 count where something is compared with them.
    """
    found = 0
    for step in steps:
        tree = ast.parse(step["by"] or "0", mode="eval")
        compared = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.Compare)
            for side in (node.left, *node.comparators)
            for part in (side, getattr(side, "operand", side))
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant):
                digits = len(repr(node.value).strip("0."))
                plain = node.value in (0, 1) and id(node) not in compared
                found += 0 if plain else 1 + max(0, digits - DIGITS)
    return found if found > FEW_CONSTANTS else 0


def check_spread(step: Mapping[str, Any], tokens: int) -> None:
    """Hold the weights of soft heads against what they may be: two for every head, or none; of few
    tokens more, of each of them.

    Args:
        step: the selection.
        tokens: how many there are.

    Raises:
        ValueError: they are others.
    """
    heads, spread = (step["head"] is not None) + len(step["also"]), step["spread"]
    if not spread and not (heads and step["head"] is None):
        return
    sizes = {2, 3 + 3 * tokens} if tokens <= MOST_WEIGHED else {2}
    sound = len(spread) == heads and all(len(it) in sizes and min(it) >= 0 for it in spread)
    if not sound or step["start"]:
        raise ValueError(
            f"selection {step['name'][:40]!r} weighs {len(spread)} heads: expected two weights, "
            f"or {3 + 3 * tokens} of {tokens} tokens, none below 0, for each of {heads}"
        )
    check_by_pair(step, tokens)


def check_by_pair(step: Mapping[str, Any], tokens: int) -> None:
    """Hold the weights of pairs of tokens against what they may be: of even heads alone, of few
    tokens, and nearly even themselves.

    Raises:
        ValueError: they are others.
    """
    if not (by_pair := step["by_pair"]):
        return
    sound = is_even(step) and len(by_pair) == len(step["spread"]) and tokens <= MOST_WEIGHED
    sound = sound and all(len(it) == 2 for it in step["spread"])
    if not sound or not all(len(it) == tokens**2 and _near(it) for it in by_pair):
        raise ValueError(
            f"selection {step['name'][:40]!r} weighs pairs of tokens: expected {tokens**2} weights "
            f"above 0 for each of its heads, none more than {MOST_UNEVEN} times another, and that "
            "these are even"
        )


def _near(weights: Sequence[float]) -> bool:
    return min(weights) > 0 and max(weights) <= MOST_UNEVEN * min(weights)


def _follows(evidence: TextEvidence, told: Mapping[str, Any]) -> bool:
    """Whether constants, functions and lines of the program are those of the mechanism."""
    first, last = evidence.tokens.start, evidence.tokens.stop - 1
    if told["tokens"] != [first, last] or told["longest"] != evidence.longest:
        return False
    if told["none"] != (evidence.shape["none"] if evidence.shape["tie"] > 0 else None):
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
        and [ast.unparse(node) for node in statements(functions[-1])] == lines
    )


def _constant(table: Mapping[str, Any]) -> str:
    """The line of a table; keys of several variables are lists in JSON."""
    keys = [tuple(key) if isinstance(key, list) else key for key in table["keys"]]
    pairs = zip(keys, table["values"], strict=True)
    return f"{table['name']} = {{{', '.join(f'{key!r}: {value!r}' for key, value in pairs)}}}"


def _plain(line: str) -> str:
    """A line as it is unparsed, so that brackets and blanks say nothing."""
    return ast.unparse(ast.parse(line))


def _bare(node: ast.AST) -> str:
    """A function without its docstring."""
    if not isinstance(node, ast.FunctionDef):
        raise ValueError("a primitive is a function")
    head = ", ".join(arg.arg for arg in node.args.args)
    return f"{node.name}({head}): " + "; ".join(map(ast.unparse, statements(node)))
