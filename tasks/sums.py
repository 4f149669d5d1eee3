"""Sums of numbers below 100: tasks of the MIPS benchmark (arXiv 2402.05110)."""

from itertools import accumulate

from distill import SequenceTask, task, windows

PRESETS = {f"sum_last{k}": {"k": k, "length": 10 if k < 5 else 20} for k in range(2, 8)}


@task
def sum_all(length: int = 10) -> SequenceTask:
    """Sum of all inputs so far."""
    return SequenceTask(
        inputs={"x": range(100)},
        reference=lambda xs: list(accumulate(xs)),
        length=length,
    )


@task(presets=PRESETS)
def sum_last(k: int = 2, length: int = 10) -> SequenceTask:
    """Sum of the last k inputs, 0 before the start."""
    return SequenceTask(
        inputs={"x": range(100)},
        reference=lambda xs: [sum(last) for last in windows(xs, k)],
        length=length,
    )
