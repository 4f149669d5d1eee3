"""Ask programs whose answers are real numbers: over texts, and over boxes of reals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy import ndarray

from .errors import ProgramError
from .evaluate import LANES, SECONDS, Evaluator
from .sandbox import FLOAT_TOLERANCE, as_python, check_same, for_all, program_of
from .values import Value, kind_of

MOST_BATCHES = 5
"""Batches of texts that Python has the time of together, however many there are."""


def run_texts(source: str, texts: ndarray, answers: int, seconds: int = SECONDS) -> ndarray:
    """Ask a program of one list for its answers to every text.

    Args:
        source: the program.
        texts: integers [n, length].
        answers: how many answers a text has.
        seconds: limit on the time.

    Returns:
        The answers, integers or floats, as floats [n, answers].

    Raises:
        ProgramError: it is not of the language, failed, or took more than its limits.
    """
    return run_batches(source, [texts], [answers], seconds)[0]


def run_batches(
    source: str, batches: Sequence[ndarray], answers: Sequence[int], seconds: int = SECONDS
) -> list[ndarray]:
    """As `run_texts`, of texts of one length in every batch; Python runs all of them at once.

    Args:
        source: the program.
        batches: of texts.
        answers: how many answers a text has, batch by batch.
        seconds: limit on the time of a batch; Python has it for `MOST_BATCHES` of them at most.
    """
    program, found = program_of(source), list[ndarray]()
    if not batches:
        return found

    def evaluate() -> None:
        for texts, count in zip(batches, answers, strict=True):
            found.append(_batch(Evaluator(program, seconds), texts, count))

    rows = [(*texts.shape, count) for texts, count in zip(batches, answers, strict=True)]
    sizes = [many * count for many, _, count in rows]
    request = {"mode": "texts", "rows": rows, "outputs": 0, "logits": 0}
    data = np.concatenate([texts.ravel() for texts in batches])
    limit = seconds * min(MOST_BATCHES, len(batches))
    said = np.frombuffer(as_python(program, request, data, 8 * sum(sizes), limit, evaluate), "<f8")
    parts = np.split(said, np.cumsum(sizes)[:-1])
    for here, there, texts in zip(found, parts, batches, strict=True):
        there = there.reshape(here.shape)
        if not np.allclose(there, here, rtol=FLOAT_TOLERANCE, atol=FLOAT_TOLERANCE):
            check_same(here, there, texts)
    return found


def _batch(evaluator: Evaluator, texts: ndarray, answers: int) -> ndarray:
    """The answers to texts of one length, as floats [n, answers]."""

    def ask(columns: list[Value], lanes: int) -> ndarray:
        return _real_answers(evaluator.entry([columns], lanes), lanes, answers)

    parts = (texts[first : first + LANES] for first in range(0, len(texts), LANES))
    found = [for_all(ask, list(part.T), lanes=len(part)) for part in parts]
    return np.concatenate([np.empty((0, answers)), *found])


def evaluated_texts(source: str, texts: ndarray, seconds: int = SECONDS) -> list[Value]:
    """What a program answers to every text, as Python has it."""
    evaluator = Evaluator(program_of(source), seconds)
    return [evaluator.entry([row], 1) for row in texts.tolist()]


def run_reals(source: str, points: ndarray, seconds: int = SECONDS) -> ndarray:
    """Ask a program for its answers to points [n, d], as floats [n].

    Where it fails, as it divides by zero or asks for the root of a negative number, there is no
    number (NaN).

    Raises:
        ProgramError: it is not of the language, fails everywhere, or took more than its limits.
    """
    program, found = program_of(source), np.empty(len(points))

    def evaluate() -> None:
        found[:] = evaluated_reals(source, points, seconds)
        if len(points) and np.isnan(found).all():
            Evaluator(program, seconds).entry(points[0].tolist(), 1)  # says why

    request = {"mode": "reals", "rows": points.shape}
    told = as_python(program, request, points, 8 * len(points), seconds, evaluate)
    said = np.frombuffer(told, "<f8")
    if not np.allclose(said, found, rtol=FLOAT_TOLERANCE, atol=0, equal_nan=True):
        check_same(np.nan_to_num(found, nan=np.inf), np.nan_to_num(said, nan=np.inf), points)
    return found


def evaluated_reals(source: str, points: ndarray, seconds: int = SECONDS) -> ndarray:
    """The same, evaluated here alone: for a search, which asks for more than a verdict rests on.

    Where it fails everywhere, there is no number anywhere.
    """
    evaluator, found = Evaluator(program_of(source), seconds), np.empty(len(points))

    def ask(columns: list[Value], lanes: int) -> ndarray:
        said = evaluator.entry(columns, lanes)
        if kind_of(said) not in (int, float):
            told = "something" if isinstance(said, ndarray) else str(said)[:80]
            raise ProgramError(f"the program answers {told}, which is no number")
        return np.broadcast_to(np.asarray(said, dtype=np.float64), lanes)

    for first in range(0, len(points), LANES):
        rows = points[first : first + LANES]
        try:
            found[first : first + LANES] = for_all(ask, list(rows.T), lanes=len(rows))
        except ProgramError:
            found[first : first + LANES] = [_or_no_number(ask, row) for row in rows.tolist()]
            evaluator.limits.hold()
    return found


def _or_no_number(ask: Callable[[list[Value], int], ndarray], row: list[float]) -> float:
    """An answer to one point; no number where the program fails there."""
    try:
        return float(ask(list(row), 1)[0])
    except ProgramError:
        return float("nan")


def _real_answers(value: Value, lanes: int, answers: int) -> ndarray:
    """A list of answers as floats [lanes, answers]."""
    if not isinstance(value, list) or len(value) != answers:
        raise ProgramError(f"the program's answer is not a list of {answers} numbers")
    made = np.empty((lanes, answers))
    for t, said in enumerate(value):
        if kind_of(said) not in (int, float):
            told = "something" if isinstance(said, ndarray) else str(said)[:80]
            raise ProgramError(f"the program answers {told}, which is no number")
        made[:, t] = np.asarray(said, dtype=np.float64)
    return made
