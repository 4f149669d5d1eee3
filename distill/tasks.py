"""A task: the domain that a network is trained on, and the function that it should learn.

A task file is a Python file with a function per task. Its keyword parameters are the task's
settings (`--set p=59`), its docstring is what `distill tasks` prints:

    from distill import Task, task

    @task
    def mod_sub(p: int = 113, fraction: float = 0.3) -> Task:
        "a minus b, modulo p."
        return Task(
            inputs={"a": range(p), "b": range(p)},
            outputs=range(p),
            reference=lambda a, b: (a - b) % p,
            train_fraction=fraction,
        )

The reference labels the training inputs, and at the very end says whether the program is right.
Extraction is given neither the task nor anything made from it.
"""

from __future__ import annotations

import inspect
import math
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.domain import Domain, choose
from distill.errors import DistillError, TaskError

MEMORY_BUDGET = 2 * 1024**3
"""Bytes that a task's tables may take; a larger task is refused before anything is allocated."""

BYTES_PER_INPUT = 24
"""The draw of the training inputs keeps this much for every input of the domain: a random
number, its rank and its place in the mask."""

Setting = int | float | bool | str


@dataclass(frozen=True)
class Task:
    """A function over a finite domain, and how much of it a network is trained on.

    Attributes:
        inputs: the values of every input, by the input's name.
        outputs: the values of the output.
        reference: the function to learn; takes one integer per input, by position.
        train_fraction: the part of the domain that is trained on, strictly between 0 and 1.
        architecture: what is trained unless `--arch` says otherwise, written as `--arch` takes it:
            a name, and fields (`mlp,combine=concat`).
        name: names the folder of the runs; nothing else depends on it.
        settings: the settings that the task was built with.

    Raises:
        TaskError: a range, the fraction or the size cannot be used; the message says which.
    """

    inputs: Mapping[str, range]
    outputs: range
    reference: Callable[..., int]
    train_fraction: float = 0.3
    architecture: str = "transformer"
    name: str = "task"
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def __post_init__(self) -> None:
        fraction = self.train_fraction
        if not isinstance(fraction, int | float) or not 0 < fraction < 1:
            raise TaskError(
                f"the training fraction is {fraction!r}: expected a number between 0 and 1, both "
                "excluded, so that there are inputs to train on and inputs held out"
            )
        if not isinstance(self.inputs, Mapping) or not callable(self.reference):
            raise TaskError(
                "a task takes inputs={'name': range(...), ...}, outputs=range(...) and "
                "reference=a function of one integer per input"
            )
        size = self.domain.size
        needed = size * BYTES_PER_INPUT
        if needed > MEMORY_BUDGET:
            raise TaskError(
                f"a domain of {size:,} inputs needs about {_bytes(needed)} of memory; "
                f"{_bytes(MEMORY_BUDGET)} is the limit, so choose smaller ranges"
            )
        if self.train_count == 0:
            raise TaskError(f"a fraction of {fraction} of {size:,} inputs leaves none to train on")

    @property
    def domain(self) -> Domain:
        """The inputs and outputs under neutral names: all of the task that extraction sees."""
        return Domain(tuple(self.inputs.values()), self.outputs)

    @property
    def train_count(self) -> int:
        """How many inputs are trained on."""
        return int(self.train_fraction * self.domain.size)

    def train_mask(self, seed: int) -> Bool[ndarray, " n"]:
        """Which inputs of the domain, in row-major order, are trained on."""
        return choose(self.domain.size, self.train_count, seed)

    def labels(self, tokens: Int[ndarray, "n k"]) -> Int[ndarray, " n"]:
        """The reference's answers, as positions in `outputs`.

        Raises:
            TaskError: the reference failed, or answered with something outside `outputs`.
        """
        labels = np.empty(len(tokens), dtype=np.int64)
        for row, values in enumerate(self.domain.values(tokens).tolist()):
            try:
                answer = self.reference(*values)
            except Exception as error:
                call = ", ".join(map(str, values))
                raise TaskError(
                    f"reference({call}) of task '{self.name}' raised "
                    f"{type(error).__name__}: {error}; it must answer for every input"
                ) from error
            if not isinstance(answer, int | np.integer) or int(answer) not in self.outputs:
                call = ", ".join(map(str, values))
                raise TaskError(
                    f"reference({call}) of task '{self.name}' is {answer!r}; expected an integer "
                    f"in outputs = {self.outputs!r}"
                )
            labels[row] = int(answer) - self.outputs.start
        return labels


@dataclass(frozen=True)
class TaskFamily:
    """A function that builds a task from settings; what `@task` makes of it."""

    build: Callable[..., Task]

    @property
    def name(self) -> str:
        """The function's name: what `distill run` takes."""
        return self.build.__name__

    @property
    def summary(self) -> str:
        """First line of the function's docstring."""
        return (inspect.getdoc(self.build) or "").partition("\n")[0]

    @property
    def defaults(self) -> dict[str, Setting]:
        """Every setting with its default."""
        return {
            name: parameter.default
            for name, parameter in inspect.signature(self.build).parameters.items()
        }

    def __call__(self, **settings: str | Setting) -> Task:
        """Build the task; settings given as text (`p="59"`) are read by their annotation.

        Raises:
            TaskError: an unknown setting, one of the wrong type, or a task that cannot be built.
        """
        read = {name: self._read(name, given) for name, given in settings.items()}
        complete = {**self.defaults, **read}
        try:
            built = self.build(**complete)
        except DistillError as error:
            given = ", ".join(f"{name} = {value}" for name, value in complete.items())
            raise TaskError(f"{self.name} with {given}: {error}") from error
        except Exception as error:
            raise TaskError(
                f"task '{self.name}' could not be built: {type(error).__name__}: {error}"
            ) from error
        if not isinstance(built, Task):
            raise TaskError(f"'{self.name}' returned {type(built).__name__}: expected a Task")
        return replace(built, name=self.name, settings=complete)

    def _read(self, name: str, given: str | Setting) -> Setting:
        if name not in self.defaults:
            known = ", ".join(self.defaults) or "none"
            raise TaskError(f"task '{self.name}' has no setting '{name}'; it has: {known}")
        hints: dict[str, Any] = typing.get_type_hints(self.build)
        kind = hints.get(name, type(self.defaults[name]))
        expected = {int: "an integer", float: "a number", bool: "true or false", str: "text"}
        try:
            if kind is bool and isinstance(given, str):
                return {"true": True, "false": False}[given.lower()]
            if kind is int and (isinstance(given, bool) or int(given) != float(given)):
                raise ValueError
            value = kind(given)
            if kind is float and not math.isfinite(value):
                raise ValueError
        except (ValueError, KeyError, TypeError, OverflowError):
            raise TaskError(
                f"{name} = {given!r} of task '{self.name}': expected {expected.get(kind, kind)}, "
                f"for example {name}={self.defaults[name]}"
            ) from None
        return value


def task(build: Callable[..., Task]) -> TaskFamily:
    """Mark a function of a task file as a task; its keyword parameters are the settings.

    Raises:
        TaskError: a parameter has no default, so that the task cannot be run by its name alone.
    """
    for name, parameter in inspect.signature(build).parameters.items():
        if parameter.default is inspect.Parameter.empty:
            raise TaskError(f"setting '{name}' of task '{build.__name__}' needs a default value")
    return TaskFamily(build)


def _bytes(count: int | float) -> str:
    for unit in ("bytes", "kB", "MB", "GB", "TB", "PB"):
        if count < 1000:
            return f"{count:,.0f} {unit}" if count >= 10 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.0f} EB"
