"""Parities of bits: tasks of the MIPS benchmark (arXiv 2402.05110)."""

from itertools import accumulate

from distill import SequenceTask, task, windows


@task(presets={f"parity_last{k}": {"k": k} for k in (2, 3, 4)})
def parity_last(k: int = 2, length: int = 10) -> SequenceTask:
    """Parity of the last k bits, 0 before the start."""
    return SequenceTask(
        inputs={"x": range(2)},
        reference=lambda bits: [sum(last) % 2 for last in windows(bits, k)],
        length=length,
    )


@task
def parity_all(length: int = 10) -> SequenceTask:
    """Parity of all bits so far."""
    return SequenceTask(
        inputs={"x": range(2)},
        reference=lambda bits: [ones % 2 for ones in accumulate(bits)],
        length=length,
    )


@task
def parity_zeros(length: int = 10) -> SequenceTask:
    """Parity of the number of zeros so far."""
    return SequenceTask(
        inputs={"x": range(2)},
        reference=lambda bits: [zeros % 2 for zeros in accumulate(1 - bit for bit in bits)],
        length=length,
    )


@task
def parity_bits_mod2(length: int = 10) -> SequenceTask:
    """Parity of the position, 0, 1, 0, 1, ..., whatever the bits are."""
    return SequenceTask(
        inputs={"x": range(2)},
        reference=lambda bits: [position % 2 for position in range(len(bits))],
        length=length,
    )
