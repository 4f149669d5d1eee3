"""Brackets, of any depth (MIPS benchmark, arXiv 2402.05110) and of bounded depth.

0 opens and 1 closes.
"""

from itertools import accumulate

import numpy as np

from distill import DistillError, SequenceTask, task

BRACKETS = {"x": "()"}


def depths(brackets: list[int]) -> list[int]:
    """How many brackets are open after every step."""
    return list(accumulate(1 - 2 * x for x in brackets))


@task
def balanced_parenthesis(length: int = 10) -> SequenceTask:
    """1 if the brackets so far balance; 0 for ever once one closed that was not open."""
    return SequenceTask(
        inputs={"x": range(2)},
        reference=lambda xs: [
            int(depth == 0 <= lowest)
            for depth, lowest in zip(depths(xs), accumulate(depths(xs), min), strict=True)
        ],
        length=length,
        symbols=BRACKETS,
    )


@task
def dyck(depth: int = 3, length: int = 10) -> SequenceTask:
    """1 while never more than `depth` brackets were open and none closed that was not.

    A 1 says that the brackets so far can still be completed to a word of the Dyck language of
    this depth, balanced or not; after the first bracket that leaves it, every output is 0.

    Uniform brackets soon leave it, so only half of the training sequences are uniform. The others
    stay within up to a random step, half of them to the end: a random walk folded into 0..depth.
    """
    if depth < 1:
        raise DistillError("expected a depth of at least 1")

    def sampler(rng: np.random.Generator, count: int, length: int) -> np.ndarray:
        uniform = rng.integers(0, 2, (count, length))
        walk = np.cumsum(1 - 2 * uniform, axis=1)
        folded = depth - abs(walk % (2 * depth) - depth)
        within = (np.diff(folded, axis=1, prepend=0) < 0).astype(int)
        careless_from = rng.integers(0, 2 * length, count) * (np.arange(count) % 2)
        careful = np.arange(length) < careless_from[:, None]
        return np.where(careful, within, uniform)[:, :, None]

    return SequenceTask(
        inputs={"x": range(2)},
        reference=lambda xs: list(
            accumulate((int(0 <= open_now <= depth) for open_now in depths(xs)), min)
        ),
        length=length,
        sampler=sampler,
        symbols=BRACKETS,
    )
