"""What follows from a stored network and program over sequences, by its name in the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite, prod
from typing import Any

import numpy as np
from numpy import ndarray

from .affine import affine_pass, is_system
from .conformance import impulses, padded, walks
from .derive import Claims, sizes, upper_bound
from .draws import drawn, numbers, stress, symbols, uniform
from .errors import ProgramError
from .forward import SINGLE
from .invariant import induction, reach
from .linear_bound import IntegerSystem, linear_bound
from .loop import walk
from .read import SequenceEvidence, whole
from .recurrent import NONE, IntegerForward, RecurrentForward
from .sandbox import program_of, run_sequences
from .search import Asked, Searched, search_sequences
from .statements import holds_for

WALK_SEED = 3
MAX_REACH = 1_000
FEWEST_DRAWN = 1_000
FRESH = {uniform: 10_000, stress: 2_000}
FRESH_LONGER, TIMES = 150, (2, 5, 10)
LONGEST = 2_000


def derive_sequences(evidence: SequenceEvidence) -> Claims:
    """Every claim that follows from a folder over sequences.

    Raises:
        ProgramError: the program is not of the language, failed, or took more than its limits.
        ValueError: the folder's parts do not fit together.
    """
    if evidence.shape is None or evidence.draws is None:
        raise ValueError("the certificate holds no network, or no sequences")
    claims: Claims = {"space": "sequences", "stored": True, "program.exceptions": 0}
    claims |= sizes(evidence.program)
    claims |= {"mechanism.variables": list(remembered(evidence)), "meaning": None}
    _counts(evidence, evidence.draws, claims)
    _search(evidence, claims)
    claims["proof"] = None
    if evidence.mechanism["kind"] == "recurrence":
        if evidence.mechanism["system"] is not None:
            _linear_proof(evidence, evidence.mechanism["system"], claims)
        return claims
    claims["mechanism follows"] = _follows_machine(evidence)
    if evidence.induction is not None:
        _proof(evidence, evidence.induction, claims)
    return claims


def conclude_sequences(evidence: SequenceEvidence, verdict: str, claims: Claims) -> Claims:
    """What a verdict is about."""
    assert evidence.draws is not None, "derived before"
    ends = [(values[0], values[-1]) for values in evidence.channels]
    draw = {**evidence.draws["fresh"]}
    if draw["kind"] == "listed":
        draw["different"] = len(np.unique(drawn(draw, evidence.channels), axis=0))
    steps = claims.get("proof.up_to_length")
    held = holds_for("sequences", ends, evidence.outputs, verdict, draw, steps)
    return {f"holds_for.{name}": value for name, value in held.items()}


def draw_again(evidence: SequenceEvidence, seed: int, up_to: int | None) -> tuple[int, int]:
    """Ask on sequences that nobody could know before: how many, and on how many they differ.

    Args:
        evidence: of the run.
        seed: of the draws.
        up_to: steps up to which the verdict claims equality; null for every length.
    """
    claimed = [min(times * evidence.length, LONGEST) for times in TIMES]
    lengths = [evidence.length, *(n for n in claimed if up_to is None or n <= up_to)]
    asked = differ = 0
    for place, length in enumerate(lengths):
        for kind, most in FRESH.items():
            count = FRESH_LONGER if place else most
            rows = kind(evidence.channels, count, length, seed + place)
            try:
                program = run_sequences(evidence.program, rows, evidence.outputs)
            except ProgramError:
                if length == evidence.length:
                    raise
                continue  # answers that grow fast leave what can be counted with
            model, _ = network_answers(evidence, rows)
            asked += count
            differ += int((program != model).any(axis=(1, 2)).sum())
    return asked, differ


def remembered(evidence: SequenceEvidence) -> tuple[str, ...]:
    """The variables of the program that its state determines, and that are not always the same."""
    mechanism = evidence.mechanism
    if mechanism["kind"] == "recurrence":
        return tuple(mechanism["registers"])
    held = {v["name"]: v["values"] for v in mechanism["variables"]}
    return tuple(n for n, values in held.items() if None not in values and len(set(values)) > 1)


def called(evidence: SequenceEvidence, name: Any) -> str:
    """What the mechanism is called: as the program's title, and a machine by its states.

    Args:
        evidence: of the run.
        name: what it is said to be called; handed back if that is so but for capitals.
    """
    title = program_of(evidence.program).title
    count = len(evidence.mechanism.get("transitions", ()))
    known = (title, f"{title} ({count} state{'s' if count != 1 else ''})")
    same = isinstance(name, str) and name.casefold() in {one.casefold() for one in known}
    return name if same else title


def network_answers(evidence: SequenceEvidence, sequences: ndarray) -> tuple[ndarray, ndarray]:
    """What the stored network of a run answers along sequences, and with what lead."""
    assert evidence.shape is not None, "asked for stored networks only"
    return answers_of(
        evidence.shape, evidence.weights, evidence.answers, evidence.channels, sequences
    )


def answers_of(
    shape: Mapping[str, Any],
    weights: Mapping[str, ndarray],
    answers: ndarray,
    channels: tuple[range, ...],
    sequences: ndarray,
) -> tuple[ndarray, ndarray]:
    """What weights answer along sequences of values, and with what lead.

    Args:
        shape: of the network.
        weights: by name.
        answers: the values that its outputs stand for; none where it gives numbers.
        channels: the ranges of what it reads.
        sequences: [n, length, channels].

    Returns:
        Answers [n, length, outputs], and leads [n, length].
    """
    if shape["kind"] == "recurrent":
        said = RecurrentForward(weights)(numbers(sequences, channels))
        return answers[said.answers][..., None], said.lead
    read = numbers(sequences, channels)[..., None] if shape["one_hot"] else sequences
    counted = IntegerForward(shape, weights)(read)
    if not len(answers):
        return counted.answers, counted.lead
    return np.where(counted.answers < 0, NONE, answers[counted.answers]), counted.lead


def _counts(evidence: SequenceEvidence, plan: Mapping[str, Any], claims: Claims) -> None:
    """Agreements along the sequences of the certificate."""
    fresh, stressed, longer = plan["fresh"], plan["stress"], plan["longer"]
    if (fresh["length"], stressed["length"]) != (evidence.length, evidence.length):
        raise ValueError("the sequences of the certificate are not of the training length")
    if stressed["kind"] != "stress" or fresh["kind"] not in {"every", "uniform", "listed"}:
        raise ValueError("the sequences of the certificate are of other kinds than are claimed")
    references = [*(evidence.reference or [None] * (1 + len(longer)))]
    leads = list[float]()
    for place, draw in enumerate([fresh, *longer, stressed]):
        name = "" if not place else f"longer.{place - 1}." if place <= len(longer) else "stress"
        sequences = drawn(draw, evidence.channels)
        if not name and draw["kind"] != "every" and len(sequences) < FEWEST_DRAWN:
            raise ValueError(f"only {len(sequences)} sequences were drawn")
        program = run_sequences(evidence.program, sequences, evidence.outputs)
        model, lead = network_answers(evidence, sequences)
        if name in {"", "stress"}:
            leads.append(float(lead.min()))
        if name == "stress":
            _count("program_vs_model.stress", program, model, claims)
            continue
        _count(f"{name}program_vs_model", program, model, claims)
        if name:
            claims[f"{name}length"] = sequences.shape[1]
        reference = references[place]
        if reference is None:
            claims |= {f"{name}model_vs_task": None, f"{name}program_vs_task": None}
        else:
            expected = reference.reshape(program.shape)
            _count(f"{name}model_vs_task", model, expected, claims)
            _count(f"{name}program_vs_task", program, expected, claims)
    claims["figures.smallest_margin"] = min(leads) if all(map(isfinite, leads)) else None
    agree, total = claims["program_vs_model.agree"], claims["program_vs_model.total"]
    every = fresh["kind"] == "every"
    claims |= {
        "program_vs_model.exhaustive": every,
        "program_vs_model.length": evidence.length,
        "program_vs_model.heldout_agree": None,
        "program_vs_model.heldout_total": None,
        "program_vs_model.upper_bound_99": 0.0
        if every and agree == total
        else upper_bound(total - agree, total),
    }


def _count(name: str, one: ndarray, other: ndarray, claims: Claims) -> None:
    """Sequences that are answered alike at every step."""
    claims[f"{name}.agree"] = int((one == other).all(axis=(1, 2)).sum())
    claims[f"{name}.total"] = len(one)


def machine_of(evidence: SequenceEvidence) -> tuple[ndarray, ndarray, ndarray]:
    """Transitions, answers [states, symbols] and symbols [symbols, channels] of the machine.

    Raises:
        ValueError: it is not a machine over the symbols of the certificate.
    """
    mechanism, count = evidence.mechanism, prod(map(len, evidence.channels))
    if len(mechanism["symbols"]) != count:
        raise ValueError("the machine is not one over the symbols of the certificate")
    transitions, outputs, listed = (
        whole(mechanism[name]) for name in ("transitions", "outputs", "symbols")
    )
    every = symbols(np.arange(count), evidence.channels)
    fits = transitions.shape == outputs.shape and transitions.shape[1:] == (count,)
    if not fits or not np.array_equal(listed, every):
        raise ValueError("the machine is not one over the symbols of the certificate")
    if transitions.min() < 0 or transitions.max() >= len(transitions):
        raise ValueError("the machine goes to a state that it does not have")
    return transitions, outputs, listed


def search(
    ask: Callable[[ndarray], Asked],
    tried: list[ndarray],
    channels: tuple[range, ...],
    length: int,
    constants: tuple[int, ...],
) -> Searched:
    """Look for sequences on which program and network differ.

    Args:
        ask: what they answer along sequences [n, any length, channels].
        tried: sequences to begin with, of any length; what lies beyond `length` is not counted.
        channels: the ranges.
        length: of the sequences that are searched then.
        constants: integers that stand in the program.
    """
    searched = found = 0
    for sequences in tried:
        searched += len(sequences)
        found += int(ask(sequences).differs[:, :length].any(axis=1).sum())
    more = search_sequences(ask, channels, length, constants=constants)
    return Searched(searched + more.visited, found + more.disagreements, more.first)


def asked(evidence: SequenceEvidence) -> Callable[[ndarray], Asked]:
    """How program and network of a run are asked about sequences [n, length, channels]."""

    def ask(rows: ndarray) -> Asked:
        program = run_sequences(evidence.program, rows, evidence.outputs)
        model, lead = network_answers(evidence, rows)
        return Asked((program != model).any(axis=2), lead)

    return ask


def _search(evidence: SequenceEvidence, claims: Claims) -> None:
    """Walks through the machine, or impulses; then the search."""
    if evidence.mechanism["kind"] == "automaton":
        transitions, outputs, listed = machine_of(evidence)
        words = padded(walks(transitions, outputs), len(listed), WALK_SEED)
        tried = [symbols(part, evidence.channels) for part in words]
    else:
        tried = [impulses(evidence.channels, evidence.length)]

    hints = program_of(evidence.program).constants
    ask = asked(evidence)
    found = search(ask, tried, evidence.channels, evidence.length, hints)
    claims["program_vs_model.searched"] = found.visited
    claims["program_vs_model.search_disagreements"] = found.disagreements


def _linear_proof(evidence: SequenceEvidence, given: Mapping[str, Any], claims: Claims) -> None:
    """Program = integer system as sums, at every length; network = system up to a length."""
    rows = ("A", "B", "C", "D")
    system = IntegerSystem(
        **{name: tuple(map(tuple, given[name])) for name in rows},
        **{name: tuple(given[name]) for name in ("constant", "start", "offset")},
        after=given["after"],
        divisors=tuple(given.get("divisors", ())),
    )
    if any(type(parts) is not int or parts < 1 for parts in system.divisors):
        raise ValueError("an integer system divides by what is no number of parts")
    if len(system.divisors) not in {0, len(system.offset)}:
        raise ValueError("an integer system does not say of every number what it is divided by")
    shape = evidence.shape
    assert shape is not None, "asked for stored networks only"
    if shape["kind"] != "integer_recurrent" or shape["activation"] != "linear":
        raise ValueError("an integer system is claimed of a network that is not linear")
    if shape["readout"] != "value" or shape["one_hot"]:
        return
    claims["mechanism follows"] = is_system(affine_pass(evidence.program), system)
    bound = linear_bound(evidence.weights, system, evidence.channels)
    claims.pop("proof")
    claims |= {
        "proof.method": "recurrence in parts" if system.divisors else "recurrence",
        "proof.smallest_lead": bound.lead,
        "proof.error": bound.error if bound.holds_to else None,
        "proof.up_to_length": bound.holds_to,
        "proof.float_bound.smallest_lead": 0.0,
        "proof.float_bound.covered": False,
    }
    claims |= {f"proof.{name}": None for name in ("rounding", "nodes", "history")}


def _follows_machine(evidence: SequenceEvidence) -> bool:
    """Whether the program is the machine, with the variables that it is said to have.

    Raises:
        ProgramError: it cannot be followed, and something is claimed that rests on it.
    """
    held = {v["name"]: tuple(v["values"]) for v in evidence.mechanism["variables"]}
    try:
        walked = walk(evidence.program, *machine_of(evidence))
    except ProgramError:
        if evidence.induction is not None or held:
            raise
        return True
    return walked.differs is None and dict(zip(walked.names, walked.values, strict=False)) == held


def _proof(evidence: SequenceEvidence, given: Mapping[str, Any], claims: Claims) -> None:
    """Machine = network by induction over boxes; program = machine was walked."""
    transitions, outputs, listed = machine_of(evidence)
    states, follows = whole(given["states"]), whole(given["follows"])
    along = (
        states[0] == 0
        and follows.shape == (len(states), len(listed))
        and follows.min() >= 0
        and follows.max() < len(states)
        and np.array_equal(states[follows], transitions[states])
    )
    if not along:
        raise ValueError("the nodes of the induction do not follow the machine")
    place = {int(value): number for number, value in enumerate(evidence.answers)}
    answers = np.array([[place[value] for value in row] for row in outputs.tolist()])[states]
    if given["low"] is None:
        steps, lead = reach(evidence.weights, follows, answers, MAX_REACH)
        inner_steps, single = reach(evidence.weights, follows, answers, max(1, steps), SINGLE)
        up_to, covered = steps, 0 < steps <= inner_steps and single > 0
    else:
        low, high = np.array(given["low"]), np.array(given["high"])
        exact = induction(evidence.weights, low, high, follows, answers)
        if not exact.holds:
            raise ValueError("the boxes of the induction are not mapped into one another")
        inner = induction(evidence.weights, low, high, follows, answers, SINGLE)
        up_to, lead, single, covered = None, exact.lead, inner.lead, inner.holds
    claims.pop("proof")
    claims |= {
        "proof.method": "boxes",
        "proof.nodes": len(states),
        "proof.up_to_length": up_to,
        "proof.smallest_lead": float(lead),
        "proof.float_bound.smallest_lead": float(single),
        "proof.float_bound.covered": bool(covered),
        "proof.rounding": None,
        "proof.error": None,
    }
