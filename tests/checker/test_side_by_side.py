"""What is done to all elements of a list at once is what is done to one after the other."""

import random
import re

import numpy as np
import pytest
from builders.amount import some

from distill.checker import side_by_side
from distill.checker.evaluate import Evaluator
from distill.checker.language import read_program
from distill.checker.selections import PRIMITIVES
from distill.checker.values import Apart, unpacked
from distill.errors import ProgramError

VALUES = (
    "x",
    "y",
    "len(ys)",
    "ys[0]",
    "x // 3",
    "x / 2",
    "abs(y)",
    "2",
    "sum(ys)",
    "max(xs)",
    "T[x]",
)
TRUTHS = ("x < y", "x == y", "y in ys", "any([u > x for u in ys])", "x > 0 and y > 0")
SHAPES = (
    "lines = [{v} for x, y in zip(xs, ys)]",
    "lines = [{v} if {t} else {w} for x, y in zip(xs, ys)]",
    "lines = [sum([({v}) * ({t}) for x in xs]) for y in ys]",
    "lines = [max([{v} - k for k in ys] + [{w}]) for x, y in zip(xs, ys)]",
    "lines = [len([y for y in ys if {t}]) for x in xs]",
    "lines = [[{v}, ({w}, {t})][0] for x, y in zip(xs, ys)]",
    "lines = []\n    for x, y in zip(xs, ys):\n        best = {v}\n"
    "        for z in ys:\n            best = max(best, z) if {t} else best\n"
    "        lines.append(best)",
    "lines = []\n    best = 0\n    for x, y in zip(xs, ys):\n"
    "        best = max(best, {v}) if {t} else best\n        lines.append(best)",
    "lines = []\n    best = 0\n    for x, y in zip(xs, ys):\n        if {t}:\n"
    "            best = {v}\n        lines.append({w})\n    lines.append(best)",
    "lines = []\n    for x, y in zip(xs, ys):\n        best = {v}\n        lines.append({w})\n"
    "    lines.append(best)",
    "lines = []\n    for x, y in zip(xs, ys):\n        if {t}:\n            continue\n"
    "        lines.append({w})",
    "lines = [0]\n    for x, y in zip(xs, ys):\n        lines.append(lines[-1] + {v})",
)


def program(seed: int) -> str:
    """Two lists of what is made of a list, by comprehensions and loops."""
    draw, lines = random.Random(seed), list[str]()
    for name in ("first", "second"):
        v, w = draw.sample(VALUES, 2)
        line = draw.choice(SHAPES).format(v=v, w=w, t=draw.choice(TRUTHS))
        lines.append(re.sub(r"\b(x|y|z|u|k|best|lines)\b", rf"\1_{name}", line))
    body = "\n    ".join(["ys = xs", *lines, "return [*lines_first, *lines_second]"])
    return f'__all__ = ["f"]\nT = [3, 1, 4, 1, 5, 9, 2, 6]\n\ndef f(xs):\n    {body}\n'


def evaluated(source: str, texts: np.ndarray) -> object:
    """What a program answers to every text, evaluated for all at once; null where it fails."""
    try:
        said = Evaluator(read_program(source)).entry([list(texts.T)], len(texts))
    except ProgramError:
        return None
    return unpacked(said, len(texts))


def ran(source: str, texts: np.ndarray) -> object:
    """The same, run by Python."""
    space: dict = {}
    exec(source, space)
    try:
        return [space["f"](row) for row in texts.tolist()]
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None


def typed(value: object) -> object:
    """A value with the types of what it holds."""
    if isinstance(value, list | tuple):
        return type(value), [typed(one) for one in value]
    return type(value), value


TEXTS = np.random.default_rng(5).integers(0, 8, (7, 6))


@pytest.mark.part(2)
@pytest.mark.parametrize("block", range(4))
def test_elements_are_taken_together_as_python_takes_them(block, monkeypatch):
    """Values and their types are Python's, and those of elements that are taken one by one."""
    compared = 0
    for seed in some(range(60 * block, 60 * (block + 1)), 15):
        source = program(seed)
        read_program(source)
        expected = ran(source, TEXTS)
        for amount in (side_by_side.FEWEST, 10**9):
            monkeypatch.setattr(side_by_side, "FEWEST", amount)
            try:
                said = evaluated(source, TEXTS)
            except Apart:  # and so the texts are taken one by one
                said = [one for row in TEXTS for one in evaluated(source, row[None]) or [None]]
            assert typed(said) == typed(expected), source
        compared += expected is not None
    assert compared > 5


@pytest.mark.parametrize("name", sorted(PRIMITIVES))
def test_primitives_of_selections_take_all_positions_together(name):
    """None of them goes through a list element by element, which took minutes for long texts."""
    given = {"width": "chosen", "mean": "chosen, xs"}.get(name, "chosen, xs, 9")
    source = (
        f'__all__ = ["f"]\n\n{PRIMITIVES[name]}\n\ndef f(xs):\n    at = list(range(len(xs)))\n'
        "    chosen = [[j < i and y <= x for j, y in zip(at, xs)] for i, x in zip(at, xs)]\n"
        f"    return {name}({given})\n"
    )
    evaluator = Evaluator(read_program(source))
    said = evaluator.entry([list(TEXTS.T)], len(TEXTS))
    assert unpacked(said, len(TEXTS)) == ran(source, TEXTS)
    assert not evaluator.apart
