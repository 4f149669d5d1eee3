"""A machine that nobody designed: twelve states, two symbols, answers and steps drawn at random."""

import numpy as np

from distill import SequenceTask, scan, task


@task
def random_machine(states: int = 12, seed: int = 2, length: int = 12) -> SequenceTask:
    """The answers of a machine that was drawn at random, all of whose states can be reached."""
    rng = np.random.default_rng(seed)
    after = np.stack([rng.permutation(states), rng.integers(0, states, states)], axis=1)
    # a circle through all states by the first symbol, so that every one is reached
    order = rng.permutation(states)
    after[order, 0] = np.roll(order, -1)
    answers = rng.integers(0, 2, states)

    def step(state: int, bit: int) -> tuple[int, int]:
        reached = int(after[state, bit])
        return reached, int(answers[reached])

    return SequenceTask({"x": range(2)}, scan(step, int(order[0])), length=length)
