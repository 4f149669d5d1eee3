"""Many sparse parities in one network (Michaud et al., arXiv 2303.13506).

An input says by one bit among several which task it is of, followed by bits of which that task's
answer is the parity of a few. What is learned is a table of independent parts, each of which a
network has or has not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor


@dataclass(frozen=True)
class Parities:
    """Tasks, and how often each comes.

    Attributes:
        bits: that all tasks read.
        subsets: bits of every task.
        frequencies: of the tasks, which sum to 1.
        shuffled: whether answers are random, for a decoy.
    """

    bits: int
    subsets: Int[Tensor, "tasks k"]
    frequencies: Float[Tensor, " tasks"]
    shuffled: bool = False

    @classmethod
    def drawn(
        cls, tasks: int, bits: int, k: int, exponent: float, seed: int, shuffled: bool = False
    ) -> Parities:
        """Random subsets; frequencies fall with the place of a task, to the power of -exponent."""
        rng = np.random.default_rng(seed)
        subsets = np.array([rng.permutation(bits)[:k] for _ in range(tasks)])
        weights = torch.arange(1, tasks + 1, dtype=torch.float32) ** -exponent
        return cls(bits, torch.from_numpy(subsets), weights / weights.sum(), shuffled)

    def draw(
        self, count: int, generator: torch.Generator
    ) -> tuple[Float[Tensor, "count inputs"], Float[Tensor, " count"], Int[Tensor, " count"]]:
        """Inputs, answers of 0 or 1, and tasks, which come by their frequencies."""
        tasks = torch.multinomial(self.frequencies, count, True, generator=generator)
        return self.of(tasks, generator)

    def of(
        self, tasks: Int[Tensor, " count"], generator: torch.Generator
    ) -> tuple[Float[Tensor, "count inputs"], Float[Tensor, " count"], Int[Tensor, " count"]]:
        """The same for given tasks."""
        count = len(tasks)
        bits = torch.randint(2, (count, self.bits), generator=generator)
        answers = bits.gather(1, self.subsets[tasks]).sum(dim=1) % 2
        if self.shuffled:
            answers = torch.randint(2, (count,), generator=generator)
        which = torch.nn.functional.one_hot(tasks, len(self.subsets))
        inputs = torch.cat([2.0 * which, 2.0 * bits - 1.0], dim=1)
        return inputs, answers.float(), tasks


def by_task(
    right: Float[ndarray, "members n"], tasks: Int[ndarray, " n"]
) -> Float[ndarray, "members tasks"]:
    """Means over the inputs of every task."""
    count = int(tasks.max()) + 1
    return np.stack([right[:, tasks == task].mean(axis=1) for task in range(count)], axis=1)
