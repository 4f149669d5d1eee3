"""The input of now or of some steps ago: tasks of the MIPS benchmark (arXiv 2402.05110)."""

from distill import SequenceTask, task, windows

PRESETS = {f"prev{k}": {"k": k, "length": 10 if k < 5 else 20} for k in range(1, 6)}


@task
def current_number(length: int = 10) -> SequenceTask:
    """The current input."""
    return SequenceTask(inputs={"x": range(100)}, reference=list, length=length)


@task(presets=PRESETS)
def prev(k: int = 1, length: int = 10) -> SequenceTask:
    """The input k steps ago, 0 before the start."""
    return SequenceTask(
        inputs={"x": range(100)},
        reference=lambda xs: [last[0] for last in windows(xs, k + 1)],
        length=length,
    )
