"""What the checks of a space count, whichever space it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jaxtyping import Bool, Int
from numpy import ndarray

from distill.checker.scope import holds_for
from distill.evidence.figures import Measured
from distill.records.counts import (
    Agreement,
    Deviation,
    Disagreement,
    LengthAgreement,
    ProgramVsModel,
    SequenceDisagreement,
)
from distill.records.report import Proof, Space


@dataclass(frozen=True)
class Counted:
    """Program, network and task held against each other.

    Attributes:
        model_vs_task, program_vs_task: null where there is no task.
        figures: rows that any network over the space has, such as its smallest margin.
        proof: that holds for any network over the space; null where there is none.
        draw: what it takes to draw the inputs again, for whoever puts it in words.
        data: what was drawn and answered, for the certificate.
        differ: inputs on which program and network part that were met; those over texts.
        deviation: over a box, how far program, network and task are apart.
    """

    model_vs_task: Agreement | None
    program_vs_task: Agreement | None
    program_vs_model: ProgramVsModel
    figures: Measured
    draw: dict[str, Any]
    data: Any
    proof: Proof | None = None
    diverges_at: Disagreement | SequenceDisagreement | None = None
    longer: tuple[LengthAgreement, ...] = ()
    deviation: Deviation | None = None
    differ: tuple[Int[ndarray, "n length"], ...] = ()


class Checks(ABC):
    """The checks of a program against a network over a space: both are run when it is made."""

    space: Space
    """What inputs are."""
    ends: Sequence[tuple[Any, Any]]
    """First and last value of every input."""
    outputs: Any
    """What an answer is: the ends of its range, or how many numbers it has."""

    @property
    @abstractmethod
    def sample(self) -> Any:
        """The inputs that were run, for probes of the inside."""

    @property
    def labelled(self) -> tuple[Int[ndarray, " n"], Bool[ndarray, " n"]] | None:
        """The task's labels of the traced inputs, and which were trained on; null without them."""
        return None

    def held(self, verdict: str, draw: dict[str, Any], up_to: int | None) -> dict[str, Any]:
        """What a verdict is about, as `holds_for` of a report; `up_to` as a proof reaches."""
        return holds_for(self.space, list(self.ends), self.outputs, verdict, draw, up_to)

    @abstractmethod
    def counted(self, hunted: list[Any], settled: bool = False) -> Counted:
        """Count, and search for disagreements, beginning with these inputs.

        Args:
            hunted: inputs to begin with.
            settled: whether a proof has shown all that there is to find.
        """
