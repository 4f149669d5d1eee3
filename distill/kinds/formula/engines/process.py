"""Engines in processes of their own: what they are sent, how long they may take, what they say.

Such an engine is a module of this folder that reads a problem from its standard input and writes
expressions to its standard output, as JSON. A process that takes longer than it may is ended, and
one that fails has failed alone. Work is what bounds a search, so that the same seed gives the same
answer; the time limit is there for what goes wrong.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from distill.kinds.formula.engines.engine import NoAnswerError, Problem
from distill.kinds.formula.engines.infix import UnreadableError, read_infix
from distill.kinds.formula.expression import Node
from distill.waits import in_words, tell

POINTS, SEED = 600, 1
"""Points of the network that an engine is given, and its seed."""

MOST = 40
"""Expressions that are read of an answer."""


@dataclass(frozen=True)
class Apart:
    """An engine that is a program of its own.

    Attributes:
        name: what `--engine` calls it.
        worker: the module that asks it.
        package: what it is imported as; extra: what installs it.
        seconds: how long its process may take.
        settings: what the worker is told, beside the points.
    """

    name: str
    worker: str
    package: str
    extra: str
    seconds: float
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def missing(self) -> str | None:
        """Why it cannot be asked here, with how to get it."""
        if importlib.util.find_spec(self.package) is None:
            return f"{self.package} is not installed: pip install 'distill[{self.extra}]'"
        return None

    def propose(self, problem: Problem) -> Iterator[Node]:
        """What it says, the nearest first."""
        dice = np.random.default_rng(SEED)
        points = problem.low + dice.random((POINTS, len(problem.low))) * (
            problem.high - problem.low
        )
        task = {
            "points": points.tolist(),
            "values": problem.values(points).tolist(),
            "noise": problem.noise,
            "seed": SEED,
            "seconds": self.seconds * 0.8,
            **self.settings,
        }
        names = {f"x{place}": place for place in range(len(problem.low))}
        for text in _said(self.worker, task, self.seconds)[:MOST]:
            try:
                yield read_infix(text, names)
            except UnreadableError:
                continue


def _said(worker: str, task: dict[str, Any], seconds: float) -> list[str]:
    """Expressions of inputs x0, x1, ...

    Raises:
        NoAnswerError: the process failed, or was ended.
    """
    tell(
        0.0,
        f"the engine {worker.removesuffix('_worker')}, ended in {in_words(seconds)} at the latest",
    )
    module = f"distill.kinds.formula.engines.{worker}"
    try:
        done = subprocess.run(
            [sys.executable, "-m", module],
            input=json.dumps(task),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "PYTHONHASHSEED": "0"},  # sets are walked through alike
        )
    except subprocess.TimeoutExpired:
        raise NoAnswerError(f"ended after {seconds:g} s, before it answered") from None
    for line in reversed(done.stdout.splitlines()):
        if line.startswith('{"expressions":'):
            return [str(text) for text in json.loads(line)["expressions"]]
    last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "")
    raise NoAnswerError(f"failed: {last.strip() or f'status {done.returncode}'}")
