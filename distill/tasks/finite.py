"""A task: the domain that a network is trained on, and the function that it should learn.

A `Task` is over finitely many inputs; for functions of sequences see `distill.tasks.sequences`. A
task file is a Python file with a function per task. Its keyword parameters are the task's
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

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.domains.finite import Domain, choose
from distill.errors import TaskError, quoted_with_line, shown

MEMORY_BUDGET = 2 * 1024**3
"""Bytes that a task's tables may take; a larger task is refused before anything is allocated."""

BYTES_PER_INPUT = 24
"""The draw of the training inputs keeps this much for every input of the domain: a random
number, its rank and its place in the mask."""

ASKED_FIRST = 256
"""Inputs for which a task asks its reference when it is built, spread over the domain: a mistake is
told before anything is trained."""

Setting = int | float | bool | str


@dataclass(frozen=True)
class Task:
    """A function over a finite domain, and how much of it a network is trained on.

    Attributes:
        inputs: the values of every input, by the input's name.
        outputs: the values of the output.
        reference: the function to learn; takes one integer per input, by position.
        train_fraction: the part of the domain that is trained on; of 1 nothing is held out.
        architecture: what is trained unless `--arch` says otherwise, written as `--arch` takes it:
            a name, and fields (`mlp,combine=concat`); null for the kinds that are tried in order.
        name: names the folder of the runs; nothing else depends on it.
        settings: the settings that the task was built with.
        about: what is to be learned, in a sentence for people: nothing but a page says it.

    Raises:
        TaskError: a range, the fraction or the size cannot be used, or the reference does not
            answer as it should for some of the inputs; the message says which.
    """

    over: ClassVar[str] = "finite domain"
    """What it is a function of, in a word or two."""

    inputs: Mapping[str, range]
    outputs: range
    reference: Callable[..., int]
    train_fraction: int | float = 0.3
    architecture: str | None = None
    name: str = "task"
    settings: Mapping[str, Setting] = field(default_factory=dict)
    about: str = ""

    def __post_init__(self) -> None:
        fraction = self.train_fraction
        if not isinstance(fraction, int | float) or not 0 < fraction <= 1:
            raise TaskError(
                f"the training fraction is {fraction!r}: expected a number between 0 and 1, where "
                "0 leaves nothing to train on and of 1 nothing is held out"
            )
        if not isinstance(self.inputs, Mapping) or not callable(self.reference):
            raise TaskError(
                "a task takes inputs={'name': range(...), ...}, outputs=range(...) and "
                "reference=a function of one integer per input"
            )
        if not isinstance(self.architecture, str | None):
            raise TaskError(
                f"the architecture is {self.architecture!r}: expected text as --arch takes it, for "
                "example 'mlp,combine=concat'"
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
        some = np.linspace(0, size - 1, min(size, ASKED_FIRST)).astype(np.int64)
        self.labels(self.domain.tokens(np.unique(some)))

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
            except (Exception, SystemExit) as error:
                call = ", ".join(map(str, values))
                raise TaskError(
                    f"reference({call}) raised "
                    f"{quoted_with_line(error)}; it must answer for every input"
                ) from error
            if not isinstance(answer, int | np.integer) or int(answer) not in self.outputs:
                call = ", ".join(map(str, values))
                raise TaskError(
                    f"reference({call}) is {shown(answer)}; expected an "
                    f"integer in outputs = {self.outputs!r}"
                )
            labels[row] = int(answer) - self.outputs.start
        return labels


def _bytes(count: int | float) -> str:
    for unit in ("bytes", "kB", "MB", "GB", "TB", "PB"):
        if count < 1000:
            return f"{count:,.0f} {unit}" if count >= 10 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.0f} EB"
