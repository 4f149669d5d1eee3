"""The verification report: numbers, computed once; terminal, JSON and HTML only render them.

This is the shape of `verification.json`. What does not apply is null. Its JSON Schema is shipped
as `distill/verification.schema.json` and held against this module in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from distill.meaning import Meaning
from distill.mechanism import Label

FORMAT_VERSION = 1

Verdict = Literal["proved", "exhaustive", "tested", "approximate", "refused"]


@dataclass(frozen=True)
class Agreement:
    """How often two answers are the same."""

    agree: int
    total: int


def _of_all(counted: Agreement) -> str:
    if counted.agree == counted.total:
        return f"all {counted.total:,} inputs"
    return f"{counted.agree:,} of {counted.total:,} inputs"


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
class ProgramVsModel:
    """Agreement of the stored program with the network.

    Sequences are counted whole: one agrees if every answer of it does.

    Attributes:
        heldout_agree: agreements among the inputs that the network was not trained on; null where
            it is not known which these are.
        exhaustive: whether every input of the domain was run through both.
        upper_bound_99: exact 99% upper bound on the rate of disagreement over the domain, from a
            uniform sample of it; 0 where every input was run and all agree.
        disagreement: the first one, in the order of the domain; of sequences a shortest one.
        searched: inputs that a search for disagreements visited besides, and
        search_disagreements: how many it found; null where the domain was gone through.
        stress: agreement on sequences that random ones almost never contain; sequences only.
    """

    agree: int
    total: int
    heldout_agree: int | None
    heldout_total: int | None
    exhaustive: bool
    upper_bound_99: float
    disagreement: Disagreement | SequenceDisagreement | None
    searched: int | None
    search_disagreements: int | None
    stress: Agreement | None = None


@dataclass(frozen=True)
class LengthAgreement:
    """Agreements at a length beyond that of training; sequence tasks only.

    Sequences are counted whole. Those with the task are null where there is none.
    """

    length: int
    program_vs_task: Agreement | None
    model_vs_task: Agreement | None
    program_vs_model: Agreement


@dataclass(frozen=True)
class Decoy:
    """A wrong explanation put through the same test.

    Attributes:
        name: what is wrong with it.
        logit_r2: part of the logits that it explains on inputs that were not fitted.
        agreement: part of all inputs on which its arg max is the network's answer.
    """

    name: str
    logit_r2: float
    agreement: float


@dataclass(frozen=True)
class Isolated:
    """A key frequency in the network whose embedding holds the plane of this one alone.

    Attributes:
        label: how the size of its wave depends on the difference d of the inputs: not at all
            ("clock"), as |cos(πkd/p)| ("pizza"), or clearly as neither ("mixed").
        clock_r2, pizza_r2: of the two fits.
    """

    frequency: int
    label: Label
    clock_r2: float
    pizza_r2: float


@dataclass(frozen=True)
class DecodedVariable:
    """A variable of a program, read linearly from the hidden state.

    Attributes:
        reading: what is decoded: the value, an indicator of every value, or places on a circle,
            whichever fits best on the fitted sequences.
        r2: on sequences that were not fitted.
        decoy_r2: the same for the variable along machines with other transitions: the best; null
            where every such machine that was drawn goes with the true one.
    """

    name: str
    reading: str
    r2: float
    decoy_r2: float | None


@dataclass(frozen=True)
class Inside:
    """Evidence about the inside of the network. All accuracies are against its own answers.

    Attributes:
        logit_r2: part of the variance of the centred logits that the program's logits explain, on
            inputs that were not used for fitting.
        kept_only_accuracy: answers kept when the embedding is restricted to the mean and the
            planes of the key frequencies; removed_accuracy: when those planes are taken out.
        kept_only_logits_accuracy, removed_logits_accuracy: the same in the logits, where
            keeping means the program's waves and removing means what they leave.
        decode_r2: R² of decoding the key waves of φ linearly from the last hidden layer, on
            inputs that were not fitted: the worst of them. decode_decoy_r2: the best of as many
            other frequencies.
        interchange_accuracy: when the key planes of the embedding are permuted among the values,
            the answers that follow the permutation; interchange_decoy: when as many other
            planes are.
        decoy_best: the largest logit_r2 among the decoys.
        smallest_margin: the smallest lead of the network's answer over the runner-up, in float64.
        mean_margin_train, mean_margin_heldout: means over trained and held-out inputs.
        float32_drift: the largest difference between a logit in float32 and in float64.
        float32_agree: answers that float32 and float64 give alike.
        restricted_loss: cross-entropy of the program's logits against the task, over the domain;
            excluded_loss: of what they leave, on trained inputs.
        isolated: every key frequency by itself, of two inputs in a network with an embedding.
        gradient_symmetricity: mean cosine similarity of the gradients of a logit by the
            embeddings of the two inputs, over random inputs and outputs; near 1 for a pizza.
        interchange_accuracy, over sequences: continuations that the network, from the hidden state
            of another prefix in the same state of the machine, gives as the machine does;
            interchange_decoy: from a prefix in another state.
        moved_accuracy: continuations that follow the machine from another state when the hidden
            state is moved by the difference of the two states' means; moved_decoy: when it is
            moved as far in a random direction.
        variables: of the program, decoded from the hidden state. decode_r2 is the worst of them.
        distance_irrelevance: standard deviation of the logit of the network's own answer among
            inputs of one difference, mean over the differences, divided by that over all inputs;
            near 0 for a pizza, near 1 for a clock (both: Zhong et al., arXiv 2306.17844).
    """

    logit_r2: float | None = None
    kept_only_accuracy: float | None = None
    removed_accuracy: float | None = None
    kept_only_logits_accuracy: float | None = None
    removed_logits_accuracy: float | None = None
    decode_r2: float | None = None
    decode_decoy_r2: float | None = None
    interchange_accuracy: float | None = None
    interchange_decoy: float | None = None
    decoy_best: float | None = None
    decoys: tuple[Decoy, ...] = ()
    smallest_margin: float | None = None
    mean_margin_train: float | None = None
    mean_margin_heldout: float | None = None
    float32_drift: float | None = None
    float32_agree: int | None = None
    restricted_loss: float | None = None
    excluded_loss: float | None = None
    isolated: tuple[Isolated, ...] = ()
    gradient_symmetricity: float | None = None
    distance_irrelevance: float | None = None
    moved_accuracy: float | None = None
    moved_decoy: float | None = None
    variables: tuple[DecodedVariable, ...] = ()


@dataclass(frozen=True)
class MechanismSummary:
    """Kind, name, and the size of the program's syntax tree as its description length."""

    kind: str
    name: str
    description_length: int | None


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
class Proof:
    """The rigorous part of the agreement with the network.

    Attributes:
        statement: what was proved.
        smallest_lead: rigorous lower bound on the lead of the network's answer, over all inputs,
            for the stored weights in real arithmetic.
        rounding: largest radius of a logit; null over sequences.
        float_bound: the same for a plain evaluation in float32, summed in any order.
        up_to_length: steps up to which it holds; null where it holds for every length, or for a
            finite domain.
        nodes: boxes in hidden space that the induction over steps goes through.
        history: how many of the last symbols a box is for.
    """

    statement: str
    smallest_lead: float
    rounding: float | None
    float_bound: FloatBound
    up_to_length: int | None = None
    nodes: int | None = None
    history: int | None = None


@dataclass(frozen=True)
class HoldsFor:
    """The inputs that the verdict is about.

    Attributes:
        inputs: how many there are; null for sequences of every length.
        lengths: of sequences; null for a finite domain.
    """

    domain: str
    inputs: int | None
    sampled: bool
    sampling: str | None
    lengths: str | None = None


@dataclass(frozen=True)
class Report:
    """Everything that was checked, on which inputs, with what result.

    Attributes:
        runner_up: another mechanism that was read from the same network, whose program was longer.
    """

    task: str
    verdict: Verdict
    located: bool
    reasons: tuple[str, ...]
    holds_for: HoldsFor | None
    mechanism: MechanismSummary
    model_vs_task: Agreement | None
    program_vs_task: Agreement | None
    program_vs_model: ProgramVsModel | None
    inside: Inside
    program: ProgramSize | None
    meaning: Meaning | None
    proof: Proof | None
    diverges_at: Disagreement | SequenceDisagreement | None = None
    longer: tuple[LengthAgreement, ...] = ()
    numbers: dict[str, float | int | None] | None = None
    runner_up: MechanismSummary | None = None
    format_version: int = FORMAT_VERSION

    @property
    def sentence(self) -> str:
        """The verdict in a sentence or two; what is wrong for the task comes first."""
        if self.program_vs_model is None or self.holds_for is None:
            return self._refused_sentence
        return self._wrong_for_the_task + self._agreement_sentence(
            self.program_vs_model, self.holds_for
        )

    @property
    def _refused_sentence(self) -> str:
        got = ""
        if self.model_vs_task is not None:
            got = (
                f", which is right for the task on {_of_all(self.model_vs_task)} that were checked"
            )
        return f"No mechanism was found that explains this network{got}; no program was written."

    @property
    def _wrong_for_the_task(self) -> str:
        """That network or program, or both, are wrong for the task; nothing where they are not."""
        network, program, counted = (
            self.model_vs_task,
            self.program_vs_task,
            self.program_vs_model,
        )
        if network is None or program is None or counted is None:
            return ""
        if network.agree == network.total and program.agree == program.total:
            return ""
        things = "sequences" if self.holds_for and self.holds_for.lengths else "inputs"
        if counted.agree == counted.total == network.total:
            return (
                f"Right for the task on {network.agree:,} of {network.total:,} {things}: network "
                f"and program are wrong on {network.total - network.agree:,}. "
            )
        return (
            f"Right for the task are the network on {network.agree:,} of {network.total:,} "
            f"{things} and the program on {program.agree:,} of {program.total:,}. "
        )

    def _agreement_sentence(self, counted: ProgramVsModel, holds: HoldsFor) -> str:
        if holds.lengths is not None:
            return self._sequence_sentence(counted, holds)
        every, agree = f"{counted.total:,}", f"{counted.agree:,} of {counted.total:,}"
        bound = f"with 99% confidence they differ on less than {counted.upper_bound_99:.2g} of the"
        if counted.exhaustive and self.verdict in {"tested", "approximate"}:
            return {
                "tested": f"The program answered as the network did on all {every} inputs of the "
                "domain; the network was not stored, so that nobody can run it again.",
                "approximate": f"The program answered as the network did on {agree} inputs, which "
                "are all that there are.",
            }[self.verdict]
        return {
            "proved": f"The program answers as the network does on all {every} inputs, and "
            "no rounding of the network's arithmetic can change an answer.",
            "exhaustive": f"The program answers as the network does on all {every} inputs.",
            "tested": f"The program answered as the network did on {agree} inputs drawn at "
            f"random; {bound} domain.",
            "approximate": f"The program answered as the network did on {agree} inputs drawn at "
            f"random; {bound} domain.",
        }.get(self.verdict, "Refused: no program was written.")

    def _sequence_sentence(self, counted: ProgramVsModel, holds: HoldsFor) -> str:
        agree = f"{counted.agree:,} of {counted.total:,}"
        bound = f"with 99% confidence they differ on less than {counted.upper_bound_99:.2g} of them"
        return {
            "proved": f"The program answers as the network does on sequences of {holds.lengths}, "
            "whatever the inputs, and no rounding of the network's arithmetic can change that.",
            "exhaustive": "The program answers as the network does on every sequence of "
            f"{holds.lengths}.",
            "tested": f"The program answered as the network did on {agree} sequences drawn at "
            f"random, of {holds.lengths}; {bound}.",
            "approximate": f"The program answered as the network did on {agree} sequences, of "
            f"{holds.lengths}; {bound}.",
        }.get(self.verdict, "Refused: no program was written.")

    def _repr_html_(self) -> str:
        rows: list[tuple[str, Any]] = [("mechanism", self.mechanism.name)]
        if self.program_vs_model is not None:
            counted = self.program_vs_model
            rows.append(("program = network", f"{counted.agree:,} of {counted.total:,}"))
        if self.program_vs_task is not None:
            counted = self.program_vs_task
            rows.append(("program = task", f"{counted.agree:,} of {counted.total:,}"))
        if self.inside.logit_r2 is not None:
            rows.append(("R² of the logits", f"{self.inside.logit_r2:.3f}"))
        rows += [("because", reason) for reason in self.reasons]
        body = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in rows
        )
        return f"<p><b>{self.verdict}</b>. {escape(self.sentence)}</p><table>{body}</table>"
