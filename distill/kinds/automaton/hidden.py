"""What the hidden state of a recurrent network holds of the variables of a program.

Three tests, each with a decoy that must fail. Decoding: a variable is read linearly from the hidden
state. Interchange: the network goes on from the hidden state that another prefix left in the same
state of the machine. Moving: the hidden state is moved from the centre of one state to that of
another, and the network must go on as the machine does from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.checker.kind import VARIABLE
from distill.evidence.continued import answers_follow, astray
from distill.evidence.figures import Measure, Measured
from distill.evidence.probe import linear_reading, rows_along
from distill.kinds.automaton.machine import Machine
from distill.networks.network import HasSteps

SEQUENCES = 1_000
SEED = 4

DECOYS = 4
"""Machines of as many states with other transitions, whose variables are decoded beside."""

DECOY_DRAWS = 40

MAX_SHARED = 0.5
"""Part of a decoy's variable that the true state may explain: beyond, it is no decoy."""

MAX_INDICATORS = 64
"""Values up to which a variable may be decoded as one indicator for each, or as waves."""

Variables = tuple[tuple[str, tuple[int, ...]], ...]
"""Variables of a program, each with its value in every state; it has at least two."""


@dataclass(frozen=True)
class Visits:
    """A network and a machine along the same sequences.

    Attributes:
        hidden: after every symbol.
        states: of the machine, after every symbol.
    """

    symbols: Int[ndarray, "n length"]
    hidden: Float[ndarray, "n length d"]
    states: Int[ndarray, "n length"]


def visits(network: HasSteps, machine: Machine, symbols: Int[ndarray, "n length"]) -> Visits:
    """Run both."""
    return Visits(symbols, network.hidden(symbols), states_along(machine.delta, symbols))


def states_along(
    delta: Int[ndarray, "states symbols"], symbols: Int[ndarray, "n length"]
) -> Int[ndarray, "n length"]:
    """The states that transitions lead to, after every symbol."""
    state = np.zeros(len(symbols), dtype=np.int64)
    states = np.empty(symbols.shape, dtype=np.int64)
    for t, read in enumerate(symbols.T):
        states[:, t] = state = delta[state, read]
    return states


def decoded(seen: Visits, machine: Machine, variables: Variables) -> Measured:
    """How well every variable is read linearly from the hidden state, on sequences not fitted.

    The decoy is the same variable along machines with other transitions: the best of them; null
    where every such machine that was drawn goes with the true one. The note says what is read: the
    value, an indicator of every value, or places on a circle, whichever fits best.
    """
    rng = np.random.default_rng(SEED)
    shuffled = [_shuffled(machine, rng) for _ in range(DECOY_DRAWS)]
    wrong = [states_along(delta, seen.symbols) for delta in shuffled]
    found: Measured = {}
    for name, values in variables:
        table = np.array(values, dtype=np.int64)
        encodings = _encodings(table)
        reading, r2 = _best(seen.hidden, seen.states, encodings)
        decoys = [other for other in wrong if _shared(table[other], seen.states) <= MAX_SHARED]
        scores = [_best(seen.hidden, states, encodings)[1] for states in decoys[:DECOYS]]
        found[VARIABLE + name] = Measure(r2, max(scores) if scores else None, reading)
    return found


def interchanged(network: HasSteps, machine: Machine, seen: Visits) -> Measure:
    """Continuations right from the hidden state of another prefix, of the same state and not.

    Returns:
        The part of continuations on which the network, from a hidden state that another prefix
        left in the same state, gives every answer of the machine; and the same from another
        state, null where there is only one.
    """
    cut, rng = max(1, seen.symbols.shape[1] // 2), np.random.default_rng(SEED)
    states, rest = seen.states[:, cut - 1], seen.symbols[:, cut:]
    if not rest.shape[1]:
        return Measure(None)
    same = np.arange(len(states))
    for state in np.unique(states):
        rows = np.flatnonzero(states == state)
        same[rows] = np.roll(rng.permutation(rows), 1)[np.argsort(rng.permutation(len(rows)))]
    expected = answers_from(machine, states, rest)
    hidden = seen.hidden[:, cut - 1]
    right = answers_follow(network, hidden[same], rest, expected)
    others = rng.permutation(len(states))
    apart = states[others] != states
    if not apart.any():
        return Measure(float(right.mean()))
    decoy = answers_follow(network, hidden[others][apart], rest[apart], expected[apart])
    return Measure(float(right.mean()), float(decoy.mean()))


def moved(network: HasSteps, machine: Machine, seen: Visits) -> Measure:
    """Continuations that follow the machine from the state that the hidden state is moved to.

    Returns:
        The part that does when it is moved by the difference of the two states' mean hidden
        states, and when it is moved as far in a random direction; null where one state alone
        was visited.
    """
    cut, rng = max(1, seen.symbols.shape[1] // 2), np.random.default_rng(SEED)
    half = len(seen.symbols) // 2
    fitted = seen.hidden[:half].reshape(-1, seen.hidden.shape[2]), seen.states[:half].reshape(-1)
    centres = {int(q): fitted[0][fitted[1] == q].mean(axis=0) for q in np.unique(fitted[1])}
    rest = seen.symbols[half:, cut:]
    states, hidden = seen.states[half:, cut - 1], seen.hidden[half:, cut - 1]
    targets = rng.choice(list(centres), len(states))
    usable = (targets != states) & np.isin(states, list(centres))
    if not usable.any() or not rest.shape[1]:
        return Measure(None)
    states, targets, hidden, rest = states[usable], targets[usable], hidden[usable], rest[usable]
    shift = np.stack([centres[int(q)] for q in targets]) - np.stack(
        [centres[int(q)] for q in states]
    )
    expected = answers_from(machine, targets, rest)
    decoys = astray(shift, rng)
    right = answers_follow(network, hidden + shift, rest, expected)
    decoy = answers_follow(network, hidden + decoys, rest, expected)
    return Measure(float(right.mean()), float(decoy.mean()))


def answers_from(
    machine: Machine, states: Int[ndarray, " n"], symbols: Int[ndarray, "n length"]
) -> Int[ndarray, "n length"]:
    """What the machine answers from these states on."""
    answers = np.empty(symbols.shape, dtype=np.int64)
    for t, read in enumerate(symbols.T):
        answers[:, t] = machine.answers[states, read]
        states = machine.delta[states, read]
    return answers


def _shuffled(machine: Machine, rng: np.random.Generator) -> Int[ndarray, "states symbols"]:
    """Other transitions that merge as many states as the machine's own."""
    columns = [rng.permutation(machine.states)[column] for column in machine.delta.T]
    return np.stack(columns, axis=1)


def _shared(values: Int[ndarray, "n length"], states: Int[ndarray, "n length"]) -> float:
    """Part of the variance of a variable that the states along the same sequences explain."""
    flat, groups = values.reshape(-1).astype(float), states.reshape(-1)
    count = np.bincount(groups)
    means = np.bincount(groups, weights=flat) / np.maximum(count, 1)
    spread = float(np.square(flat - flat.mean()).sum())
    return 1 - float(np.square(flat - means[groups]).sum()) / spread if spread else 1.0


def _encodings(values: Int[ndarray, " states"]) -> Mapping[str, Float[ndarray, "states columns"]]:
    """Ways in which a hidden state may hold an integer: itself, one direction each, a circle."""
    known = np.unique(values)
    encodings = {"value": values[:, None].astype(float)}
    if 2 < len(known) <= MAX_INDICATORS:
        encodings["indicators"] = (values[:, None] == known).astype(float)
        modulus = int(known[-1] - known[0] + 1)
        turns = range(1, modulus // 2 + 1)
        for k in (it for it in turns if gcd(it, modulus) == 1):  # others put values in one place
            angle = 2 * np.pi * k * values / modulus
            circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
            encodings[f"circle, {k}/{modulus} turns"] = circle
    return encodings


def _best(
    hidden: Float[ndarray, "n length d"],
    states: Int[ndarray, "n length"],
    encodings: Mapping[str, Float[ndarray, "states columns"]],
) -> tuple[str, float]:
    """The encoding that fits best on the first half of the sequences, and its R² on the rest."""
    names, tables = list(encodings), list(encodings.values())
    rows, fitted = rows_along(hidden)
    reading = linear_reading(rows, np.concatenate(tables, axis=1)[states.reshape(-1)], fitted)
    groups = np.repeat(np.arange(len(tables)), [table.shape[1] for table in tables])
    best, fits = 0, reading.fit(groups)
    for place, fit in enumerate(fits):
        if fit > fits[best] + 1e-9:
            best = place
    return names[best], float(reading.score(groups)[best])
