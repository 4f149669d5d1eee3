"""What a program, its network and the task answer along the same sequences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.sandbox import run_sequences
from distill.networks.sequence_network import Answering
from distill.records.counts import Agreement, LengthAgreement, SequenceDisagreement
from distill.tasks.sequences import SequenceTask


@dataclass(frozen=True)
class Answers:
    """Along one draw of sequences; the task's part is null without a task."""

    sequences: Int[ndarray, "n length channels"]
    program: Int[ndarray, "n length outputs"]
    model: Int[ndarray, "n length outputs"]
    task: Int[ndarray, "n length outputs"] | None

    @property
    def length(self) -> int:
        """Steps of the sequences."""
        return self.program.shape[1]

    def within(self, length: int) -> Answers:
        """The first steps only, without the task."""
        return Answers(
            self.sequences[:, :length], self.program[:, :length], self.model[:, :length], None
        )

    def agreement(self) -> Agreement:
        """Sequences that program and network answer alike."""
        return agreement(self.program, self.model)

    def longer(self) -> LengthAgreement:
        """The same at this length, with the task's where there is one."""
        task = self.task
        return LengthAgreement(
            self.length,
            None if task is None else agreement(self.program, task),
            None if task is None else agreement(self.model, task),
            self.agreement(),
        )


def answered(
    source: str,
    network: Answering,
    sequences: Int[ndarray, "n length channels"],
    task: SequenceTask | None = None,
) -> Answers:
    """Run the program in the sandbox, the network, and the reference if there is a task."""
    return Answers(
        sequences,
        run_sequences(source, sequences, network.channels.outputs),
        network.run(sequences),
        None if task is None else task.labels(sequences),
    )


def agreement(
    one: Int[ndarray, "n length outputs"], other: Int[ndarray, "n length outputs"]
) -> Agreement:
    """Sequences that are answered alike at every step."""
    return Agreement(int((one == other).all(axis=(1, 2)).sum()), len(one))


def first_difference(parts: list[Answers]) -> SequenceDisagreement | None:
    """A shortest of the beginnings of sequences on which program and network differ."""
    shortest = None
    for part in parts:
        differs = (part.program != part.model).any(axis=2)
        rows = np.flatnonzero(differs.any(axis=1))
        if not len(rows):
            continue
        ends = differs[rows].argmax(axis=1)
        row, end = rows[ends.argmin()], int(ends.min())
        if shortest is None or end + 1 < len(shortest.inputs):
            shortest = SequenceDisagreement(
                tuple(tuple(values) for values in part.sequences[row, : end + 1].tolist()),
                tuple(part.program[row, end].tolist()),
                tuple(part.model[row, end].tolist()),
            )
    return shortest
