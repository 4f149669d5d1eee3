"""Selections over positions: the program is the stored steps, line by line.

Whether heads look where a program says, and the network answers so when they do, is measured by
putting the program's own choices in their places (`located`).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from .attended import (
    REPLACED_FORMED,
    REPLACED_SEED,
    attention_of,
    elsewhere,
    narrowed,
    resampled,
    taken_of,
    texts_replaced,
)
from .evaluate import Evaluator
from .functions import elements
from .kind import CLEAR, FOLLOWS, Claims, Proof, Test
from .read import read_as
from .sandbox import program_of
from .selections import POSITIONS, PRIMITIVES, TOKENS, called, lines_of
from .text_transformer import alike, answers_of, through
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
        "attention_shared",
        "attention that is where its selection has it",
        0.5,
        derived=True,
        beside=True,
    ),
    Test("table_cells", "values that are listed", UNDERSTOOD, at_least=False, derived=True),
)
PROOFS: Mapping[str, Proof] = {}
LOOKED_AT: Mapping[str, frozenset[str] | None] = {
    **dict.fromkeys(("tokens", "longest", "tables", "none")),
    "steps": frozenset(
        (
            *("name", "op", "of", "keys", "by", "chosen", "otherwise", "head", "also", "start"),
            "spread",
        )
    ),
}
TAKES_VALUES = frozenset(
    ("copy", "copy_first", "least", "greatest", "vote", "vote_last", "vote_least")
)
"""What says what it is where nothing is chosen."""

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
    },
}
TABLE = {"name": str, "keys": [(*NUMBER, [NUMBER])], "values": [NUMBER]}


def derive(evidence: TextEvidence) -> Claims:
    """The selections, the size of the tables, and whether the program is the steps."""
    told = evidence.mechanism
    read_as("the steps of the mechanism", told["steps"], [STEP])
    read_as("the tables of the mechanism", told["tables"], [TABLE])
    steps = told["steps"]
    selections = [step for step in steps if step["op"] == "select"]
    for step in steps:
        idle = step["op"] not in TAKES_VALUES and step["otherwise"] != 0
        of_a_head = step["head"] is not None or step["also"] or step["start"] or step["spread"]
        if idle or (step["op"] != "select" and of_a_head):
            raise ValueError(f"step {step['name'][:40]!r} says more than its line does")
        _check_spread(step)
    for place, step in enumerate(steps[:-1]):
        later = steps[place + 1 :]
        if not any(step["name"] in (it["chosen"], *it["of"], *it["keys"]) for it in later):
            raise ValueError(f"no later step uses {step['name'][:40]!r}")
    found: Claims = {}
    if selections and all(step["head"] is not None for step in selections):
        stays, shared = _replaced(evidence, selections)
        found = {"figures.replaced_accuracy": stays, "figures.attention_shared": shared}
    return {
        **found,
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


def _check_spread(step: Mapping[str, Any]) -> None:
    """Hold the weights of soft heads against what they may be: two for every head, or none."""
    heads, spread = (step["head"] is not None) + len(step["also"]), step["spread"]
    if not spread and not (heads and step["head"] is None):
        return
    sound = len(spread) == heads and all(len(each) == 2 and min(each) >= 0 for each in spread)
    if not sound or step["start"]:
        raise ValueError(
            f"selection {step['name'][:40]!r} weighs {len(spread)} heads: expected two weights, "
            f"none below 0, for each of {heads}"
        )


def _replaced(evidence: TextEvidence, selections: list[Mapping[str, Any]]) -> tuple[float, float]:
    """Answers that stay where heads have their selections in place of their attention, and all
    other heads their attention along the text before, a position further on; and the least that a
    head's own attention has in common with its selection. Of heads whose answers stay whatever they
    look at it is 0, and of selections whose program answers the same whatever they choose: nothing
    reads them. Where answers stay as well with the selections of another text it is 0: a head that
    looks evenly at everything has whatever is chosen, if what is not chosen is said to weigh as
    much.
    """
    shape, weights = evidence.shape, evidence.weights
    exact = {name: value.astype(np.float64) for name, value in weights.items()}
    known = {(n, h) for n in range(shape["n_layers"]) for h in range(shape["n_heads"])}
    told = [[step["head"], *step["also"]] for step in selections]
    heads = [[head for one in each for head in known if [*head] == one] for each in told]
    listed = [head for each in heads for head in each]
    if [*map(len, heads)] != [*map(len, told)] or len(set(listed)) < len(listed):
        raise ValueError("a selection is said to be of a head that the network does not have")
    stays, total = [0, 0], 0
    before = int(shape["bos"] is not None)
    shared, rows_seen = [np.zeros(len(each)) for each in heads], 0
    matters, read = np.zeros((2, len(selections)), dtype=bool)
    for rows in _texts(evidence):
        places = rows - evidence.tokens.start
        own = dict[tuple[int, int], ndarray]()
        chosen = list(zip(selections, _chosen(evidence, selections, rows), strict=True))
        patterns, decoys = (
            [attention_of(step, it, shape["bos"] is not None, shape["causal"]) for step, it in each]
            for each in (
                chosen,
                [(step, elsewhere(step, evidence.mechanism["steps"], it)) for step, it in chosen],
            )
        )

        def keep(layer: int, head: int, attention: ndarray, own: dict = own) -> ndarray:
            own[layer, head] = attention
            return attention

        said, _ = answers_of(shape, evidence.answers, through(shape, exact, places, keep))
        for which, those in enumerate((patterns, decoys)):
            put = {
                head: it
                for each, some in zip(heads, those, strict=True)
                for head, it in zip(each, some, strict=True)
            }

            def replace(
                layer: int, head: int, _: ndarray, own: dict = own, put: dict = put
            ) -> ndarray:
                if (layer, head) in put:
                    return put[layer, head]
                return resampled(own[layer, head], before, shape["causal"])

            then, _ = answers_of(shape, evidence.answers, through(shape, exact, places, replace))
            stays[which] += int(alike(shape, then, said).sum())
        total += said.size
        for place in np.flatnonzero(~matters):

            def astray(
                layer: int,
                head: int,
                attention: ndarray,
                which: list = heads[place],
                those: list = decoys[place],
            ) -> ndarray:
                at = (layer, head)
                return those[which.index(at)] if at in which else attention

            then, _ = answers_of(shape, evidence.answers, through(shape, exact, places, astray))
            matters[place] = not alike(shape, then, said).all()
        for place in np.flatnonzero(~read):
            read[place] = _reads(evidence, selections[place], rows, chosen[place][1])
        for place, (each, those) in enumerate(zip(heads, patterns, strict=True)):
            for which, (head, pattern) in enumerate(zip(each, those, strict=True)):
                both = np.minimum(own[head], pattern).sum(axis=2)[:, before:].sum()
                shared[place][which] += both
        rows_seen += rows.size
    apart = (stays[0] - stays[1]) / total >= CLEAR
    used = matters & read & apart
    least = [float(it.min() * counts) for it, counts in zip(shared, used, strict=True)]
    return stays[0] / total, min(least) / rows_seen


def _reads(evidence: TextEvidence, step: Mapping[str, Any], rows: ndarray, chosen: ndarray) -> bool:
    """Whether the program answers some of these texts otherwise where a selection is another."""
    program = program_of(evidence.program)
    body, texts, lanes = _statements(program.functions[program.entry]), list(rows.T), len(rows)
    (place,) = (k for k, node in enumerate(body) if _binds(node, step["name"]))
    evaluator = Evaluator(program)
    names = evaluator.run(body[: place + 1], {"xs": texts}, lanes)
    other = elsewhere(step, evidence.mechanism["steps"], chosen)
    lists = [[pairs[:, j] for j in range(rows.shape[1])] for pairs in other.transpose(1, 0, 2)]
    said, then = (
        evaluator.run(body[place + 1 :], {**names, **put}, lanes)["return"]
        for put in ({}, {step["name"]: lists})
    )
    pairs = zip(elements(said), elements(then), strict=True)
    return any(bool(np.any(one != other)) for one, other in pairs)


def _binds(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name


def _chosen(
    evidence: TextEvidence, selections: list[Mapping[str, Any]], rows: ndarray
) -> list[ndarray]:
    """What the program's selections choose along texts of one length. [n, queries, keys]"""
    program = program_of(evidence.program)
    evaluator = Evaluator(program)
    body = _statements(program.functions[program.entry])[:-1]
    names = evaluator.run(body, {"xs": list(rows.T)}, len(rows))
    length, found = rows.shape[1], list[ndarray]()
    given = {TOKENS: list(rows.T), POSITIONS: list(range(length))}
    for step in selections:
        pairs = np.empty((len(rows), length, length), dtype=bool)
        for i, row in enumerate(names[step["name"]]):
            for j, value in enumerate(row):
                pairs[:, i, j] = value
        op, variable = taken_of(step, evidence.mechanism["steps"])
        if variable is not None:
            values = given.get(variable) or names[variable]
            pairs = narrowed(op, pairs, np.stack([0 * rows[:, 0] + it for it in values], axis=1))
        found.append(pairs)
    return found


def _texts(evidence: TextEvidence) -> list[ndarray]:
    """The texts along which heads are replaced."""
    if evidence.form is None:
        return texts_replaced(evidence.tokens, evidence.longest)
    draw = {"kind": "formed", "length": evidence.longest, "count": REPLACED_FORMED}
    rows = evidence.texts({**draw, "seed": REPLACED_SEED})
    return [some for some in rows if len(some) > 1]


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
