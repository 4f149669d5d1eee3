"""Is the loop what the recurrent network does? Counts, searches, the inside, proof, verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.channels import Channels
from distill.checker.conformance import least_sure_sequences, padded, walks
from distill.checker.derive import upper_bound
from distill.checker.draws import numbers, symbols
from distill.checker.forward import SINGLE
from distill.checker.invariant import Induction, induction, reach
from distill.checker.loop import walk
from distill.checker.sandbox import run_sequences
from distill.emit.machine import EmittedMachine
from distill.errors import ProgramError
from distill.mechanism import AutomatonMechanism, Refusal
from distill.recurrent_model import RecurrentModel
from distill.report import (
    Agreement,
    FloatBound,
    HoldsFor,
    Inside,
    LengthAgreement,
    MechanismSummary,
    ProgramSize,
    ProgramVsModel,
    Proof,
    Report,
    SequenceDisagreement,
    Verdict,
)
from distill.sequence_tasks import SequenceTask
from distill.verify.draws import Draws, SequenceDraw, planned
from distill.verify.hidden import decoded, interchanged, moved, visits
from distill.verify.induction import Boxes, NotClosed, find_boxes

LOCATED = {"decode": 0.8, "interchange": 0.99, "moved": 0.9}
"""What the tests of the inside must show before a program's variables count as located."""

CLEAR = 0.2
"""How far a test must stand above its decoy."""

MAX_REACH = 1_000
"""Steps up to which boxes are followed where none are closed."""

WALK_SEED = 3
HIDDEN_SEED = 5
HIDDEN_SEQUENCES = 1_000


@dataclass(frozen=True)
class Answers:
    """What was answered along one draw of sequences; the task's part is null without a task."""

    sequences: Int[ndarray, "n length channels"]
    program: Int[ndarray, "n length"]
    model: Int[ndarray, "n length"]
    task: Int[ndarray, "n length"] | None


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
    reference: tuple[Int[ndarray, "_ _"], ...] | None = None
    boxes: Boxes | NotClosed | None = None


def verify_sequences(
    emitted: EmittedMachine,
    mechanism: AutomatonMechanism,
    network: RecurrentModel,
    channels: Channels,
    length: int,
    task: SequenceTask | None,
    name: str,
) -> SequencesVerified:
    """Check an emitted loop against its network, and both against the task.

    Args:
        emitted: the program.
        mechanism: the machine that it was written from.
        network: that the machine was read from.
        channels: what the symbols stand for.
        length: of the training sequences.
        task: the task, if there is one; it is used for separate counts only.
        name: of the task, for the report.
    """
    source = emitted.program.source
    draws = planned(channels, length, task)
    fresh, stress, *longer = (
        _answers(source, network, channels, draw, task)
        for draw in (draws.fresh, draws.stress, *draws.longer)
    )
    searched = _search(source, mechanism, network, channels, length)
    counted = _count(draws, fresh, stress, searched, length)
    proof, boxes = _prove(source, mechanism, network)
    verdict = _verdict(counted, proof, length)
    inside = _look_inside(emitted, mechanism, network, channels, length, [fresh, stress])
    located, doubts = _located(inside, emitted)
    program = emitted.program
    size = ProgramSize(program.lines, program.ast_nodes, program.data_literals, 0)
    report = Report(
        task=name,
        verdict=verdict,
        located=located,
        reasons=tuple(doubts + _remarks(emitted, counted, proof, boxes, verdict)),
        holds_for=_holds_for(channels, draws.fresh, verdict, proof),
        mechanism=MechanismSummary(
            mechanism.kind, _name(emitted, mechanism), emitted.program.ast_nodes
        ),
        model_vs_task=None if fresh.task is None else _agreement(fresh.model, fresh.task),
        program_vs_task=None if fresh.task is None else _agreement(fresh.program, fresh.task),
        program_vs_model=counted,
        inside=inside,
        program=size,
        meaning=None,
        proof=proof,
        diverges_at=_first(
            [*longer, *(part for part in searched if part.program.shape[1] > length)]
        ),
        longer=tuple(_length_agreement(part) for part in longer),
    )
    reference = None
    if fresh.task is not None:
        reference = tuple(part.task for part in (fresh, *longer) if part.task is not None)
    return SequencesVerified(report, draws, reference, boxes)


def verify_sequence_refusal(
    refusal: Refusal,
    network: RecurrentModel | None,
    channels: Channels,
    length: int,
    task: SequenceTask | None,
    name: str,
    remarks: tuple[str, ...] = (),
) -> SequencesVerified:
    """The report of a run without a program: what was seen, and how good the network is.

    Args:
        refusal: why there is no program.
        network: null where none was trained.
        channels: what the symbols stand for.
        length: of the training sequences.
        task: the task, if there is one.
        name: of the task, for the report.
        remarks: on how the network was trained; they come first.
    """
    counted = None
    if task is not None and network is not None:
        sequences = planned(channels, length, task).fresh.sequences(channels)
        said = network.run(numbers(sequences, channels.inputs))
        counted = _agreement(said, task.labels(sequences)[..., 0])
    report = Report(
        task=name,
        verdict="refused",
        located=False,
        reasons=(*remarks, *refusal.reasons),
        holds_for=None,
        mechanism=MechanismSummary(refusal.kind, "none", None),
        model_vs_task=counted,
        program_vs_task=None,
        program_vs_model=None,
        inside=Inside(),
        program=None,
        meaning=None,
        proof=None,
        numbers=refusal.numbers,
    )
    return SequencesVerified(report)


def _answers(
    source: str,
    network: RecurrentModel,
    channels: Channels,
    draw: SequenceDraw,
    task: SequenceTask | None,
) -> Answers:
    sequences = draw.sequences(channels)
    return Answers(
        sequences,
        run_sequences(source, sequences),
        network.run(numbers(sequences, channels.inputs)),
        None if task is None else task.labels(sequences)[..., 0],
    )


def _search(
    source: str,
    mechanism: AutomatonMechanism,
    network: RecurrentModel,
    channels: Channels,
    length: int,
) -> list[Answers]:
    """Sequences on which a program that is wrong anywhere is likely to be caught."""
    machine, count = mechanism.machine, len(mechanism.symbols)
    words = walks(machine.delta, machine.answers)
    found = padded(words, count, WALK_SEED)
    found.append(least_sure_sequences(lambda rows: _lead(network, rows), count, length))
    searched = []
    for words in found:
        sequences = symbols(words, channels.inputs)
        said = run_sequences(source, sequences)
        searched.append(Answers(sequences, said, network.run(words), None))
    return searched


def _lead(network: RecurrentModel, words: Int[ndarray, "n length"]) -> ndarray:
    logits = network.logits(network.hidden(words).reshape(words.size, -1))
    if logits.shape[1] < 2:
        return np.full(words.shape, np.inf)
    top_two = np.partition(logits, -2, axis=1)[:, -2:]
    return (top_two[:, 1] - top_two[:, 0]).reshape(words.shape)


def _count(
    draws: Draws, fresh: Answers, stress: Answers, searched: list[Answers], length: int
) -> ProgramVsModel:
    agree = _agreement(fresh.program, fresh.model)
    every = draws.fresh.kind == "every"
    tried = [_within(part, length) for part in searched]
    return ProgramVsModel(
        agree=agree.agree,
        total=agree.total,
        heldout_agree=None,
        heldout_total=None,
        exhaustive=every,
        upper_bound_99=0.0
        if every and agree.agree == agree.total
        else upper_bound(agree.total - agree.agree, agree.total),
        disagreement=_first([fresh, stress, *tried]),
        searched=sum(len(part.program) for part in tried),
        search_disagreements=sum(
            int((part.program != part.model).any(axis=1).sum()) for part in tried
        ),
        stress=_agreement(stress.program, stress.model),
    )


def _within(part: Answers, length: int) -> Answers:
    """The same sequences, as far as the network was trained on that many steps."""
    return Answers(
        part.sequences[:, :length], part.program[:, :length], part.model[:, :length], None
    )


def _agreement(one: Int[ndarray, "n length"], other: Int[ndarray, "n length"]) -> Agreement:
    """Sequences that are answered alike at every step."""
    return Agreement(int((one == other).all(axis=1).sum()), len(one))


def _length_agreement(part: Answers) -> LengthAgreement:
    return LengthAgreement(
        part.program.shape[1],
        None if part.task is None else _agreement(part.program, part.task),
        None if part.task is None else _agreement(part.model, part.task),
        _agreement(part.program, part.model),
    )


def _first(parts: list[Answers]) -> SequenceDisagreement | None:
    """A shortest of the beginnings of sequences on which program and network differ."""
    shortest = None
    for part in parts:
        differs = part.program != part.model
        rows = np.flatnonzero(differs.any(axis=1))
        if not len(rows):
            continue
        ends = differs[rows].argmax(axis=1)
        row, end = rows[ends.argmin()], int(ends.min())
        if shortest is None or end + 1 < len(shortest.inputs):
            shortest = SequenceDisagreement(
                tuple(tuple(values) for values in part.sequences[row, : end + 1].tolist()),
                int(part.program[row, end]),
                int(part.model[row, end]),
            )
    return shortest


def _prove(
    source: str, mechanism: AutomatonMechanism, network: RecurrentModel
) -> tuple[Proof | None, Boxes | NotClosed | None]:
    """Program = machine by walking both, machine = network by induction over boxes."""
    machine = mechanism.machine
    try:
        walked = walk(source, machine.delta, machine.answers, machine.values)
    except ProgramError:
        return None, None
    if walked.differs is not None:
        return None, None
    found = find_boxes(network, machine)
    weights = {name: value.double().numpy() for name, value in network.parameters.items()}
    if isinstance(found, NotClosed):
        follows, states = found.follows, found.states
        answers = _numbered_answers(network, mechanism)[states]
        steps, lead = reach(weights, follows, answers, MAX_REACH)
        _, single = reach(weights, follows, answers, max(1, steps), SINGLE)
        statement = (
            f"no boxes in hidden space are mapped into one another ({found.reason}); followed from "
            f"the start, they stay apart for {steps} steps"
        )
        proof = Proof(
            statement, lead, None, FloatBound(single > 0, single), steps, len(states), found.history
        )
        return proof, found
    boxes, exact = found
    single = _single(weights, boxes, _numbered_answers(network, mechanism))
    statement = (
        "the network maps the box around every state into that of the next one, and its answer "
        "leads over each of them, for its stored weights in real arithmetic: by induction over "
        "the steps, at every length"
    )
    bound = FloatBound(single.holds, single.lead)
    return Proof(statement, exact.lead, None, bound, None, len(boxes.states), boxes.history), boxes


def _single(
    weights: dict[str, ndarray], boxes: Boxes, answers: Int[ndarray, "states symbols"]
) -> Induction:
    return induction(weights, boxes.low, boxes.high, boxes.follows, answers[boxes.states], SINGLE)


def _numbered_answers(
    network: RecurrentModel, mechanism: AutomatonMechanism
) -> Int[ndarray, "states symbols"]:
    """The machine's answers as numbers of the network's outputs."""
    number = {value: place for place, value in enumerate(network.answers)}
    return np.array([[number[value] for value in row] for row in mechanism.outputs])


def _look_inside(
    emitted: EmittedMachine,
    mechanism: AutomatonMechanism,
    network: RecurrentModel,
    channels: Channels,
    length: int,
    parts: list[Answers],
) -> Inside:
    words = np.concatenate([numbers(part.sequences, channels.inputs) for part in parts])
    smallest = min(float(_lead(network, rows).min()) for rows in np.array_split(words, 10))
    machine, rng = mechanism.machine, np.random.default_rng(HIDDEN_SEED)
    seen = visits(network, machine, rng.permutation(words)[:HIDDEN_SEQUENCES])
    variables = decoded(seen, machine, emitted.variables)
    right, decoy = interchanged(network, machine, seen)
    follows, astray = moved(network, machine, seen)
    decoys = [v.decoy_r2 for v in variables if v.decoy_r2 is not None]
    return Inside(
        decode_r2=min((v.r2 for v in variables), default=None),
        decode_decoy_r2=max(decoys, default=None),
        interchange_accuracy=right,
        interchange_decoy=decoy,
        smallest_margin=smallest,
        moved_accuracy=follows,
        moved_decoy=astray,
        variables=variables,
    )


def _located(inside: Inside, emitted: EmittedMachine) -> tuple[bool, list[str]]:
    """Whether the network was shown to hold the program's variables, and if not, why not."""
    if not emitted.variables:
        return False, ["not located: the program remembers nothing, so there is nothing to locate"]
    if inside.decode_r2 is None:
        return False, ["not located: no variable of the program has one value in every state"]
    tests = {
        "R² of decoding": (inside.decode_r2, inside.decode_decoy_r2, LOCATED["decode"]),
        "continuations after an interchange": (
            inside.interchange_accuracy,
            inside.interchange_decoy,
            LOCATED["interchange"],
        ),
        "continuations after a move": (
            inside.moved_accuracy,
            inside.moved_decoy,
            LOCATED["moved"],
        ),
    }
    doubts = []
    for name, (value, decoy, bound) in tests.items():
        if value is None:
            doubts.append(f"not located: {name}: not tested")
        elif value < bound:
            doubts.append(f"not located: {name}: {value:.3f}, needs at least {bound}")
        elif decoy is not None and value < decoy + CLEAR:
            doubts.append(f"not located: {name}: {value:.3f}, and a decoy {decoy:.3f}")
    return not doubts, doubts


def _verdict(counted: ProgramVsModel, proof: Proof | None, length: int) -> Verdict:
    stress = counted.stress
    whole = stress is None or stress.agree == stress.total
    if counted.agree < counted.total or counted.search_disagreements or not whole:
        return "approximate"
    if proof is not None and (proof.up_to_length is None or proof.up_to_length >= length):
        return "proved"
    return "exhaustive" if counted.exhaustive else "tested"


def _remarks(
    emitted: EmittedMachine,
    counted: ProgramVsModel,
    proof: Proof | None,
    boxes: Boxes | NotClosed | None,
    verdict: Verdict,
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
        remarks.append("not proved: the program is not a loop that can be followed at every length")
    if counted.search_disagreements:
        remarks.append(f"a search found {counted.search_disagreements:,} disagreements")
    if counted.stress is not None and counted.stress.agree < counted.stress.total:
        differ = counted.stress.total - counted.stress.agree
        remarks.append(f"they differ on {differ:,} of {counted.stress.total:,} stress sequences")
    return remarks


def _holds_for(
    channels: Channels, fresh: SequenceDraw, verdict: Verdict, proof: Proof | None
) -> HoldsFor:
    every = channels.size**fresh.length
    if verdict == "proved" and proof is not None:
        if proof.up_to_length is None:
            return HoldsFor(str(channels), None, False, None, "every length")
        steps = f"up to {proof.up_to_length:,} steps"
        return HoldsFor(str(channels), None, False, None, steps)
    sampled = fresh.kind != "every"
    return HoldsFor(
        str(channels), every, sampled, str(fresh) if sampled else None, f"{fresh.length} steps"
    )


def _name(emitted: EmittedMachine, mechanism: AutomatonMechanism) -> str:
    count = f"{mechanism.states} state{'s' if mechanism.states > 1 else ''}"
    return emitted.name if count in emitted.name else f"{emitted.name} ({count})"
