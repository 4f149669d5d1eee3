"""A task over a box of reals: named intervals, and the function that a network is to learn.

    import math
    from distill import RealTask, task

    @task
    def pendulum() -> RealTask:
        "Period of a pendulum of length l under gravity g."
        return RealTask(
            inputs={"l": (0.1, 2.0), "g": (1.0, 25.0)},
            reference=lambda l, g: 2 * math.pi * math.sqrt(l / g),
        )

The reference labels the points that a network is trained on, and at the very end says how far
network and formula are from it. Extraction is given neither the task nor anything made from it: it
sees the box, and may ask the network anywhere in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.domains.boxes import Box
from distill.errors import TaskError, quoted_with_line, shown
from distill.tasks.finite import Setting

PROBES, PROBE_SEED = 16, 0
"""Points on which a reference is tried, beside the corners."""

LARGEST = 1e30
"""Answers are no larger than this."""


@dataclass(frozen=True)
class RealTask:
    """A function of real numbers, and the box that it is to be learned on.

    Attributes:
        inputs: both ends of every input, by its name.
        reference: the function to learn; takes one float per input, by position.
        noise: standard deviation of what is added to the answers that are trained on, as a part of
            theirs.
        network: fields of the perceptron that are not as usual (`{"widths": (16,)}`).
        name: names the folder of the runs; nothing else depends on it.
        settings: the settings that the task was built with.
        about: what is to be learned, in a sentence for people.

    Raises:
        TaskError: the inputs are no box, or the reference fails somewhere on it.
    """

    over: ClassVar[str] = "box of reals"
    """What it is a function of, in a word or two."""

    inputs: Mapping[str, Any]
    reference: Callable[..., float]
    noise: int | float = 0
    network: Mapping[str, object] = field(default_factory=dict)
    name: str = "task"
    settings: Mapping[str, Setting] = field(default_factory=dict)
    about: str = ""

    def __post_init__(self) -> None:
        if not callable(self.reference):
            raise TaskError(
                "a task over a box takes inputs={'x': (0.5, 2.0), ...} and reference=a function of "
                "one number per input"
            )
        noise = self.noise
        if isinstance(noise, bool) or not isinstance(noise, int | float) or not 0 <= noise <= 1:
            raise TaskError(
                f"noise = {noise!r}: expected from 0 to 1, as a part of the spread of the answers"
            )
        box = self.box
        answers = self.labels(np.concatenate([box.landmarks, box.draw(PROBES, PROBE_SEED)]))
        if np.ptp(answers) <= 1e-12 * np.abs(answers).max(initial=0.0):
            raise TaskError(
                f"the reference answers {answers[0]:g} everywhere in {box}: expected a function "
                "that is not constant"
            )

    @property
    def box(self) -> Box:
        """The box: all of the task that extraction sees."""
        return Box.of(self.inputs)

    def labels(self, points: Float[ndarray, "n d"]) -> Float[ndarray, " n"]:
        """The reference's answers.

        Raises:
            TaskError: it failed, or answered something that is no finite number.
        """
        return np.array([self._answer(row) for row in points.tolist()])

    def _answer(self, values: list[float]) -> float:
        call = f"reference({', '.join(f'{value:.6g}' for value in values)})"
        try:
            said = self.reference(*values)
        except (Exception, SystemExit) as error:
            raise TaskError(
                f"{call} raised {quoted_with_line(error)}; it must answer everywhere in the box"
            ) from error
        try:
            number = float(said)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if isinstance(said, complex | str | bool) or not abs(number) <= LARGEST:
            raise TaskError(f"{call} is {shown(said)}: expected a finite number, everywhere")
        return number
