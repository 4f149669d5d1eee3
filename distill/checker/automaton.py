"""Finite-state automata: program = machine by walking both, machine = network by induction."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from .draws import symbols
from .errors import ProgramError
from .forward import SINGLE
from .invariant import Maps, SymbolMaps, induction, reach
from .kind import FOLLOWS, VARIABLE, Claims, Proof, Test
from .layer_boxes import LayerBoxes
from .loop import walk
from .read import whole
from .sequences import SequenceEvidence

TESTS: tuple[Test, ...] = (
    Test(VARIABLE, "R² of reading", 0.8),
    Test("interchange_accuracy", "continuations after an interchange", 0.99, beside=True),
    Test("moved_accuracy", "continuations after a move", 0.9, beside=True),
)
PROOFS: Mapping[str, Proof] = {
    "boxes": Proof(
        lambda proof: proof["up_to_length"] is None,
        "the network maps the box around every state into that of the next one, and its answer "
        "leads over each of them, for its stored weights in real arithmetic: by induction over the "
        "steps, at every length",
        "no boxes in hidden space are mapped into one another; followed from the start, they stay "
        "apart for {steps}",
    )
}
LOOKED_AT: Mapping[str, frozenset[str] | None] = dict.fromkeys(
    ("symbols", "transitions", "outputs", "variables")
)
MAX_REACH = 1_000
"""Steps up to which boxes are followed where none are closed."""


def derive(evidence: SequenceEvidence) -> Claims:
    """The variables of a program that is the machine, and the proof that the network is."""
    held = {each["name"]: tuple(each["values"]) for each in evidence.mechanism["variables"]}
    free = [name for name, values in held.items() if None in values or len(set(values)) < 2]
    claims: Claims = {"mechanism.variables": [name for name in held if name not in free]}
    machine = machine_of(evidence)
    claims[FOLLOWS] = _follows(evidence, machine, held)
    if evidence.induction is not None:
        claims |= _proof(evidence, evidence.induction, machine)
    return claims


def maps_of(shape: Mapping[str, Any] | None, weights: Mapping[str, ndarray]) -> Maps | None:
    """What a stored network does with boxes; null of one that reads and gives numbers."""
    if shape is None or shape.get("readout", "choice") != "choice":
        return None
    if shape["kind"] == "recurrent_layers":
        return LayerBoxes(shape, weights)
    return SymbolMaps(weights) if shape["kind"] == "recurrent" else None


def machine_of(evidence: SequenceEvidence) -> tuple[ndarray, ndarray, ndarray]:
    """Transitions, answers [states, symbols] and symbols [symbols, channels] of the machine.

    Raises:
        ValueError: it is not a machine over the symbols of the certificate.
    """
    count = prod(map(len, evidence.channels))
    if len(evidence.mechanism["symbols"]) != count:
        raise ValueError("the machine is not one over the symbols of the certificate")
    transitions, outputs, listed = (
        whole(evidence.mechanism[name]) for name in ("transitions", "outputs", "symbols")
    )
    every = symbols(np.arange(count), evidence.channels)
    fits = transitions.shape == outputs.shape and transitions.shape[1:] == (count,)
    if not fits or not np.array_equal(listed, every):
        raise ValueError("the machine is not one over the symbols of the certificate")
    if transitions.min() < 0 or transitions.max() >= len(transitions):
        raise ValueError("the machine goes to a state that it does not have")
    return transitions, outputs, listed


def _follows(
    evidence: SequenceEvidence,
    machine: tuple[ndarray, ndarray, ndarray],
    held: Mapping[str, tuple[Any, ...]],
) -> bool:
    """Whether the program is the machine, with the variables that it is said to have.

    Raises:
        ProgramError: it cannot be followed, and something is claimed that rests on it.
    """
    try:
        walked = walk(evidence.program, *machine)
    except ProgramError:
        if evidence.induction is not None or held:
            raise
        return True
    return walked.differs is None and dict(zip(walked.names, walked.values, strict=False)) == held


def _proof(
    evidence: SequenceEvidence, given: Mapping[str, Any], machine: tuple[ndarray, ndarray, ndarray]
) -> Claims:
    """Machine = network by induction over boxes, or by following them from the start."""
    transitions, outputs, listed = machine
    states, follows = whole(given["states"]), whole(given["follows"])
    maps = maps_of(evidence.shape, evidence.weights)
    if maps is None:
        raise ValueError("boxes are given of a network that has no maps of boxes")
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
        up_to, lead = reach(maps, follows, answers, MAX_REACH)
        inner, single = reach(maps, follows, answers, max(1, up_to), SINGLE)
        covered = 0 < up_to <= inner and single > 0
    else:
        low, high = np.array(given["low"]), np.array(given["high"])
        exact = induction(maps, low, high, follows, answers)
        if not exact.holds:
            raise ValueError("the boxes of the induction are not mapped into one another")
        single = induction(maps, low, high, follows, answers, SINGLE)
        up_to, lead, single, covered = None, exact.lead, single.lead, single.holds
    return {
        "proof.method": "boxes",
        "proof.nodes": len(states),
        "proof.up_to_length": up_to,
        "proof.smallest_lead": float(lead),
        "proof.float_bound.smallest_lead": float(single),
        "proof.float_bound.covered": bool(covered),
        "proof.rounding": None,
        "proof.error": None,
    }
