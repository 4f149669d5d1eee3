"""The seven regular languages of Tomita (Proc. Cognitive Science Society, 1982).

The output at every step is 1 if the bits so far are a word of the language. A language is given by
its smallest automaton: per state the next one after a 0 and after a 1, from state 0.

In uniform strings most of the languages die out: after a few steps nothing leads back to a word.
So half of the training strings are uniform, and the others avoid the state of no return up to a
random step, half of them to the end. Both answers then occur at every length that has them: the
second and the fifth language have no words of odd length, and the sixth none of length 1.
"""

import numpy as np

from distill import SequenceTask, scan, task


def language(after: list[tuple[int, int]], words: set[int], length: int) -> SequenceTask:
    """The task of an automaton, of which `words` are the accepting states."""
    table = np.array(after)
    lost = np.array([s not in words and follow == (s, s) for s, follow in enumerate(after)])

    def sampler(rng: np.random.Generator, count: int, length: int) -> np.ndarray:
        bits = rng.integers(0, 2, (count, length))
        careless_from = rng.integers(0, 2 * length, count) * (np.arange(count) % 2)
        state = np.zeros(count, dtype=int)
        for t in range(length):
            turn = lost[table[state, bits[:, t]]] & (t < careless_from)
            bits[:, t] ^= turn
            state = table[state, bits[:, t]]
        return bits[:, :, None]

    def step(state: int, bit: int) -> tuple[int, int]:
        reached = after[state][bit]
        return reached, int(reached in words)

    return SequenceTask({"x": range(2)}, scan(step, 0), length=length, sampler=sampler)


@task
def tomita1(length: int = 10) -> SequenceTask:
    """1 if the bits so far are ones only: 1*."""
    return language([(1, 0), (1, 1)], {0}, length)


@task
def tomita2(length: int = 10) -> SequenceTask:
    """1 if the bits so far are a repetition of 10: (10)*."""
    return language([(2, 1), (0, 2), (2, 2)], {0}, length)


@task
def tomita3(length: int = 10) -> SequenceTask:
    """1 if no odd run of zeros comes, at once or later, after an odd run of ones.

    A run is odd if its length is, and it ends where the other symbol comes or the string ends. In
    some papers only the run of zeros that comes at once counts.
    """
    return language([(0, 1), (2, 0), (3, 4), (2, 3), (4, 4)], {0, 1, 3}, length)


@task
def tomita4(length: int = 10) -> SequenceTask:
    """1 if the bits so far nowhere hold three zeros in a row."""
    return language([(1, 0), (2, 0), (3, 0), (3, 3)], {0, 1, 2}, length)


@task
def tomita5(length: int = 10) -> SequenceTask:
    """1 if the numbers of zeros and of ones so far are both even."""
    return language([(2, 1), (3, 0), (0, 3), (1, 2)], {0}, length)


@task
def tomita6(length: int = 10) -> SequenceTask:
    """1 if the numbers of zeros and of ones so far differ by a multiple of 3."""
    return language([(2, 1), (0, 2), (1, 0)], {0}, length)


@task
def tomita7(length: int = 10) -> SequenceTask:
    """1 if the bits so far are at most four runs, the first of zeros: 0*1*0*1*."""
    return language([(0, 1), (2, 1), (2, 3), (4, 3), (4, 4)], {0, 1, 2, 3}, length)
