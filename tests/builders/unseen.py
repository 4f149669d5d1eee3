"""Runs of tasks that the package does not list, and what is right of them at length 100."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

import distill
from builders import unseen_sequence_tasks
from distill import Report
from distill.checker.sandbox import run_sequences
from distill.networks.sequence_network import SequenceNetwork

LONG, MANY = 100, 300

CLAIMS = {"proved", "exhaustive", "tested"}


@dataclass(frozen=True)
class Unseen:
    """How a run ended.

    Attributes:
        right: fresh sequences of length 100 that the program answers as the task does.
        wrong: those that it answers wrongly where its network is right.
    """

    report: Report
    right: int
    wrong: int

    @property
    def claimed(self) -> bool:
        return self.report.verdict in CLAIMS

    @property
    def solved(self) -> bool:
        """A claim, and a program that is right everywhere."""
        return self.claimed and self.right == MANY


@cache
def distilled(name: str) -> Unseen:
    """Train, distill, and hold the program against the task on fresh long sequences."""
    task = getattr(unseen_sequence_tasks, name)()
    run = distill.run(task, out=None)
    if run.program is None:
        return Unseen(run.report, 0, 0)
    sequences = task.sample(np.random.default_rng(100), MANY, LONG)
    wanted = task.labels(sequences)
    assert run.model is not None
    said = run_sequences(run.program.source, sequences, task.outputs)
    network = SequenceNetwork(run.model, task.channels).run(sequences)
    right, known = ((given == wanted).all(axis=(1, 2)) for given in (said, network))
    return Unseen(run.report, int(right.sum()), int((known & ~right).sum()))
