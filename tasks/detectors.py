"""Properties of the current number: tasks of the MIPS benchmark (arXiv 2402.05110)."""

from math import isqrt

from distill import SequenceTask, task


@task
def evens_detector(length: int = 10) -> SequenceTask:
    """1 if the current digit is even."""
    return SequenceTask(
        inputs={"x": range(10)},
        reference=lambda xs: [1 - x % 2 for x in xs],
        length=length,
    )


@task
def perfect_square_detector(length: int = 10) -> SequenceTask:
    """1 if the current input, of 0..19, is a perfect square."""
    return SequenceTask(
        inputs={"x": range(20)},
        reference=lambda xs: [int(isqrt(x) ** 2 == x) for x in xs],
        length=length,
    )
