"""Evidence about a finite-state machine: searches along its transitions, hidden state, proof."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.conformance import padded, walks
from distill.checker.draws import numbers, symbols
from distill.checker.forward import SINGLE
from distill.checker.invariant import induction, reach
from distill.checker.loop import walk
from distill.errors import ProgramError
from distill.mechanism import AutomatonMechanism
from distill.recurrent_model import RecurrentModel
from distill.report import FloatBound, Inside, Proof
from distill.sequence_network import SequenceNetwork
from distill.verify.hidden import decoded, interchanged, moved, visits
from distill.verify.induction import Boxes, NotClosed, find_boxes
from distill.verify.located import failed
from distill.verify.second_search import least_sure_sequences

LOCATED = {"decode": 0.8, "interchange": 0.99, "moved": 0.9}
"""What the tests of the inside must show before a program's variables count as located."""

MAX_REACH = 1_000
"""Steps up to which boxes are followed where none are closed."""

WALK_SEED = 3
HIDDEN_SEED = 5
HIDDEN_SEQUENCES = 1_000


@dataclass(frozen=True)
class Proved:
    """A proof, and the nodes and boxes that it goes over; null where there is none."""

    proof: Proof | None
    boxes: Boxes | NotClosed | None


def searched_sequences(
    mechanism: AutomatonMechanism, network: SequenceNetwork, length: int
) -> list[Int[ndarray, "n length channels"]]:
    """Sequences on which a program that is wrong anywhere is likely to be caught."""
    machine, count = mechanism.machine, len(mechanism.symbols)
    channels = network.channels.inputs
    found = padded(walks(machine.delta, machine.answers), count, WALK_SEED)
    found.append(
        least_sure_sequences(lambda rows: network.lead(symbols(rows, channels)), count, length)
    )
    return [symbols(words, channels) for words in found]


def prove(source: str, mechanism: AutomatonMechanism, network: SequenceNetwork) -> Proved:
    """Program = machine by walking both, machine = network by induction over boxes.

    Boxes are for networks with a map of the hidden state for every symbol.
    """
    if not isinstance(network.model, RecurrentModel):
        return Proved(None, None)
    return _prove(source, mechanism, network.model)


def _prove(source: str, mechanism: AutomatonMechanism, network: RecurrentModel) -> Proved:
    machine = mechanism.machine
    try:
        walked = walk(source, machine.delta, machine.answers, machine.values)
    except ProgramError:
        return Proved(None, None)
    if walked.differs is not None:
        return Proved(None, None)
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
        bound = FloatBound(single > 0, single)
        proof = Proof(statement, lead, None, bound, steps, len(states), found.history)
        return Proved(proof, found)
    boxes, exact = found
    answers = _numbered_answers(network, mechanism)[boxes.states]
    inner = induction(weights, boxes.low, boxes.high, boxes.follows, answers, SINGLE)
    statement = (
        "the network maps the box around every state into that of the next one, and its answer "
        "leads over each of them, for its stored weights in real arithmetic: by induction over "
        "the steps, at every length"
    )
    bound = FloatBound(inner.holds, inner.lead)
    proof = Proof(statement, exact.lead, None, bound, None, len(boxes.states), boxes.history)
    return Proved(proof, boxes)


def _numbered_answers(
    network: RecurrentModel, mechanism: AutomatonMechanism
) -> Int[ndarray, "states symbols"]:
    """The machine's answers as numbers of the network's outputs."""
    number = {value: place for place, value in enumerate(network.answers)}
    return np.array([[number[value] for value in row] for row in mechanism.outputs])


def look_inside(
    mechanism: AutomatonMechanism,
    network: SequenceNetwork,
    sequences: Int[ndarray, "n length channels"],
) -> Inside:
    """What the hidden state holds of the program's variables, along sequences."""
    machine, model = mechanism.machine, network.over_symbols()
    rng = np.random.default_rng(HIDDEN_SEED)
    words = numbers(rng.permutation(sequences)[:HIDDEN_SEQUENCES], network.channels.inputs)
    seen = visits(model, machine, words)
    named = tuple((variable.name, variable.values) for variable in mechanism.variables)
    variables = decoded(seen, machine, named)
    right, decoy = interchanged(model, machine, seen)
    follows, astray = moved(model, machine, seen)
    decoys = [v.decoy_r2 for v in variables if v.decoy_r2 is not None]
    return Inside(
        decode_r2=min((v.r2 for v in variables), default=None),
        decode_decoy_r2=max(decoys, default=None),
        interchange_accuracy=right,
        interchange_decoy=decoy,
        moved_accuracy=follows,
        moved_decoy=astray,
        variables=variables,
    )


def doubts(inside: Inside, mechanism: AutomatonMechanism) -> list[str]:
    """Why the network was not shown to hold the program's variables; none if it was."""
    if not mechanism.variables:
        return ["not located: the program remembers nothing, so there is nothing to locate"]
    if inside.decode_r2 is None:
        return ["not located: no variable of the program has one value in every state"]
    return failed(
        {
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
    )
