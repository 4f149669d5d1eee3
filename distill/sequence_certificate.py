"""What a checker needs to derive the verdict of a run over sequences again, as data.

The counterpart of `distill.certificate`: the same file, `certificate.json`, of another kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from distill.architecture.integer_recurrent import IntegerRecurrent
from distill.architecture.recurrent import Recurrent
from distill.channels import Channels
from distill.claims import hashes, numbers_text, value_at
from distill.integer_model import IntegerModel
from distill.recurrent_model import RecurrentModel
from distill.report import Report
from distill.verify.draws import Draws
from distill.verify.induction import Boxes, NotClosed
from distill.verify.sequences import SequencesVerified

FORMAT_VERSION = 1

CLAIMED = (
    *("space", "stored", "holds_for", "mechanism.kind", "mechanism.variables"),
    *("verdict", "program_vs_model.agree", "program_vs_model.total"),
    *("program_vs_model.exhaustive", "program_vs_model.upper_bound_99"),
    *("program_vs_model.searched", "program_vs_model.search_disagreements"),
    *("program_vs_model.stress.agree", "program_vs_model.stress.total", "program_vs_model.length"),
    *("model_vs_task.agree", "model_vs_task.total"),
    *("program_vs_task.agree", "program_vs_task.total"),
    *(
        "figures.smallest_margin",
        "proof.method",
        "proof.error",
        "proof.smallest_lead",
        "proof.up_to_length",
        "proof.nodes",
    ),
    *("proof.float_bound.smallest_lead", "proof.float_bound.covered"),
)
"""Fields of the report that a checker can derive from the stored weights and program."""

CLAIMED_LONGER = ("program_vs_model", "model_vs_task", "program_vs_task")

COUNTS = ("agree", "total")


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
        claims: by dotted name, the fields of `verification.json` that can be derived again.
        sha256: of the other files.
    """

    inputs: tuple[tuple[int, int], ...]
    outputs: int
    length: int
    answers: tuple[int, ...]
    architecture: Recurrent | IntegerRecurrent | None
    draws: Draws | None
    reference: tuple[str, ...] | None
    induction: InductionData | None
    claims: dict[str, Any]
    sha256: dict[str, str]
    kind: Literal["sequences"] = "sequences"
    format_version: int = FORMAT_VERSION


def certify_sequences(
    channels: Channels,
    length: int,
    network: RecurrentModel | IntegerModel | None,
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
        claims=_claims(verified.report),
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


def _claims(report: Report) -> dict[str, Any]:
    names = list(CLAIMED)
    for place in range(len(report.longer)):
        names += [f"longer.{place}.length"]
        names += [f"longer.{place}.{kind}.{part}" for kind in CLAIMED_LONGER for part in COUNTS]
    claims = {name: value_at(report, name) for name in names}
    claims = {name: value for name, value in claims.items() if value is not None}
    if report.proof is not None:  # null says that it holds for every length
        claims |= {"mechanism.follows": True, "proof.up_to_length": report.proof.up_to_length}
    return claims
