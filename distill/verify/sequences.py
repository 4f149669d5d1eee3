"""Is the loop what the recurrent network does? Counts, searches, the inside, proof, verdict."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.channels import Channels
from distill.checker.count import upper_bound
from distill.checker.sandbox import program_of, run_sequences
from distill.checker.scope import holds_for
from distill.checker.sequences import answers_of
from distill.checker.verdict import STRENGTH
from distill.emit.sequences import EmittedLoop
from distill.errors import TooLargeError
from distill.mechanism import AutomatonMechanism, Refusal
from distill.report import (
    HoldsFor,
    MechanismSummary,
    ProgramSize,
    ProgramVsModel,
    Proof,
    Report,
    in_its_own_words,
)
from distill.search.conformance import impulses
from distill.search.folder import search_beyond as search
from distill.search.search import Asked, Searched
from distill.sequence_network import SequenceNetwork
from distill.sequence_tasks import SequenceTask
from distill.verify import automaton, recurrence
from distill.verify.answers import Answers, agreement, answered, first_difference
from distill.verify.draws import Draws, SequenceDraw, planned
from distill.verify.figures import Measure, Measured, rows_of
from distill.verify.induction import Boxes, NotClosed
from distill.verify.refused import refused_report

LEADS_AT_ONCE = 1_000


@dataclass(frozen=True)
class SequencesVerified:
    """The report, and what the certificate keeps as data.

    Attributes:
        draws: null where nothing was emitted.
        reference: the task's answers along the fresh and the longer draws, or null.
        boxes: of the induction; their corners are null where it holds up to a length only.
    """

    report: Report
    draws: Draws | None = None
    reference: tuple[Int[ndarray, "_ _ _"], ...] | None = None
    boxes: Boxes | NotClosed | None = None


def verify_best(
    written: list[EmittedLoop],
    network: SequenceNetwork,
    length: int,
    task: SequenceTask | None,
    name: str,
) -> tuple[EmittedLoop, SequencesVerified]:
    """The program that is most surely what the network does, of several; then the shortest.

    What a program lists comes last. Of the others a proof counts most, then whether the network
    was shown to hold the program's variables: `total % 5` answers as a counter modulo 5 does, and
    a network that turns in a circle holds no total.

    Args:
        written: programs of the same network, the shortest first.
        network: that they were read from.
        length: of the training sequences.
        task: the task, if there is one.
        name: of the task, for the report.
    """
    best: tuple[tuple[bool, int, bool], EmittedLoop, SequencesVerified] | None = None
    for loop in written:
        others = tuple(other for other in written if other is not loop)
        verified = verify_sequences(loop, others, network, length, task, name)
        report = verified.report
        rank = (not loop.tabulated, STRENGTH.index(report.verdict), report.located)
        if best is None or rank > best[0]:
            best = rank, loop, verified
        if report.verdict == "proved" and (report.located or not loop.remembers):
            break
    assert best is not None, "there is a program to verify"
    return best[1], best[2]


def verify_sequences(
    emitted: EmittedLoop,
    others: tuple[EmittedLoop, ...],
    network: SequenceNetwork,
    length: int,
    task: SequenceTask | None,
    name: str,
) -> SequencesVerified:
    """Check an emitted loop against its network, and both against the task.

    Args:
        emitted: the program.
        others: programs of the same network that were not taken, the best first.
        network: that they were read from.
        length: of the training sequences.
        task: the task, if there is one; it is used for separate counts only.
        name: of the task, for the report.
    """
    source, channels = emitted.program.source, network.channels
    draws = planned(channels, length, task)
    fresh, stress = (
        answered(source, network, draw.sequences(channels), task)
        for draw in (draws.fresh, draws.stress)
    )
    longer = list[Answers]()
    for draw in draws.longer:
        try:
            longer.append(answered(source, network, draw.sequences(channels), task))
        except TooLargeError:  # answers that grow fast leave what can be counted with
            break
    draws = replace(draws, longer=draws.longer[: len(longer)])
    tried = np.concatenate([fresh.sequences, stress.sequences])
    seen = _evidence(emitted, network, length, tried)
    found = searched(source, network, length, seen.tried)
    tried_too = [answered(source, network, sequences) for sequences in seen.tried]
    if found.first is not None:
        tried_too.append(answered(source, network, found.first[None]))
    counted = _count(draws, fresh, stress, [part.within(length) for part in tried_too], found)
    figures = seen.figures | {"smallest_margin": Measure(_smallest_lead(network, tried))}
    beyond = [*longer, *(part for part in tried_too if part.length > length)]
    program = emitted.program
    report = in_its_own_words(
        Report(
            task=name,
            space="sequences",
            stored=True,
            verdict="refused",
            located=False,
            reasons=(),
            remarks=_remarks(emitted, seen.boxes),
            holds_for=None,
            mechanism=_summary(emitted),
            model_vs_task=None if fresh.task is None else agreement(fresh.model, fresh.task),
            program_vs_task=None if fresh.task is None else agreement(fresh.program, fresh.task),
            program_vs_model=counted,
            figures=rows_of(emitted.mechanism.kind, figures, stored=True),
            program=ProgramSize(program.lines, program.ast_nodes, program.data_literals, 0),
            meaning=None,
            proof=seen.proof,
            diverges_at=first_difference(beyond),
            longer=tuple(part.longer() for part in longer),
            runner_up=_summary(others[0]) if others else None,
        )
    )
    report = replace(report, holds_for=_holds_for(channels, draws.fresh, report))
    reference = None
    if fresh.task is not None:
        reference = tuple(part.task for part in (fresh, *longer) if part.task is not None)
    return SequencesVerified(report, draws, reference, seen.boxes)


@dataclass(frozen=True)
class Evidence:
    """What is special about a kind of mechanism.

    Attributes:
        tried: sequences that a search for disagreements begins with.
        figures: what the hidden state holds of the program's variables.
    """

    tried: list[Int[ndarray, "_ _ _"]]
    proof: Proof | None
    boxes: Boxes | NotClosed | None
    figures: Measured


def _evidence(
    emitted: EmittedLoop,
    network: SequenceNetwork,
    length: int,
    sequences: Int[ndarray, "n length channels"],
) -> Evidence:
    source = emitted.program.source
    if isinstance(emitted.mechanism, AutomatonMechanism):
        proved = automaton.prove(source, emitted.mechanism, network)
        return Evidence(
            automaton.walks_through(emitted.mechanism, network),
            proved.proof,
            proved.boxes,
            automaton.look_inside(emitted.mechanism, network, sequences),
        )
    assert emitted.recurrence is not None, "a mechanism that is no machine has registers"
    return Evidence(
        [impulses(network.channels.inputs, length)],
        recurrence.prove(source, emitted.mechanism, network),
        None,
        recurrence.look_inside(emitted.recurrence, network, sequences),
    )


def searched(
    source: str,
    network: SequenceNetwork,
    length: int,
    tried: list[Int[ndarray, "_ _ _"]],
) -> Searched:
    """Search for disagreements, by the checker's own forward pass: it will do the same again."""
    channels, model = network.channels, network.model
    shape = asdict(model.architecture)
    weights = {name: value.detach().numpy() for name, value in model.parameters.items()}
    answers = np.array(model.answers, dtype=np.int64)

    def ask(rows: Int[ndarray, "n length channels"]) -> Asked:
        program = run_sequences(source, rows, channels.outputs)
        said, lead = answers_of(shape, weights, answers, channels.inputs, rows)
        return Asked((program != said).any(axis=2), lead)

    hints = program_of(source).constants
    return search(ask, tried, channels.inputs, length, hints)


def _summary(emitted: EmittedLoop) -> MechanismSummary:
    mechanism = emitted.mechanism
    return MechanismSummary(
        mechanism.kind, emitted.name, emitted.program.ast_nodes, mechanism.remembered
    )


def verify_sequence_refusal(
    refusal: Refusal,
    network: SequenceNetwork | None,
    length: int,
    task: SequenceTask | None,
    name: str,
) -> SequencesVerified:
    """The report of a run without a program: what was seen, and how good the network is.

    Args:
        refusal: why there is no program.
        network: null where none was trained.
        length: of the training sequences.
        task: the task, if there is one.
        name: of the task, for the report.
    """
    counted = None
    if task is not None and network is not None:
        sequences = planned(network.channels, length, task).fresh.sequences(network.channels)
        counted = agreement(network.run(sequences), task.labels(sequences))
    stored = network is not None
    return SequencesVerified(refused_report(refusal, name, "sequences", stored, counted))


def _smallest_lead(network: SequenceNetwork, sequences: Int[ndarray, "n length channels"]) -> float:
    starts = range(0, len(sequences), LEADS_AT_ONCE)
    return min(float(network.lead(sequences[i : i + LEADS_AT_ONCE]).min()) for i in starts)


def _count(
    draws: Draws, fresh: Answers, stress: Answers, tried: list[Answers], found: Searched
) -> ProgramVsModel:
    agree = fresh.agreement()
    every = draws.fresh.kind == "every"
    return ProgramVsModel(
        agree=agree.agree,
        total=agree.total,
        heldout_agree=None,
        heldout_total=None,
        exhaustive=every,
        upper_bound_99=0.0
        if every and agree.agree == agree.total
        else upper_bound(agree.total - agree.agree, agree.total),
        disagreement=first_difference([fresh, stress, *tried]),
        searched=found.visited,
        search_disagreements=found.disagreements,
        stress=stress.agreement(),
        length=fresh.length,
    )


def _remarks(emitted: EmittedLoop, boxes: Boxes | NotClosed | None) -> tuple[str, ...]:
    remarks = []
    if emitted.tabulated:
        remarks.append(
            "the program lists what its machine does, at least in part: no arithmetic was found "
            "for it"
        )
    free = [each.name for each in emitted.variables if None in each.values]
    if free:
        remarks.append(
            f"{', '.join(free)} may be anything in some states, and was not looked for in the "
            "network"
        )
    if isinstance(boxes, NotClosed):
        remarks.append(f"no boxes in hidden space were found that are closed: {boxes.reason}")
    return tuple(remarks)


def _holds_for(channels: Channels, fresh: SequenceDraw, report: Report) -> HoldsFor:
    ends = [(values[0], values[-1]) for values in channels.inputs]
    up_to = None if report.proof is None else report.proof.up_to_length
    draw = asdict(fresh)
    if fresh.kind == "listed":
        draw["different"] = len(np.unique(fresh.sequences(channels), axis=0))
    return HoldsFor(**holds_for("sequences", ends, channels.outputs, report.verdict, draw, up_to))
