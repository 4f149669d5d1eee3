"""What stands in the first screen of a page: the task, the heart of the program, one picture."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from distill.checker.guard import take_guard
from distill.drawing.picture import Picture
from distill.records.sentences import sentence_start
from distill.runs.store import RunRecord

HEROES = (
    "attention-0",
    "states",
    "transitions",
    "answers",
    "profile",
    "followed",
    "registers",
    "hidden",
    "along",
)
"""Pictures that say most at a glance, by name; of others the first."""

MOST_LINES = 20
"""Lines of a program that are its heart."""


@dataclass(frozen=True)
class Heart:
    """The lines of a program that compute, without what explains, imports and prints.

    Attributes:
        lines: as they stand in the program.
        left_out: how many more lines there are of it.
    """

    source: str
    left_out: int


@dataclass(frozen=True)
class Wanted:
    """What was to be learned.

    Attributes:
        said: the task's sentence, or that nobody said it.
        known: whether somebody did.
        settings: those that the sentence speaks of, with their values.
    """

    said: str
    known: bool
    settings: str = ""


def to_be_learned(record: RunRecord) -> Wanted:
    """What was to be learned, in the task's own sentence; that it is not known, where it is not."""
    if not record.about:
        if record.seed is None:
            said = "What the network was to learn is not known: it was given without a task."
        else:
            said = "What was to be learned was not recorded in words."
        return Wanted(said, False)
    told = [
        f"{name} = {value}"
        for name, value in record.settings.items()
        if re.search(rf"\b{re.escape(name)}\b", record.about)
    ]
    said = record.about.replace("`", "")  # marks of code, which nothing here renders
    return Wanted(sentence_start(said), True, ", ".join(told))


def heart(source: str) -> Heart:
    """The heart of a program: constants and functions; where these are long, its function.

    What states its domain and holds inputs against it is none of what the network computes.
    """
    body, guard = take_guard(ast.parse(source).body)
    lines = source.splitlines()
    constants, functions = list[list[str]](), list[list[str]]()
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) if name != "__all__":
                constants.append(lines[node.lineno - 1 : node.end_lineno])
            case ast.FunctionDef():
                functions.append(_undocumented(node, lines))
    if guard is not None:
        functions[-1] = [line for line in functions[-1] if not line.startswith("    check(")]
    small = [text for text in constants if len(text) == 1]
    everything = _together(small, functions)
    kept = everything if len(everything) <= MOST_LINES else _together([], functions[-1:])
    shown = kept if len(kept) <= MOST_LINES else kept[: MOST_LINES - 1]
    whole = sum(map(len, constants)) + sum(map(len, functions))
    left_out = whole - sum(bool(line) for line in shown)
    return Heart("\n".join(shown) + "\n", max(left_out, 0))


def _undocumented(node: ast.FunctionDef, lines: list[str]) -> list[str]:
    """The lines of a function without its docstring and without empty ones."""
    first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
    kept = range(first, (node.end_lineno or first) + 1)
    match node.body[0]:
        case ast.Expr(value=ast.Constant(value=str())) as text:
            told = range(text.lineno, (text.end_lineno or text.lineno) + 1)
        case _:
            told = range(0)
    return [lines[n - 1] for n in kept if n not in told and lines[n - 1].strip()]


def _together(constants: list[list[str]], functions: list[list[str]]) -> list[str]:
    """Constants side by side, and an empty line before every function."""
    blocks = [[line for text in constants for line in text], *functions]
    parted = [[*block, ""] for block in blocks if block]
    return [line for block in parted for line in block][:-1]


def hero(pictures: tuple[Picture, ...], most: int | None = None) -> Picture | None:
    """The picture that says most at a glance, in one panel; of attention beside a selection in two.

    Args:
        pictures: to choose from.
        most: characters of its SVG; null for any number.
    """
    small = [
        each
        for each in pictures
        if (each.panels == 1 or each.name == HEROES[0]) and (most is None or len(each.svg) <= most)
    ]
    ranked = sorted(
        small, key=lambda each: HEROES.index(each.name) if each.name in HEROES else len(HEROES)
    )
    return ranked[0] if ranked else None
