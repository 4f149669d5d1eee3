"""What is so of a table of answers that a picture shows: rules that an eye would look for.

A picture of answers invites its reader to see a rule, so its caption says which of the simple ones
hold of what is shown, and that none of them does where none does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.drawing.answers import Scale
from distill.drawing.maps import Plane
from distill.expressions.expression import Expression, Name, add
from distill.expressions.printing import source

NEARLY = 0.98
"""Part of the answers from which a rule is said to hold."""

BEYOND_CHANCE = 0.9
"""Part of what chance leaves open that a rule must settle too: where one answer has 96%, any rule
"holds" for 96%."""

AREAS = 2.0
"""How many times oftener than by chance neighbours answer alike, or how many times more rarely they
differ, where there are areas."""

SMALLEST = 3.0
"""Cells on average that a rule must make alike to be one."""

STRIPED = 0.5
"""Part of the answers, and of what chance leaves open, that stripes settle where they are told of
any number of answers."""

BY_CHANCE = 1e-3
"""How probably, at most, some stripes would settle so many answers by chance, where they are told
though they settle less."""

TURNED = 512
"""Answers up to which stripes are looked for."""


def pattern_said(
    answers: Int[ndarray, "rows columns"], plane: Plane, outputs: range | None = None
) -> str:
    """A sentence or two about the answers for two inputs, the first to the rows.

    Args:
        answers: places in `outputs`.
        plane: the values of the two inputs.
        outputs: what may be answered; from 0 to the largest that is there, if not given.
    """
    often = np.bincount(answers.reshape(-1)) / answers.size
    commonest, chance = float(often.max()), float(np.square(often).sum())
    found = [
        rule.said
        for rule in _rules(answers, plane)
        if rule.part >= NEARLY
        and 1 - rule.part <= (1 - BEYOND_CHANCE) * (1 - (chance if rule.of_pairs else commonest))
    ]
    one, other = plane.names
    if found:
        return f"It is a pattern: {'; '.join(found)}."
    outputs = outputs or range(int(answers.max()) + 1)
    stripes = _stripes(answers, plane, outputs)
    if stripes is not None and _striped(stripes.part, commonest, answers.size, len(outputs)):
        count = round(stripes.part * answers.size)
        return f"There are stripes: on {count:,} of the {answers.size:,} inputs {stripes.said}."
    asked = f"no function of {one} or {other} alone, of {one} + {other}, or of {one} - {other}"
    if stripes is not None:
        asked += ", and no stripes were found"
    alike = float((answers[:, 1:] == answers[:, :-1]).mean()) if answers.shape[1] > 1 else 0.0
    if alike > AREAS * chance or 1 - chance > AREAS * (1 - alike):
        return (
            f"The answer is {asked}, but there are areas: inputs side by side have the same answer "
            f"in {alike:.0%}, where chance would give {chance:.0%}."
        )
    return f"The answer is {asked}."


def scale_of(answers: Int[ndarray, "rows columns"], plane: Plane, outputs: range) -> Scale:
    """What answers are to each other: the last is next to the first where stripes go over both.

    Args:
        answers: places in `outputs`.
        plane: the values of the two inputs.
        outputs: what may be answered.
    """
    stripes = _stripes(answers, plane, outputs)
    commonest = float(np.bincount(answers.reshape(-1)).max() / answers.size)
    if stripes is None or not stripes.wraps:
        return "ordered"
    striped = _striped(stripes.part, commonest, answers.size, len(outputs))
    return "round" if striped else "ordered"


class _Rule(NamedTuple):
    """A simple rule in words.

    Attributes:
        part: of the answers, or of pairs of them, that it holds for.
        of_pairs: it says that two answers are the same, and not what an answer is.
        wraps: it is a sum that goes beyond the last answer, and on from the first.
    """

    said: str
    part: float
    of_pairs: bool = False
    wraps: bool = False


def _rules(answers: Int[ndarray, "rows columns"], plane: Plane) -> Iterator[_Rule]:
    """Simple rules, with the part of the answers that they hold for."""
    one, other = plane.names
    a = np.array(plane.first)[:, None] + np.zeros_like(answers)
    b = np.array(plane.second)[None, :] + np.zeros_like(answers)
    outputs = len(np.unique(answers))
    if outputs == 1:
        yield _Rule("there is one answer for all", 1.0)
        return
    alone = [(f"the answer depends on {one} alone", a), (f"the answer depends on {other} alone", b)]
    for said, key in alone:
        if (part := _held(answers, key)) >= NEARLY:
            yield _Rule(said, part)
            return
    keys = [(f"{one} + {other}", a + b), (f"{one} - {other}", a - b)]
    if min(*plane.first, *plane.second) >= 0:
        keys.append((f"the exclusive or of {one} and {other}, bit by bit", a ^ b))
    for name, key in keys:
        yield _Rule(f"the answer depends on {name} alone, all along its lines", _held(answers, key))
    square = plane.first == plane.second
    if square:
        yield _Rule(
            f"{one} and {other} can change places, so it is its own mirror image",
            float((answers == answers.T).mean()),
            of_pairs=True,
        )
    if square and outputs == len(answers):
        rows, columns = (
            np.mean([len(np.unique(line)) == outputs for line in table])
            for table in (answers, answers.T)
        )
        yield _Rule(
            "every answer stands once in every row and every column", float(min(rows, columns))
        )


def _beyond(part: float, commonest: float) -> float:
    """Part of what the commonest answer leaves open that a rule settles."""
    return (part - commonest) / (1 - commonest) if commonest < 1 else 0.0


def _striped(part: float, commonest: float, inputs: int, modulus: int) -> bool:
    """Whether stripes are there: they settle most, or more than any would by chance.

    There are the cube of the modulus to choose from, and Hoeffding's inequality says of each how
    probably it settles so much more than the commonest answer does.
    """
    most = min(part, _beyond(part, commonest)) >= STRIPED
    room = math.sqrt(math.log(modulus**3 / BY_CHANCE) / (2 * inputs))
    return most or part > commonest + room


def _stripes(answers: Int[ndarray, "rows columns"], plane: Plane, outputs: range) -> _Rule | None:
    """The sum of multiples of both inputs, modulo the number of answers, that fits them best.

    Answers as angles are compared with every wave u a + v b: the largest sum is where most agree.
    """
    modulus = len(outputs)
    if not 2 < modulus <= TURNED:
        return None
    turns = 2j * np.pi / modulus * np.arange(modulus)
    rows, columns = (np.exp(-np.outer(turns, each)) for each in (plane.first, plane.second))
    alike = rows @ np.exp(turns)[answers] @ columns.T
    u, v = (int(it) for it in np.unravel_index(np.abs(alike).argmax(), alike.shape))
    c = round(float(np.angle(alike[u, v])) * modulus / (2 * np.pi)) % modulus
    near = [it - modulus if 2 * it > modulus else it for it in (u, v)]
    total = np.add.outer(near[0] * np.array(plane.first), near[1] * np.array(plane.second)) + c
    told, wraps = total % modulus, total.min() // modulus != total.max() // modulus
    terms: list[tuple[int, Expression]] = [
        (factor, Name(name)) for factor, name in zip(near, plane.names, strict=True)
    ]
    formula = source(add(terms, c))
    less = f", less {outputs.start}," if outputs.start else ""
    said = f"the answer{less} is {formula} modulo {modulus}"
    return _Rule(said, float((told == answers).mean()), wraps=bool(wraps))


def _held(answers: Int[ndarray, "rows columns"], key: Int[ndarray, "rows columns"]) -> float:
    """Part of the answers that are the commonest of their group; 0 where groups are too small."""
    groups = np.unique(key, return_inverse=True)[1].reshape(-1)
    if answers.size / (groups.max() + 1) < SMALLEST:
        return 0.0
    counts = np.zeros((groups.max() + 1, answers.max() + 1), dtype=np.int64)
    np.add.at(counts, (groups, answers.reshape(-1)), 1)
    return float(counts.max(axis=1).sum() / answers.size)
