"""Running sums modulo m: tasks of the MIPS benchmark (arXiv 2402.05110).

Over sequences; the sum of two residues, over a finite domain, is `mod_add`.
"""

from itertools import accumulate

from distill import SequenceTask, task


@task(presets={f"add_mod_{m}": {"m": m} for m in range(3, 9)})
def add_mod(m: int = 3, length: int = 10) -> SequenceTask:
    """Sum of the inputs so far, each of 0..m-1, modulo m."""
    return SequenceTask(
        inputs={"x": range(m)},
        reference=lambda xs: [total % m for total in accumulate(xs)],
        length=length,
    )
