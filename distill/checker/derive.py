"""What follows from a run folder, by its name in the report: by its space, and by its kind.

The pipeline computes the same numbers by other means (torch, its own bookkeeping) when it writes
the report; a folder passes only if both are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

from numpy import ndarray

from . import finite, sequences
from .finite import Evidence
from .kind import Claims
from .kinds import KINDS
from .language import Program
from .read import Data, check_architecture, read_as
from .sandbox import program_of
from .sequences import SequenceEvidence

AnyEvidence = Evidence | SequenceEvidence
More = Callable[[AnyEvidence], Claims]
"""Claims that somebody else derives, beside those of this folder."""


@runtime_checkable
class Space(Protocol):
    """What is known of a space of inputs. A space is a file, and a line of `SPACES`."""

    CERTIFICATE: Mapping[str, Any]

    def read(
        self, certificate: Data, mechanism: Data, source: str, weights: Mapping[str, ndarray]
    ) -> AnyEvidence:
        """What a certificate holds, as a value."""
        ...

    def derive(self, evidence: Any) -> Claims:
        """What follows whatever the kind of mechanism."""
        ...

    def derive_refusal(self, evidence: Any) -> Claims:
        """What follows where there is no program."""
        ...

    def held(self, evidence: Any, claims: Claims) -> dict[str, Any]:
        """What a verdict is about."""
        ...

    def draw_again(self, evidence: Any, seed: int, up_to: int | None) -> tuple[int, int]:
        """How many inputs were drawn that nobody could know, and how many answered otherwise."""
        ...

    def probes(self, evidence: Any) -> tuple[list[list[str]], list[str]]:
        """Words for the command line, and what a program must print for them."""
        ...


SPACES: Mapping[str, Space] = {"domain": finite, "sequences": sequences}


def space_of(evidence: AnyEvidence) -> Space:
    """The space of a run."""
    return SPACES["domain" if isinstance(evidence, Evidence) else "sequences"]


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
    wanted = {"kind": str, "format_version": int, "sha256": dict, "architecture": (None, dict)}
    read_as("the certificate", certificate, {**wanted, **SPACES[kind].CERTIFICATE})
    check_architecture(shape, weights)
    return SPACES[kind].read(certificate, mechanism, source, weights)


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
        **space_of(evidence).derive(evidence),
    }
    if isinstance(evidence, SequenceEvidence):
        claims["mechanism.name"] = called(evidence, program, name)
    claims |= KINDS[kind].derive(evidence)
    if "proof.method" not in claims:
        claims["proof"] = None
    return claims | (more(evidence) if more is not None else {})


def called(evidence: AnyEvidence, program: Program, name: Any) -> str:
    """What a loop is called: as the program's title, and a machine by its states.

    Args:
        evidence: of the run.
        program: of the run.
        name: what it is said to be called; handed back if that is so but for capitals.
    """
    title, count = program.title, len(evidence.mechanism.get("transitions", ()))
    known = (title, f"{title} ({count} state{'s' if count != 1 else ''})")
    same = isinstance(name, str) and name.casefold() in {one.casefold() for one in known}
    return name if same else title
