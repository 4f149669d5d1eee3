"""The verification report: numbers, computed once; terminal, JSON and HTML only render them.

This is the shape of `verification.json`. What does not apply is null. Its JSON Schema is shipped
as `distill/verification.schema.json` and held against this module in the tests.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from html import escape
from typing import Any, Literal, cast

from distill.checker.statements import proof_statement, unique_statement, words
from distill.checker.verdict import verdict
from distill.records.as_read import parted
from distill.records.counts import (
    Agreement,
    Deviation,
    Disagreement,
    LengthAgreement,
    ProgramVsModel,
    SequenceDisagreement,
)
from distill.records.figure import Figure
from distill.records.sentences import sentence

FORMAT_VERSION = 2

DECOY_AGREES = "decoy_agrees: "
ISOLATED = "isolated: "
"""Begin the names of rows: how often a decoy's arg max is the network's answer; a frequency by
itself (`distill.checker.located` has the others)."""

NOT_LOOKED_FOR = "was not looked for in the network"
"""Ends the remark on variables that some states leave open, of which nothing is shown."""

Space = Literal["domain", "sequences", "texts", "box"]

Verdict = Literal["proved", "exhaustive", "tested", "approximate", "refused"]


@dataclass(frozen=True)
class MechanismSummary:
    """What was found.

    Attributes:
        description_length: size of the program's syntax tree.
        variables: of the program, that a network which computes as it does holds from step to step.
    """

    kind: str
    name: str
    description_length: int | None
    variables: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProgramSize:
    """How long the program is; docstrings, comments and blank lines do not count."""

    lines: int
    ast_nodes: int
    data_literals: int
    exceptions: int


@dataclass(frozen=True)
class FloatBound:
    """Whether the proof also covers the network evaluated in float32."""

    covered: bool
    smallest_lead: float


@dataclass(frozen=True)
class WhereUnique:
    """What is proved of texts at positions at which no selection of the program chooses more than
    one position.

    Attributes:
        up_to_length: tokens of the longest texts.
        smallest_lead: rigorous lower bound on the lead of the network's answer there, for the
            stored weights in real arithmetic.
        rounding: the most that rounding may have taken from a bound.
        nodes: sets of texts that these were gone through in.
        drawn: answers to texts of the longest length that were drawn evenly.
        drawn_unique: how many of those are at such positions.
        statement: what was proved, in words that follow from the rest.
    """

    up_to_length: int
    smallest_lead: float
    rounding: float
    nodes: int
    drawn: int
    drawn_unique: int
    statement: str = ""


@dataclass(frozen=True)
class Proof:
    """The rigorous part of the agreement with the network.

    Attributes:
        method: "margins" of every input; induction over "boxes" in hidden space, or those followed
            from the start; the distance from an integer "recurrence", also "in parts" that the
            program divides into; "sets" of texts; "taylor" models over a box of reals.
        smallest_lead: rigorous lower bound on the lead of the network's answer, over all inputs,
            for the stored weights in real arithmetic; over a box, how far `error` is below the most
            that may be called the same.
        rounding: largest radius of a logit, over texts of a lead; null over sequences.
        float_bound: the same for a plain evaluation in float32, summed in any order.
        up_to_length: steps, or tokens of a text, up to which it holds; null where it holds for
            every length, or for a finite domain.
        nodes: boxes in hidden space that the induction over steps goes through; parts of a box;
            sets of texts.
        history: how many of the last symbols a box is for.
        error: of the network from its recurrence, or over a box from its program, at most; null for
            other methods, and where no step is proved.
        where_unique: what is proved beyond that of some positions of texts; null where nothing is.
        statement: what was proved, in words that follow from the rest.
    """

    method: str
    smallest_lead: float
    rounding: float | None
    float_bound: FloatBound
    up_to_length: int | None = None
    nodes: int | None = None
    history: int | None = None
    error: float | None = None
    where_unique: WhereUnique | None = None
    statement: str = ""


@dataclass(frozen=True)
class HoldsFor:
    """The inputs that the verdict is about.

    Attributes:
        inputs: how many there are; null for sequences of every length.
        lengths: of sequences; null for a finite domain.
        up_to_length: steps of the longest; null for every length, and for a finite domain.
    """

    domain: str
    inputs: int | None
    sampled: bool
    sampling: str | None
    lengths: str | None = None
    up_to_length: int | None = None


@dataclass(frozen=True)
class Report:
    """Everything that was checked, on which inputs, with what result.

    Attributes:
        space: whether inputs are sequences, of a finite domain, or points of a box.
        stored: whether the network is in the folder, so that anybody can run it again.
        reasons: why no more is claimed. They follow from the numbers, and those of a refusal from
            what was seen.
        remarks: on how the network and its program were made; no checker can derive them.
        runner_up: the best mechanism of the same network that was not taken.
        deviation: over a box, how far program, network and task are apart.
    """

    task: str
    space: Space
    stored: bool
    verdict: Verdict
    located: bool
    reasons: tuple[str, ...]
    holds_for: HoldsFor | None
    mechanism: MechanismSummary
    model_vs_task: Agreement | None
    program_vs_task: Agreement | None
    program_vs_model: ProgramVsModel | None
    figures: tuple[Figure, ...]
    program: ProgramSize | None
    meaning: Meaning | None
    proof: Proof | None
    remarks: tuple[str, ...] = ()
    diverges_at: Disagreement | SequenceDisagreement | None = None
    longer: tuple[LengthAgreement, ...] = ()
    numbers: dict[str, float | int | None] | None = None
    runner_up: MechanismSummary | None = None
    deviation: Deviation | None = None
    format_version: int = FORMAT_VERSION

    @property
    def tree(self) -> dict[str, Any]:
        """The report as its JSON nests it: what its words are computed from."""
        return asdict(self)

    @property
    def sentence(self) -> str:
        """The verdict, where program and network part, and where they are wrong for the task."""
        return sentence(self.tree)

    @property
    def explanations(self) -> tuple[str, ...]:
        """Reasons and remarks; of a refusal, how its network was made comes first, where that may
        be why: a network that is right is refused for what was found in it.
        """
        first, then = self.reasons, parted(self.remarks)[0]
        counted = self.model_vs_task
        right = counted is not None and counted.agree == counted.total
        if self.verdict == "refused" and not right:
            first, then = then, first
        return tuple(dict.fromkeys((*first, *then)))  # what both say is said once

    @property
    def as_read(self) -> tuple[str, ...]:
        """How a network that somebody else trained was read, and what was assumed of it."""
        return parted(self.remarks)[1]

    @property
    def over_sequences(self) -> bool:
        """Whether inputs are sequences: read a step at a time, or at once as texts."""
        return self.space in ("sequences", "texts")

    def figure(self, name: str) -> Figure | None:
        """The row of a name; null where there is none."""
        return next((row for row in self.figures if row.name == name), None)

    def value(self, name: str) -> float | None:
        """The value of the row of a name; null where it was not measured."""
        row = self.figure(name)
        return None if row is None else row.value

    def each(self, prefix: str) -> dict[str, Figure]:
        """The rows whose names begin so, by the rest of their names."""
        return {
            row.name.removeprefix(prefix): row
            for row in self.figures
            if row.name.startswith(prefix)
        }

    def __str__(self) -> str:
        """What a notebook shows, in lines: the verdict and what it rests on."""
        located = " and located" if self.located else ""
        rows = [f"  {name}: {value}" for name, value in self._rows()]
        return "\n".join([f"{self.verdict}{located}: {self.sentence}", *rows])

    def _repr_html_(self) -> str:
        body = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>"
            for name, value in self._rows()
        )
        located = " and located" if self.located else ""
        return (
            f"<p><b>{self.verdict}</b>{located}. {escape(self.sentence)}</p><table>{body}</table>"
        )

    def _rows(self) -> list[tuple[str, Any]]:
        """What the verdict rests on, in a few names and values."""
        rows: list[tuple[str, Any]] = [("mechanism", self.mechanism.name)]
        for name, counted in (
            ("program = network", self.program_vs_model),
            ("program = task", self.program_vs_task),
        ):
            if counted is not None:
                rows.append((name, f"{counted.agree:,} of {counted.total:,}"))
        r2 = self.value("logit_r2")
        if r2 is not None:
            rows.append(("R² of the logits", f"{r2:.3f}"))
        because = [("because", reason) for reason in self.explanations]
        return [*rows, *because, *(("network read so", note) for note in self.as_read)]


def in_its_own_words(report: Report) -> Report:
    """A report with the verdict, and all words, that follow from its numbers.

    A refusal stays as it is; `holds_for` is said by who knows what was gone through.
    """
    if report.program_vs_model is None:
        return report
    report = replace(report, verdict=cast(Verdict, verdict(report.tree)))
    if report.proof is not None:
        proof = replace(report.proof, statement=proof_statement(report.tree))
        if proof.where_unique is not None:
            unique = replace(proof.where_unique, statement=unique_statement(report.tree))
            proof = replace(proof, where_unique=unique)
        report = replace(report, proof=proof)
    said = words(report.tree)
    return replace(report, located=said["located"], reasons=tuple(said["reasons"]))


@dataclass(frozen=True)
class Meaning:
    """The function that a program was proved to be, apart from its listed exceptions.

    Attributes:
        statement: the function, in words and symbols, and for how many inputs the program's is
            another.
        proof: the steps; `method` says whether they are symbolic or went through every residue.
        gcd: greatest common divisor of the key frequencies and the modulus; of a group, how many
            elements no key tells from the identity, which is the same where it is cyclic.
        margin: rigorous lower bound on how far the runner-up's logit stays behind, in real
            arithmetic, for the digits that the program prints.
        margin_at: how far off the runner-up is.
        float_error: bound on the rounding error of one logit when the program runs.
        terminates: why the program ends.
        exceptions: inputs that the program answers from a list instead.
    """

    statement: str
    method: str
    proof: tuple[str, ...]
    gcd: int
    margin: float
    margin_at: int
    float_error: float
    terminates: str
    exceptions: int
