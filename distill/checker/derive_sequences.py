"""The numbers that a certificate over sequences claims, derived from weights and program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.checker.affine import affine_pass, is_system
from distill.checker.conformance import impulses, padded, walks
from distill.checker.derive import Claims, upper_bound
from distill.checker.draws import drawn, numbers, symbols
from distill.checker.forward import SINGLE
from distill.checker.integer import IntegerForward
from distill.checker.invariant import induction, reach
from distill.checker.linear_bound import IntegerSystem, linear_bound
from distill.checker.loop import walk
from distill.checker.recurrent import RecurrentForward
from distill.checker.sandbox import run_sequences

WALK_SEED = 3
MAX_REACH = 1_000


@dataclass(frozen=True)
class SequenceEvidence:
    """What a certificate over sequences holds as data, read and given types."""

    channels: tuple[range, ...]
    outputs: int
    """How many numbers an answer has."""
    length: int
    answers: Int[ndarray, " choices"]
    """The values that the network's outputs stand for; none where it gives numbers."""
    shape: Mapping[str, Any]
    """Of the network."""
    weights: Mapping[str, ndarray]
    draws: Mapping[str, Any]
    reference: tuple[Int[ndarray, " _"], ...] | None
    """The task's answers along the fresh and the longer draws."""
    induction: Mapping[str, Any] | None
    program: str
    mechanism: Mapping[str, Any]


def derive_sequences(evidence: SequenceEvidence) -> Claims:
    """Every claim that follows from a folder, by its dotted name in `verification.json`."""
    claims: Claims = {}
    smallest = np.inf
    draws = [evidence.draws["fresh"], *evidence.draws["longer"], evidence.draws["stress"]]
    if {draws[0]["length"], draws[-1]["length"]} != {evidence.length}:
        raise ValueError("the sequences of the certificate are not of the training length")
    references = [*(evidence.reference or [None] * (len(draws) - 1)), None]
    names = ["", *(f"longer.{place}." for place in range(len(draws) - 2)), "stress"]
    for name, draw, reference in zip(names, draws, references, strict=True):
        sequences = drawn(draw, evidence.channels)
        program = run_sequences(evidence.program, sequences, evidence.outputs)
        model, lead = network_answers(evidence, sequences)
        if name in {"", "stress"}:
            smallest = min(smallest, float(lead.min()))
        if name == "stress":
            _count("program_vs_model.stress", program, model, claims)
            continue
        _count(f"{name}program_vs_model", program, model, claims)
        if name:
            claims[f"{name}length"] = sequences.shape[1]
        if reference is not None:
            expected = reference.reshape(program.shape)
            _count(f"{name}model_vs_task", model, expected, claims)
            _count(f"{name}program_vs_task", program, expected, claims)
    claims["inside.smallest_margin"] = smallest
    claims["program_vs_model.exhaustive"] = evidence.draws["fresh"]["kind"] == "every"
    differ = claims["program_vs_model.total"] - claims["program_vs_model.agree"]
    whole = claims["program_vs_model.exhaustive"] and not differ
    claims["program_vs_model.upper_bound_99"] = (
        0.0 if whole else upper_bound(differ, claims["program_vs_model.total"])
    )
    _search(evidence, claims)
    if evidence.mechanism["kind"] == "recurrence":
        if evidence.mechanism["system"] is not None:
            _linear_proof(evidence, evidence.mechanism["system"], claims)
    elif evidence.induction is not None:
        _proof(evidence, evidence.induction, claims)
    claims["verdict"] = _verdict(evidence, claims)
    return claims


def network_answers(
    evidence: SequenceEvidence, sequences: Int[ndarray, "n length channels"]
) -> tuple[Int[ndarray, "n length outputs"], Float[ndarray, "n length"]]:
    """What the stored weights answer along sequences of values, and with what lead."""
    shape = evidence.shape
    if shape["kind"] == "recurrent":
        said = RecurrentForward(evidence.weights)(numbers(sequences, evidence.channels))
        return evidence.answers[said.answers][..., None], said.lead
    read = numbers(sequences, evidence.channels)[..., None] if shape["one_hot"] else sequences
    counted = IntegerForward(shape, evidence.weights)(read)
    chosen = evidence.answers[counted.answers] if len(evidence.answers) else counted.answers
    return chosen, counted.lead


def _count(
    name: str,
    one: Int[ndarray, "n length outputs"],
    other: Int[ndarray, "n length outputs"],
    claims: Claims,
) -> None:
    """Sequences that are answered alike at every step."""
    claims[f"{name}.agree"] = int((one == other).all(axis=(1, 2)).sum())
    claims[f"{name}.total"] = len(one)


def _machine(
    evidence: SequenceEvidence,
) -> tuple[
    Int[ndarray, "states symbols"], Int[ndarray, "states symbols"], Int[ndarray, "symbols channels"]
]:
    """Transitions, answers and symbols of the claimed machine.

    Raises:
        ValueError: it is not a machine over the symbols of the certificate.
    """
    mechanism, count = evidence.mechanism, 1
    for values in evidence.channels:
        count *= len(values)
    transitions = np.array(mechanism["transitions"], dtype=np.int64)
    outputs = np.array(mechanism["outputs"], dtype=np.int64)
    listed = np.array(mechanism["symbols"], dtype=np.int64)
    every = symbols(np.arange(count), evidence.channels)
    fits = transitions.shape == outputs.shape and transitions.shape[1:] == (count,)
    if not fits or not np.array_equal(listed, every):
        raise ValueError("the machine is not one over the symbols of the certificate")
    if transitions.min() < 0 or transitions.max() >= len(transitions):
        raise ValueError("the machine goes to a state that it does not have")
    return transitions, outputs, listed


def _search(evidence: SequenceEvidence, claims: Claims) -> None:
    """Walks through the machine, or impulses; and where the network is least sure."""
    from distill.verify.second_search import least_sure_sequences

    count = 1
    for values in evidence.channels:
        count *= len(values)

    def lead(rows: Int[ndarray, "n length"]) -> Float[ndarray, "n length"]:
        return network_answers(evidence, symbols(rows, evidence.channels))[1]

    if evidence.mechanism["kind"] == "automaton":
        transitions, outputs, _ = _machine(evidence)
        words = padded(walks(transitions, outputs), count, WALK_SEED)
        tried = [symbols(part, evidence.channels) for part in words]
    else:
        tried = [impulses(evidence.channels, evidence.length)]
    unsure = least_sure_sequences(lead, count, evidence.length)
    searched = found = 0
    for sequences in (*tried, symbols(unsure, evidence.channels)):
        program = run_sequences(evidence.program, sequences, evidence.outputs)
        model, _ = network_answers(evidence, sequences)
        within = slice(0, evidence.length)
        searched += len(sequences)
        found += int((program[:, within] != model[:, within]).any(axis=(1, 2)).sum())
    claims["program_vs_model.searched"] = searched
    claims["program_vs_model.search_disagreements"] = found


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
    if shape["kind"] != "integer_recurrent" or shape["activation"] != "linear":
        raise ValueError("an integer system is claimed of a network that is not linear")
    if shape["readout"] != "value" or shape["one_hot"]:
        return
    claims["mechanism.follows"] = is_system(affine_pass(evidence.program), system)
    bound = linear_bound(evidence.weights, system, evidence.channels)
    claims["proof.smallest_lead"] = bound.lead
    claims["proof.up_to_length"] = bound.holds_to
    claims["proof.float_bound.smallest_lead"] = 0.0
    claims["proof.float_bound.covered"] = False


def _proof(evidence: SequenceEvidence, given: Mapping[str, Any], claims: Claims) -> None:
    """Program = machine by walking both, machine = network by induction over boxes."""
    transitions, outputs, listed = _machine(evidence)
    walked = walk(evidence.program, transitions, outputs, listed)
    claims["mechanism.follows"] = walked.differs is None
    states = np.array(given["states"], dtype=np.int64)
    follows = np.array(given["follows"], dtype=np.int64)
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
    claims["proof.nodes"] = len(states)
    if given["low"] is None:
        steps, lead = reach(evidence.weights, follows, answers, MAX_REACH)
        _, single = reach(evidence.weights, follows, answers, max(1, steps), SINGLE)
        claims["proof.up_to_length"] = steps
        covered = single > 0
    else:
        low, high = np.array(given["low"]), np.array(given["high"])
        exact = induction(evidence.weights, low, high, follows, answers)
        if not exact.holds:
            raise ValueError("the boxes of the induction are not mapped into one another")
        inner = induction(evidence.weights, low, high, follows, answers, SINGLE)
        claims["proof.up_to_length"] = None
        lead, single, covered = exact.lead, inner.lead, inner.holds
    claims["proof.smallest_lead"] = float(lead)
    claims["proof.float_bound.smallest_lead"] = float(single)
    claims["proof.float_bound.covered"] = bool(covered)


def cross_check(evidence: SequenceEvidence) -> tuple[bool, str] | None:
    """What an active learner finds beside the machine that was read, if one is installed.

    Returns:
        Whether the network is with the machine wherever the learner's is another, and a line.
    """
    from distill.verify import learner

    if evidence.mechanism["kind"] != "automaton":
        return None
    transitions, outputs, _ = _machine(evidence)

    def ask(words: Int[ndarray, "n length"]) -> Int[ndarray, "n length"]:
        return network_answers(evidence, symbols(words, evidence.channels))[0][..., 0]

    return learner.cross_check(ask, (transitions, outputs), evidence.length)


def _verdict(evidence: SequenceEvidence, claims: Claims) -> str:
    counts = ("program_vs_model", "program_vs_model.stress")
    if claims["program_vs_model.search_disagreements"] or any(
        claims[f"{name}.agree"] < claims[f"{name}.total"] for name in counts
    ):
        return "approximate"
    if claims.get("mechanism.follows"):
        steps = claims.get("proof.up_to_length")
        if steps is None or steps >= evidence.length:
            return "proved"
    return "exhaustive" if claims["program_vs_model.exhaustive"] else "tested"
