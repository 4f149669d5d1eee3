"""Evidence about a finite-state machine: searches along its transitions, hidden state, proof."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.automaton import maps_of
from distill.checker.draws import numbers, symbols
from distill.checker.forward import SINGLE
from distill.checker.invariant import Maps, induction, reach
from distill.checker.loop import walk
from distill.errors import ProgramError
from distill.evidence.figures import Measured
from distill.kinds.automaton.boxes import Boxes, NotClosed, deepest, find_boxes
from distill.kinds.automaton.hidden import decoded, interchanged, moved, visits
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.networks.sequence_network import SequenceNetwork
from distill.records.report import FloatBound, Proof
from distill.search.conformance import padded, walks

MAX_REACH = 1_000
"""Steps up to which boxes are followed where none are closed."""

WALK_SEED = 3
HIDDEN_SEED = 5
HIDDEN_SEQUENCES = 1_000


Proven = tuple[Proof | None, Boxes | NotClosed | None]
"""A proof, and the nodes and boxes that it goes over; null where there is none."""


def walks_through(
    mechanism: AutomatonMechanism, network: SequenceNetwork
) -> list[Int[ndarray, "n length channels"]]:
    """Sequences that go through all of a machine: where a search begins."""
    machine = mechanism.machine
    found = padded(walks(machine.delta, machine.answers), len(mechanism.symbols), WALK_SEED)
    return [symbols(words, network.channels.inputs) for words in found]


def prove(source: str, mechanism: AutomatonMechanism, network: SequenceNetwork) -> Proven:
    """Program = machine by walking both, machine = network by induction over boxes.

    Boxes are for networks that choose among answers: a map of the hidden state for every symbol,
    or layers of cells.
    """
    model = network.stored
    if model is None:
        return None, None
    weights = {name: value.double().numpy() for name, value in model.parameters.items()}
    maps = maps_of(asdict(model.architecture), weights)
    return (
        (None, None)
        if maps is None
        else _prove(source, mechanism, maps, tuple(map(int, model.answers)))
    )


def _prove(
    source: str, mechanism: AutomatonMechanism, maps: Maps, values: tuple[int, ...]
) -> Proven:
    machine = mechanism.machine
    try:
        walked = walk(source, machine.delta, machine.answers, machine.values)
    except ProgramError:
        return None, None
    if walked.differs is not None:
        return None, None
    if not {answer for row in machine.outputs for answer in row} <= set(values):
        return None, None
    found = find_boxes(maps, values, machine)
    if isinstance(found, NotClosed):
        tried = [it for it in (found, deepest(machine, found)) if it is not None]
        answers = [_numbered_answers(values, mechanism)[it.states] for it in tried]
        reached = [
            reach(maps, it.follows, said, MAX_REACH)
            for it, said in zip(tried, answers, strict=True)
        ]
        best = max(range(len(tried)), key=lambda place: reached[place][0])
        (steps, lead), it = reached[best], tried[best]
        inner_steps, single = reach(maps, it.follows, answers[best], max(1, steps), SINGLE)
        bound = FloatBound(0 < steps <= inner_steps and single > 0, single)
        proof = Proof("boxes", lead, None, bound, steps, len(it.states), it.history)
        return proof, it
    boxes, exact = found
    answers = _numbered_answers(values, mechanism)[boxes.states]
    inner = induction(maps, boxes.low, boxes.high, boxes.follows, answers, SINGLE)
    bound = FloatBound(inner.holds, inner.lead)
    proof = Proof("boxes", exact.lead, None, bound, None, len(boxes.states), boxes.history)
    return proof, boxes


def _numbered_answers(
    values: tuple[int, ...], mechanism: AutomatonMechanism
) -> Int[ndarray, "states symbols"]:
    """The machine's answers as numbers of the network's outputs."""
    number = {value: place for place, value in enumerate(values)}
    return np.array([[number[value] for value in row] for row in mechanism.outputs])


def look_inside(
    mechanism: AutomatonMechanism,
    network: SequenceNetwork,
    sequences: Int[ndarray, "n length channels"],
) -> Measured:
    """What the hidden state holds of the program's variables, along sequences."""
    machine, model = mechanism.machine, network.over_symbols()
    rng = np.random.default_rng(HIDDEN_SEED)
    words = numbers(rng.permutation(sequences)[:HIDDEN_SEQUENCES], network.channels.inputs)
    seen = visits(model, machine, words)
    variables = decoded(seen, machine, mechanism.state_variables)
    return {
        **variables,
        "interchange_accuracy": interchanged(model, machine, seen),
        "moved_accuracy": moved(model, machine, seen),
    }
