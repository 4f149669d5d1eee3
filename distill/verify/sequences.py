"""Is the loop what the recurrent network does? Counts, searches, the inside, proof, verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.channels import Channels
from distill.checker.derive import upper_bound
from distill.emit.sequences import EmittedLoop
from distill.mechanism import AutomatonMechanism, Refusal
from distill.report import (
    HoldsFor,
    Inside,
    MechanismSummary,
    ProgramSize,
    ProgramVsModel,
    Proof,
    Report,
    Verdict,
)
from distill.sequence_network import SequenceNetwork
from distill.sequence_tasks import SequenceTask
from distill.verify import automaton, recurrence
from distill.verify.answers import Answers, agreement, answered, first_difference
from distill.verify.draws import Draws, SequenceDraw, planned
from distill.verify.induction import Boxes, NotClosed
from distill.verify.refused import refused_report

LEADS_AT_ONCE = 1_000

STRENGTH = ("refused", "approximate", "tested", "exhaustive", "proved")
"""Verdicts, the weakest first."""


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
    fresh, stress, *longer = (
        answered(source, network, draw.sequences(channels), task)
        for draw in (draws.fresh, draws.stress, *draws.longer)
    )
    tried = np.concatenate([fresh.sequences, stress.sequences])
    seen = _evidence(emitted, network, length, tried)
    searched = [answered(source, network, sequences) for sequences in seen.searched]
    counted = _count(draws, fresh, stress, [part.within(length) for part in searched])
    proof, not_located, program = seen.proof, seen.doubts, emitted.program
    verdict = _verdict(counted, proof, length)
    inside = replace(seen.inside, smallest_margin=_smallest_lead(network, tried))
    beyond = [*longer, *(part for part in searched if part.length > length)]
    report = Report(
        task=name,
        verdict=verdict,
        located=not not_located,
        reasons=tuple(not_located + _remarks(emitted, counted, proof, verdict) + _beyond(longer)),
        holds_for=_holds_for(channels, draws.fresh, verdict, proof),
        mechanism=_summary(emitted),
        model_vs_task=None if fresh.task is None else agreement(fresh.model, fresh.task),
        program_vs_task=None if fresh.task is None else agreement(fresh.program, fresh.task),
        program_vs_model=counted,
        inside=inside,
        program=ProgramSize(program.lines, program.ast_nodes, program.data_literals, 0),
        meaning=None,
        proof=proof,
        diverges_at=first_difference(beyond),
        longer=tuple(part.longer() for part in longer),
        runner_up=_summary(others[0]) if others else None,
    )
    reference = None
    if fresh.task is not None:
        reference = tuple(part.task for part in (fresh, *longer) if part.task is not None)
    return SequencesVerified(report, draws, reference, seen.boxes)


@dataclass(frozen=True)
class Evidence:
    """What is special about a kind of mechanism.

    Attributes:
        searched: sequences on which a program that is wrong anywhere is likely to be caught.
        doubts: why the program's variables were not located; none if they were.
    """

    searched: list[Int[ndarray, "_ _ _"]]
    proof: Proof | None
    boxes: Boxes | NotClosed | None
    inside: Inside
    doubts: list[str]


def _evidence(
    emitted: EmittedLoop,
    network: SequenceNetwork,
    length: int,
    sequences: Int[ndarray, "n length channels"],
) -> Evidence:
    source = emitted.program.source
    if isinstance(emitted.mechanism, AutomatonMechanism):
        proved = automaton.prove(source, emitted.mechanism, network)
        inside = automaton.look_inside(emitted.mechanism, network, sequences)
        return Evidence(
            automaton.searched_sequences(emitted.mechanism, network, length),
            proved.proof,
            proved.boxes,
            inside,
            automaton.doubts(inside, emitted.mechanism),
        )
    assert emitted.recurrence is not None, "a mechanism that is no machine has registers"
    inside = recurrence.look_inside(emitted.recurrence, network, sequences)
    return Evidence(
        recurrence.searched_sequences(network, length),
        recurrence.prove(source, emitted.mechanism, network),
        None,
        inside,
        recurrence.doubts(inside, emitted.recurrence),
    )


def _summary(emitted: EmittedLoop) -> MechanismSummary:
    return MechanismSummary(emitted.mechanism.kind, emitted.name, emitted.program.ast_nodes)


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
    return SequencesVerified(refused_report(refusal, name, counted))


def _smallest_lead(network: SequenceNetwork, sequences: Int[ndarray, "n length channels"]) -> float:
    starts = range(0, len(sequences), LEADS_AT_ONCE)
    return min(float(network.lead(sequences[i : i + LEADS_AT_ONCE]).min()) for i in starts)


def _count(
    draws: Draws, fresh: Answers, stress: Answers, searched: list[Answers]
) -> ProgramVsModel:
    agree, tried = fresh.agreement(), [part.agreement() for part in searched]
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
        disagreement=first_difference([fresh, stress, *searched]),
        searched=sum(counted.total for counted in tried),
        search_disagreements=sum(counted.total - counted.agree for counted in tried),
        stress=stress.agreement(),
    )


def _verdict(counted: ProgramVsModel, proof: Proof | None, length: int) -> Verdict:
    stress = counted.stress
    whole = stress is None or stress.agree == stress.total
    if counted.agree < counted.total or counted.search_disagreements or not whole:
        return "approximate"
    if proof is not None and (proof.up_to_length is None or proof.up_to_length >= length):
        return "proved"
    return "exhaustive" if counted.exhaustive else "tested"


def _remarks(
    emitted: EmittedLoop, counted: ProgramVsModel, proof: Proof | None, verdict: Verdict
) -> list[str]:
    remarks = []
    if emitted.tabulated:
        remarks.append(
            "the program lists what its machine does, at least in part: no arithmetic was found "
            "for it"
        )
    if proof is not None and proof.up_to_length is not None:
        remarks.append(f"not proved for every length: {proof.statement}")
    if proof is None and verdict != "approximate":
        remarks.append("not proved: no proof is known for this kind of network and program")
    if counted.search_disagreements:
        remarks.append(f"a search found {counted.search_disagreements:,} disagreements")
    if counted.stress is not None and counted.stress.agree < counted.stress.total:
        differ = counted.stress.total - counted.stress.agree
        remarks.append(f"they differ on {differ:,} of {counted.stress.total:,} stress sequences")
    return remarks


def _beyond(longer: list[Answers]) -> list[str]:
    """Where program and network part beyond the training length, and which of them is right."""
    for part in longer:
        counted = part.longer()
        alike, total = counted.program_vs_model.agree, counted.program_vs_model.total
        if alike == total:
            continue
        said = (
            f"beyond the training length they part: at length {part.length} on {total - alike} of "
            f"{total} sequences"
        )
        if counted.program_vs_task is not None and counted.model_vs_task is not None:
            said += (
                f"; there the program is right on {counted.program_vs_task.agree}, the network on "
                f"{counted.model_vs_task.agree}"
            )
        return [said]
    return []


def _holds_for(
    channels: Channels, fresh: SequenceDraw, verdict: Verdict, proof: Proof | None
) -> HoldsFor:
    if verdict == "proved" and proof is not None:
        if proof.up_to_length is None:
            return HoldsFor(str(channels), None, False, None, "every length")
        return HoldsFor(str(channels), None, False, None, f"up to {proof.up_to_length:,} steps")
    sampled = fresh.kind != "every"
    return HoldsFor(
        str(channels),
        channels.size**fresh.length,
        sampled,
        str(fresh) if sampled else None,
        f"{fresh.length} steps",
    )
