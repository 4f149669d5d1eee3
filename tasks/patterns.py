"""Patterns of bits, at the end of what was read or anywhere in it."""

from distill import DistillError, SequenceTask, task


def check(pattern: str) -> None:
    """A pattern that bits can hold."""
    if not pattern or set(pattern) - {"0", "1"}:
        raise DistillError("expected a pattern of zeros and ones, for example pattern=101")


def prefixes(bits: list[int]) -> list[str]:
    """What was read up to every step."""
    read = "".join(map(str, bits))
    return [read[: t + 1] for t in range(len(read))]


@task
def ends_with(pattern: str = "101", length: int = 10) -> SequenceTask:
    """1 if the last bits are the pattern."""
    check(pattern)
    return SequenceTask(
        inputs={"x": range(2)},
        reference=lambda bits: [int(read.endswith(pattern)) for read in prefixes(bits)],
        length=length,
    )


@task
def contains_pattern(pattern: str = "101", length: int = 10) -> SequenceTask:
    """1 from the step on at which the last bits were the pattern for the first time."""
    check(pattern)
    return SequenceTask(
        inputs={"x": range(2)},
        reference=lambda bits: [int(pattern in read) for read in prefixes(bits)],
        length=length,
    )
