"""Whether bits alternate: tasks of the MIPS benchmark (arXiv 2402.05110)."""

from itertools import pairwise

from distill import SequenceTask, task, windows


@task(presets={f"alternating_last{k}": {"k": k} for k in (3, 4)})
def alternating_last(k: int = 3, length: int = 10) -> SequenceTask:
    """1 if each of the last k bits differs from the one before it, 0 before the start."""
    return SequenceTask(
        inputs={"x": range(2)},
        reference=lambda bits: [
            int(all(a != b for a, b in pairwise(last))) for last in windows(bits, k)
        ],
        length=length,
    )
