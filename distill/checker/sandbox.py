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

    def evaluate() -> None:
        for first in range(0, len(inputs), at_once):
            part = slice(first, first + at_once)
            columns = list(inputs[part].T)
            answers[part] = for_all(lambda a, n: _integers(evaluator.entry(a, n), n), columns)
            if scores:
                logits[part] = for_all(lambda a, n: _scores(evaluator, a, n, scores), columns)

    request = {"mode": "calls", "rows": inputs.shape, "outputs": 1, "logits": scores}
    said = as_python(program, request, inputs, 8 * len(inputs) * (1 + scores), seconds, evaluate)
    check_same(answers, np.frombuffer(said[: 8 * len(inputs)], "<i8"), inputs)
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

    def evaluate() -> None:
        for first in range(0, count, LANES):
            part = slice(first, first + LANES)
            rows = sequences[part].reshape(-1, length * channels)
            answers[part] = for_all(ask, list(rows.T), lanes=len(rows))

    request = {"mode": "sequences", "rows": sequences.shape, "outputs": outputs, "logits": 0}
    said = as_python(program, request, sequences, 8 * answers.size, seconds, evaluate)
    check_same(answers, np.frombuffer(said, "<i8").reshape(answers.shape), sequences)
    return answers


def run_command_line(source: str, words: list[str], seconds: int = 20) -> str:
    """What `python program.py 5 9` prints."""
    request = {"mode": "command", "words": words}
    return as_python(program_of(source), request, np.zeros(0), None, seconds).decode().strip()


@lru_cache(maxsize=1)
def is_confined() -> bool:
    """Whether the kernel takes the filter of system calls for the process that runs programs."""
    source = '__all__ = ["same"]\ndef same(a):\n    return a\n'
    header, _ = _answered(read_program(source), {"mode": "command"}, np.zeros(0), None, 20)
    return bool(header.get("confined"))


def for_all(
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


def _scores(evaluator: Evaluator, columns: list[Value], lanes: int, outputs: int) -> ndarray:
    row = evaluator.call("logits", columns, lanes)
    if not isinstance(row, list | tuple) or len(row) != outputs:
        raise ProgramError(f"logits() of the program does not give a list of {outputs} numbers")
    wide = [np.broadcast_to(np.asarray(score, dtype=float), (lanes,)) for score in row]
    return np.stack(wide, axis=1)


def check_same(here: ndarray, there: ndarray, inputs: ndarray) -> None:
    """Raise ProgramError where Python answers other than what was evaluated here."""
    if not np.array_equal(here, there):
        rows = np.flatnonzero((here != there).reshape(len(here), -1).any(axis=1))
        asked = inputs[rows[0]].tolist()
        raise ProgramError(
            f"Python's answer of the program is another than evaluated here: {asked}"
        )


def _nothing() -> None:
    """Wait for the process alone."""


def as_python(
    program: Program,
    request: dict[str, Any],
    data: ndarray,
    size: int | None,
    seconds: int,
    meanwhile: Callable[[], None] = _nothing,
) -> bytes:
    """What a program answers as real Python, in a process of its own."""
    return _answered(program, request, data, size, seconds, meanwhile)[1]


def _answered(
    program: Program,
    request: dict[str, Any],
    data: ndarray,
    size: int | None,
    seconds: int,
    meanwhile: Callable[[], None] = _nothing,
) -> tuple[dict[str, Any], bytes]:
    """What the process says of itself, and what the program answered there.

    Args:
        program: to be run.
        request: what `child.py` is to do with it.
        data: integers, or reals, that go with that.
        size: of the answer in bytes, where it is known.
        seconds: limit on processor time, and on the clock while it is waited for.
        meanwhile: what is done while the process runs; where that fails, the process ends.
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
            try:
                meanwhile()
            except BaseException:
                process.kill()
                raise
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
