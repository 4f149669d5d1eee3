"""Palindromes of bits: a task of the MIPS benchmark (arXiv 2402.05110)."""

import numpy as np

from distill import SequenceTask, task


def palindromes_first(rng: np.random.Generator, count: int, length: int) -> np.ndarray:
    """A palindrome of random length, 2 to `length`, and random bits after it.

    Uniform bits would hardly ever be a palindrome but at the first few steps.
    """
    bits = rng.integers(0, 2, (count, length, 1))
    sizes = rng.integers(2, max(length, 2), (count, 1), endpoint=True)
    places = np.arange(length)
    mirrored = np.where(places < sizes, np.minimum(places, sizes - 1 - places), places)
    return np.take_along_axis(bits, mirrored[:, :, None], axis=1)


@task
def bit_palindrome(length: int = 10) -> SequenceTask:
    """1 if the bits so far read the same backwards."""
    return SequenceTask(
        inputs={"x": range(2)},
        reference=lambda bits: [int(bits[: t + 1] == bits[t::-1]) for t in range(len(bits))],
        length=length,
        sampler=palindromes_first,
    )
