"""Tasks that the package does not list: whatever it says of a network for them must be true."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from distill import Task, task


def pairs(inputs, outputs, reference, fraction):
    return Task(
        inputs=dict(zip("ab", inputs, strict=True)),
        outputs=outputs,
        reference=reference,
        train_fraction=fraction,
    )


@task
def twice_the_product(p: int = 47, fraction: float = 0.6) -> Task:
    """2ab, of residues that are not 0."""
    return pairs([range(1, p)] * 2, range(1, p), lambda a, b: 2 * a * b % p, fraction)


@task
def product_with_cube(p: int = 47, fraction: float = 0.6) -> Task:
    """a · b³, of residues that are not 0."""
    return pairs([range(1, p)] * 2, range(1, p), lambda a, b: a * b**3 % p, fraction)


@task
def shifted_product(p: int = 31, fraction: float = 0.7) -> Task:
    """(a + 1)(b + 2): a product that is 0 in a row and in a column."""
    return pairs([range(p)] * 2, range(p), lambda a, b: (a + 1) * (b + 2) % p, fraction)


@task
def latin_square(p: int = 31, fraction: float = 0.7) -> Task:
    """A random Latin square: row after row a random matching with the symbols that are left."""
    rng = np.random.default_rng(0)
    square, taken = np.zeros((p, p), dtype=int), np.zeros((p, p), dtype=bool)
    for row in square:
        _, row[:] = linear_sum_assignment(rng.random((p, p)) + 1e6 * taken)
        taken[np.arange(p), row] = True
    return pairs([range(p)] * 2, range(p), lambda a, b: int(square[a, b]), fraction)


@task
def product_mod_12(fraction: float = 0.9) -> Task:
    """a · b modulo 12: no group, as 2 and 3 have no inverse."""
    return pairs([range(12)] * 2, range(12), lambda a, b: a * b % 12, fraction)


@task
def power(p: int = 47, fraction: float = 0.6) -> Task:
    """a to the power of b, of residues that are not 0."""
    return pairs([range(1, p), range(p - 1)], range(1, p), lambda a, b: pow(a, b, p), fraction)


@task
def renamed_sum(p: int = 47, fraction: float = 0.6) -> Task:
    """a + b under names drawn at random, others for both inputs and for the output."""
    rng = np.random.default_rng(1)
    first, second, third = (rng.permutation(p) for _ in range(3))
    return pairs(
        [range(p)] * 2, range(p), lambda a, b: int(third[(first[a] + second[b]) % p]), fraction
    )
