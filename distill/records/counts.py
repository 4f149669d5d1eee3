"""How often program, network and task answer alike, and where they do not."""

from __future__ import annotations

from dataclasses import dataclass

from distill.checker.scope import many


@dataclass(frozen=True)
class Agreement:
    """How often two answers are the same."""

    agree: int
    total: int


@dataclass(frozen=True)
class DrawnTexts(Agreement):
    """The same of texts that were drawn at random: as many of every length from the shortest on.

    Attributes:
        shortest: tokens of the shortest; all texts that are shorter were gone through. 0 where all
            were drawn by a form.
    """

    shortest: int


def _of_all(counted: Agreement) -> str:
    if counted.agree == counted.total:
        return f"all {many(counted.total, 'input')}"
    return f"{counted.agree:,} of {many(counted.total, 'input')}"


@dataclass(frozen=True)
class Disagreement:
    """An input on which program and network differ; values, not tokens."""

    inputs: tuple[int, ...]
    program: int
    model: int


@dataclass(frozen=True)
class SequenceDisagreement:
    """A sequence on which program and network differ, up to the step at which they first do.

    Attributes:
        inputs: the values of every channel at every step.
        program: the numbers of its last answer; model: of the network's.
    """

    inputs: tuple[tuple[int, ...], ...]
    program: tuple[int, ...]
    model: tuple[int, ...]


@dataclass(frozen=True)
class TextDisagreement:
    """A text on which program and network differ, with all answers of both."""

    inputs: tuple[int, ...]
    program: tuple[float, ...]
    model: tuple[float, ...]


@dataclass(frozen=True)
class RealDisagreement:
    """A point of a box at which program and network are too far apart.

    Attributes:
        program: null where it has no value.
    """

    inputs: tuple[float, ...]
    program: float | None
    model: float


@dataclass(frozen=True)
class FromTask:
    """How far answers are from the task's, over the drawn points; null where one has no value."""

    largest: float | None
    rms: float | None


@dataclass(frozen=True)
class Deviation:
    """How far program, network and task are apart over a box.

    Attributes:
        tolerance: how far apart two answers may be and count as the same.
        spread: of the network's answers at the drawn points, from the least to the largest.
        drawn: largest deviation of the program from the network at the drawn points; null where
            the program has no value at one of them.
        found: the same, with the points that a search for it ended at.
        at: where that is.
        along: program less network at points along every input, through the middle of the box; null
            where the program has no value.
        unbounded_at: the middle of a part of the box where no bound was found; null otherwise.
    """

    tolerance: float
    spread: float
    drawn: float | None
    found: float | None
    at: tuple[float, ...]
    network_from_task: FromTask | None
    program_from_task: FromTask | None
    along: tuple[tuple[float | None, ...], ...]
    unbounded_at: tuple[float, ...] | None = None


@dataclass(frozen=True)
class ProgramVsModel:
    """Agreement of the stored program with the network.

    Sequences are counted whole: one agrees if every answer of it does.

    Attributes:
        heldout_agree: agreements among the inputs that the network was not trained on; null where
            it is not known which these are.
        exhaustive: whether every input of the domain was run through both.
        upper_bound_99: exact 99% upper bound on the rate of disagreement over the domain, from a
            uniform sample of it; 0 where every input was run and all agree. Of texts from those
            that were drawn alone, and over texts that are drawn as they were.
        disagreement: the first one, in the order of the domain; of sequences a shortest one.
        searched: inputs that a search for disagreements visited besides, and
        search_disagreements: how many it found; null where the domain was gone through. Over texts,
            of which the search goes through whole sets, null where it found none.
        stress: agreement on sequences that random ones almost never contain; sequences only.
        length: steps of the sequences; null over a finite domain.
        drawn: those of texts that were drawn at random, where others were all gone through; null
            where all were, and over anything else.
    """

    agree: int
    total: int
    heldout_agree: int | None
    heldout_total: int | None
    exhaustive: bool
    upper_bound_99: float
    disagreement: Disagreement | SequenceDisagreement | TextDisagreement | RealDisagreement | None
    searched: int | None
    search_disagreements: int | None
    stress: Agreement | None = None
    length: int | None = None
    drawn: DrawnTexts | None = None


@dataclass(frozen=True)
class LengthAgreement:
    """Agreements at a length beyond that of training; sequence tasks only.

    Sequences are counted whole. Those with the task are null where there is none.
    """

    length: int
    program_vs_task: Agreement | None
    model_vs_task: Agreement | None
    program_vs_model: Agreement
