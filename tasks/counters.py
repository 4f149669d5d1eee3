"""Counters: without end (MIPS benchmark, arXiv 2402.05110), held between bounds, and modulo n."""

from itertools import accumulate

from distill import DistillError, SequenceTask, task


@task
def evens_counter(length: int = 10) -> SequenceTask:
    """How many even digits so far."""
    return SequenceTask(
        inputs={"x": range(10)},
        reference=lambda xs: list(accumulate(1 - x % 2 for x in xs)),
        length=length,
    )


@task
def counter_saturating(limit: int = 3, length: int = 10) -> SequenceTask:
    """From 0, each 1 counts up and each 0 down, never below 0 and never above the limit."""
    if limit < 1:
        raise DistillError("expected a limit of at least 1")

    def reference(bits: list[int]) -> list[int]:
        counts = accumulate(
            bits, lambda count, bit: min(max(count + 2 * bit - 1, 0), limit), initial=0
        )
        return list(counts)[1:]

    return SequenceTask(inputs={"x": range(2)}, reference=reference, length=length)


@task
def counter_mod(n: int = 5, length: int = 10) -> SequenceTask:
    """How many ones so far, modulo n."""
    if n < 1:
        raise DistillError("expected a modulus n of at least 1")
    return SequenceTask(
        inputs={"x": range(2)},
        reference=lambda bits: [ones % n for ones in accumulate(bits)],
        length=length,
    )
