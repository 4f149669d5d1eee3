"""The most frequent value: tasks of the MIPS benchmark (arXiv 2402.05110)."""

from distill import SequenceTask, task


@task(presets={f"majority_0_{largest}": {"largest": largest} for largest in (1, 2, 3)})
def majority(largest: int = 1, length: int = 10) -> SequenceTask:
    """The most frequent value so far of 0..largest; of several, the smallest."""
    values = range(largest + 1)
    return SequenceTask(
        inputs={"x": values},
        reference=lambda xs: [max(values, key=xs[: t + 1].count) for t in range(len(xs))],
        length=length,
    )
