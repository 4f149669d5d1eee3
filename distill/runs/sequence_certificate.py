"""What a checker needs to derive the verdict of a run over sequences again, as data.

The counterpart of `distill.runs.certificate`: the same file, `certificate.json`, of another kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from jaxtyping import Int
from numpy import ndarray

from distill.checker.sandbox import run_sequences
from distill.domains.sequences import Channels
from distill.networks.architecture import StepArchitecture
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import Model, reads_steps
from distill.networks.trace import SequenceTrace, View
from distill.records.induction import InductionData
from distill.runs.hashes import hashes, numbers_text
from distill.runs.reads import OverSequences
from distill.runs.record import CERTIFICATE_VERSION
from distill.verify.draws import Draws
from distill.verify.report import Verified


@dataclass(frozen=True)
class SequenceCertificate(OverSequences):
    """The data behind a verdict over sequences.

    Attributes:
        inputs: first and last value of every channel.
        outputs: how many numbers an answer has.
        answers: the values that the network's outputs stand for.
        architecture: shapes of the stored network; null where none was trained.
        draws: the sequences that were checked.
        reference: the task's answers along the fresh and the longer draws, separated by spaces.
        recorded: the answers of a network that was not stored, along the fresh, the longer and the
            stress draws.
        induction: over the steps; null where the program was not followed beside the machine.
        sha256: of the other files.
    """

    inputs: tuple[tuple[int, int], ...]
    outputs: int
    length: int
    answers: tuple[int, ...]
    architecture: StepArchitecture | None
    draws: Draws | None
    reference: tuple[str, ...] | None
    induction: InductionData | None
    sha256: dict[str, str]
    kind: Literal["sequences"] = "sequences"
    format_version: int = CERTIFICATE_VERSION
    recorded: tuple[str, ...] | None = None

    @property
    def example(self) -> tuple[str, ...]:
        """Arguments that the program takes: three steps, their channels separated by commas."""
        last, first = [high for _, high in self.inputs], [low for low, _ in self.inputs]
        return tuple(",".join(map(str, step)) for step in (last, first, last))

    @property
    def slim(self) -> SequenceCertificate:
        """How the run was checked, without what only a checker needs."""
        return replace(self, reference=None, induction=None)

    def stored_inputs(self) -> list[Int[ndarray, "n length channels"]] | None:
        """The sequences that were checked, length by length; null where nothing was emitted."""
        if self.draws is None:
            return None
        parts = (self.draws.fresh, self.draws.stress, *self.draws.longer)
        return [draw.sequences(self.space) for draw in parts]

    def answers_of(
        self, source: str, inputs: Int[ndarray, "n length channels"]
    ) -> Int[ndarray, "n length outputs"]:
        """What a program answers along sequences, in the sandbox."""
        return run_sequences(source, inputs, self.outputs)

    def view(self, model: Model) -> View:
        """What extraction saw of the stored network."""
        assert reads_steps(model), "over sequences"
        return SequenceTrace(SequenceNetwork(model, self.space), self.length)


def certify_sequences(
    channels: Channels,
    length: int,
    model: Model | None,
    verified: Verified,
    files: dict[str, bytes],
) -> SequenceCertificate:
    """Collect the certificate of a run; `files` are the other files, as they will be stored."""
    assert model is None or reads_steps(model), "a network over sequences is recurrent"
    kept = verified.checked
    reference = None if kept is None else kept.reference
    recorded = None if kept is None else kept.recorded
    return SequenceCertificate(
        inputs=tuple((values[0], values[-1]) for values in channels.inputs),
        outputs=channels.outputs,
        length=length,
        answers=() if model is None else tuple(map(int, model.answers)),
        architecture=None if model is None else model.architecture,
        draws=None if kept is None else kept.draws,
        reference=None if reference is None else tuple(map(numbers_text, reference)),
        induction=verified.proved,
        sha256=hashes(files),
        recorded=None if recorded is None else tuple(map(numbers_text, recorded)),
    )
