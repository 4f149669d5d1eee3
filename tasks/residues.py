"""Functions of residues that are no group's products: squares, quotients, exceptions at 0."""

from distill import Task, task


@task
def square_of_difference(p: int = 59, fraction: float = 0.5) -> Task:
    """(a - b)² mod p."""
    return Task({"a": range(p), "b": range(p)}, range(p), lambda a, b: (a - b) ** 2 % p, fraction)


@task
def product_and_first(p: int = 59, fraction: float = 0.5) -> Task:
    """(ab + a) mod p."""
    return Task({"a": range(p), "b": range(p)}, range(p), lambda a, b: (a * b + a) % p, fraction)


@task
def product_with_zero(p: int = 59, fraction: float = 0.5) -> Task:
    """Ab mod p, of all residues: 0 is in no group with the others."""
    return Task({"a": range(p), "b": range(p)}, range(p), lambda a, b: a * b % p, fraction)


@task
def quotient_of_residues(p: int = 59, fraction: float = 0.5) -> Task:
    """A / b mod p, a from 0 and b from 1: a task of Power et al. (arXiv 2201.02177)."""
    inputs = {"a": range(p), "b": range(1, p)}
    return Task(inputs, range(p), lambda a, b: a * pow(b, -1, p) % p, fraction)


@task
def quadratic_residue(p: int = 59, fraction: float = 0.5) -> Task:
    """Whether ab is a square mod p (Euler's criterion); p is an odd prime."""
    n = range(p)
    return Task({"a": n, "b": n}, range(2), lambda a, b: int(pow(a * b, p // 2, p) <= 1), fraction)


@task
def sum_of_three(p: int = 23, fraction: float = 0.4) -> Task:
    """(a + b + c) mod p."""
    inputs = {"a": range(p), "b": range(p), "c": range(p)}
    return Task(inputs, range(p), lambda a, b, c: (a + b + c) % p, fraction)


@task
def half_circle(p: int = 40, fraction: float = 0.5) -> Task:
    """Whether (a + b) mod p is in the second half of the residues."""
    n = range(p)
    return Task({"a": n, "b": n}, range(2), lambda a, b: int((a + b) % p >= p // 2), fraction)


@task
def parity_of_sum(n: int = 40, fraction: float = 0.5) -> Task:
    """Whether a + b is odd."""
    return Task({"a": range(n), "b": range(n)}, range(2), lambda a, b: (a + b) % 2, fraction)
