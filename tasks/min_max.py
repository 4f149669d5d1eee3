"""The smallest and the largest input: tasks of the MIPS benchmark (arXiv 2402.05110)."""

from itertools import accumulate

from distill import SequenceTask, task


@task
def min_seen(length: int = 10) -> SequenceTask:
    """The smallest input so far."""
    return SequenceTask(
        inputs={"x": range(10)},
        reference=lambda xs: list(accumulate(xs, min)),
        length=length,
    )


@task
def max_seen(length: int = 10) -> SequenceTask:
    """The largest input so far."""
    return SequenceTask(
        inputs={"x": range(100)},
        reference=lambda xs: list(accumulate(xs, max)),
        length=length,
    )
