"""Operations on the current bits, or on two streams: of the MIPS benchmark (arXiv 2402.05110)."""

from itertools import accumulate

from distill import SequenceTask, task, windows


@task
def bitwise_xor(length: int = 10) -> SequenceTask:
    """XOR of the two current bits."""
    return SequenceTask(
        inputs={"a": range(2), "b": range(2)},
        reference=lambda pairs: [a ^ b for a, b in pairs],
        length=length,
    )


@task
def bitwise_or(length: int = 10) -> SequenceTask:
    """OR of the two current bits."""
    return SequenceTask(
        inputs={"a": range(2), "b": range(2)},
        reference=lambda pairs: [a | b for a, b in pairs],
        length=length,
    )


@task
def bitwise_and(length: int = 10) -> SequenceTask:
    """AND of the two current bits."""
    return SequenceTask(
        inputs={"a": range(2), "b": range(2)},
        reference=lambda pairs: [a & b for a, b in pairs],
        length=length,
    )


@task
def bitwise_not(length: int = 10) -> SequenceTask:
    """NOT of the current bit."""
    return SequenceTask(
        inputs={"x": range(2)},
        reference=lambda bits: [1 - bit for bit in bits],
        length=length,
    )


@task
def bit_shift_right(length: int = 10) -> SequenceTask:
    """The previous bit, 0 at the start."""
    return SequenceTask(
        inputs={"x": range(2)},
        reference=lambda bits: [before for before, _ in windows(bits, 2)],
        length=length,
    )


@task
def bit_dot_prod_mod2(length: int = 10) -> SequenceTask:
    """Dot product so far of the two streams of bits, modulo 2."""
    return SequenceTask(
        inputs={"a": range(2), "b": range(2)},
        reference=lambda pairs: [s % 2 for s in accumulate(a * b for a, b in pairs)],
        length=length,
    )
