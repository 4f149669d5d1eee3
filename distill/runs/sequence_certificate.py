"""What a checker needs to derive the verdict of a run over sequences again, as data.

The counterpart of `distill.runs.certificate`: the same file, `certificate.json`, of another kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from distill.domains.sequences import Channels
from distill.kinds.automaton.boxes import Boxes, NotClosed
from distill.networks.architecture import StepArchitecture
from distill.networks.stored import Model
from distill.runs.hashes import hashes, numbers_text
from distill.verify.draws import Draws
from distill.verify.sequences import SequencesVerified

FORMAT_VERSION = 2


@dataclass(frozen=True)
class InductionData:
    """Nodes, where symbols lead, and their boxes; no boxes where none are closed.

    Attributes:
        states: the machine's state at every node.
        follows: the node that every symbol leads to.
        low: lower corners of the boxes in hidden space; high: upper corners.
    """

    states: tuple[int, ...]
    follows: tuple[tuple[int, ...], ...]
    low: tuple[tuple[float, ...], ...] | None
    high: tuple[tuple[float, ...], ...] | None


@dataclass(frozen=True)
class SequenceCertificate:
    """The data behind a verdict over sequences.

    Attributes:
        inputs: first and last value of every channel.
        outputs: how many numbers an answer has.
        answers: the values that the network's outputs stand for.
        architecture: shapes of the stored network; null where none was trained.
        draws: the sequences that were checked.
        reference: the task's answers along the fresh and the longer draws, separated by spaces.
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
    format_version: int = FORMAT_VERSION


def certify_sequences(
    channels: Channels,
    length: int,
    network: Model[StepArchitecture] | None,
    verified: SequencesVerified,
    files: dict[str, bytes],
) -> SequenceCertificate:
    """Collect the certificate of a run; `files` are the other files, as they will be stored."""
    reference = verified.reference
    return SequenceCertificate(
        inputs=tuple((values[0], values[-1]) for values in channels.inputs),
        outputs=channels.outputs,
        length=length,
        answers=() if network is None else network.answers,
        architecture=None if network is None else network.architecture,
        draws=verified.draws,
        reference=None if reference is None else tuple(map(numbers_text, reference)),
        induction=None if verified.boxes is None else _induction(verified.boxes),
        sha256=hashes(files),
    )


def _induction(boxes: Boxes | NotClosed) -> InductionData:
    closed = isinstance(boxes, Boxes)
    return InductionData(
        states=tuple(boxes.states.tolist()),
        follows=tuple(map(tuple, boxes.follows.tolist())),
        low=tuple(map(tuple, boxes.low.tolist())) if closed else None,
        high=tuple(map(tuple, boxes.high.tolist())) if closed else None,
    )
