"""Long division of a binary number: tasks of the MIPS benchmark (arXiv 2402.05110)."""

from distill import DistillError, SequenceTask, scan, task


@task(presets={f"div_{d}": {"divisor": d} for d in (3, 5, 7)})
def div(divisor: int = 3, length: int = 10) -> SequenceTask:
    """Bits of ⌊N / divisor⌋, as N is read most significant bit first."""
    if divisor < 1:
        raise DistillError("expected a divisor of at least 1")
    return SequenceTask(
        inputs={"x": range(2)},
        reference=scan(lambda rest, bit: divmod(2 * rest + bit, divisor)[::-1], 0),
        length=length,
    )
