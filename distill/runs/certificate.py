"""What a checker needs to derive a run's verdict again, as data: `certificate.json`.

It holds nothing that is claimed: the checker derives all numbers from it, and compares them with
those of `verification.json` (`distill.checker`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.sandbox import run_program
from distill.domains.finite import choose
from distill.kinds.kind import Mechanism
from distill.networks.architecture import TokenArchitecture
from distill.networks.stored import Model, reads_tokens
from distill.networks.trace import FIT_SEED, Trace, View, trace
from distill.records.refusal import Refusal
from distill.runs.hashes import hashes, numbers_text
from distill.runs.reads import CertificateDomain, OverDomain
from distill.runs.record import CERTIFICATE_VERSION
from distill.verify.report import Verified

MOST_STORED = 20_000
"""Inputs that two programs are held against each other on, at most."""


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
class Certificate(OverDomain):
    """The data behind a verdict.

    Attributes:
        architecture: shapes of the stored network, or null where it was not stored.
        recorded: answers of a network that was not stored, at the checked inputs.
        reference: the task's answers at the checked inputs. Both are positions in the outputs,
            separated by spaces.
        sample: the draw of the checked inputs, or null where every input is checked.
        sha256: of the other files.
    """

    domain: CertificateDomain
    architecture: TokenArchitecture | None
    split: Split | None
    fit: FitDraw | None
    sample: Draw | None
    recorded: str | None
    reference: str | None
    sha256: dict[str, str]
    kind: Literal["domain"] = "domain"
    format_version: int = CERTIFICATE_VERSION
    answers: ClassVar[tuple[int, ...]] = ()
    """What outputs stand for: of a finite domain they are its own."""

    @property
    def example(self) -> tuple[str, ...]:
        """Arguments that the program takes: a value of every input."""
        return tuple(str((first + last) // 2) for first, last in self.domain.inputs)

    @property
    def slim(self) -> Certificate:
        """How the run was checked, without what only a checker needs."""
        return replace(self, reference=None, recorded=None)

    def stored_inputs(self) -> list[Int[ndarray, "n inputs"]]:
        """Values of the inputs that were checked, in one part: as many as a sample has, at most."""
        domain, sample = self.space, self.sample
        if sample is None and domain.size <= MOST_STORED:
            return [domain.values(domain.tokens())]
        count, seed = (MOST_STORED, FIT_SEED) if sample is None else (sample.count, sample.seed)
        chosen = np.flatnonzero(choose(domain.size, count, seed))
        return [domain.values(domain.tokens(chosen))]

    def answers_of(self, source: str, inputs: Int[ndarray, "n inputs"]) -> Int[ndarray, " n"]:
        """What a program answers to inputs, in the sandbox."""
        return run_program(source, inputs).answers

    def view(self, model: Model) -> View:
        """What extraction saw of the stored network."""
        assert reads_tokens(model), "of a finite domain"
        return trace(model, self.space)


def certify_domain(
    trace: Trace,
    mechanism: Mechanism | Refusal,
    verified: Verified,
    split: Split | None,
    files: dict[str, bytes],
) -> Certificate:
    """Collect the certificate of a run; `files` are the other files, as they will be stored."""
    domain, network, kept = trace.domain, trace.network, verified.checked
    checked, labels = kept.checked, kept.labels
    stored = reads_tokens(network)
    fit = sample = None
    if not isinstance(mechanism, Refusal):
        fit = FitDraw(len(trace.indices), int(trace.fitted.sum()), FIT_SEED)
    if checked is not None and checked.sample is not None:
        sample = Draw(checked.sample.count, checked.sample.seed)
    elif checked is None and labels is not None and len(labels) < domain.size:
        sample = Draw(len(labels), FIT_SEED)  # of a refusal: what was traced
    return Certificate(
        domain=CertificateDomain(
            tuple((values[0], values[-1]) for values in domain.inputs),
            (domain.outputs[0], domain.outputs[-1]),
        ),
        architecture=network.architecture if reads_tokens(network) else None,
        split=split,
        fit=fit,
        sample=sample,
        recorded=None if stored or checked is None else numbers_text(checked.answers),
        reference=None if labels is None else numbers_text(labels),
        sha256=hashes(files),
    )
