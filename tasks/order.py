"""Functions of two or three numbers that go by the order of their values."""

from distill import Task, task


@task
def max_of_two(n: int = 40, fraction: float = 0.5) -> Task:
    """The larger of two numbers."""
    return Task({"a": range(n), "b": range(n)}, range(n), max, fraction)


@task
def min_of_two(n: int = 40, fraction: float = 0.5) -> Task:
    """The smaller of two numbers."""
    return Task({"a": range(n), "b": range(n)}, range(n), min, fraction)


@task
def less_than(n: int = 40, fraction: float = 0.5) -> Task:
    """Whether the first number is the smaller one."""
    return Task({"a": range(n), "b": range(n)}, range(2), lambda a, b: int(a < b), fraction)


@task
def compare_two(n: int = 40, fraction: float = 0.5) -> Task:
    """-1, 0 or 1, as the first number is smaller, equal or larger."""
    return Task(
        {"a": range(n), "b": range(n)}, range(-1, 2), lambda a, b: (a > b) - (a < b), fraction
    )


@task
def abs_difference(n: int = 40, fraction: float = 0.5) -> Task:
    """How far two numbers lie apart."""
    return Task({"a": range(n), "b": range(n)}, range(n), lambda a, b: abs(a - b), fraction)


@task
def positive_difference(n: int = 40, fraction: float = 0.5) -> Task:
    """By how much the first number is larger, and 0 where it is not."""
    return Task({"a": range(n), "b": range(n)}, range(n), lambda a, b: max(a - b, 0), fraction)


@task
def plain_sum(n: int = 40, fraction: float = 0.5) -> Task:
    """The sum of two numbers, without a modulus."""
    return Task({"a": range(n), "b": range(n)}, range(2 * n - 1), lambda a, b: a + b, fraction)


@task
def plain_difference(n: int = 40, fraction: float = 0.5) -> Task:
    """The difference of two numbers, which may be negative."""
    return Task({"a": range(n), "b": range(n)}, range(1 - n, n), lambda a, b: a - b, fraction)


@task
def clipped_sum(n: int = 30, fraction: float = 0.5) -> Task:
    """The sum of two numbers, n at most."""
    return Task({"a": range(n), "b": range(n)}, range(n + 1), lambda a, b: min(a + b, n), fraction)


@task
def average_of_two(n: int = 40, fraction: float = 0.5) -> Task:
    """The mean of two numbers, rounded down."""
    return Task({"a": range(n), "b": range(n)}, range(n), lambda a, b: (a + b) // 2, fraction)


@task
def quotient(n: int = 40, fraction: float = 0.6) -> Task:
    """How often the second number goes into the first."""
    return Task({"a": range(n), "b": range(1, n)}, range(n), lambda a, b: a // b, fraction)


@task
def quotient_by_three(n: int = 100, fraction: float = 0.7) -> Task:
    """A third of one number, rounded down."""
    return Task({"a": range(n)}, range(-(-n // 3)), lambda a: a // 3, fraction)


@task
def threshold(n: int = 20, fraction: float = 0.4) -> Task:
    """Whether a + 2b is more than c + 15."""
    inputs = {"a": range(n), "b": range(n), "c": range(n)}
    return Task(inputs, range(2), lambda a, b, c: int(a + 2 * b > c + 15), fraction)


@task
def max_of_three(n: int = 14, fraction: float = 0.5) -> Task:
    """The largest of three numbers."""
    return Task({"a": range(n), "b": range(n), "c": range(n)}, range(n), max, fraction)


@task
def median_of_three(n: int = 14, fraction: float = 0.5) -> Task:
    """The middle one of three numbers."""
    inputs = {"a": range(n), "b": range(n), "c": range(n)}
    return Task(inputs, range(n), lambda *numbers: sorted(numbers)[1], fraction)
