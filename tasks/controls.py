"""What has no short program here: these are to be refused, and soon."""

import math
import random

from distill import Task, task


@task
def greatest_common_divisor(n: int = 30, fraction: float = 0.7) -> Task:
    """The greatest common divisor of two numbers: no expression without a loop gives it."""
    n_up = range(1, n + 1)
    return Task({"a": n_up, "b": n_up}, n_up, math.gcd, fraction)


@task
def random_function(n: int = 20, fraction: float = 0.7) -> Task:
    """A table that was drawn at random."""
    drawn = random.Random(0)
    table = [[drawn.randrange(n) for _ in range(n)] for _ in range(n)]
    return Task({"a": range(n), "b": range(n)}, range(n), lambda a, b: table[a][b], fraction)


@task
def random_latin_square(n: int = 20, fraction: float = 0.7) -> Task:
    """Every value once in every row and column, and no group: cycles of a sum were turned."""
    table = [[(a + b) % n for b in range(n)] for a in range(n)]
    drawn = random.Random(0)
    for _ in range(20 * n):
        one, other = drawn.sample(range(n), 2)
        _turn_a_cycle(table, one, other, drawn.randrange(n))
    return Task({"a": range(n), "b": range(n)}, range(n), lambda a, b: table[a][b], fraction)


@task
def steiner_loop(fraction: float = 1.0) -> Task:
    """A loop of ten elements that is no group: 0, and the points of a plane of order three.

    Of two points the third on their line, of one and itself 0, which is the identity (the Steiner
    loop of the triple system of order nine, the smallest that does not associate).
    """
    elements = range(10)
    return Task({"a": elements, "b": elements}, elements, _third_on_the_line, fraction)


def _third_on_the_line(a: int, b: int) -> int:
    if not a or not b:
        return a + b
    if a == b:
        return 0
    one, other = divmod(a - 1, 3), divmod(b - 1, 3)
    third = [-(x + y) % 3 for x, y in zip(one, other, strict=True)]
    return 1 + 3 * third[0] + third[1]


def _turn_a_cycle(table: list[list[int]], one: int, other: int, column: int) -> None:
    """Swap two rows along one cycle of columns, after which every column still has every value."""
    first, at = table[one][column], column
    while True:
        table[one][at], table[other][at] = table[other][at], table[one][at]
        if table[one][at] == first:
            return
        at = next(
            place
            for place, value in enumerate(table[one])
            if value == table[one][at] and place != at
        )
