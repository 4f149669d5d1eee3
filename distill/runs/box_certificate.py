"""What a checker needs to derive the verdict of a run over a box again, as data.

The counterpart of `distill.runs.certificate`: the same file, `certificate.json`, of another kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from jaxtyping import Float
from numpy import ndarray

from distill.checker.real_answers import run_reals
from distill.networks.architecture import RealPerceptron
from distill.networks.function import StoredFunction
from distill.networks.stored import Model, reads_reals
from distill.networks.trace import BoxTrace, View
from distill.runs.hashes import hashes
from distill.runs.reads import OverBox
from distill.runs.record import CERTIFICATE_VERSION
from distill.verify.boxes import BoxDraw
from distill.verify.report import Verified


@dataclass(frozen=True)
class BoxCertificate(OverBox):
    """The data behind a verdict over a box.

    Attributes:
        names: of the inputs.
        low: the lower end of every interval; high: the upper one.
        tolerance: how far apart is the same; null of a refusal.
        draw: the points that were checked.
        worst: points that a search for the largest deviation ended at.
        reference: the task's answers at the drawn points; null without a task.
        recorded: the answers of a network that was not stored, at the drawn points, the worst, and
            those along every input.
        architecture: shapes of the stored network, or null where it was not stored.
        sha256: of the other files.
    """

    names: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    tolerance: float | None
    draw: BoxDraw
    worst: tuple[tuple[float, ...], ...]
    reference: tuple[float, ...] | None
    recorded: tuple[float, ...] | None
    architecture: RealPerceptron | None
    sha256: dict[str, str]
    kind: Literal["box"] = "box"
    format_version: int = CERTIFICATE_VERSION
    answers: ClassVar[tuple[int, ...]] = ()
    """What outputs stand for: over reals they are numbers."""

    @property
    def example(self) -> tuple[str, ...]:
        """Arguments that the program takes: a number within every interval."""
        return tuple(f"{value:.3g}" for value in self.space.centre)

    @property
    def slim(self) -> BoxCertificate:
        """How the run was checked, without what only a checker needs."""
        return replace(self, reference=None, recorded=None)

    def stored_inputs(self) -> list[Float[ndarray, "n d"]]:
        """The points that were checked, in one part."""
        return [self.space.draw(self.draw.count, self.draw.seed)]

    def answers_of(self, source: str, inputs: Float[ndarray, "n d"]) -> Float[ndarray, " n"]:
        """What a program answers to points, in the sandbox."""
        return run_reals(source, inputs)

    def view(self, model: Model) -> View:
        """What extraction saw of the stored network."""
        assert reads_reals(model), "over a box"
        return BoxTrace(StoredFunction(model, self.space))


def certify_box(view: BoxTrace, verified: Verified, files: dict[str, bytes]) -> BoxCertificate:
    """Collect the certificate of a run; `files` are the other files, as they will be stored."""
    box, kept, network = view.network.over, verified.checked, view.network
    stored = network.model.architecture if isinstance(network, StoredFunction) else None
    return BoxCertificate(
        *(box.names, box.low, box.high, kept.tolerance, kept.draw),
        worst=tuple(tuple(row) for row in kept.worst.tolist()),
        reference=_listed(kept.reference),
        recorded=_listed(kept.recorded),
        architecture=stored,
        sha256=hashes(files),
    )


def _listed(numbers: Float[ndarray, " n"] | None) -> tuple[float, ...] | None:
    return None if numbers is None else tuple(numbers.tolist())
