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


def first_difference(
    parts: list[Answers], again: Answering | None = None
) -> SequenceDisagreement | None:
    """A shortest of the beginnings of sequences on which program and network differ.

    Args:
        parts: sequences with what both answered.
        again: the network, where its answers to a beginning are to be had by asking for that
            alone: a callable may answer otherwise as more follows, and a sequence that is cut
            where both part is then one on which they agree.
    """
    found = list[SequenceDisagreement]()
    for part in parts:
        differs = (part.program != part.model).any(axis=2)
        rows = np.flatnonzero(differs.any(axis=1))
        if not len(rows):
            continue
        ends = differs[rows].argmax(axis=1)
        row, end = int(rows[ends.argmin()]), int(ends.min())
        if again is None:
            found.append(_cut(part, row, end, part.model[row, end]))
        else:
            found += _as_asked(part, row, end, again)
    return min(found, key=lambda it: len(it.inputs), default=None)


def _as_asked(part: Answers, row: int, end: int, network: Answering) -> list[SequenceDisagreement]:
    """The shortest beginning that the network answers otherwise when it is asked for it alone."""
    for last in range(end, part.length):
        said = network.run(part.sequences[row : row + 1, : last + 1])[0, -1]
        if (said != part.program[row, last]).any():
            return [_cut(part, row, last, said)]
    return []


def _cut(part: Answers, row: int, end: int, said: Int[ndarray, " outputs"]) -> SequenceDisagreement:
    return SequenceDisagreement(
        tuple(tuple(values) for values in part.sequences[row, : end + 1].tolist()),
        tuple(part.program[row, end].tolist()),
        tuple(said.tolist()),
    )
