"""Word problems: the product so far of elements of a finite group.

The inputs are generators, 0 or 1, multiplied from left to right; the output is the number of the
product among the group's elements, 0 for the identity.
"""

from math import factorial

from distill import DistillError, SequenceTask, scan, task


@task
def word_cyclic(n: int = 5, length: int = 10) -> SequenceTask:
    """Product so far in the cyclic group of n elements; 0 is a step forward, 1 a step back.

    Element number k is k steps forward.
    """
    if n < 2:
        raise DistillError("expected a group of n = 2 or more elements")

    def step(element: int, x: int) -> tuple[int, int]:
        element = (element + 1 - 2 * x) % n
        return element, element

    return SequenceTask({"x": range(2)}, scan(step, 0), length=length)


@task
def word_dihedral(n: int = 5, length: int = 10) -> SequenceTask:
    """Product so far in the symmetries of a regular n-gon; 0 is a rotation r, 1 a reflection s.

    Element number k is r^k and number n + k is r^k s, where s r = r⁻¹ s.
    """
    if n < 2:
        raise DistillError("expected n = 2 or more: the group has 2n elements")

    def step(element: int, x: int) -> tuple[int, int]:
        reflected, turns = divmod(element, n)
        if x == 0:
            turns = (turns + 1 - 2 * reflected) % n
        else:
            reflected = 1 - reflected
        element = n * reflected + turns
        return element, element

    return SequenceTask({"x": range(2)}, scan(step, 0), length=length)


@task
def word_permutation(n: int = 3, length: int = 10) -> SequenceTask:
    """Product so far of permutations of n things; 0 swaps the first two, 1 moves the first last.

    What is permuted is an arrangement, 0 1 ... n-1 at the start; its number is its place, from 0,
    among all arrangements in lexicographic order.
    """
    if n < 2:
        raise DistillError("expected n = 2 or more things: the group has n! elements")

    def step(arrangement: tuple[int, ...], x: int) -> tuple[tuple[int, ...], int]:
        first, second, *rest = arrangement
        arrangement = (second, first, *rest) if x == 0 else (second, *rest, first)
        return arrangement, place(arrangement)

    return SequenceTask({"x": range(2)}, scan(step, tuple(range(n))), length=length)


def place(arrangement: tuple[int, ...]) -> int:
    """How many arrangements of the same things come before this one."""
    last = len(arrangement) - 1
    return sum(
        factorial(last - i) * sum(later < thing for later in arrangement[i + 1 :])
        for i, thing in enumerate(arrangement)
    )
