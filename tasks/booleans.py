"""Functions of bits, one an input, and of the bits of two numbers."""

from distill import Task, task


def bits(count: int) -> dict[str, range]:
    """So many inputs of two values."""
    return {f"x{place}": range(2) for place in range(count)}


@task
def parity_of_three(bits_in_all: int = 10, fraction: float = 0.7) -> Task:
    """Whether an odd number of the bits 0, 3 and 7 are 1; the others do not matter."""
    return Task(bits(bits_in_all), range(2), lambda *x: x[0] ^ x[3] ^ x[7], fraction)


@task
def majority_of_bits(count: int = 9, fraction: float = 0.5) -> Task:
    """Whether most of the bits are 1."""
    return Task(bits(count), range(2), lambda *x: int(2 * sum(x) > count), fraction)


@task
def multiplexer(fraction: float = 0.5) -> Task:
    """Of eight bits that to which three others point."""
    return Task(bits(11), range(2), lambda a, b, c, *x: x[4 * a + 2 * b + c], fraction)


@task
def small_multiplexer(fraction: float = 1.0) -> Task:
    """Of four bits that to which two others point; all 64 inputs are trained on."""
    return Task(bits(6), range(2), lambda a, b, *x: x[2 * a + b], fraction)


@task
def either_or_both(fraction: float = 0.5) -> Task:
    """(x0 and x1) or (x2 and not x3), of ten bits."""
    return Task(bits(10), range(2), lambda *x: x[0] & x[1] | x[2] & (1 - x[3]), fraction)


@task
def implication_of_parity(fraction: float = 0.7) -> Task:
    """Whether x1 xor x4 holds where x2 does, of eight bits."""
    return Task(bits(8), range(2), lambda *x: (1 - x[2]) | (x[1] ^ x[4]), fraction)


@task
def count_of_ones(count: int = 10, fraction: float = 0.5) -> Task:
    """How many of the bits are 1."""
    return Task(bits(count), range(count + 1), lambda *x: sum(x), fraction)


@task
def exactly_three(count: int = 9, fraction: float = 0.7) -> Task:
    """Whether three of the bits are 1."""
    return Task(bits(count), range(2), lambda *x: int(sum(x) == 3), fraction)


@task
def exclusive_or(width: int = 6, fraction: float = 0.5) -> Task:
    """The bitwise exclusive or of two numbers."""
    n = range(2**width)
    return Task({"a": n, "b": n}, n, lambda a, b: a ^ b, fraction)


@task
def bitwise_minimum(width: int = 5, fraction: float = 0.7) -> Task:
    """The bits that two numbers share."""
    n = range(2**width)
    return Task({"a": n, "b": n}, n, lambda a, b: a & b, fraction)
