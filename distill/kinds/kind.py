"""What a kind of mechanism offers: one class, from which every kind derives its own.

A kind reads mechanisms in networks, writes them as programs, looks for them inside the network,
proves what it can, and shows what it found. Nothing else in the package asks which kind a
mechanism is of: it asks the kind. `known.py` lists the kinds there are; the guide's page "Add a
kind" goes through them one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.checker.guard import Span
from distill.checker.scope import many
from distill.drawing.picture import Picture
from distill.evidence.figures import Measured
from distill.kinds.difference import Compared, M, Mechanism
from distill.kinds.notation import Notation
from distill.networks.trace import View
from distill.programs.program import Program
from distill.records.explained import Explain
from distill.records.refusal import Refusal
from distill.records.report import Meaning, Proof, Report

TABULATED = (
    "the program lists what its machine does, at least in part: no arithmetic was found for it"
)
"""The remark on a program that lists what no expression was found for."""


@dataclass(frozen=True)
class Written:
    """A program, and the mechanism that it was written from.

    Attributes:
        mechanism: as it is stored: what the program is written from, whenever it is.
        meaning: what the program was proved to be; null where nothing was proved of it.
        tabulated: whether it lists what no expression was found for.
        exceptions: inputs that it answers from a list.
        remarks: for the report.
    """

    program: Program
    mechanism: Mechanism
    meaning: Meaning | None = None
    tabulated: bool = False
    exceptions: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """In a few words."""
        lines = many(self.program.lines, "line")
        if self.meaning is not None:
            return f"{lines}; proved: {self.meaning.statement}"
        return f"{self.mechanism.name}: {lines}"


@dataclass(frozen=True)
class Proved:
    """A proof that a program is what a network does, and what a checker needs to redo it.

    Attributes:
        data: of the kind, for the certificate; null where the proof needs none.
        differ: inputs on which program and network part that were met on the way.
        settles: whether there is nothing left to search: all is proved, or two were seen to part.
        remarks: on what could not be proved.
    """

    proof: Proof | None = None
    data: Any = None
    remarks: tuple[str, ...] = ()
    differ: tuple[Int[ndarray, "n length"], ...] = ()
    settles: bool = False


class Kind(Compared[M]):
    """A kind of mechanism. What is not overridden is not offered.

    Attributes:
        title: of its mechanisms, on pages.
        about: what its networks do, in a sentence.
        exhibits: the type of what its pictures show.
        notations: in which other notations it can be written.
        functional: whether it says what a network answers, and nothing of how: such a program is
            taken where no kind that looks inside has one that is as sure.
    """

    title: str
    about: str
    exhibits: Any
    notations: tuple[Notation, ...] = ()
    functional: bool = False

    def read(self, view: View) -> Iterator[M | Refusal]:
        """Every mechanism that is found in a network, and why there is none where it looked.

        Nothing comes of a network that this kind does not read. Nothing of a task is seen here.
        """
        raise NotImplementedError

    def functional_of(self, mechanism: M) -> bool:
        """Whether one mechanism says what a network answers, and nothing of how."""
        return self.functional

    def summary(self, mechanism: M) -> str:
        """What was read, in a few words."""
        return mechanism.name

    def write(self, mechanism: M) -> Written | Refusal:
        """The program of a mechanism: the same text, whenever and by whom it is written.

        Its domain is put below it by whoever asks (`distill.programs.guarded`).

        Raises:
            DistillError: the mechanism was stored by a version that wrote other expressions.
        """
        raise NotImplementedError

    def takes(self, mechanism: M) -> tuple[Span, ...]:
        """The values of every input, or of every number of a step: the domain of its program.

        Over a box of reals both ends of every interval.

        Nothing of a mechanism that was stored without.
        """
        raise NotImplementedError

    def longest(self, mechanism: M) -> int | None:
        """How many tokens its program may be given; null where nothing limits that."""
        return None

    def tolerance(self, mechanism: M) -> float | None:
        """Over a box of reals: how far a program may be from its network, as noise of that network.

        Null where nothing is known of that: the most that any program may be.
        """
        return None

    def listed(self, mechanism: M) -> tuple[tuple[int, ...], ...]:
        """Inputs that the program answers from a list, as values, each with its answer last."""
        return ()

    def probe(self, written: Written, view: View, sample: Any) -> Measured:
        """Tests of the network's inside that a wrong explanation would fail.

        Args:
            written: the program and its mechanism.
            view: of the network.
            sample: the inputs that are checked (`distill.verify`).
        """
        return {}

    def losses(
        self, mechanism: M, view: View, labels: Int[ndarray, " n"], trained: Bool[ndarray, " n"]
    ) -> Measured:
        """Losses of what the mechanism explains and leaves, against the task.

        Args:
            mechanism: the mechanism.
            view: of the network.
            labels: of the traced inputs.
            trained: which of them were trained on.
        """
        return {}

    def prove(self, written: Written, view: View) -> Proved:
        """A proof that is of this kind; what holds for any network over a space is proved there."""
        return Proved()

    def hunt(self, mechanism: M, view: View) -> list[Int[ndarray, "n length channels"]]:
        """Inputs that a search for disagreements begins with."""
        return []

    def structure(self, logits: Float[ndarray, "n outputs"], tokens: Int[ndarray, "n k"]) -> float:
        """How far logits are what this kind reads, from 0 to about 1: training stops by it.

        Nothing of labels is seen: a network is trained until it is structured, not until it is
        right.
        """
        return 0.0

    def explain(self, mechanism: M, tokens: Int[ndarray, "n k"]) -> Explain | None:
        """What the mechanism explains of logits at these inputs, for the training curve."""
        return None

    def show(self, mechanism: M, view: View) -> Any:
        """What its pictures show, taken from the network once."""
        raise NotImplementedError

    def spectrum(self, exhibits: Any) -> tuple[float, ...]:
        """Amplitudes of the logits by frequency, for a line on the terminal; none where unknown."""
        return ()

    def draw(self, mechanism: M, exhibits: Any, report: Report) -> tuple[Picture, ...]:
        """Its pictures, in the order in which they are looked at."""
        return ()

    def draw_rivals(self, mechanism: M, report: Report) -> tuple[Picture, ...]:
        """Pictures beside its rivals, which come last."""
        return ()

    def why(self, mechanism: M, report: Report) -> list[str]:
        """Why the program works, in sentences, where its own words do not say so."""
        return []

    def notation(self, mechanism: M, form: Notation) -> str:
        """The mechanism in one of its other notations."""
        raise NotImplementedError
