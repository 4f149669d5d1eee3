"""Ask a program: it is evaluated here, and run as real Python in a process that has nothing else.

Both must agree on every input that is asked, or the program counts as failed: what is proved of
its evaluation is then also so of the file, run as it stands. Nothing is run that is not of the
language (`language.py`), and what is run is the text that was checked.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from .errors import ProgramError, TooLargeError
from .evaluate import LANES, SECONDS, Evaluator
from .language import BUILTINS, Program, read_program
from .values import Apart, Value, kind_of

MEMORY = 2 << 30
FLOAT_TOLERANCE = 1e-9
"""Of logits: Python 3.12 adds up floats more exactly than 3.11."""
LARGEST = 1 << 63
"""Answers are smaller in size: the smallest number of 64 bits stands for what is none."""
MAX_NUMBERS = 1 << 21
"""Logits at once."""


@dataclass(frozen=True)
class ProgramRun:
    """What a program answered: integers [n], and its logits [n, outputs], or null without any."""

    answers: ndarray
    logits: ndarray | None


program_of = lru_cache(maxsize=64)(read_program)


def run_program(
    source: str, inputs: ndarray, outputs: int = 0, seconds: int = SECONDS
) -> ProgramRun:
    """Ask a program for its answer to every row of integers [n, k].

    Args:
        source: the program.
        inputs: one row a call.
        outputs: how many logits to ask for, 0 for none.
        seconds: limit on the time.

    Raises:
        ProgramError: it is not of the language, failed, or took more than its limits.
    """
    program = program_of(source)
    evaluator = Evaluator(program, seconds)
    scores = outputs if "logits" in program.functions else 0
    at_once = max(1, min(LANES, MAX_NUMBERS // max(1, scores)))
    answers = np.empty(len(inputs), dtype=np.int64)
    logits = np.empty((len(inputs), scores))
    for first in range(0, len(inputs), at_once):
        part = slice(first, first + at_once)
        columns = list(inputs[part].T)
        answers[part] = _together(lambda a, n: _integers(evaluator.entry(a, n), n), columns)
        if scores:
            logits[part] = _together(lambda a, n: _scores(evaluator, a, n, scores), columns)
    request = {"mode": "calls", "rows": inputs.shape, "outputs": 1, "logits": scores}
    said = _python(program, request, inputs, 8 * len(inputs) * (1 + scores), seconds)
    _check_same(answers, np.frombuffer(said[: 8 * len(inputs)], "<i8"), inputs)
    if not scores:
        return ProgramRun(answers, None)
    real = np.frombuffer(said[8 * len(inputs) :], "<f8").reshape(logits.shape)
    if not np.allclose(real, logits, rtol=FLOAT_TOLERANCE, atol=FLOAT_TOLERANCE):
        raise ProgramError("Python's logits of the program are other than those evaluated here")
    return ProgramRun(answers, logits)


def run_sequences(
    source: str, sequences: ndarray, outputs: int = 1, seconds: int = SECONDS
) -> ndarray:
    """Ask a program of one list for its outputs along every sequence.

    Args:
        source: the program; it gets integers where there is one channel, or else tuples.
        sequences: integers [n, length, channels].
        outputs: how many numbers an output has; where there are several it is a tuple.
        seconds: limit on the time.

    Returns:
        The outputs at every step, [n, length, outputs].

    Raises:
        ProgramError: it is not of the language, failed, or took more than its limits.
    """
    program = program_of(source)
    count, length, channels = sequences.shape
    evaluator = Evaluator(program, seconds)
    answers = np.empty((count, length, outputs), dtype=np.int64)

    def ask(columns: list[Value], lanes: int) -> ndarray:
        steps = [tuple(columns[t * channels : (t + 1) * channels]) for t in range(length)]
        given = [step[0] for step in steps] if channels == 1 else steps
        return _outputs(evaluator.entry([given], lanes), lanes, length, outputs)

    for first in range(0, count, LANES):
        part = slice(first, first + LANES)
        rows = sequences[part].reshape(-1, length * channels)
        answers[part] = _together(ask, list(rows.T), lanes=len(rows))
    request = {"mode": "sequences", "rows": sequences.shape, "outputs": outputs, "logits": 0}
    said = _python(program, request, sequences, 8 * answers.size, seconds)
    _check_same(answers, np.frombuffer(said, "<i8").reshape(answers.shape), sequences)
    return answers


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
    program = program_of(source)
    evaluator = Evaluator(program, seconds)
    found = np.empty((len(texts), answers))

    def ask(columns: list[Value], lanes: int) -> ndarray:
        return _real_answers(evaluator.entry([columns], lanes), lanes, answers)

    for first in range(0, len(texts), LANES):
        part = slice(first, first + LANES)
        found[part] = _together(ask, list(texts[part].T), lanes=len(texts[part]))
    request = {"mode": "texts", "rows": texts.shape, "outputs": answers, "logits": 0}
    said = np.frombuffer(_python(program, request, texts, 8 * found.size, seconds), "<f8")
    said = said.reshape(found.shape)
    if not np.allclose(said, found, rtol=FLOAT_TOLERANCE, atol=FLOAT_TOLERANCE):
        _check_same(found, said, texts)
    return found


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
    found = evaluated_reals(source, points, seconds)
    if len(points) and np.isnan(found).all():
        Evaluator(program_of(source), seconds).entry(points[0].tolist(), 1)  # says why
    request = {"mode": "reals", "rows": points.shape}
    said = np.frombuffer(
        _python(program_of(source), request, points, 8 * len(points), seconds), "<f8"
    )
    if not np.allclose(said, found, rtol=FLOAT_TOLERANCE, atol=0, equal_nan=True):
        _check_same(np.nan_to_num(found, nan=np.inf), np.nan_to_num(said, nan=np.inf), points)
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
            found[first : first + LANES] = _together(ask, list(rows.T), lanes=len(rows))
        except ProgramError as error:
            found[first : first + LANES] = [_or_no_number(ask, row) for row in rows.tolist()]
            if evaluator.exhausted:
                raise ProgramError("evaluating the program took too long") from error
    return found


def _or_no_number(ask: Callable[[list[Value], int], ndarray], row: list[float]) -> float:
    """An answer to one point; no number where the program fails there."""
    try:
        return float(ask(list(row), 1)[0])
    except ProgramError:
        return float("nan")


def run_command_line(source: str, words: list[str], seconds: int = 20) -> str:
    """What `python program.py 5 9` prints."""
    request = {"mode": "command", "words": words}
    return _python(program_of(source), request, np.zeros(0), None, seconds).decode().strip()


@lru_cache(maxsize=1)
def is_confined() -> bool:
    """Whether the kernel takes the filter of system calls for the process that runs programs."""
    source = '__all__ = ["same"]\ndef same(a):\n    return a\n'
    header, _ = _answered(read_program(source), {"mode": "command"}, np.zeros(0), None, 20)
    return bool(header.get("confined"))


def _together(
    ask: Callable[[list[Value], int], ndarray], columns: list[ndarray], lanes: int | None = None
) -> ndarray:
    """Ask for all inputs at once, or one by one where they cannot stand side by side."""
    lanes = len(columns[0]) if lanes is None else lanes
    try:
        return ask(list(columns), lanes)
    except Apart:
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return np.concatenate([ask(list(row), 1) for row in rows])


def _integers(value: Value, lanes: int) -> ndarray:
    """An answer as integers [lanes]."""
    if kind_of(value) is not int:
        told = "something" if isinstance(value, ndarray) else str(value)[:80]
        raise ProgramError(f"the program answers {told}, which is not an integer")
    ends = (value.min(), value.max()) if isinstance(value, ndarray) else (value,)
    if any(not -LARGEST < int(end) < LARGEST for end in ends):
        raise TooLargeError("the program answers beyond 64-bit integers")
    return np.broadcast_to(np.asarray(value, dtype=np.int64), lanes)


def _outputs(value: Value, lanes: int, length: int, outputs: int) -> ndarray:
    """A list of answers as integers [lanes, length, outputs]."""
    if not isinstance(value, list) or len(value) != length:
        raise ProgramError("the program's answer is not a list of as many outputs as inputs")
    made = np.empty((lanes, length, outputs), dtype=np.int64)
    for t, said in enumerate(value):
        parts = said if outputs > 1 else (said,)
        if not isinstance(parts, tuple) or len(parts) != outputs:
            raise ProgramError(f"the program's outputs are not tuples of {outputs}")
        for place, part in enumerate(parts):
            made[:, t, place] = _integers(part, lanes)
    return made


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


def _scores(evaluator: Evaluator, columns: list[Value], lanes: int, outputs: int) -> ndarray:
    row = evaluator.call("logits", columns, lanes)
    if not isinstance(row, list | tuple) or len(row) != outputs:
        raise ProgramError(f"logits() of the program does not give a list of {outputs} numbers")
    wide = [np.broadcast_to(np.asarray(score, dtype=float), (lanes,)) for score in row]
    return np.stack(wide, axis=1)


def _check_same(here: ndarray, there: ndarray, inputs: ndarray) -> None:
    if not np.array_equal(here, there):
        rows = np.flatnonzero((here != there).reshape(len(here), -1).any(axis=1))
        asked = inputs[rows[0]].tolist()
        raise ProgramError(
            f"Python's answer of the program is another than evaluated here: {asked}"
        )


def _python(
    program: Program, request: dict[str, Any], data: ndarray, size: int | None, seconds: int
) -> bytes:
    return _answered(program, request, data, size, seconds)[1]


def _answered(
    program: Program, request: dict[str, Any], data: ndarray, size: int | None, seconds: int
) -> tuple[dict[str, Any], bytes]:
    """What the process says of itself, and what the program answered there.

    Args:
        program: to be run.
        request: what `child.py` is to do with it.
        data: integers, or reals, that go with that.
        size: of the answer in bytes, where it is known.
        seconds: limit on processor time and on the clock.
    """
    known = sorted(BUILTINS | (set() if program.guard is None else {"type"}))  # for that alone
    whole = {"source": program.source, "builtins": known, "memory": MEMORY} | request
    whole |= {"seconds": seconds, "name": "__main__" if request["mode"] == "command" else "program"}
    most = 1 << 17 if size is None else size + 1024
    with tempfile.TemporaryFile() as asked:
        asked.write(json.dumps(whole).encode() + b"\n")
        numbers = "<f8" if request["mode"] == "reals" else "<i8"
        asked.write(np.ascontiguousarray(data, numbers).tobytes())
        asked.seek(0)
        command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("child.py"))]
        pipes = {"stdin": asked, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, env={}, **pipes) as process:
            clock = threading.Timer(seconds, process.kill)
            clock.start()
            try:
                said = process.stdout.read(most) if process.stdout else b""
                if len(said) == most:
                    process.kill()
                process.wait()
            finally:
                late = not clock.is_alive()
                clock.cancel()
    if late:
        raise ProgramError(f"the program did not end within {seconds} s")
    first, _, answer = said.partition(b"\n")
    if process.returncode != 0:
        raise ProgramError(f"the program failed (status {process.returncode})")
    header = json.loads(first)
    failed = header["failed"]
    if failed is not None:
        if failed.startswith("OverflowError"):
            raise TooLargeError("the program answers beyond 64-bit integers")
        raise ProgramError(f"the program failed: {failed}")
    if size is not None and len(answer) != size:
        raise ProgramError("the program did not answer every input once")
    return header, answer
