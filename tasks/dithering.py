"""Dithering of a grey level to whole steps: a task of the MIPS benchmark (arXiv 2402.05110)."""

from distill import SequenceTask, scan, task


@task
def dithering(length: int = 10) -> SequenceTask:
    """⌊(what is owed + x) / 15⌋ of inputs x in 0..15; what is left is owed to the next step."""
    return SequenceTask(
        inputs={"x": range(16)},
        reference=scan(lambda owed, x: divmod(owed + x, 15)[::-1], 0),
        length=length,
    )
