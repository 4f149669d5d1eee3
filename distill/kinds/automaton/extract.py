"""Finite-state machines in hidden space.

A state is what the network can tell apart: two hidden states are one abstract state where the
network answers alike after every continuation of a growing set. Every transition is a step of the
network itself from the hidden state that stands for an abstract state. Where the machine and the
network part on a sequence, the continuation at which they do so joins the set (Rivest and
Schapire, Information and Computation 103, 1993), so that every round splits a state, and what
comes out has no two states that behave alike on what was tried.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.checker.scope import many
from distill.kinds.automaton.machine import Machine
from distill.networks.network import HasSteps
from distill.records.refusal import Refusal
from distill.search.conformance import telling_apart

MAX_STATES = 2_000
"""States beyond which no machine is read."""

SHORTER = 0.8
"""From one length to the next, where none of few states is found."""

SHORTEST = 5
"""Steps below which anything is a machine of few states."""

SEQUENCES = 4_000
"""Sequences that the machine is held against in the end."""

GLANCE = 200
"""Sequences that it is held against first: a machine that is wrong mostly shows it on these."""

MAX_ROUNDS = 200
"""Counterexamples that are followed."""

EXTRACTION_SEED = 1


@dataclass(frozen=True)
class ExtractedMachine:
    """A machine, and what of the network stands for its states.

    Attributes:
        machine: numbered breadth-first from the start.
        access: a shortest sequence of symbol numbers to every state.
        hidden: the network's hidden state there.
        continuations: the sequences by whose answers states are told apart.
        rounds: counterexamples that were followed.
        length: of the sequences on which the network follows it.
    """

    machine: Machine
    access: tuple[tuple[int, ...], ...]
    hidden: Float[ndarray, "states d"]
    continuations: tuple[tuple[int, ...], ...]
    rounds: int
    length: int


def extract_on_shorter(
    network: HasSteps, symbols: tuple[tuple[int, ...], ...], length: int, max_states: int
) -> ExtractedMachine | None:
    """The machine that a network follows on the longest sequences on which it follows any.

    A network that is right up to some length, or but for some sequences, is in none of few states
    beyond it: what is met there are the states of its mistakes.
    """
    shorter = min(length - 1, int(length * SHORTER))
    while shorter >= min(SHORTEST, max(3, length // 2)):
        found = extract_machine(network, symbols, shorter, max_states)
        if isinstance(found, ExtractedMachine):
            return found
        shorter = min(shorter - 1, int(shorter * SHORTER))
    return None


def extract_machine(
    network: HasSteps,
    symbols: tuple[tuple[int, ...], ...],
    length: int,
    max_states: int = MAX_STATES,
) -> ExtractedMachine | Refusal:
    """Read the machine of a recurrent network.

    Args:
        network: the network.
        symbols: the values that every symbol stands for.
        length: of the sequences that the network can be trusted on.
        max_states: beyond which none is read.
    """
    count = len(symbols)
    rng = np.random.default_rng(EXTRACTION_SEED)
    continuations: list[tuple[int, ...]] = [(symbol,) for symbol in range(count)]
    for rounds in range(MAX_ROUNDS):
        closed = _close(network, count, continuations, length, max_states)
        if isinstance(closed, int) and closed > max_states:
            return Refusal(
                (
                    f"more than {many(max_states, 'state')} were met: no machine of few "
                    "states is what "
                    "the network follows; more are read with more states allowed (--max-states)",
                ),
                {"states": closed, "continuations": len(continuations)},
            )
        if isinstance(closed, int):
            return Refusal(
                (
                    f"new states are still met after {many(length, 'symbol')}, {closed:,} so "
                    "far: their "
                    "number grows with the length, so that it counts rather than switches",
                ),
                {"states": closed, "continuations": len(continuations)},
            )
        transitions, access, hidden = closed
        found = _machine(network, transitions, hidden, symbols)
        for tried in (GLANCE, SEQUENCES):
            drawn = _sequences(rng, tried, count, length)
            wrong = np.argwhere(found.run(drawn) != network.run(drawn))
            if len(wrong):
                break
        else:
            longest = _needed(found, access)
            if longest <= length:
                return ExtractedMachine(found, access, hidden, tuple(continuations), rounds, length)
            return Refusal(
                (
                    f"{many(len(access), 'state')} were met, and it takes sequences of "
                    f"{longest} symbols "
                    f"to see that there is no other, beyond the {length} that the network can be "
                    "trusted on: "
                    "something that counts without end would look the same; train on longer "
                    "sequences",
                ),
                {"states": len(access), "needed_length": longest},
            )
        row, last = wrong[wrong[:, 1].argmin()]
        word = drawn[row, : last + 1]
        longer = _distinguishing(network, hidden, _walk(transitions, word[None])[0], word)
        if longer is None or longer in continuations:
            return Refusal(
                (
                    "two hidden states that answer alike after every continuation lead to "
                    f"different answers after {many(last + 1, 'symbol')}: no machine of what "
                    "it can tell "
                    "apart",
                ),
                {"states": len(access), "continuations": len(continuations)},
            )
        continuations.append(longer)
    return Refusal(
        (f"after {MAX_ROUNDS} counterexamples machine and network still part",),
        {"continuations": len(continuations)},
    )


def _needed(machine: Machine, access: tuple[tuple[int, ...], ...]) -> int:
    """How long sequences must be to see that there is no state more: a way to a state, one symbol,
    and what tells the state that follows from the others; and another symbol where there is more
    than one state, since a counter that seems to stop at a value may go on to the next, which is
    told from it by one symbol more.
    """
    endings = telling_apart(machine.delta, machine.answers)
    return max(map(len, access)) + 1 + max((len(word) + 1 for word in endings), default=0)


def _close(
    network: HasSteps,
    count: int,
    continuations: list[tuple[int, ...]],
    length: int,
    max_states: int,
) -> (
    tuple[Int[ndarray, "states symbols"], tuple[tuple[int, ...], ...], Float[ndarray, "states d"]]
    | int
):
    """Walk breadth-first from the start, a whole front at a time, until no new state is met.

    Returns:
        Transitions, a shortest way to every state, and the hidden state there; or how many states
        there were when the walk became longer than the network can be trusted on, or they too many.
    """
    numbers = {_signature(network, network.start[None], continuations)[0].tobytes(): 0}
    access: list[tuple[int, ...]] = [()]
    hidden = [network.start]
    transitions: list[list[int]] = []
    while len(transitions) < len(hidden):
        front = range(len(transitions), len(hidden))
        symbols = np.tile(np.arange(count), len(front))
        stepped = network.step(np.repeat(np.stack(hidden[front.start :]), count, axis=0), symbols)
        signatures = _signature(network, stepped, continuations)
        for row, state in enumerate(front):
            targets = []
            for symbol in range(count):
                place = row * count + symbol
                key = signatures[place].tobytes()
                if key not in numbers:
                    numbers[key] = len(hidden)
                    access.append((*access[state], symbol))
                    hidden.append(stepped[place])
                    if len(access[-1]) > length or len(hidden) > max_states:
                        return len(hidden)
                targets.append(numbers[key])
            transitions.append(targets)
    return np.array(transitions), tuple(access), np.stack(hidden)


def _signature(
    network: HasSteps, hidden: Float[ndarray, "n d"], continuations: list[tuple[int, ...]]
) -> Int[ndarray, "n continuations"]:
    """The answer after the last symbol of every continuation, from every hidden state."""
    columns = []
    for word in continuations:
        reached = hidden
        for symbol in word:
            reached = network.step(reached, np.full(len(hidden), symbol))
        columns.append(network.outputs(reached))
    return np.stack(columns, axis=1)


def _machine(
    network: HasSteps,
    transitions: Int[ndarray, "states symbols"],
    hidden: Float[ndarray, "states d"],
    symbols: tuple[tuple[int, ...], ...],
) -> Machine:
    states, count = transitions.shape
    reached = network.step(np.repeat(hidden, count, axis=0), np.tile(np.arange(count), states))
    answers = network.outputs(reached).reshape(states, count)
    return Machine(
        tuple(map(tuple, transitions.tolist())), tuple(map(tuple, answers.tolist())), symbols
    )


def _sequences(
    rng: np.random.Generator, many: int, count: int, length: int
) -> Int[ndarray, "n length"]:
    """Half uniform; half with a symbol for most of the time, and another for the rest."""
    uniform = rng.integers(0, count, (many // 2, length))
    most, rest = rng.integers(0, count, (2, many // 2, 1))
    rare = rng.random((many // 2, length)) < rng.random((many // 2, 1)) / 2
    return np.concatenate([uniform, np.where(rare, rest, most)])


def _walk(
    transitions: Int[ndarray, "states symbols"], sequences: Int[ndarray, "n length"]
) -> Int[ndarray, "n steps"]:
    """The machine's states along sequences, the start first."""
    states = [np.zeros(len(sequences), dtype=np.int64)]
    for symbols in sequences.T:
        states.append(transitions[states[-1], symbols])
    return np.stack(states, axis=1)


def _distinguishing(
    network: HasSteps,
    hidden: Float[ndarray, "states d"],
    states: Int[ndarray, " steps"],
    word: Int[ndarray, " length"],
) -> tuple[int, ...] | None:
    """The continuation that tells a hidden state from the one that stands for its class.

    Reading the word from the representative of the state before position j and after it must give
    the same last answer for every j if the machine were right; where it does not, what is left of
    the word is the continuation.
    """
    for j in range(len(word) - 1):
        ends = []
        for state, rest in ((states[j], word[j:]), (states[j + 1], word[j + 1 :])):
            reached = hidden[state][None]
            for symbol in rest:
                reached = network.step(reached, np.array([symbol]))
            ends.append(int(network.outputs(reached)[0]))
        if ends[0] != ends[1]:
            return tuple(int(symbol) for symbol in word[j + 1 :])
    return None
