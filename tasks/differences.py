"""Differences, equality and absolute values: tasks of the MIPS benchmark (arXiv 2402.05110).

Before the start is 0, for all of them.
"""

from distill import SequenceTask, task, windows


@task
def previous_equals_current(length: int = 10) -> SequenceTask:
    """1 if the input equals the previous one; the one before the first counts as 0."""
    return SequenceTask(
        inputs={"x": range(8)},
        reference=lambda xs: [int(x == before) for before, x in windows(xs, 2)],
        length=length,
    )


@task
def diff_last2(length: int = 10) -> SequenceTask:
    """The current input minus the previous one."""
    return SequenceTask(
        inputs={"x": range(-100, 100)},
        reference=lambda xs: [x - before for before, x in windows(xs, 2)],
        length=length,
    )


@task
def abs_diff(length: int = 10) -> SequenceTask:
    """Absolute difference of the current and the previous input."""
    return SequenceTask(
        inputs={"x": range(-100, 100)},
        reference=lambda xs: [abs(x - before) for before, x in windows(xs, 2)],
        length=length,
    )


@task
def abs_current(length: int = 10) -> SequenceTask:
    """Absolute value of the current input."""
    return SequenceTask(
        inputs={"x": range(-100, 100)},
        reference=lambda xs: [abs(x) for x in xs],
        length=length,
    )


@task
def diff_abs_values(length: int = 10) -> SequenceTask:
    """Absolute value of the current input minus that of the previous one."""
    return SequenceTask(
        inputs={"x": range(-100, 100)},
        reference=lambda xs: [abs(x) - abs(before) for before, x in windows(xs, 2)],
        length=length,
    )
