"""What is so of a table of answers that a picture shows: rules that an eye would look for.

A picture of answers invites its reader to see a rule, so its caption says which of the simple ones
hold of what is shown, and that none of them does where none does.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.drawing.maps import Plane

NEARLY = 0.98
"""Part of the answers from which a rule is said to hold."""

AREAS = 2.0
"""How many times oftener than by chance neighbours answer alike where there are areas."""

SMALLEST = 3.0
"""Cells on average that a rule must make alike to be one."""


def pattern_said(answers: Int[ndarray, "rows columns"], plane: Plane) -> str:
    """A sentence or two about the answers for two inputs, the first to the rows."""
    found = [said for said, part in _rules(answers, plane) if part >= NEARLY]
    one, other = plane.names
    if found:
        return f"It is a pattern: {'; '.join(found)}."
    asked = f"no function of {one} or {other} alone, of {one} + {other}, or of {one} - {other}"
    alike = float((answers[:, 1:] == answers[:, :-1]).mean()) if answers.shape[1] > 1 else 0.0
    chance = float(np.square(np.bincount(answers.reshape(-1)) / answers.size).sum())
    if alike > AREAS * chance:
        return (
            f"The answer is {asked}, but there are areas: inputs side by side have the same answer "
            f"in {alike:.0%}, where chance would give {chance:.0%}."
        )
    return f"The answer is {asked}: no simple pattern is there to be seen."


def _rules(answers: Int[ndarray, "rows columns"], plane: Plane) -> Iterator[tuple[str, float]]:
    """Simple rules in words, with the part of the answers that they hold for."""
    one, other = plane.names
    a = np.array(plane.first)[:, None] + np.zeros_like(answers)
    b = np.array(plane.second)[None, :] + np.zeros_like(answers)
    outputs = len(np.unique(answers))
    if outputs == 1:
        yield "there is one answer for all", 1.0
        return
    alone = [(f"the answer depends on {one} alone", a), (f"the answer depends on {other} alone", b)]
    for said, key in alone:
        if (part := _held(answers, key)) >= NEARLY:
            yield said, part
            return
    keys = [(f"{one} + {other}", a + b), (f"{one} - {other}", a - b)]
    if min(*plane.first, *plane.second) >= 0:
        keys.append((f"the exclusive or of {one} and {other}, bit by bit", a ^ b))
    for name, key in keys:
        yield f"the answer depends on {name} alone, all along its lines", _held(answers, key)
    square = plane.first == plane.second
    if square:
        yield (
            f"{one} and {other} can change places, so it is its own mirror image",
            float((answers == answers.T).mean()),
        )
    if square and outputs == len(answers):
        rows, columns = (
            np.mean([len(np.unique(line)) == outputs for line in table])
            for table in (answers, answers.T)
        )
        yield "every answer stands once in every row and every column", float(min(rows, columns))


def _held(answers: Int[ndarray, "rows columns"], key: Int[ndarray, "rows columns"]) -> float:
    """Part of the answers that are the commonest of their group; 0 where groups are too small."""
    groups = np.unique(key, return_inverse=True)[1].reshape(-1)
    if answers.size / (groups.max() + 1) < SMALLEST:
        return 0.0
    counts = np.zeros((groups.max() + 1, answers.max() + 1), dtype=np.int64)
    np.add.at(counts, (groups, answers.reshape(-1)), 1)
    return float(counts.max(axis=1).sum() / answers.size)
