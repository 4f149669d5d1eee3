"""What a checker needs to derive a run's verdict again, as data: `certificate.json`.

The claims stand under the dotted names that they have in `verification.json`. They are the
pipeline's numbers; the checker derives its own and compares (`distill.checker`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from distill.architecture import StoredArchitecture
from distill.claims import hashes, numbers_text, value_at
from distill.domain import Domain
from distill.mechanism import FourierMechanism, Refusal
from distill.model import Model, Network
from distill.report import Report
from distill.verify import Verified

FORMAT_VERSION = 1

CLAIMED = (
    *("space", "stored", "holds_for", "mechanism.kind", "mechanism.variables"),
    *("verdict", "program_vs_model.agree", "program_vs_model.total"),
    *("program_vs_model.heldout_agree", "program_vs_model.heldout_total"),
    *("program_vs_model.exhaustive", "program_vs_model.upper_bound_99"),
    *("program_vs_model.searched", "program_vs_model.search_disagreements"),
    *("model_vs_task.agree", "model_vs_task.total"),
    *("program_vs_task.agree", "program_vs_task.total"),
    *("figures.smallest_margin", "figures.mean_margin_train", "figures.mean_margin_heldout"),
    *("figures.logit_r2", "figures.kept_only_accuracy", "figures.removed_accuracy"),
    *("proof.method", "proof.smallest_lead", "proof.rounding"),
    *("proof.float_bound.smallest_lead", "proof.float_bound.covered"),
)
"""Fields of the report that a checker can derive from the stored weights and program."""

NOT_FOR_BLACK_BOXES = ("figures.", "proof.", "program_vs_model.search")


@dataclass(frozen=True)
class Draw:
    """`count` positions of the domain, by the smallest raw PCG64 numbers."""

    count: int
    seed: int


@dataclass(frozen=True)
class Split:
    """The inputs that were trained on: the first `train` of the draw with this seed."""

    train: int
    seed: int


@dataclass(frozen=True)
class FitDraw:
    """The traced inputs (all, or a draw), and how many of them were fitted."""

    inputs: int
    fitted: int
    seed: int


@dataclass(frozen=True)
class CertificateDomain:
    """First and last value of every input, and of the output."""

    inputs: tuple[tuple[int, int], ...]
    outputs: tuple[int, int]


@dataclass(frozen=True)
class Certificate:
    """The data behind a verdict.

    Attributes:
        architecture: shapes of the stored network, or null where it was not stored.
        recorded: answers of a network that was not stored, at the checked inputs.
        reference: the task's answers at the checked inputs. Both are positions in the outputs,
            separated by spaces.
        sample: the draw of the checked inputs, or null where every input is checked.
        claims: by dotted name, the fields of `verification.json` that can be derived again.
        sha256: of the other files.
    """

    domain: CertificateDomain
    architecture: StoredArchitecture | None
    split: Split | None
    fit: FitDraw | None
    sample: Draw | None
    recorded: str | None
    reference: str | None
    claims: dict[str, Any]
    sha256: dict[str, str]
    kind: Literal["domain"] = "domain"
    format_version: int = FORMAT_VERSION


def certify(
    domain: Domain,
    network: Network,
    mechanism: FourierMechanism | Refusal,
    verified: Verified,
    split: Split | None,
    files: dict[str, bytes],
) -> Certificate:
    """Collect the certificate of a run; `files` are the other files, as they will be stored."""
    checked, labels = verified.checked, verified.labels
    stored = isinstance(network, Model)
    fit = sample = None
    if isinstance(mechanism, FourierMechanism):
        fit = FitDraw(mechanism.fit.inputs, mechanism.fit.fitted, mechanism.fit.seed)
    if checked is not None and checked.sample is not None:
        sample = Draw(checked.sample.count, checked.sample.seed)
    return Certificate(
        domain=CertificateDomain(
            tuple((values[0], values[-1]) for values in domain.inputs),
            (domain.outputs[0], domain.outputs[-1]),
        ),
        architecture=network.architecture if isinstance(network, Model) else None,
        split=split,
        fit=fit,
        sample=sample,
        recorded=None if stored or checked is None else numbers_text(checked.answers),
        reference=None if labels is None else numbers_text(labels),
        claims=_claims(verified.report, stored),
        sha256=hashes(files),
    )


def _claims(report: Report, stored: bool) -> dict[str, Any]:
    claims = {"mechanism.follows": True} if stored and report.program_vs_model else {}
    for name in CLAIMED:
        if not stored and name.startswith(NOT_FOR_BLACK_BOXES):
            continue
        value = value_at(report, name)
        if value is not None:
            claims[name] = value
    return claims
