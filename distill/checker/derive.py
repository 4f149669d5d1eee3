"""What follows from a run folder, by its name in the report: by its space, and by its kind.

The pipeline computes the same numbers by other means (torch, its own bookkeeping) when it writes
the report; a folder passes only if both are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from numpy import ndarray

from . import boxes, deviations, finite, sequences, texts
from .boxes import BoxEvidence
from .finite import Evidence
from .kind import TOLD_APART, Claims
from .kinds import KINDS
from .language import Program
from .read import Data, check_architecture, read_as
from .sandbox import program_of
from .sequences import SequenceEvidence
from .text_transformer import SHAPE
from .texts import TextEvidence

AnyEvidence = Evidence | SequenceEvidence | TextEvidence | BoxEvidence
More = Callable[[AnyEvidence], Claims]
"""Claims that somebody else derives, beside those of this folder."""


SPACES: Mapping[str, tuple[type[AnyEvidence], Mapping[str, Any]]] = {
    "domain": (Evidence, finite.FIELDS),
    "sequences": (SequenceEvidence, sequences.FIELDS),
    "texts": (TextEvidence, texts.FIELDS),
    "box": (BoxEvidence, boxes.FIELDS),
}
"""A space of inputs is a file, and a line here: what its certificates hold, and its fields."""


def read_evidence(
    certificate: Data, mechanism: Data, source: str, weights: Mapping[str, ndarray]
) -> AnyEvidence:
    """The evidence of a run.

    Raises:
        ValueError: weights, shapes and inputs do not fit together; something is missing, over, or
            of another type.
    """
    kind, shape = certificate["kind"], certificate["architecture"]
    read_as("the kind of the certificate", kind, tuple(SPACES))
    certificate = {"recorded": None, **certificate}  # of runs over sequences it may be left out
    wanted = {"kind": str, "format_version": int, "sha256": dict, "architecture": (None, dict)}
    read_as("the certificate", certificate, {**wanted, **SPACES[kind][1]})
    check_architecture(shape, weights, SHAPE, deviations.SHAPE)
    return SPACES[kind][0].read(certificate, mechanism, source, weights)


def derive(evidence: AnyEvidence, name: Any = None, more: More | None = None) -> Claims:
    """Every claim that follows.

    Args:
        evidence: of the run.
        name: what its mechanism is said to be called.
        more: what somebody else derives of it.

    Raises:
        ProgramError: the program is not of the language, failed, or took more than its limits.
        ValueError: the folder's parts do not fit together.
    """
    kind, program = evidence.mechanism["kind"], program_of(evidence.program)
    read_as("the kind of the mechanism", kind, tuple(KINDS))
    claims: Claims = {
        "stored": evidence.stored,
        "mechanism.kind": kind,
        "mechanism.description_length": program.size.ast_nodes,
        "program.lines": program.size.lines,
        "program.ast_nodes": program.size.ast_nodes,
        "program.data_literals": program.size.data_literals,
        **evidence.derive(),
    }
    if isinstance(evidence, SequenceEvidence | TextEvidence):
        claims["mechanism.name"] = called(evidence, program, name)
    claims |= KINDS[kind].derive(evidence)
    if claims.get("proof.method") == "sets":
        whole = claims["proof.up_to_length"] == claims["program_vs_model.length"]
        if whole and claims["program_vs_model.agree"] != claims["program_vs_model.total"]:
            raise ValueError("proved of all texts, and some that were drawn are not answered alike")
    if "proof.method" not in claims:
        claims["proof"] = None
    elif "proof.where_unique.up_to_length" not in claims:
        claims["proof.where_unique"] = None
    return claims | (more(evidence) if more is not None else {})


def called(evidence: AnyEvidence, program: Program, name: Any) -> str:
    """What a loop is called: as the program's title, and a machine by its states.

    Args:
        evidence: of the run.
        program: of the run.
        name: what it is said to be called; handed back if that is so but for capitals.
    """
    title, count = program.title, len(evidence.mechanism.get("transitions", ()))
    states = f"{count} state{'s' if count != 1 else ''}"
    known = (title, f"{title} ({states})", f"{title} ({states}{TOLD_APART})")
    same = isinstance(name, str) and name.casefold() in {one.casefold() for one in known}
    return name if same else title
